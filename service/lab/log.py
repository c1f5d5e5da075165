"""What happened on a box, for assertions: bounded, on the monotonic scale."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

LONGEST = 50_000


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened at a moment of the monotonic scale."""

    at: float
    kind: str  # rpc, edit, applet, cli, clock, ntp, ap, session, save, reload, fault
    what: str
    fields: dict[str, Any] = field(default_factory=dict)


class Log:
    """Events in the order of their moments: AP transitions are computed late, so reading sorts."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=LONGEST)

    def add(self, at: float, kind: str, what: str, **fields: object) -> None:
        """Note an event."""
        self._events.append(Event(at, kind, what, fields))

    def events(self, kind: str | None = None) -> list[Event]:
        """Events of one kind, or all."""
        chosen = (e for e in self._events if kind is None or e.kind == kind)
        return sorted(chosen, key=lambda e: e.at)
