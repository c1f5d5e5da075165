"""The last look at a repaired clock: true, held as planned, and nothing of ours left beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.mending import applet_lines, everything
from service.domain.steps.ntp_in_sync import LOOK_EVERY_S
from service.domain.steps.ours import ours
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.repair import (
    FOUND,
    REPAIR,
    Difference,
    clock_differences,
    follows_another,
    is_kept,
    ntp_differences,
)
from service.domain.steps.save_repair import is_theirs
from service.domain.steps.saving import is_to_be_saved
from service.domain.steps.set_false_clock import offset_s
from service.domain.steps.verify import SEEN_DIFFERENT


@dataclass(frozen=True, slots=True)
class VerifyRepair:
    """Clock, NTP, applets, and saved as it was."""

    remediation: str
    name: str = "verify"
    summary: str = "verify clock, NTP and applets"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.CLOCK, Topic.NTP_CONFIG, Topic.NTP_STATE, Topic.TIMERS, Topic.SAVED}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not run.wrote:
            return Done("nothing was changed")
        if view.ntp is None or view.clock is None or view.timers is None:
            unread = "clock, NTP or applets cannot be read"
            return Fail(unread, (unread,), mend=everything(run))
        clock = tuple(clock_differences(run, view, moment))
        found = (*self._differences(run, view), *clock)
        if clock == found != () and self._may_yet_follow(run, view, moment):
            return Hold(LOOK_EVERY_S, f"waiting for NTP: {clock[0][0]}")
        if found:
            left, mend = zip(*found, strict=True)
            return Fail(SEEN_DIFFERENT, tuple(dict.fromkeys(left)), tuple(dict.fromkeys(mend)))
        return Done(_told(run, view, moment))

    def _differences(self, run: Run, view: ControllerView) -> Iterator[Difference]:
        yield from ntp_differences(run, view)
        for name in sorted(ours(self.remediation, run, view)):
            yield f"applet {name} is left", applet_lines([name])[0]
        if is_to_be_saved(run) and view.unsaved and not is_theirs(run, view):
            save = run.charter.by_hand.save
            yield "running differs from startup", f"{save}   ! when the rest is right"

    def _may_yet_follow(self, run: Run, view: ControllerView, moment: Moment) -> bool:
        """Whether NTP, which held the clock, may yet correct what somebody moved."""
        held = view.ntp is not None and bool(view.ntp.entries)
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        known = moment.true_now is not None
        return is_kept(run) and held and known and waited_s < run.charter.policy.ntp_sync_s


def _told(run: Run, view: ControllerView, moment: Moment) -> str:
    off_s, state = offset_s(view, moment), view.ntp_state
    found = run.facts(REPAIR).get(FOUND)
    was = "" if found is None else f"found {found} s from true time, "
    now = "not compared" if off_s is None else f"now {off_s:+.1f} s"
    held = "nothing holds it"
    if state is not None and follows_another(state):
        held = f"in sync with {state.system_peer}"
    return f"the clock: {was}{now}; {held}"
