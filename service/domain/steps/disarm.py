"""Take every timer of ours off the controller; one of another remediation is not ours to touch.

Where time or NTP could not be put back, a dead-man's switch that still ticks is left to fire first:
it goes another way than we do, by command lines on the box.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import TIMER_PREFIX, RemoveTimers
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.mending import applet_lines
from service.domain.steps.ours import armed_guards, ours
from service.domain.steps.protocol import TIMER_SLACK_S, Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.restore_ntp import ntp_touched
from service.domain.steps.set_false_clock import false_sent
from service.domain.steps.set_true_clock import is_proven_true

ATTEMPTS = 4
LOOK_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class Disarm:
    """Delete the dead-man's switch and whatever else of ours is left."""

    remediation: str
    name: str = "disarm"
    summary: str = "delete the dead-man's switch and every other applet of ours"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.TIMERS, Topic.NTP_CONFIG, Topic.NTP_STATE, Topic.CLOCK}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.timers is None:
            return Fail(
                "the applets cannot be read",
                ("applets may be left",),
                mend=(run.charter.by_hand.look_at_timers,),
            )
        there = ours(self.remediation, run, view)
        if there:
            fires_s = self._last_hope_s(run, view, moment)
            if fires_s > 0:
                return Hold(min(fires_s, LOOK_EVERY_S), "letting the dead-man's switch do it")
            return self._delete(run, there)
        theirs = [t.name for t in view.timers if t.name.startswith(TIMER_PREFIX)]
        if theirs:
            names = ", ".join(theirs)
            return Done(f"nothing of ours is left; {names} belong(s) to another window")
        return Done("nothing of ours is left")

    def _delete(self, run: Run, there: frozenset[str]) -> Move:
        sent = run.sent_in(self.name, RemoveTimers)
        if len(sent) < ATTEMPTS:
            return Send(RemoveTimers(tuple(sorted(there))))
        return Fail(
            f"could not be deleted: {sent[-1].detail}",
            left=tuple(f"applet {name} is left" for name in sorted(there)),
            mend=applet_lines(there),
        )

    def _last_hope_s(self, run: Run, view: ControllerView, moment: Moment) -> float:
        """How long to wait for a switch that could put back what we could not; 0: do not."""
        if not _is_wanting(run, view, moment):
            return 0.0
        left = [run.remaining_s(g, moment.now) for g in armed_guards(self.remediation, run, view)]
        return max((seconds + TIMER_SLACK_S for seconds in left), default=0.0)


def _is_wanting(run: Run, view: ControllerView, moment: Moment) -> bool:
    """Whether an entry is missing, or the clock is not true. Foreign changes are not its affair."""
    if view.ntp is None or view.clock is None:
        return False
    captured = run.charter.ntp
    if ntp_touched(run) and captured.altered_in(view.ntp):
        return False  # its lines would overwrite what somebody else wrote
    missing = ntp_touched(run) and bool(captured.without(view.ntp).entries)
    return missing or (false_sent(run) is not None and not is_proven_true(run, view, moment))
