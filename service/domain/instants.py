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

    def later(self, seconds: float) -> "Instant":
        """The instant some seconds on, if nobody sets the wall clock."""
        wall = self.wall + timedelta(seconds=seconds)
        return Instant(wall, self.boottime_s + seconds, self.boot_id)

    def stepped_s(self, earlier: "Instant") -> float:
        """How far the wall clock was set between two instants of one boot, forward positive."""
        walls_s = (self.wall - earlier.wall).total_seconds()
        return walls_s - (self.boottime_s - earlier.boottime_s)


@dataclass(frozen=True, slots=True)
class TimeSource:
    """One opinion on what the host's wall clock should be corrected by.

    Attributes:
        name: who says so, for people.
        offset_s: true time minus the host's wall clock, by this source.
        uncertainty_s: half the width of what the source cannot tell (rounding, round trip).
        at: the instant whose wall clock it compares with; None: whichever it is held against.
    """

    name: str
    offset_s: float
    uncertainty_s: float = 0.0
    at: Instant | None = None

    def offset_at(self, instant: Instant) -> float | None:
        """The same opinion on the wall clock of a later instant, which may have been set since.

        None: it compares with the clock of another host, or of another boot, and says nothing here.
        """
        if self.at is None:
            return self.offset_s
        if self.at.boot_id != instant.boot_id:
            return None
        return self.offset_s - instant.stepped_s(self.at)


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

    Each is held against the wall clock of `instant`, so a clock that was set between two opinions
    can neither part them nor make them agree. The two closest win and their mean is taken; a source
    that disagrees with both is left out. The result names those that vouched.
    """
    opinions = [
        (source, offset_s)
        for source in sources
        if (offset_s := source.offset_at(instant)) is not None
    ]
    pairs = [
        (abs(a_s - b_s), (a_s + b_s) / 2, (a.name, b.name))
        for i, (a, a_s) in enumerate(opinions)
        for b, b_s in opinions[i + 1 :]
        if abs(a_s - b_s) <= AGREEMENT_S + a.uncertainty_s + b.uncertainty_s
    ]
    if not pairs:
        return None
    _, offset_s, names = min(pairs, key=lambda pair: pair[0])
    return TrueTime(instant.wall.astimezone(UTC) + timedelta(seconds=offset_s), instant, names)


def from_source(source: TimeSource, instant: Instant) -> TrueTime | None:
    """True time by one source that is trusted alone: the controller's own synchronised clock.

    None: the source compares with another host's clock.
    """
    offset_s = source.offset_at(instant)
    if offset_s is None:
        return None
    moment = instant.wall.astimezone(UTC) + timedelta(seconds=offset_s)
    return TrueTime(moment, instant, (source.name,))
