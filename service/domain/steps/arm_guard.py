"""Arm the dead-man's switch: the box restores itself if nobody renews it.

It counts down relatively and is created, never merged. The time that it would set is the moment of
arming plus the countdown, in the zone and summer time that the box will then have.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, GUARDS, ArmGuard, RemoveTimers
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import ArmedGuard, Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send

ATTEMPTS = 2
NO_RESTORE_WITHIN_S = 300
"""No restore begins this close to the switch's firing (DESIGN.md, section 5)."""


@dataclass(frozen=True, slots=True)
class ArmDeadMansSwitch:
    """Create the first guard and see it on the controller."""

    remediation: str
    name: str = "arm-dead-man"
    summary: str = "arm the dead-man's switch: the box restores clock and NTP by itself"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        names = {timer.name for timer in view.timers or ()}
        armed = next((guard for guard in run.guards() if guard.name in names), None)
        if armed is not None:
            return Done(f"{armed.name} fires in {armed.remaining_s(moment.now):.0f} s")
        tries = len(run.sent_in(self.name))
        if tries >= ATTEMPTS:
            return Fail("the dead-man's switch was sent and is not on the controller")
        if tries and not run.sent_in(self.name)[-1].may_have_happened:
            return Fail(f"the controller refused it: {run.sent_in(self.name)[-1].detail}")
        change = guard_change(self.remediation, GUARDS[0], run, moment)
        return change if isinstance(change, Fail) else Send(change)


def guard_change(remediation: str, name: str, run: Run, moment: Moment) -> ArmGuard | Fail:
    """A dead-man's switch armed now; Fail where it could set no unambiguous time."""
    charter = run.charter
    if moment.true_now is None:
        return Fail("true time is not known: no dead-man's switch could set it")
    countdown = int(charter.policy.dead_man_after_s)
    fires = moment.true_now + timedelta(seconds=countdown)
    if not charter.zone.is_plain(fires):
        return Fail(
            f"it would fire at {charter.zone.local(fires):%Y-%m-%d %H:%M} local, an hour that "
            "summer time repeats: begin an hour earlier or later"
        )
    return ArmGuard(
        name=name,
        remediation=remediation,
        countdown_s=countdown,
        ntp=charter.ntp,
        false_year=charter.zone.local(charter.moment).year,
        home_wall=charter.zone.local(fires),
        forget=(CLOCK, CANARY, *(other for other in GUARDS if other != name)),
    )


def margin_s(run: Run) -> float:
    """How long before its firing a guard is renewed at the latest.

    Half of a short countdown: a policy may name one below twice the 300 s of the rule.
    """
    return min(NO_RESTORE_WITHIN_S, run.charter.policy.dead_man_after_s / 2)


def renewal(remediation: str, run: Run, view: ControllerView, moment: Moment) -> Move | None:
    """What keeps the guard from firing while we live; None where nothing is due.

    Called before every step that runs under an armed guard. The new guard is created under the
    other name and seen on the controller before the old one is deleted.
    """
    guards = run.guards()
    if not guards or view.timers is None:
        return None
    names = {timer.name for timer in view.timers}
    present = [guard for guard in guards if guard.name in names]
    if len(present) > 1:
        return Send(RemoveTimers((present[0].name,)))
    due_s = max(margin_s(run), run.charter.policy.dead_man_after_s / 2)
    if not present or present[0].remaining_s(moment.now) > due_s:
        return None
    other = next(name for name in GUARDS if name != present[0].name)
    change = guard_change(remediation, other, run, moment)
    if isinstance(change, Fail):
        return _cannot_renew(change, present[0], run, moment)
    return Send(change)


def _cannot_renew(why: Fail, guard: ArmedGuard, run: Run, moment: Moment) -> Move | None:
    if run.phase == "forward":
        return Fail(f"the dead-man's switch cannot be renewed: {why.detail}")
    left = guard.remaining_s(moment.now)
    return Hold(left + 1, "letting the dead-man's switch fire first") if left > 0 else None
