"""Moments that survive a wrong clock: a wall reading with the monotonic reading beside it.

A controller's clock is set to a false year on purpose and this host's own clock may be wrong, so
no deadline hangs on either: deadlines are counted on `boottime_s`, which only moves forward, and
true time is a known moment carried on by it. Two instants compare only within one boot of one host.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

AGREEMENT_S = 2.0
"""Two sources of true time count as agreeing within this many seconds (DESIGN.md, section 5)."""


@dataclass(frozen=True, slots=True)
class Instant:
    """One reading of this host's clocks.

    Attributes:
        wall: the host's wall clock, aware UTC. May be wrong.
        boottime_s: seconds since this host booted, suspended time included.
        boot_id: which boot of which host `boottime_s` counts from.
    """

    wall: datetime
    boottime_s: float
    boot_id: str

    def seconds_since(self, earlier: "Instant") -> float:
        """Seconds from `earlier` to this instant; by wall clock across a reboot or another host."""
        if self.boot_id == earlier.boot_id:
            return self.boottime_s - earlier.boottime_s
        return (self.wall - earlier.wall).total_seconds()


@dataclass(frozen=True, slots=True)
class TimeSource:
    """One opinion on what the host's wall clock should be corrected by.

    Attributes:
        name: who says so, for people.
        offset_s: true time minus the host's wall clock, by this source.
        uncertainty_s: half the width of what the source cannot tell (rounding, round trip).
    """

    name: str
    offset_s: float
    uncertainty_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TrueTime:
    """True time at one instant, with who vouched for it."""

    at: datetime
    instant: Instant
    sources: tuple[str, ...]

    def now(self, instant: Instant) -> datetime | None:
        """True time at a later instant; None where the host rebooted or is another one."""
        if instant.boot_id != self.instant.boot_id:
            return None
        return self.at + timedelta(seconds=instant.boottime_s - self.instant.boottime_s)


def agree(sources: tuple[TimeSource, ...], instant: Instant) -> TrueTime | None:
    """True time from two sources or more that agree within 2 s; None without agreement.

    The two closest sources win and their mean is taken; a source that disagrees with both is
    left out. The result names those that vouched.
    """
    pairs = [
        (abs(a.offset_s - b.offset_s), a, b)
        for i, a in enumerate(sources)
        for b in sources[i + 1 :]
        if abs(a.offset_s - b.offset_s) <= AGREEMENT_S + a.uncertainty_s + b.uncertainty_s
    ]
    if not pairs:
        return None
    _, a, b = min(pairs, key=lambda pair: pair[0])
    offset = timedelta(seconds=(a.offset_s + b.offset_s) / 2)
    return TrueTime(instant.wall.astimezone(UTC) + offset, instant, (a.name, b.name))


def from_source(source: TimeSource, instant: Instant) -> TrueTime:
    """True time by one source that is trusted alone: the controller's own synchronised clock."""
    moment = instant.wall.astimezone(UTC) + timedelta(seconds=source.offset_s)
    return TrueTime(moment, instant, (source.name,))
