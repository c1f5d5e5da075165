"""What was heard from outside, and the looks that it set going.

What is the same within a few minutes is one event with a count. Keeping events and asking for the
look that they call for is one transaction: neither is lost without the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from service.ports.correlation import Correlation, begun_by
from service.ports.requests import AskedSweep, Place


@dataclass(frozen=True, slots=True)
class HeardEvent:
    """One thing that was heard, once or often.

    Attributes:
        id: the same for what is the same within a few minutes.
        sense: what happened; a value of `domain.events.messages.Sense`.
        message: the name of the entry that it was told by.
        via: how it came, `syslog-udp` and the like.
        source: who sent it: an address, or the id of a key.
        tied_by: the clue that told the controller.
        mac: the access point's, as said; empty where none is named.
        said_at: its own time, word for word.
        text: the first of its lines.
        first, last: when it came, by this host's wall clock.
        sweep: the look that answers it, or that is to come.
    """

    id: str
    controller: str
    sense: str
    message: str
    via: str
    source: str
    tied_by: str
    mac: str
    ap_name: str
    said_at: str
    text: str
    first: datetime
    last: datetime
    count: int = 1
    sweep: str = ""


@dataclass(frozen=True, slots=True)
class HeardGroup:
    """What one batch has of one controller, and the look to ask for if one is called for.

    Attributes:
        wish: its id is used up only where a look is asked for.
        correlation: what that look goes back to.
    """

    events: Sequence[HeardEvent]
    wish: AskedSweep
    correlation: Correlation = field(default_factory=partial(begun_by, "event"))

    @property
    def controller(self) -> str:
        """Whose they are."""
        return self.wish.controllers[0]


@dataclass(frozen=True, slots=True, order=True)
class ApHome:
    """A controller that polls saw an access point on, and what it is called; empty: not known."""

    controller: str
    mac: str
    ethernet: str = ""
    address: str = ""
    name: str = ""

    @property
    def called(self) -> tuple[str, ...]:
        """All of its names and addresses."""
        return tuple(one for one in (self.mac, self.ethernet, self.address, self.name) if one)


class Events(Protocol):
    """What was heard."""

    def hear(self, groups: Sequence[HeardGroup]) -> tuple[str, ...]:
        """Keep events, ask for the looks that they call for; ids of those that are due at once."""

    def event(self, event: str) -> HeardEvent | None:
        """One event, or None."""

    def events(
        self,
        *,
        limit: int,
        after: Place | None = None,
        controller: str | None = None,
        sense: str | None = None,
        via: str | None = None,
        oldest_first: bool = False,
    ) -> tuple[HeardEvent, ...]:
        """Events by when they first came, newest first unless told otherwise."""

    def ap_homes(self, called: Iterable[str]) -> tuple[ApHome, ...]:
        """Where polls saw access points that are called so: by either MAC, address or name."""

    def forget_events(self, *, before: datetime) -> int:
        """Drop what came last before a moment; how many."""
