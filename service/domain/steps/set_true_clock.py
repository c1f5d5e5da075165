"""Time goes home first: set the true time, whatever state the controller is in.

Works from any state that a crash can leave: a setter that may still be ticking is deleted first, a
clock that is right is left alone. Without two sources of true time no clock is set: NTP is put back
and a person is told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, Reads, RemoveTimers, SetClock
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.steps.mending import applet_lines, clock_line
from service.domain.steps.ours import ours
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
    look_took_s,
)
from service.domain.steps.set_false_clock import false_sent, offset_s
from service.domain.steps.setting import countdown_s, misread, reads_as, wall

ATTEMPTS = 4
CLOSE_ENOUGH_S = 5.0
"""DESIGN.md, section 6: within 5 s when set, within 2 s once NTP is in sync."""
MOST_LATE_S = 30.0
WAITING = "waiting for the clock to be set"


@dataclass(frozen=True, slots=True)
class SetTrueTime:
    """Bring the clock within two seconds of true time.

    Attributes:
        repairs: a clock that is wrong though we never touched it is set, too; and where it cannot
            be set, that is no success.
    """

    remediation: str
    name: str = "set-true-time"
    summary: str = "set the true time"
    repairs: bool = False
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.CLOCK, Topic.TIMERS, Topic.NTP_CONFIG, Topic.NTP_STATE}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not self.repairs and not run.may_have_sent(SetClock):
            return Done("the clock was never touched by us")
        if view.clock is None or view.timers is None:
            return self._give_up(run, moment, "clock and applets cannot be read")
        stray = ours(self.remediation, run, view) & {CLOCK, CANARY}
        wait = self._wait(stray, run, view, moment)
        if wait is not None:
            return wait
        if stray:
            return self._delete(stray, run, moment)
        if moment.true_now is None:
            return self._without_truth(run, view, moment)
        return self._judge(run, view, moment, moment.true_now)

    def _wait(
        self, stray: frozenset[str], run: Run, view: ControllerView, moment: Moment
    ) -> Hold | None:
        """A wait while a setter of ours may be at work: the last true one, or the false one."""
        setting = run.sent_in(self.name, SetClock)
        if not setting:
            return None if stray else _may_yet_turn_false(run, view, moment)
        if not setting[-1].may_have_happened:
            return None
        waited, acts_s = _waited_s(run, setting[-1], view, moment), countdown_s(run)
        if waited < acts_s + 1:
            return Hold(max(LOOK_AGAIN_S, acts_s + 1 - waited), WAITING)
        if not acts_s:
            return None  # a command acted when it was sent, or never will
        off_s = offset_s(view, moment)
        unseen = CLOCK in stray or (off_s is not None and abs(off_s) > MOST_LATE_S)
        late = waited >= acts_s + TIMER_SLACK_S
        return Hold(LOOK_AGAIN_S, WAITING) if unseen and not late else None

    def _delete(self, stray: frozenset[str], run: Run, moment: Moment) -> Move:
        """A setter that has not run by now must never run, and its name is needed."""
        if len(run.sent_in(self.name, RemoveTimers)) < ATTEMPTS:
            return Send(RemoveTimers(tuple(sorted(stray))))
        names = ", ".join(sorted(stray))
        failed = self._give_up(run, moment, f"{names} cannot be deleted")
        return Fail(failed.detail, failed.left, (*applet_lines(stray), *failed.mend))

    def _without_truth(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if follows_ntp(run, view):
            return Done("nothing vouches for true time any more, but the clock follows NTP")
        return self._give_up(run, moment, "nothing vouches for true time any more")

    def _judge(self, run: Run, view: ControllerView, moment: Moment, true_now: datetime) -> Move:
        off_s = offset_s(view, moment)
        if off_s is None:
            return self._give_up(run, moment, "the clock cannot be read")
        if abs(off_s) <= CLOCK_TOLERANCE_S:
            return Done(f"the clock is {off_s:+.1f} s from true time")
        if len(run.sent_in(self.name, SetClock)) < ATTEMPTS:
            return self._send(run, true_now, self._late_s(run, moment, off_s), off_s)
        if abs(off_s) <= CLOSE_ENOUGH_S:
            return Done(f"the clock is {off_s:+.1f} s from true time, and left to NTP")
        return self._give_up(run, moment, f"it is still {off_s:+.1f} s off")

    def _send(self, run: Run, true_now: datetime, late_s: float, off_s: float) -> Move:
        acts_s, reads = countdown_s(run), self._reads(run, true_now, off_s)
        fires = true_now + timedelta(seconds=acts_s + late_s)
        if reads == "local" and not run.charter.zone.is_plain(fires):
            why = "the local hour is one that summer time repeats"
            return Fail(why) if self.repairs else Done(f"{why}: left to NTP")
        rounded = wall(run, fires, reads) + timedelta(milliseconds=500)
        to = rounded.replace(microsecond=0)
        return Send(SetClock(self.remediation, acts_s, to, reads=reads))

    def _reads(self, run: Run, true_now: datetime, off_s: float) -> Reads:
        """How the box takes a wall time, by what the last setting came to."""
        last = next(reversed(run.sent_in(self.name, SetClock)), None)
        other = None
        if last is not None:
            other = misread(run, last, off_s, at=true_now, within_s=MOST_LATE_S)
        return other or reads_as(run)

    def _late_s(self, run: Run, moment: Moment, off_s: float) -> float:
        """How late the box carried out the last setting: the next one allows for it.

        Only where that setting can be seen in the clock: one that never ran says nothing.
        """
        last = next(reversed(run.sent_in(self.name, SetClock)), None)
        if last is None or not isinstance(last.change, SetClock) or moment.true_now is None:
            return 0.0
        waited = timedelta(seconds=run.elapsed_s(last.at, moment.now) - last.change.countdown_s)
        meant = wall(run, moment.true_now - waited, last.change.reads)
        late_s = (last.change.wall - meant).total_seconds() - off_s
        return late_s if 0 <= late_s <= MOST_LATE_S else 0.0

    def _give_up(self, run: Run, moment: Moment, why: str) -> Fail:
        return Fail(
            f"the clock could not be set to true time: {why}",
            left=("the clock may be wrong",),
            mend=(clock_line(run, moment),),
        )


def follows_ntp(run: Run, view: ControllerView) -> bool:
    """Whether NTP holds the clock: no better witness is needed (DESIGN.md, section 5).

    A state that outlives the servers is no witness, nor is one beside a clock in the false days.
    """
    if view.ntp is None or not view.ntp.entries or view.clock is None:
        return False
    is_false = False
    if run.charter.moment is not None:
        since_false = view.clock.device_time - run.charter.moment
        is_false = timedelta(days=-1) < since_false < timedelta(days=30)
    return view.ntp_state is not None and view.ntp_state.synchronised and not is_false


def is_true(view: ControllerView, moment: Moment) -> bool | None:
    """Whether the clock is within 2 s of true time, as well as it could be read; None: unknown."""
    off_s = offset_s(view, moment)
    if off_s is None or view.clock is None:
        return None
    return abs(off_s) <= CLOCK_TOLERANCE_S + view.clock.uncertainty_s


def is_proven_true(run: Run, view: ControllerView, moment: Moment) -> bool:
    """Whether the clock is true, by true time or, where nothing vouches for it, by NTP."""
    true = is_true(view, moment)
    return follows_ntp(run, view) if true is None else true


def _waited_s(run: Run, sent: Sent, view: ControllerView, moment: Moment) -> float:
    """Seconds from a sending to the look that is decided on."""
    return run.elapsed_s(sent.at, moment.now) - look_took_s(view, moment)


def _may_yet_turn_false(run: Run, view: ControllerView, moment: Moment) -> Hold | None:
    """A wait where a setter that deleted itself may be about to run its last action.

    Only right after the false moment was sent, and only while the clock still looks true.
    """
    sent = false_sent(run)
    if sent is None or not is_true(view, moment):
        return None
    waited = _waited_s(run, sent, view, moment)
    if waited >= TIMER_COUNTDOWN_S + TIMER_SLACK_S:
        return None
    return Hold(LOOK_AGAIN_S, "the clock may yet be set back by what was sent before")
