"""The stream port: notifications that were told, kept for those who come later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.stream import Notification


@dataclass(frozen=True, slots=True)
class Told:
    """A notification, and the number under which it was kept: they only grow."""

    number: int
    notification: Notification


class Stream(Protocol):
    """What is told to whoever listens. Every method is one transaction."""

    def tell(self, new: Iterable[Notification]) -> None:
        """Keep notifications, in order; one that is there already is not kept again."""

    def told_after(
        self, number: int, *, limit: int, since: datetime | None = None
    ) -> tuple[Told, ...]:
        """Those after a number, in order; `since`: of that moment or later."""

    def last_told(self) -> int:
        """The newest number; 0: nothing was ever told."""

    def first_told_at(self) -> datetime | None:
        """The moment of the oldest that is kept; None: none is."""

    def forget_told(self, *, before: datetime) -> None:
        """Drop those of moments before."""
