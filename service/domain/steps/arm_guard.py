"""Arm the dead-man's switch: the box restores itself if nobody renews it.

It counts down relatively and is created, never merged. The time that it would set is the moment of
arming plus the countdown, in the zone and summer time that the box will then have.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, GUARDS, ArmGuard, RemoveTimers
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import NOT_SENT, ArmedGuard, Run, Sent
from service.domain.steps.ours import armed_guards
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
        for armed in armed_guards(self.remediation, run, view):
            return Done(f"{armed.name} fires in {run.remaining_s(armed, moment.now):.0f} s")
        tries = run.sent_in(self.name, ArmGuard)
        if tries and not tries[-1].may_have_happened:
            return Fail(f"the controller refused it: {tries[-1].detail}")
        if len(tries) >= ATTEMPTS:
            return Fail("the dead-man's switch was sent and is not on the controller")
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
        false_year=charter.zone.local(charter.false_moment).year,
        home_wall=charter.zone.local(fires),
        forget=(CLOCK, CANARY, *(other for other in GUARDS if other != name)),
    )


def renewal_due_s(run: Run) -> float:
    """How long before its firing a guard is renewed."""
    return run.charter.policy.dead_man_after_s / 2


def margin_s(run: Run) -> float:
    """How long before its firing nothing of a restore begins any more.

    Half of a short countdown: a policy may name one below twice the 300 s of the rule.
    """
    return min(NO_RESTORE_WITHIN_S, renewal_due_s(run))


def renewal(remediation: str, run: Run, view: ControllerView, moment: Moment) -> Move | None:
    """What keeps the guard from firing while we live; None where nothing is due.

    Called before every step that runs under an armed guard: going forward, there is none without.
    The new guard is created under the other name and seen on the controller before the old one is
    deleted.
    """
    present = armed_guards(remediation, run, view)
    if not present:
        gone = Fail("the dead-man's switch is gone: it fired, or somebody deleted it")
        return gone if run.phase == "forward" else None
    if len(present) > 1:
        return _without_the_old(run, present[0], moment)
    guard = present[0]
    if run.remaining_s(guard, moment.now) > renewal_due_s(run):
        return None
    tries = _tries_since(run, guard, ArmGuard)
    if len(tries) >= ATTEMPTS or (tries and not tries[-1].may_have_happened):
        return _cannot_renew(f"it was refused or lost: {tries[-1].detail}", guard, run, moment)
    other = next(name for name in GUARDS if name != guard.name)
    change = guard_change(remediation, other, run, moment)
    if isinstance(change, Fail):
        return _cannot_renew(change.detail, guard, run, moment)
    return Send(change)


def _without_the_old(run: Run, old: ArmedGuard, moment: Moment) -> Move | None:
    tries = _tries_since(run, run.guards()[-1], RemoveTimers)
    if len(tries) < ATTEMPTS:
        return Send(RemoveTimers((old.name,)))
    return _cannot_renew(f"{old.name} cannot be deleted: {tries[-1].detail}", old, run, moment)


def _tries_since(run: Run, guard: ArmedGuard, kind: type[object]) -> tuple[Sent, ...]:
    """What was sent of a kind since a guard was armed; a busy "no" counts as not sent."""
    armed = max(s.seq for s in run.sent if s.at == guard.armed_at)
    return tuple(
        s
        for s in run.sent
        if s.seq > armed and isinstance(s.change, kind) and s.outcome not in NOT_SENT
    )


def _cannot_renew(why: str, guard: ArmedGuard, run: Run, moment: Moment) -> Move | None:
    """Forward it is the end. At home we go on, but never into its firing: it is let fire first."""
    if run.phase == "forward":
        return Fail(f"the dead-man's switch cannot be renewed: {why}")
    left_s = run.remaining_s(guard, moment.now)
    if 0 < left_s <= margin_s(run):
        return Hold(left_s + 1, "letting the dead-man's switch fire first")
    return None
