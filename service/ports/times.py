"""The time server port: a second opinion on true time."""

from typing import Protocol

from service.domain.instants import TimeSource


class TimeServers(Protocol):
    """NTP servers that can be asked."""

    def ask(self, host: str) -> TimeSource | None:
        """What a server says, or None where it does not answer properly."""
