"""The steps of a clock window as a plan shows them, with every change that they would send."""

from collections.abc import Iterator
from datetime import timedelta

from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    AddNtp,
    ArmGuard,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    SaveConfig,
    SetClock,
)
from service.domain.journal import Charter
from service.domain.plan import PlanStep
from service.domain.steps.protocol import TIMER_COUNTDOWN_S
from service.domain.steps.set_false_clock import CANARY_S
from service.domain.strategies import clock_window
from service.domain.strategies.drafting import NAME, Shown, steps_as_shown


def steps_shown(charter: Charter) -> Iterator[PlanStep]:
    """Every step with its changes as of now; times in them are worked out again when sent."""
    changes = {
        **(_by_command(charter) if charter.guardians else _by_timers(charter)),
        **_ntp(charter),
        "save": ((SaveConfig(),), ()),
    }
    return steps_as_shown(
        charter,
        "NTP servers, clock, zone and what is saved",
        changes,
        forward=clock_window.forward,
        home=clock_window.home,
    )


def _by_timers(charter: Charter) -> Shown:
    """On a box that restores itself: every clock is set by a timed applet, under a switch."""
    zone, now = charter.zone, charter.true_time.at
    fires = now + timedelta(seconds=charter.policy.dead_man_after_s)
    guard = ArmGuard(
        name=GUARDS[0],
        remediation=NAME,
        countdown_s=int(charter.policy.dead_man_after_s),
        ntp=charter.ntp,
        false_year=zone.local(charter.false_moment).year,
        home_wall=zone.local(fires).replace(microsecond=0),
        forget=(CLOCK, CANARY, GUARDS[1]),
    )
    true_wall = zone.local(now + timedelta(seconds=TIMER_COUNTDOWN_S)).replace(microsecond=0)
    true_clock = SetClock(NAME, TIMER_COUNTDOWN_S, true_wall)
    back = SetClock(NAME, TIMER_COUNTDOWN_S, zone.local(charter.false_moment), CANARY_S)
    proof = ProveTimer(NAME, TIMER_COUNTDOWN_S, (zone.local(now).year,))
    gone = RemoveTimers(GUARDS)
    return {
        "prove-timer": ((proof,), (gone,)),
        "arm-dead-man": ((guard,), (gone,)),
        "set-clock-back": ((back,), (true_clock,)),
        "set-true-time": ((true_clock,), ()),
        "disarm": ((gone,), ()),
    }


def _by_command(charter: Charter) -> Shown:
    """On a box without timers: the clock is set by a command."""
    true_wall = charter.zone.local(charter.true_time.at).replace(microsecond=0)
    true_clock = SetClock(NAME, 0, true_wall)
    back = SetClock(NAME, 0, charter.zone.local(charter.false_moment), false=True)
    return {
        "set-clock-back": ((back,), (true_clock,)),
        "set-true-time": ((true_clock,), ()),
    }


def _ntp(charter: Charter) -> Shown:
    if not charter.ntp.entries:
        return {}
    return {
        "remove-ntp": ((RemoveNtp(charter.ntp),), (AddNtp(charter.ntp),)),
        "restore-ntp": ((AddNtp(charter.ntp),), ()),
    }
