"""Set a wrong clock to true time. There is no way back: true time is where it stays.

A crash leaves the clock as it was found or true; the way home looks which, and sets what a setter
of ours may have left half done.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SetClock
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.repair import FOUND, REPAIR, follows_another
from service.domain.steps.set_false_clock import offset_s
from service.domain.steps.set_true_clock import SetTrueTime


@dataclass(frozen=True, slots=True)
class RepairClock:
    """Note how wrong it is, set it, and read it back."""

    remediation: str
    name: str = REPAIR
    summary: str = "set the true time; not to be undone: true time stays, however this ends"
    needs: ClassVar[frozenset[Topic]] = SetTrueTime.needs

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.clock is None or view.timers is None or view.ntp is None:
            return Fail("clock, NTP and applets cannot be read")
        off_s = offset_s(view, moment)
        if off_s is None:
            return Fail("true time is not known any more")
        found = run.facts(self.name).get(FOUND)
        if found is None:
            told = f"{off_s:+.1f}"
            return Hold(0.0, f"the clock is {told} s from true time", {FOUND: told})
        theirs = None if run.sent_in(self.name, SetClock) else _changed(run, view)
        if theirs is not None:
            return Fail(theirs)
        move = SetTrueTime(self.remediation, self.name, repairs=True).decide(run, view, moment)
        if isinstance(move, Done):
            return Done(f"found {found} s from true time; now {move.detail}")
        return move


def _changed(run: Run, view: ControllerView) -> str | None:
    """What somebody else did since the plan, so that it is another situation now."""
    if view.ntp is not None and not run.charter.ntp.same_as(view.ntp):
        labels = ", ".join(view.ntp.labels) or "no entry"
        return f"NTP was changed by somebody else since the plan: {labels}"
    if follows_another(view.ntp_state):
        return "the controller follows NTP by now: it sets its clock itself"
    return None
