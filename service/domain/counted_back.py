"""Times that a controller tells by how long ago they are: each look tells them a moment apart.

AireOS says how long an access point has been up, and how long joined; when that began is worked out
from the moment of the answer, to within the way it took. Whoever asks whether a time moved asks
here: what moved by less than `NOISE` did not, and what moved by more than three times that did. In
between either is true: no access point restarts, or leaves and joins again, within that.
"""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

from service.domain.observation import ApSighting
from service.domain.restarts import CLOCK_NOISE

NOISE = CLOCK_NOISE
GRID = 2 * NOISE
"""Times are told by the nearest line of a grid; what is within the noise is beside that line."""
_START = datetime(2000, 1, 1, tzinfo=UTC)


def alike(ap: ApSighting) -> tuple[ApSighting, ...]:
    """Every way of telling a sighting whose times are counted back, the usual one first.

    Two sightings whose times differ by noise alone have the usual way of each in common with the
    other. One whose times the controller tells itself is told in one way: as it is.
    """
    if not ap.counted_back:
        return (ap,)
    pairs = product(_lines(ap.boot_time), _lines(ap.join_time))
    return tuple(_told(ap, boot, join) for boot, join in pairs)


def usual(ap: ApSighting) -> ApSighting:
    """The first of these."""
    if not ap.counted_back:
        return ap
    return _told(ap, _lines(ap.boot_time)[0], _lines(ap.join_time)[0])


def _lines(at: datetime | None) -> tuple[datetime | None, ...]:
    """The lines of the grid on both sides of a moment, the nearer one first."""
    if at is None:
        return (None,)
    below = at - (at - _START) % GRID
    above = below + GRID
    return (below, above) if at - below < above - at else (above, below)


def _told(ap: ApSighting, boot: datetime | None, join: datetime | None) -> ApSighting:
    return replace(ap, boot_time=boot, join_time=join)
