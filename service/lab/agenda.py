"""What a box has to do later: moments and actions, run in order when the box is looked at."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count


@dataclass(order=True, slots=True)
class Entry:
    """One action at one moment; cancelled entries are skipped."""

    at: float
    number: int
    action: Callable[[float], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Agenda:
    """A heap of entries. Nothing here waits: the owner calls `run_until` whenever it likes."""

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._numbers = count()

    def add(self, at: float, action: Callable[[float], None]) -> Entry:
        """Plan an action; it gets the moment it was planned for."""
        entry = Entry(at, next(self._numbers), action)
        heapq.heappush(self._heap, entry)
        return entry

    def next_due(self) -> float | None:
        """The moment of the next action."""
        while self._heap and self._heap[0].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def run_until(self, now: float) -> None:
        """Run everything due, in order, with what it plans meanwhile."""
        while (due := self.next_due()) is not None and due <= now:
            entry = heapq.heappop(self._heap)
            entry.action(entry.at)

    def clear(self) -> None:
        """Forget everything planned."""
        self._heap.clear()
