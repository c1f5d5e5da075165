"""The clock port: the only way to learn what time it is and to wait."""

from typing import Protocol

from service.domain.instants import Instant, TimeSource

UNNAMED_BOOT = "process-"
"""The boot id begins so on hosts that name no boot; the rest of it is one process's alone."""


class Clock(Protocol):
    """This host's clocks."""

    def now(self) -> Instant:
        """Read wall clock and boot-time clock together."""

    def wait(self, seconds: float) -> None:
        """Sleep; only a process edge (the foreground loop of a command) may call this."""

    def vouch(self) -> TimeSource | None:
        """This host's clock as a source of true time, or None where nothing disciplines it."""
