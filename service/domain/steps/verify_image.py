"""The last look at an AireOS controller's software: what runs, what follows, what is saved.

A restart of ours may cost it the time, too, and its NTP gives up on a clock that is far off
(DESIGN.md, section 6): so the clock is read after it, and a person is told where it stays wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from service.domain.image_changes import ResetSystem
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps import saving
from service.domain.steps.boot_image import by_hand
from service.domain.steps.image_run import (
    UNDER_WAY,
    Verdict,
    is_kept,
    job_of,
    may_have,
    missing_on,
    named,
    noted,
    touched_transfer,
    unread,
    verdict,
)
from service.domain.steps.mending import clock_line, everything
from service.domain.steps.ntp_in_sync import LOOK_EVERY_S
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.saving import is_to_be_saved, left_unsaved, saved, why_not_saved
from service.domain.steps.set_false_clock import offset_s
from service.domain.steps.set_true_clock import CLOSE_ENOUGH_S
from service.domain.steps.tidy_transfer import different
from service.domain.steps.verify import SEEN_DIFFERENT

Difference: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SaveAfterImage:
    """Copy running to startup where it was saved before: our settings are gone from it by now."""

    name: str = saving.NAME
    summary: str = saving.SUMMARY
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED, Topic.TRANSFER_SETTINGS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not touched_transfer(run) or not is_to_be_saved(run):
            return Done(f"not saved: {why_not_saved(run)}")
        before, now = noted(run), view.transfer_settings
        if before is None or now is None or different(before, now):
            return left_unsaved(run, "the transfer settings are not as captured", "as it was")
        return saved(run, view, moment)


@dataclass(frozen=True, slots=True)
class VerifyImage:
    """Running and next as intended: both old, or both new; after a restart, true time again."""

    name: str = "verify"
    summary: str = "verify the software of controller and APs, and the clock after a restart"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.INSTALL, Topic.SAVED, Topic.AP_JOIN, Topic.AP_PREDOWNLOAD}
        | {Topic.CLOCK, Topic.NTP_STATE}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not run.wrote:
            return Done("nothing was changed")
        blind = unread(view)
        if blind is not None or view.images is None:
            return Fail(blind or "", (blind or "",), mend=everything(run))
        running, aps = view.images.running or "", job_of(run).aps
        missing = missing_on(run, view, running) if _lost_aps(run) else ()
        told = f"{running} runs; {len(aps) - len(missing)} of {len(aps)} APs registered"
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        if missing and waited_s < run.charter.policy.wait_for_aps_s:
            return Hold(run.charter.policy.poll_every_s, told)
        off = tuple(_clock_differences(run, view, moment))
        if off and waited_s < run.charter.policy.ntp_sync_s:
            return Hold(LOOK_EVERY_S, f"{told}; waiting for NTP: {off[0][0]}")
        found = [*_differences(run, view), *off]
        if missing:
            found.append((f"APs are missing: {named(missing)}", "show ap summary"))
        if found:
            left, mend = zip(*found, strict=True)
            return Fail(SEEN_DIFFERENT, left, tuple(dict.fromkeys(mend)))
        return Done(f"{told}; {running} comes up next")


def _lost_aps(run: Run) -> bool:
    """Whether APs may have been lost by a restart of ours, and are to be seen back."""
    if is_kept(run) or verdict(run) is Verdict.STAYS:
        return False
    return may_have(run, ResetSystem) is not None


def _clock_differences(run: Run, view: ControllerView, moment: Moment) -> Iterator[Difference]:
    """What a restart of ours may have cost: the time, or whom the controller follows."""
    if may_have(run, ResetSystem) is None:
        return
    off_s = offset_s(view, moment)
    uncertain_s = view.clock.uncertainty_s if view.clock else 0.0
    follows = view.ntp_state is not None and view.ntp_state.synchronised
    if off_s is not None and abs(off_s) > CLOSE_ENOUGH_S + uncertain_s:
        yield f"the clock is {off_s:+.1f} s from true time", clock_line(run, moment)
    if run.charter.ntp_was_synchronised and not follows:
        yield "the controller does not follow NTP", run.charter.by_hand.look_at_sync


def _differences(run: Run, view: ControllerView) -> Iterator[Difference]:
    images, job = view.images, job_of(run)
    if images is None or verdict(run) is Verdict.STAYS:
        return  # told already, with what a person can do about it
    kept = is_kept(run)
    runs, follows = (job.release, job.release) if kept else (job.before, job.next_before)
    look, choose = by_hand(run)
    if images.running != runs:
        yield f"{images.running} runs, not {runs}", look
    if images.next != follows:
        yield f"{images.next} comes up next, not {follows}", choose
    if not kept and any(ap.predownload in UNDER_WAY for ap in view.aps or ()):
        yield "APs still predownload", run.charter.by_hand.end_predownload
    if is_to_be_saved(run) and view.unsaved:
        yield (
            "running differs from startup",
            f"{run.charter.by_hand.save}   ! when the rest is right",
        )
