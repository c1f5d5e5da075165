"""What people said of findings."""

from datetime import datetime
from typing import Protocol

from service.domain.marks import Mark, Word


class Marks(Protocol):
    """Marks by finding; each half is written by itself: two people do not undo each other."""

    def marks(self) -> dict[str, Mark]:
        """Every mark, by the finding's id."""

    def acknowledge(self, finding: str, word: Word | None) -> None:
        """Somebody knows of it; None: that was withdrawn."""

    def suppress(self, finding: str, word: Word | None, *, until: datetime | None) -> None:
        """Nothing begins for it by itself before a moment; None and None: withdrawn."""
