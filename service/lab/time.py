"""The only home of the host's clock in the lab; tests inject one they move by hand."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Time(Protocol):
    """What the physics runs on."""

    def monotonic(self) -> float:
        """Seconds that only grow; every event of a box is placed on this scale."""

    def true_utc(self, at: float) -> datetime:
        """The true time at a moment of the monotonic scale."""


class HostTime:
    """The host's monotonic clock, anchored once to its wall clock.

    Later steps of the host's wall clock don't move the lab: boxes must only jump when told to.
    """

    def __init__(self) -> None:
        self._anchor = time.monotonic()
        self._wall = datetime.now(UTC)  # the lab's one reading of the wall clock

    def monotonic(self) -> float:
        """Seconds of the host's monotonic clock."""
        return time.monotonic()

    def true_utc(self, at: float) -> datetime:
        """The anchor plus what passed since."""
        return self._wall + timedelta(seconds=at - self._anchor)


def stamp(moment: datetime) -> str:
    """A date-and-time as these models print it: whole seconds, +00:00."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


NEVER = stamp(EPOCH)  # what the models print for an event that never happened
