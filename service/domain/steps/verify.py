"""The last look: everything is as it was, and the recovered APs stay.

It is the judge: what failed on the way home and is seen to be right now is no trouble any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from service.domain.journal import StepDone
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.mending import (
    applet_lines,
    clock_line,
    everything,
    ntp_lines,
    ntp_text,
)
from service.domain.steps.ntp_in_sync import LOOK_EVERY_S
from service.domain.steps.ours import ours
from service.domain.steps.polling_interval import interval_differences
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.restore_ntp import changed_text, ntp_touched
from service.domain.steps.save import is_changed_by_others
from service.domain.steps.saving import is_to_be_saved
from service.domain.steps.set_false_clock import false_sent, offset_s
from service.domain.steps.set_true_clock import follows_ntp, is_true
from service.domain.steps.wait_for_aps import is_home

SEEN_DIFFERENT = "the controller is not as it was"

Difference: TypeAlias = tuple[str, str]
"""What is different, and the command that mends it."""


@dataclass(frozen=True, slots=True)
class Verify:
    """NTP identical, clock true, nothing of ours left, APs registered for a while at true time."""

    remediation: str
    name: str = "verify"
    summary: str = "verify clock, NTP, applets and that the APs stay registered"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.CLOCK,
            Topic.NTP_CONFIG,
            Topic.NTP_STATE,
            Topic.TIMERS,
            Topic.SAVED,
            Topic.AP_JOIN,
            Topic.AP_JOIN_STATS,
        }
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not run.wrote:
            return Done("nothing was changed")
        if view.ntp is None or view.clock is None or view.timers is None:
            unread = "clock, NTP or applets cannot be read"
            return Fail(unread, (unread,), mend=everything(run))
        passing = (*_clock_differences(run, view, moment), *_authentication_differences(run, view))
        found = (*self._differences(run, view), *passing)
        if passing == found != () and self._may_yet_follow(run, moment):
            return Hold(LOOK_EVERY_S, f"waiting for NTP: {passing[0][0]}")
        if found:
            left, mend = zip(*found, strict=True)
            return Fail(SEEN_DIFFERENT, tuple(dict.fromkeys(left)), tuple(dict.fromkeys(mend)))
        wait_s = self._wait_s(run, moment)
        if wait_s > 0:
            return Hold(max(wait_s, 1.0), "seeing the APs stay registered at true time")
        aps = {ap.mac: ap for ap in view.aps or ()}
        home = sum(is_home(aps.get(ap.mac)) for ap in run.charter.aps)
        return Done(f"{home} of {len(run.charter.aps)} APs registered; clock, NTP and applets true")

    def _wait_s(self, run: Run, moment: Moment) -> float:
        """How long to wait for the APs at true time; nobody is waited for who never came."""
        home_since = run.ended_at("set-true-time")
        if false_sent(run) is None or home_since is None or not run.ended_at("wait-for-aps"):
            return 0.0
        policy = run.charter.policy
        left_s = policy.stay_registered_s - run.elapsed_s(home_since, moment.now)
        return min(policy.poll_every_s, left_s)

    def _may_yet_follow(self, run: Run, moment: Moment) -> bool:
        """Whether NTP, which is all there, may yet correct a clock that somebody moved."""
        ended = run.finished().get("ntp-in-sync")
        if moment.true_now is None or not isinstance(ended, StepDone):
            return False
        waited = run.elapsed_s(run.since(self.name), moment.now)
        return run.charter.ntp_was_synchronised and waited < run.charter.policy.ntp_sync_s

    def _differences(self, run: Run, view: ControllerView) -> Iterator[Difference]:
        yield from _ntp_differences(run, view)
        yield from interval_differences(run, view)
        for name in sorted(ours(self.remediation, run, view)):
            yield f"applet {name} is left", applet_lines([name])[0]
        if is_to_be_saved(run) and view.unsaved and not is_changed_by_others(run, view):
            save = run.charter.by_hand.save
            yield "running differs from startup", f"{save}   ! when the rest is as it was"


def _ntp_differences(run: Run, view: ControllerView) -> Iterator[Difference]:
    """Against the captured, if any of it may have gone by our doing."""
    if view.ntp is None or not ntp_touched(run):
        return
    captured, by_hand = run.charter.ntp, run.charter.by_hand
    for entry in captured.without(view.ntp).entries:
        for line in ntp_lines(by_hand, [entry]):
            yield f"missing: ntp {entry.label}", line
    for ours_, theirs in captured.altered_in(view.ntp):
        for line in ntp_lines(by_hand, [ours_]):
            yield changed_text(ours_, theirs), f"{line}   ! as captured"
    for entry in view.ntp.without(captured).entries:
        look = f"{by_hand.look_at_ntp}   ! theirs to keep or take away"
        yield f"added by others: {ntp_text(entry)}", look


def _authentication_differences(run: Run, view: ControllerView) -> Iterator[Difference]:
    """A server that was put back has to be trusted as it was."""
    if view.ntp is None or not ntp_touched(run):
        return
    now = {entry.identity: entry.authentication for entry in view.ntp.entries}
    for entry in run.charter.ntp.entries:
        said = now.get(entry.identity)
        if said and entry.authentication and said != entry.authentication:
            look = f"{run.charter.by_hand.look_at_ntp}   ! its key, on both sides"
            yield f"ntp {entry.label}: {entry.authentication} before, {said} now", look


def _clock_differences(run: Run, view: ControllerView, moment: Moment) -> Iterator[Difference]:
    """Without two sources of true time a person has to look, even where NTP holds the clock."""
    if view.clock is None or false_sent(run) is None:
        return
    off_s = offset_s(view, moment)
    if off_s is None:
        if follows_ntp(run, view):
            look = f"{run.charter.by_hand.look_at_clock}   ! compare with a clock that you trust"
            yield "nothing vouches for the clock: NTP holds it", look
        else:
            held = "nothing vouches for the clock: NTP does not hold it"
            yield held, clock_line(run, moment)
    elif not is_true(view, moment):
        yield f"the clock is {off_s:+.1f} s from true time", clock_line(run, moment)
