"""What of ours a look shows.

Between installations a timer's name is the claim, so a name alone does not make it ours: its
description names the remediation. A box that shows no description is taken by what we created.
"""

from service.domain.changes import (
    CANARY,
    CLOCK,
    PROBE,
    WITNESS,
    ArmGuard,
    Change,
    ProveTimer,
    SetClock,
)
from service.domain.observation import ControllerView
from service.domain.remediation import ArmedGuard, Run


def ours(remediation: str, run: Run, view: ControllerView) -> frozenset[str]:
    """The names of our timers on the controller; none where timers were not read."""
    made = {name for sent in run.sent if sent.may_have_happened for name in created(sent.change)}
    return frozenset(
        timer.name
        for timer in view.timers or ()
        if remediation in timer.description or (not timer.description and timer.name in made)
    )


def armed_guards(remediation: str, run: Run, view: ControllerView) -> tuple[ArmedGuard, ...]:
    """Our dead-man's switches on the controller, the one that fires first in front."""
    there = ours(remediation, run, view)
    return tuple(guard for guard in run.guards() if guard.name in there)


def created(change: Change) -> frozenset[str]:
    """The names of the timers that a change creates."""
    match change:
        case ProveTimer():
            return frozenset({PROBE, WITNESS})
        case ArmGuard(name):
            return frozenset({name})
        case SetClock() if change.countdown_s:
            return frozenset({CLOCK} if change.canary_s is None else {CLOCK, CANARY})
        case _:
            return frozenset()
