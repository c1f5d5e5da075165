"""Set the clock to the false moment, and see that countdowns do not follow it.

The canary is created with the setter and spans the step: late or missing means that the dead-man's
switch cannot be trusted in the past, and the way home begins at once.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, Reads, SetClock
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.steps.ours import ours
from service.domain.steps.protocol import (
    LOOK_AGAIN_S,
    TIMER_SLACK_S,
    Done,
    Fail,
    Hold,
    Moment,
    Move,
    Send,
    look_took_s,
)
from service.domain.steps.setting import countdown_s, misread, wall

CANARY_S = 15
WAIT_FOR_CLOCK = Hold(LOOK_AGAIN_S, "waiting for the clock to be set")
WAIT_FOR_CANARY = Hold(LOOK_AGAIN_S, "waiting for the canary that spans the step")
STILL_TRUE_S = 5.0
FALSE_TOLERANCE_S = 30.0
"""How far the false clock may be off its course: a day of margin makes this harmless."""


@dataclass(frozen=True, slots=True)
class SetClockBack:
    """Set the false moment by a timed applet; by a command where the box has no timers."""

    remediation: str
    name: str = "set-clock-back"
    summary: str = "set the clock to the moment in the valid window"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.CLOCK, Topic.TIMERS, Topic.NTP_CONFIG})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.timers is None or view.clock is None or view.ntp is None:
            return Fail("clock, NTP and applets cannot be read")
        sent = run.sent_in(self.name, SetClock)
        if not sent:
            return self._send(run, view, moment)
        if not sent[-1].may_have_happened:
            return Fail(f"the controller refused it: {sent[-1].detail}")
        return self._judge(run, view, sent[-1], moment)

    def _send(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        charter = run.charter
        if view.ntp is not None and view.ntp.entries:
            return Fail(f"somebody else added {', '.join(view.ntp.labels)}")
        off_s = offset_s(view, moment)
        if off_s is None:
            return Fail("true time is not known any more")
        if abs(off_s) > STILL_TRUE_S:
            return Fail(f"somebody else set the clock: it is {off_s:+.0f} s from true time")
        if not charter.zone.is_plain(charter.false_moment):
            return Fail("the false moment lies in an hour that summer time repeats")
        return self._set(run, "local")

    def _set(self, run: Run, reads: Reads) -> Send:
        to = wall(run, run.charter.false_moment, reads)
        after_s = countdown_s(run)
        if after_s:
            return Send(SetClock(self.remediation, after_s, to, CANARY_S))
        return Send(SetClock(self.remediation, 0, to, false=True, reads=reads))

    def _judge(self, run: Run, view: ControllerView, sent: Sent, moment: Moment) -> Move:
        seen_at = run.elapsed_s(sent.at, moment.now) - look_took_s(view, moment)
        acts_s = countdown_s(run)
        if seen_at < acts_s + 1:
            return Hold(max(LOOK_AGAIN_S, acts_s + 1 - seen_at), WAIT_FOR_CLOCK.why)
        there = ours(self.remediation, run, view)
        off_s = off_course_s(run, view, sent, moment)
        if CLOCK in there or off_s is None or abs(off_s) > FALSE_TOLERANCE_S:
            return self._off_course(run, sent, seen_at, off_s)
        if not acts_s:
            return _shown(view)
        return self._canary(there, seen_at, run.elapsed_s(sent.at, moment.now), view)

    def _off_course(self, run: Run, sent: Sent, seen_at: float, off_s: float | None) -> Move:
        """The clock shows something else: wait, set it once the other way round, or give up."""
        moment, first = run.charter.false_moment, len(run.sent_in(self.name, SetClock)) == 1
        if off_s is not None and first:
            other = misread(run, sent, off_s, at=moment, within_s=FALSE_TOLERANCE_S)
            if other is not None:
                return self._set(run, other)
        late = seen_at >= countdown_s(run) + TIMER_SLACK_S
        return Fail("the clock does not show what was set") if late else WAIT_FOR_CLOCK

    @staticmethod
    def _canary(there: frozenset[str], began: float, ended: float, view: ControllerView) -> Move:
        """Judge the canary by a look that lay between two moments, counted from the sending."""
        if CANARY in there:
            if began < CANARY_S + TIMER_SLACK_S:
                return WAIT_FOR_CANARY
            return Fail("a countdown does not survive the step: late canary")
        if ended < CANARY_S - 1:
            return Fail("the canary that spans the clock step is missing")
        return _shown(view)


def _shown(view: ControllerView) -> Done:
    shown = view.clock.device_time if view.clock else None
    return Done(f"the clock shows {shown:%Y-%m-%d %H:%M:%S} UTC")


def false_sent(run: Run) -> Sent | None:
    """The newest setting of the false moment that may have happened, over all legs."""
    found = [
        sent
        for sent in run.sent
        if isinstance(sent.change, SetClock) and sent.change.is_false and sent.may_have_happened
    ]
    return found[-1] if found else None


def off_course_s(run: Run, view: ControllerView, sent: Sent, moment: Moment) -> float | None:
    """Controller's clock minus where the false time should be; None without a clock.

    The clock was read before the tables that the look also holds: its reading says when.
    """
    if view.clock is None or not isinstance(sent.change, SetClock):
        return None
    running_s = run.elapsed_s(sent.at, moment.now) - sent.change.countdown_s
    expected = run.charter.false_moment + timedelta(seconds=running_s)
    return (view.clock.shown_at(moment.now) - expected).total_seconds()


def offset_s(view: ControllerView, moment: Moment) -> float | None:
    """Controller minus true time, seconds; None where either is not known.

    The clock was read a moment before `moment`: its own reading says when.
    """
    if view.clock is None or moment.true_now is None:
        return None
    return (view.clock.shown_at(moment.now) - moment.true_now).total_seconds()
