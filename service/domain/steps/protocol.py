"""What a step is: asked again and again, it looks at the controller and says what comes next.

A step holds no state: what it knows is the journal (`Run`) and a fresh look (`ControllerView`). So
it does not matter which process asks, or how often.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias, runtime_checkable

from service.domain.changes import Change
from service.domain.guardians import Guardian
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.journal import Closed
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run

EDIT_TIMEOUT_S = 30.0
TIMER_COUNTDOWN_S = 5
"""Countdown of the timers that act at once; the shortest that leaves a reply time to arrive."""
TIMER_SLACK_S = 20.0
"""How late a timer may be seen to have run: CLI actions take a second or so each."""
LOOK_AGAIN_S = 2.0
CLOCK_TOLERANCE_S = 2.0
UNHELPED = "unhelped"
"""The fact by which a step remembers whom its strategy did not help: base radio MACs."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send this change, once; `on`: to another controller than the remediation's own."""

    change: Change
    timeout_s: float = EDIT_TIMEOUT_S
    on: str = ""


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


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """Have a clock window opened next door, by a remediation of its own.

    Attributes:
        child: its id, which is journaled already.
        aps: those that it was planned for; it is opened for those of them that are there.
        digest: of the window that was approved for all of them; no other one is opened.
    """

    child: str
    controller: str
    aps: tuple[BaseRadioMac, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class CallChildHome:
    """Have the remediation next door put everything back."""

    child: str
    reason: str


Move: TypeAlias = Send | Hold | Done | Fail | OpenWindow | CallChildHome


@dataclass(frozen=True, slots=True)
class BesideNeeds:
    """What a step looks at beside its own controller.

    Attributes:
        child: the remediation there that it follows; empty: none.
    """

    controller: str
    topics: frozenset[Topic] = frozenset()
    child: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A remediation next door as its journal tells it.

    Attributes:
        due_in_s: when it is looked after again.
        doing: what it does, in words.
    """

    id: str
    seq: int
    closed: Closed | None
    is_home_bound: bool
    due_in_s: float
    doing: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What was seen next door.

    Attributes:
        view: None where nothing was asked for, or it could not be read: `trouble` says why.
        child: None where there is none yet.
    """

    view: ControllerView | None = None
    trouble: str = ""
    child: Child | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What time it is, by everything that can tell.

    Attributes:
        now: this host's clocks.
        true_now: true time; None where nothing vouches for it any more.
        looked: when the look began that is decided on; None: when its own wall clock says.
        guardians: everybody who was heard of as a guardian; only asked for where they count.
        beside: what was seen next door; only where the step asks for it.
    """

    now: Instant
    true_now: datetime | None
    looked: Instant | None = None
    guardians: tuple[Guardian, ...] = ()
    beside: Beside | None = None


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


@runtime_checkable
class LooksBeside(Protocol):
    """A step that also looks at another controller, or follows a remediation there."""

    @property
    def beside(self) -> BesideNeeds:
        """What it looks at there."""


def beside_of(step: object) -> BesideNeeds | None:
    """What a step looks at beside its own controller; None: nothing, or no step is due."""
    return step.beside if isinstance(step, LooksBeside) else None
