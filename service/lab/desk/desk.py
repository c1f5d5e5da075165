"""What every simulated desk has: a memory, troubles on demand, and people who decide there."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal, TypeAlias

from service.lab.time import HostTime

Act: TypeAlias = "Literal['drop', 'drop-after', 'hang'] | tuple[int, Any, Mapping[str, str]]"
Row: TypeAlias = dict[str, Any]
EARLIER = timedelta(minutes=5)
"""A window that begins now has begun a little earlier: clocks differ."""


@dataclass
class Fault:
    """What becomes of the next requests that fit.

    Attributes:
        fits: method and path.
        act: `drop` before it is heard, `drop-after` it was stored, `hang` after it was stored, or
            an answer: status, body, headers.
        times: how many of them.
    """

    fits: Callable[[str, str], bool]
    act: Act
    times: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    """What came: a path without its query, last values count; headers by names in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. `document` None: an empty body."""

    status: int
    document: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Desk(ABC):
    """One desk with one account.

    Attributes:
        away: nothing is answered, connections are closed.
        asked: method and path of everything that came.
        stored, released: a request that hangs was stored; let those go that hang.
    """

    KIND: ClassVar[str]

    def __init__(self, user: str, secret: str) -> None:
        self.user, self.secret, self.url = user, secret, ""
        self.faults: list[Fault] = []
        self.asked: list[tuple[str, str]] = []
        self.away = False
        self.stored, self.released = threading.Event(), threading.Event()
        self.lock = threading.RLock()
        self._time = HostTime()

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """What it answers to a request of anybody; called with the lock held."""

    @abstractmethod
    def listed(self) -> list[Row]:
        """Every ticket, oldest first: kind, number, state, approval, opens, closes, title.

        Also `notes` and `files`: texts and names, oldest first.
        """

    @abstractmethod
    def approve_number(self, number: str, hours: float | None) -> Row:
        """Approve a change; its row. `hours`: its window is now and so long; None: as planned.

        Raises:
            LabError: there is none of that number, or it is over.
        """

    @abstractmethod
    def withdraw_number(self, number: str) -> Row:
        """Take a change back, approved or not; its row.

        Raises:
            LabError: there is none of that number, or it is over.
        """

    @abstractmethod
    def itsm(self) -> Row:
        """The inventory's `itsm`, without `url` and `credentials`."""

    def fail(self, method: str, part: str, act: Act, times: int = 1) -> None:
        """Let the next requests with that in their address go wrong."""
        self.faults.append(Fault(lambda m, p: m == method and part in p, act, times))

    def fault(self, method: str, path: str) -> Fault | None:
        """The fault that meets this request, if any; it is used up by it."""
        with self.lock:
            for one in self.faults:
                if one.times > 0 and one.fits(method, path):
                    one.times -= 1
                    return one
            return None

    def now(self) -> datetime:
        """The desk's clock, which is never wrong."""
        return self._time.true_utc(self._time.monotonic()).astimezone(UTC)
