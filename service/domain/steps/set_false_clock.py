"""Set the clock to the false moment, and see that countdowns do not follow it.

The canary is created with the setter and spans the step: late or missing means that the dead-man's
switch cannot be trusted in the past, and the way home begins at once.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, SetClock
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.steps.protocol import (
    LOOK_AGAIN_S,
    TIMER_COUNTDOWN_S,
    TIMER_SLACK_S,
    Done,
    Fail,
    Hold,
    Moment,
    Move,
    Send,
)

CANARY_S = 15
WAIT_FOR_CLOCK = Hold(LOOK_AGAIN_S, "waiting for the clock to be set")
WAIT_FOR_CANARY = Hold(LOOK_AGAIN_S, "waiting for the canary that spans the step")
FALSE_TOLERANCE_S = 30.0
"""How far the false clock may be off its course: a day of margin makes this harmless."""


@dataclass(frozen=True, slots=True)
class SetClockBack:
    """Set the false moment by a timed applet."""

    remediation: str
    name: str = "set-clock-back"
    summary: str = "set the clock to the moment in the valid window"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.CLOCK, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.timers is None or view.clock is None:
            return Fail("clock and applets cannot be read")
        names = {timer.name for timer in view.timers}
        sent = [s for s in run.sent_in(self.name) if s.may_have_happened]
        if not sent:
            refused = run.sent_in(self.name)
            if refused:
                return Fail(f"the controller refused it: {refused[-1].detail}")
            return self._send(run)
        return self._judge(run, view, sent[-1], names, moment)

    def _send(self, run: Run) -> Move:
        charter = run.charter
        if not charter.zone.is_plain(charter.moment):
            return Fail("the false moment lies in an hour that summer time repeats")
        wall = charter.zone.local(charter.moment)
        return Send(SetClock(self.remediation, TIMER_COUNTDOWN_S, wall, CANARY_S))

    def _judge(
        self, run: Run, view: ControllerView, sent: Sent, names: set[str], moment: Moment
    ) -> Move:
        waited = moment.now.seconds_since(sent.at)
        if waited < TIMER_COUNTDOWN_S + 1:
            return Hold(TIMER_COUNTDOWN_S + 1 - waited, "waiting for the clock to be set")
        off_s = off_course_s(run, view, sent, moment)
        if CLOCK in names or off_s is None or abs(off_s) > FALSE_TOLERANCE_S:
            late = waited >= TIMER_COUNTDOWN_S + TIMER_SLACK_S
            return Fail("the clock does not show what was set") if late else WAIT_FOR_CLOCK
        return self._canary(names, waited, view)

    @staticmethod
    def _canary(names: set[str], waited: float, view: ControllerView) -> Move:
        if CANARY in names:
            late = waited >= CANARY_S + TIMER_SLACK_S
            return (
                Fail("a countdown does not survive the step: late canary")
                if late
                else WAIT_FOR_CANARY
            )
        if waited < CANARY_S - 1:
            return Fail("the canary that spans the clock step is missing")
        shown = view.clock.device_time if view.clock else None
        return Done(f"the clock shows {shown:%Y-%m-%d %H:%M:%S} UTC")


def false_sent(run: Run) -> Sent | None:
    """The newest setting of the false moment that may have happened, over all legs."""
    found = [
        sent
        for sent in run.sent
        if isinstance(sent.change, SetClock)
        and sent.change.canary_s is not None
        and sent.may_have_happened
    ]
    return found[-1] if found else None


def off_course_s(run: Run, view: ControllerView, sent: Sent, moment: Moment) -> float | None:
    """Controller's clock minus where the false time should be by now; None without a clock."""
    if view.clock is None or not isinstance(sent.change, SetClock):
        return None
    running = moment.now.seconds_since(sent.at) - sent.change.countdown_s
    expected = run.charter.moment + timedelta(seconds=running)
    return (view.clock.device_time - expected).total_seconds()
