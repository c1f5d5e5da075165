"""The bounded queue between sockets and the one who keeps what came.

Nothing is lost in silence: what does not fit is counted by how it came, and streams are told to
wait long before that.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from service.domain.events.reading import Said

MOST_BYTES = 32 * 1024 * 1024
MOST_LINES = 100_000
OVERHEAD_BYTES = 200
"""What a queued line takes beside its own bytes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it came.

    Attributes:
        via: `syslog-udp`, `syslog-tcp`, `syslog-tls`, `snmp` or `netconf`.
        source: the sender's address; of a subscription, the controller's name.
        said: what it says, where that is known already.
        answer: sends something back, from any thread; None: there is no way back.
    """

    data: bytes
    via: str
    source: str
    said: Said | None = None
    answer: Callable[[bytes], None] | None = field(default=None, compare=False, repr=False)


class Intake:
    """Filled by the sockets' thread, emptied by another."""

    def __init__(self, *, most_lines: int = MOST_LINES, most_bytes: int = MOST_BYTES) -> None:
        self._most_lines, self._most_bytes = most_lines, most_bytes
        self._lines: deque[Line] = deque()
        self._bytes = 0
        self._lost: Counter[str] = Counter()
        self._changed = threading.Condition()

    def put(self, line: Line) -> bool:
        """Queue a line; False: there is no room, and it was counted as lost."""
        with self._changed:
            size = len(line.data) + OVERHEAD_BYTES
            if len(self._lines) >= self._most_lines or self._bytes + size > self._most_bytes:
                self._lost[line.via] += 1
                return False
            self._lines.append(line)
            self._bytes += size
            self._changed.notify()
            return True

    def count_lost(self, via: str, lost: int) -> None:
        """Count what never came as far as this."""
        with self._changed:
            self._lost[via] += lost

    @property
    def is_filling(self) -> bool:
        """Whether streams had better wait: it is half full."""
        return 2 * len(self._lines) >= self._most_lines or 2 * self._bytes >= self._most_bytes

    def take(self, *, most: int, within_s: float) -> list[Line]:
        """The oldest lines, as soon as there are any; none where none came within that time."""
        with self._changed:
            if not self._lines:
                self._changed.wait(within_s)
            taken = [self._lines.popleft() for _ in range(min(most, len(self._lines)))]
            self._bytes -= sum(len(line.data) + OVERHEAD_BYTES for line in taken)
            return taken

    def take_lost(self) -> Mapping[str, int]:
        """How many lines were lost since this was asked last, by how they came."""
        with self._changed:
            lost, self._lost = self._lost, Counter()
            return lost
