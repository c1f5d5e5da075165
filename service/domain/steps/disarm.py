"""Take every timer of ours off the controller; one of another remediation is not ours to touch."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import TIMER_PREFIX, RemoveTimers
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Disarm:
    """Delete the dead-man's switch and whatever else of ours is left."""

    remediation: str
    name: str = "disarm"
    summary: str = "delete the dead-man's switch and every other applet of ours"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.timers is None:
            return Fail("the applets cannot be read", left=("applets may be left",))
        claimed = [t for t in view.timers if t.name.startswith(TIMER_PREFIX)]
        ours = [t.name for t in claimed if self.remediation in t.description]
        if ours:
            sent = run.sent_in(self.name)
            if len(sent) < ATTEMPTS:
                return Send(RemoveTimers(tuple(ours)))
            return Fail(
                f"could not be deleted: {sent[-1].detail}",
                left=tuple(f"applet {name} is left" for name in ours),
                mend=tuple(f"no event manager applet {name}" for name in ours),
            )
        if claimed and run.wrote:
            names = ", ".join(timer.name for timer in claimed)
            return Done(f"nothing of ours is left; {names} belong(s) to another window")
        return Done("nothing of ours is left")
