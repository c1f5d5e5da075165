"""The audit port: one append-only chain of records, whoever writes the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.audit import Deed, Head, Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are meant; None: whichever. `since` counts itself in, `until` does not."""

    act: str | None = None
    who: str | None = None
    controller: str | None = None
    digest: str | None = None
    about: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Wanted()


class Audit(Protocol):
    """Records, never changed and never deleted."""

    def hold_end(self) -> None:
        """Until the end of `together` nobody else adds a record.

        Comes first in it, before anything is written: all wait in the same order then.
        """

    def record(self, deed: Deed, *, at: datetime) -> Record:
        """Add one to the end."""

    def records(
        self, wanted: Wanted = EVERYTHING, *, limit: int, before: int | None = None
    ) -> tuple[Record, ...]:
        """Newest first; `before`: only those with a smaller number."""

    def chain(self, *, after: int, limit: int) -> tuple[Record, ...]:
        """Oldest first, from the record after number `after` on."""

    def head(self) -> Head:
        """The end of the chain."""
