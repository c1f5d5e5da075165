"""Time goes home first: set the true time, whatever state the controller is in.

Works from any state that a crash can leave: a setter that may still be ticking is deleted first, a
clock that is right is left alone. Without two sources of true time no clock is set: NTP is put back
and a person is told.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, RemoveTimers, SetClock
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.steps.protocol import (
    CLOCK_TOLERANCE_S,
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
from service.domain.steps.set_false_clock import false_sent
from service.domain.wallclock import clock_set_text

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class SetTrueTime:
    """Bring the clock within two seconds of true time."""

    remediation: str
    name: str = "set-true-time"
    summary: str = "set the true time"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.CLOCK, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.clock is None or view.timers is None:
            return self._give_up(run, moment, "clock and applets cannot be read")
        names = {timer.name for timer in view.timers}
        setting = run.sent_in(self.name)
        ticking = [s for s in setting if isinstance(s.change, SetClock) and s.may_have_happened]
        if not ticking and names & {CLOCK, CANARY}:
            return Send(RemoveTimers(tuple(sorted(names & {CLOCK, CANARY}))))
        if ticking:
            waited = moment.now.seconds_since(ticking[-1].at)
            if waited < TIMER_COUNTDOWN_S + 1:
                return Hold(TIMER_COUNTDOWN_S + 1 - waited, "waiting for the clock to be set")
            if CLOCK in names and waited < TIMER_COUNTDOWN_S + TIMER_SLACK_S:
                return Hold(LOOK_AGAIN_S, "waiting for the clock to be set")
        if not ticking and _may_yet_turn_false(run, view, moment):
            return Hold(LOOK_AGAIN_S, "the clock may yet be set back by what was sent before")
        return self._judge(run, view, moment, ticking)

    def _judge(self, run: Run, view: ControllerView, moment: Moment, ticking: list[Sent]) -> Move:
        if moment.true_now is None:
            if false_sent(run) is None:
                return Done("the clock was never touched")
            return self._give_up(run, moment, "nothing vouches for true time any more")
        off_s = offset_s(view, moment)
        if off_s is not None and abs(off_s) <= CLOCK_TOLERANCE_S:
            return Done(f"the clock is {off_s:+.1f} s from true time")
        if false_sent(run) is None and not ticking:
            return Done("the clock was never touched by us")
        if len(ticking) >= ATTEMPTS:
            return self._give_up(run, moment, f"the clock is still {off_s:+.1f} s off")
        return self._send(run, moment, off_s, ticking)

    def _send(self, run: Run, moment: Moment, off_s: float | None, ticking: list[Sent]) -> Move:
        if moment.true_now is None:  # checked by the caller; said again for the type checker
            return self._give_up(run, moment, "true time is not known")
        lag = timedelta(seconds=-(off_s or 0.0)) if ticking else timedelta()
        lag = min(max(lag, timedelta(seconds=-30)), timedelta(seconds=30))  # what the CLI takes
        fires = moment.true_now + timedelta(seconds=TIMER_COUNTDOWN_S) + lag
        zone = run.charter.zone
        if not zone.is_plain(fires):
            return Done("the local hour is one that summer time repeats: left to NTP")
        rounded = zone.local(fires) + timedelta(milliseconds=500)
        return Send(SetClock(self.remediation, TIMER_COUNTDOWN_S, rounded.replace(microsecond=0)))

    def _give_up(self, run: Run, moment: Moment, why: str) -> Fail:
        now = moment.true_now or moment.now.wall
        command = f"clock set {clock_set_text(run.charter.zone.local(now))}"
        return Fail(
            f"the clock could not be set to true time: {why}",
            left=("the clock may be wrong",),
            mend=(f"{command}   ! the true local time when you press enter",),
        )


def _may_yet_turn_false(run: Run, view: ControllerView, moment: Moment) -> bool:
    """Whether a setter that deleted itself may be about to run its last action.

    Only right after the false moment was sent, and only while the clock still looks true.
    """
    sent = false_sent(run)
    off_s = offset_s(view, moment)
    if sent is None or off_s is None or abs(off_s) > CLOCK_TOLERANCE_S:
        return False
    return moment.now.seconds_since(sent.at) < TIMER_COUNTDOWN_S + TIMER_SLACK_S


def offset_s(view: ControllerView, moment: Moment) -> float | None:
    """Controller minus true time, seconds; None where either is not known.

    The clock was read a moment before `moment`: its own reading says when.
    """
    if view.clock is None or moment.true_now is None:
        return None
    age = moment.now.wall - view.clock.host_time
    return (view.clock.device_time + age - moment.true_now).total_seconds()
