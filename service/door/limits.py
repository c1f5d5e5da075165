"""How much one caller may ask of one API process: requests by the second, streams at a time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from service.errors import TooMany

MOST_STREAMS, MOST_STREAMS_OF_ONE = 64, 8
STREAMS_AGAIN_S = 5.0
BURST_S = 2.0
"""How many seconds' worth a caller who was silent may send at once."""
REMEMBERED = 10_000
"""Tokens whose count is kept; whoever was silent for longest is forgotten, and begins afresh."""


@dataclass
class Streams:
    """How many streams are open, in all and by whom. For many threads."""

    most: int = MOST_STREAMS
    most_of_one: int = MOST_STREAMS_OF_ONE
    _open: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def take(self, who: str) -> None:
        """One more. Raises TooMany."""
        with self._lock:
            if self._open.total() >= self.most or self._open[who] >= self.most_of_one:
                raise TooMany(
                    f"{self.most_of_one} streams for one caller and {self.most} in all",
                    again_s=STREAMS_AGAIN_S,
                )
            self._open[who] += 1

    def give_back(self, who: str) -> None:
        """One less."""
        with self._lock:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    @property
    def open(self) -> int:
        """How many are open."""
        with self._lock:
            return self._open.total()


@dataclass
class Rate:
    """A bucket for each caller, which fills with time and is emptied by requests. For many threads.

    Attributes:
        now_s: seconds that only grow.
        per_s: requests that one caller may send in a second, for ever.
    """

    now_s: Callable[[], float]
    per_s: float
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, who: str) -> None:
        """One request. Raises TooMany."""
        now_s, most = self.now_s(), max(1.0, self.per_s * BURST_S)
        with self._lock:
            left, at_s = self._left.pop(who, (most, now_s))
            left = min(most, left + (now_s - at_s) * self.per_s)
            allowed = left >= 1.0
            self._left[who] = (left - 1.0 if allowed else left, now_s)
            if len(self._left) > REMEMBERED:
                del self._left[next(iter(self._left))]
        if not allowed:
            raise TooMany(
                f"more than {self.per_s:g} requests a second", again_s=(1.0 - left) / self.per_s
            )
