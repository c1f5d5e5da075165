"""The store's own time: what leases, due times and ticks are reckoned by, whatever wall clocks say.

Hosts that share a database server ask its clock. A SQLite file belongs to one host, whose boot-time
clock nobody sets; what was written in another boot of it has no distance from now, it is only past.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, func, select

from service.ports.clock import UNNAMED_BOOT, Clock

SERVER, WALL = "server", "wall"


@dataclass(frozen=True, slots=True)
class Mark:
    """One moment of store time.

    Attributes:
        clock: which one counted: the database server's, or one boot of this host.
        at_s: seconds on it.
    """

    clock: str
    at_s: float

    def after(self, seconds: float) -> "Mark":
        """The moment that much later."""
        return Mark(self.clock, self.at_s + seconds)

    def until(self, clock: str, at_s: float) -> float:
        """Seconds from here to a moment that was kept; minus infinity for one of another clock."""
        return at_s - self.at_s if clock == self.clock else -math.inf


class StoreTime(Protocol):
    """Where store time comes from."""

    def now(self, connection: Connection) -> Mark:
        """This very moment, not the one at which the transaction began."""


class ServerTime:
    """The clock of the database server."""

    def now(self, connection: Connection) -> Mark:
        """Ask the server."""
        epoch_s = func.extract("epoch", func.clock_timestamp())
        return Mark(SERVER, float(connection.scalar(select(epoch_s)) or 0.0))


class BootTime:
    """This host's boot-time clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self, _connection: Connection) -> Mark:
        """Ask this host; where it names no boot, processes have its wall clock in common."""
        instant = self._clock.now()
        if instant.boot_id.startswith(UNNAMED_BOOT):
            return Mark(WALL, instant.wall.timestamp())
        return Mark(instant.boot_id, instant.boottime_s)
