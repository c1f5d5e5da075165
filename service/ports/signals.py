"""The signals port: small sums and counts for monitoring, each read with a bounded cost.

What child processes of workers count is kept in the store, as sums: any API process tells the whole
(docs/decisions). A sum that is lost with its process is a sum; nothing that acts hangs on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.journal import FinalState
from service.domain.signals import ControllerSignals, Signs

STEPS, STEP_SECONDS = "steps", "step-seconds"
"""Ends of steps by step, outcome and bucket (its upper bound in seconds, or +Inf); their seconds by
step and outcome."""
CHANGES, REMEDIATIONS = "changes", "remediations"
"""Changes that were sent, by outcome; remediations that ended, by strategy and state."""
FALSE_SECONDS, LEASES_LEFT = "false-seconds", "leases-left"
"""Seconds of false time of windows that are closed; leases that ran out or whose holder died."""
CANARIES, JOBS_FAILED = "canaries", "jobs-failed"
"""Canaries of beat that a worker answered, by lane; jobs that failed or are tried again, by job and
what becomes of them."""
EVENT_LINES = "event-lines"
"""Lines that listeners heard, by what became of them."""


@dataclass(frozen=True, slots=True)
class Added:
    """Something that is counted.

    Attributes:
        name: of the sum; labels: the values of its labels, in their order.
    """

    name: str
    labels: tuple[str, ...] = ()
    by: float = 1.0


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum, since the database was made.

    Attributes:
        ago_s: seconds since it was added to, by the store's time; infinity: in another boot.
    """

    name: str
    labels: tuple[str, ...]
    value: float
    ago_s: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that is due now and was not done.

    Attributes:
        oldest_s: for how long the first of it has been due.
    """

    number: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, and who holds what.

    Attributes:
        due: by kind of work; a kind of which nothing is due is left out.
        planned: how much is not due yet, by kind.
        leases_held, leases_run_out: leases that were not given back, by whether they still hold.
        outbox: by where to (webhook, ticket) and state (pending, dead).
    """

    due: Mapping[str, Waiting]
    planned: Mapping[str, int]
    leases_held: int
    leases_run_out: int
    outbox: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class End:
    """How the newest remediation of a controller ended."""

    remediation: str
    controller: str
    state: FinalState


@dataclass(frozen=True, slots=True)
class FleetSignals:
    """Everything that the store tells.

    Attributes:
        now: what time it most probably is.
        left_out: how many controllers have no numbers of their own, for there are too many.
        oldest_open_s: since when the oldest remediation has been under way; None: none is.
        guardians: how many hosts guard.
    """

    now: datetime
    controllers: tuple[ControllerSignals, ...]
    left_out: int
    unfinished: int
    oldest_open_s: float | None
    guardians: int
    is_halted: bool
    backlog: Backlog
    sums: tuple[Sum, ...]


class Signals(Protocol):
    """What monitoring reads, and what it counts."""

    def add_up(self, added: Iterable[Added]) -> None:
        """Add to sums, in one transaction."""

    def sums(self) -> tuple[Sum, ...]:
        """Every sum, by name and labels."""

    def keep_signs(self, signs: Iterable[Signs]) -> None:
        """Keep the newest poll of some controllers in numbers."""

    def signs(self) -> dict[str, Signs]:
        """The newest of every controller that was polled."""

    def backlog(self) -> Backlog:
        """What waits."""

    def outdated(self) -> str:
        """Why this version cannot work on the tables as they are; empty: it can."""

    def newest_ends(self) -> tuple[End, ...]:
        """How the newest remediation of each controller ended; without those that have not."""
