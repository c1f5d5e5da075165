"""Compare: an evidence bundle with an audit trail that was exported, without any database."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.audit import Head, Record
from service.domain.evidence.against import Comparison
from service.usecases.audit import verify_records


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it.

    Attributes:
        head: how far the trail is whole.
        differences: in words; empty: the trail vouches for the bundle.
    """

    head: Head
    differences: tuple[str, ...]


def compare(archive: bytes, trail: Iterable[Record]) -> Compared:
    """Compare a bundle that is whole with a trail, oldest record first."""
    comparison = Comparison.of(archive)
    followed = verify_records(comparison.passing(trail))
    if followed.broken is not None:
        broken = followed.broken
        why = f"the trail itself is broken at record {broken.seq}: {broken.reason}"
        return Compared(followed.head, (why,))
    return Compared(followed.head, tuple(comparison.differences(followed.head)))
