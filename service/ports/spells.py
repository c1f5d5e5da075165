"""The port for how long access points have been in which state."""

from datetime import datetime
from typing import Protocol

from service.domain.identity import BaseRadioMac
from service.domain.spells import PastSpell, Spell


class Spells(Protocol):
    """Spells, found by index: none of these goes through all access points."""

    def spell(self, mac: BaseRadioMac, *, on: str) -> Spell | None:
        """The spell under way; None: nothing was noted since an older version."""

    def past_spells(self, mac: BaseRadioMac, *, on: str, limit: int) -> tuple[PastSpell, ...]:
        """Spells that are over, newest first."""

    def fold_spells(self, *, before: datetime, most: int) -> int:
        """Make one of the spells of each run that ended earlier, so many at once.

        Returns how many were looked at; fewer than `most`: none is left.
        """

    def forget_spells(self, *, before: datetime, most: int) -> int:
        """Drop spells that ended earlier; how many."""

    def forget_absent(self, *, before: datetime, most: int) -> int:
        """Drop the histories of access points that no poll has listed since; how many."""
