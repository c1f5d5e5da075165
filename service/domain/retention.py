"""How long is kept what polls saw of access points; what a diagnosis goes by is none of this."""

from dataclasses import dataclass
from datetime import timedelta

FOLD_AFTER = timedelta(days=7)
"""Until then each change of state is kept by itself; people ask for the last days in detail."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days.

    Attributes:
        states: how long a spell that is over is kept.
        absent: after how long without being listed an access point's history is dropped.
    """

    states: int = 90
    absent: int = 365


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done about old rows.

    Attributes:
        folded: spells that were put together with their like.
        spells, aps: how many were dropped, and how many access points' histories.
    """

    folded: int = 0
    spells: int = 0
    aps: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was old."""
        return not (self.folded or self.spells or self.aps)

    @property
    def words(self) -> str:
        """For people."""
        return (
            f"{self.folded} old states of access points folded, {self.spells} dropped, and the "
            f"history of {self.aps} access point(s) that nobody has seen for long"
        )
