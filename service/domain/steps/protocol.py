"""What a step is: asked again and again, it looks at the controller and says what comes next.

A step holds no state: what it knows is the journal (`Run`) and a fresh look (`ControllerView`). So
it does not matter which process asks, or how often.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from service.domain.changes import Change
from service.domain.guardians import Guardian
from service.domain.instants import Instant
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run

EDIT_TIMEOUT_S = 30.0
TIMER_COUNTDOWN_S = 5
"""Countdown of the timers that act at once; the shortest that leaves a reply time to arrive."""
TIMER_SLACK_S = 20.0
"""How late a timer may be seen to have run: CLI actions take a second or so each."""
LOOK_AGAIN_S = 2.0
CLOCK_TOLERANCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Send:
    """Send this change, once."""

    change: Change
    timeout_s: float = EDIT_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Hold:
    """Not yet: come back after some seconds.

    Attributes:
        remember: facts to journal first; empty: nothing new.
    """

    seconds: float
    why: str
    remember: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """Reached, as seen by this look."""

    detail: str


@dataclass(frozen=True, slots=True)
class Fail:
    """Not to be reached: forward this begins the way home, at home it is remembered."""

    detail: str
    left: tuple[str, ...] = ()
    mend: tuple[str, ...] = ()


Move: TypeAlias = Send | Hold | Done | Fail


@dataclass(frozen=True, slots=True)
class Moment:
    """What time it is, by everything that can tell.

    Attributes:
        now: this host's clocks.
        true_now: true time; None where nothing vouches for it any more.
        looked: when the look began that is decided on; None: when its own wall clock says.
        guardians: everybody who was heard of as a guardian; only asked for where they count.
    """

    now: Instant
    true_now: datetime | None
    looked: Instant | None = None
    guardians: tuple[Guardian, ...] = ()


def look_took_s(view: ControllerView, moment: Moment) -> float:
    """How long ago the look began that is decided on: what it shows is as old as that at most."""
    if moment.looked is not None:
        return moment.now.seconds_since(moment.looked)
    return max(0.0, (moment.now.wall - view.read_at).total_seconds())


class Step(Protocol):
    """One step of a strategy."""

    @property
    def name(self) -> str:
        """The name in plans and journals."""

    @property
    def summary(self) -> str:
        """What it does, for people."""

    @property
    def needs(self) -> frozenset[Topic]:
        """What has to be looked at before deciding."""

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        """What comes next."""
