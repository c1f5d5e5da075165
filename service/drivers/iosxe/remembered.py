"""Which way each C9800 is read, remembered by a process: nothing is found out twice in a row.

For an hour: a controller's RESTCONF may be switched on, or its certificate renewed.
"""

from dataclasses import dataclass, replace
from threading import Lock

from service.domain.backoff import entry_of
from service.domain.instants import Instant
from service.domain.inventory import Controller
from service.ports.clock import Clock

KEPT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Way:
    """How a controller is read.

    Attributes:
        root: of its RESTCONF; None: it is read over NETCONF.
        why: why it is not read over RESTCONF.
        lacks: contract keys that it refuses over both.
    """

    root: str | None = None
    why: str | None = None
    lacks: frozenset[str] = frozenset()


class Remembered:
    """Used by all threads of a process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._ways: dict[str, tuple[str, Instant, Way]] = {}

    def of(self, controller: Controller) -> Way | None:
        """What is known of it, as the inventory has it now."""
        now = self._clock.now()
        with self._lock:
            entry, since, way = self._ways.get(controller.name, ("", now, Way()))
        known = entry == entry_of(controller) and now.seconds_since(since) < KEPT_S
        return way if known else None

    def note(self, controller: Controller, way: Way) -> None:
        """Remember it from now on."""
        with self._lock:
            self._ways[controller.name] = (entry_of(controller), self._clock.now(), way)

    def note_lacks(self, controller: Controller, keys: frozenset[str]) -> None:
        """Remember what it refuses over both."""
        way = self.of(controller)
        if way is not None:
            self.note(controller, replace(way, lacks=way.lacks | keys))
