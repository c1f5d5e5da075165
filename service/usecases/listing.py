"""Lists of what fits into memory: filtered, sorted, and cut into pages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from service.domain.documents import Document
from service.ports.requests import ALL, Only, Place

T = TypeVar("T")
Key: TypeAlias = tuple[str, ...]
Keyed: TypeAlias = tuple[Key, Document]
"""An entry, and what it is sorted by; no two entries have the same."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list is wanted.

    Attributes:
        after: what the entry before the first was sorted by; None: from the beginning.
        backwards: the order is turned round.
    """

    limit: int
    after: Key | None = None
    backwards: bool = False

    def of(self, entries: Iterable[T], key: Callable[[T], Key]) -> list[tuple[Key, T]]:
        """The part, with what each entry is sorted by."""
        ordered = sorted(((key(one), one) for one in entries), key=_first, reverse=self.backwards)
        rest = (one for one in ordered if self.after is None or self._is_beyond(one[0], self.after))
        return [one for one, _ in zip(rest, range(self.limit), strict=False)]

    def _is_beyond(self, key: Key, after: Key) -> bool:
        return key < after if self.backwards else key > after


@dataclass(frozen=True, slots=True)
class TimedPart:
    """Which part of a list by time is wanted, and what its entries say."""

    limit: int
    after: Place | None = None
    only: Only = ALL
    oldest_first: bool = False

    def gone_through(
        self, some: Callable[[Place | None], Sequence[tuple[Place, Document | None]]]
    ) -> list[tuple[Place, Document]]:
        """The part, from a list in which not every entry is wanted.

        Args:
            some: as many entries of the list as are wanted, after a place; None: not wanted.
        """
        found: list[tuple[Place, Document]] = []
        after = self.after
        while len(found) < self.limit:
            entries = some(after)
            found += [(place, one) for place, one in entries if one is not None]
            if len(entries) < self.limit:
                break
            after = entries[-1][0]
        return found[: self.limit]


def _first(entry: tuple[Key, T]) -> Key:
    return entry[0]
