"""The valid clock window: when a controller's clock may be set so that stuck APs can join.

Computed, never assumed: after the start of every certificate that the join needs, before the end
of the one that ran out, with a day of margin below and the longest possible window plus an hour
above. The newest usable moment wins, since it puts the fewest devices at risk. An empty window is
an answer: it names the two certificates that exclude each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MARGIN_BELOW = timedelta(days=1)
MARGIN_ABOVE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of the window and who sets it.

    Attributes:
        moment: not before (lower bound) or not after (upper bound), aware UTC.
        owner: the certificate, for people.
    """

    moment: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class Window:
    """The window that every bound leaves.

    Attributes:
        earliest: first usable moment, margins included; None where no lower bound is known.
        latest: last usable moment, margins included: also the chosen one.
        lower: the newest lower bound.
        upper: the oldest upper bound.
        bounds: every bound that was looked at, for the plan.
    """

    earliest: datetime | None
    latest: datetime
    lower: Bound | None
    upper: Bound
    bounds: tuple[Bound, ...]

    @property
    def moment(self) -> datetime:
        """The moment to set: the newest usable one."""
        return self.latest


@dataclass(frozen=True, slots=True)
class NoWindow:
    """No moment suits every certificate."""

    lower: Bound
    upper: Bound

    @property
    def reason(self) -> str:
        """Which two certificates exclude each other."""
        return (
            f"no moment suits both: {self.lower.owner} begins {self.lower.moment:%Y-%m-%d %H:%M} "
            f"UTC and {self.upper.owner} ends {self.upper.moment:%Y-%m-%d %H:%M} UTC "
            "(a day of margin after the one, the longest window and an hour before the other)"
        )


def find_window(
    starts: Iterable[Bound], ends: Iterable[Bound], *, longest: timedelta
) -> Window | NoWindow:
    """The window between certificates that begin and certificates that end.

    Args:
        starts: `moment` is a certificate's start.
        ends: `moment` is a certificate's end; at least one.
        longest: how long the false time may last at most.

    Raises:
        ValueError: no end was given: then there is nothing to set a clock back for.
    """
    lower_bounds, upper_bounds = tuple(starts), tuple(ends)
    if not upper_bounds:
        raise ValueError("a clock window needs a certificate that ended")
    upper = min(upper_bounds, key=lambda bound: bound.moment)
    lower = max(lower_bounds, key=lambda bound: bound.moment, default=None)
    latest = (upper.moment - longest - MARGIN_ABOVE).replace(second=0, microsecond=0)
    earliest = None if lower is None else lower.moment + MARGIN_BELOW
    if lower is not None and earliest is not None and earliest > latest:
        return NoWindow(lower, upper)
    return Window(earliest, latest, lower, upper, (*lower_bounds, *upper_bounds))
