"""The last look at what is installed: all that was meant, or the committed set that was there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from service.domain.install_job import Stage
from service.domain.installation import PackageState
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.installing import (
    busy,
    has_returned,
    is_kept,
    job_of,
    kept,
    may_have,
    may_have_fetched,
    state_of,
    unkept,
)
from service.domain.steps.mending import return_by_hand
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.prove_health import NAMED
from service.domain.steps.prove_return import served_before
from service.domain.steps.set_false_clock import offset_s
from service.domain.steps.verify import SEEN_DIFFERENT
from service.domain.steps.wait_for_aps import is_home

CLOCK_OFF_S = 5.0
"""After a reload a clock may come up wrong, and NTP may refuse the jump (DESIGN.md, section 6)."""


@dataclass(frozen=True, slots=True)
class VerifyInstall:
    """Books, timer, files, clock, and the APs."""

    name: str = "verify"
    summary: str = "verify what is installed, the clock, and the APs"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.INSTALL,
            Topic.INSTALL_PROGRESS,
            Topic.STORAGE,
            Topic.CLOCK,
            Topic.AP_JOIN,
            Topic.AP_JOIN_STATS,
        }
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not run.wrote:
            return Done("nothing was changed")
        if view.install is None:
            unread = "the software cannot be read"
            return Fail(unread, (unread,), (run.charter.by_hand.look_at_software,))
        found = tuple(differences(run, view, moment))
        if found:
            left, mend = zip(*found, strict=True)
            return Fail(SEEN_DIFFERENT, left, tuple(dict.fromkeys(mend)))
        aps = {ap.mac: ap for ap in view.aps or ()}
        home = sum(is_home(aps.get(ap.mac)) for ap in run.charter.aps)
        told = f"{home} of {len(run.charter.aps)} APs registered"
        if is_kept(run) and home < len(run.charter.aps) and self._may_yet_come(run, moment):
            return Hold(run.charter.policy.poll_every_s, told)
        software = ", ".join(stage.label for stage in kept(run)) or "as it was"
        return Done(f"{told}; software: {software}")

    def _may_yet_come(self, run: Run, moment: Moment) -> bool:
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        return waited_s < run.charter.policy.stay_registered_s


def differences(run: Run, view: ControllerView, moment: Moment) -> Iterator[tuple[str, str]]:
    """What is neither as it was nor as it was meant, and the command that looks or mends."""
    by_hand, job = run.charter.by_hand, job_of(run)
    look = by_hand.look_at_software
    for stage in unkept(run):
        yield from _of_stage(run, view, stage)
    if kept(run) and not is_kept(run):
        done = ", ".join(stage.label for stage in kept(run))
        rest = ", ".join(stage.label for stage in reversed(tuple(unkept(run))))
        yield f"committed, and stays: {done}; not installed: {rest}", f"{look}   ! then plan anew"
    yield from _of_return(run, view)
    doing, install = busy(view), view.install
    if doing is not None:
        yield f"the installer is at work and does not come to rest: {doing}", look
    if install is not None and install.abort_timer_active:
        yield "the timer that takes software back is running", look
    gone = [name for name in job.patches if install and name not in install.patches]
    if gone and not any(stage.reloads for stage in kept(run)):
        yield f"committed before, and not any more: {', '.join(gone)}", look
    off_s = offset_s(view, moment)
    if job.reloads and off_s is not None and abs(off_s) > CLOCK_OFF_S:
        yield f"the clock is {off_s:+.1f} s from true time", by_hand.look_at_clock


def _of_return(run: Run, view: ControllerView) -> Iterator[tuple[str, str]]:
    """What a return came to: it is on the software of before, or what is needed for it is there."""
    by_hand, job = run.charter.by_hand, job_of(run)
    if has_returned(run) and view.install is not None:
        if view.install.version != job.base:
            found = view.install.version or "nothing"
            yield f"committed is {found}, and was {job.base}", by_hand.look_at_software
        if away := _away(run, view):
            named = ", ".join(away[:NAMED])
            yield f"{len(away)} AP(s) that served before are away: {named}", by_hand.look_at_aps
    elif job.former and kept(run) and not is_kept(run):
        for line in return_by_hand(run.charter):
            yield f"it has not returned to {job.former[0].label}", line
        yield from _brought(run, view)


def _away(run: Run, view: ControllerView) -> list[str]:
    """Who served before everything began, and does not on the release that it returned to."""
    aps = {ap.mac: ap for ap in view.aps or ()}
    return sorted(str(mac) for mac in served_before(run) if not is_home(aps.get(mac)))


def _brought(run: Run, view: ControllerView) -> Iterator[tuple[str, str]]:
    """What was brought for a return that did not come about: a person may want it."""
    line = run.charter.by_hand.delete_file
    for stage in job_of(run).former:
        there = view.storage is not None and view.storage.size_of(stage.name) is not None
        if there and may_have_fetched(run, stage):
            mend = f"{line.format(file=stage.name)}   ! if nobody returns to {stage.label}"
            yield f"{stage.name} is there, for a return to {stage.label}", mend


def _of_stage(run: Run, view: ControllerView, stage: Stage) -> Iterator[tuple[str, str]]:
    by_hand, state = run.charter.by_hand, state_of(stage, view)
    if state in (PackageState.ACTIVATED, PackageState.DEACTIVATED) and may_have(
        run, "activate", stage
    ):
        yield f"{stage.label} is {state}", by_hand.take_back[0]
    elif state is not None and not stage.is_added and may_have(run, "add", stage):
        line = by_hand.remove_software.format(file=stage.name)
        yield f"{stage.label} is {state}", f"{line}   ! look first"
    size = view.storage.size_of(stage.name) if view.storage else None
    if size is not None and may_have_fetched(run, stage):
        yield f"{stage.name} is there", by_hand.delete_file.format(file=stage.name)
    if size is None and view.storage and not stage.url and may_have(run, "add", stage):
        yield (
            f"{stage.name} was there before, and went with what was removed",
            f"bring {stage.name} back from the software folder, if it is wanted",
        )
