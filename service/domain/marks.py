"""What people say of a finding: that they know of it, or that nothing is to begin for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

FindingState: TypeAlias = Literal["open", "acknowledged", "suppressed"]
LONGEST_WORD = 500
LONGEST_SUPPRESSION_S = 366 * 86_400.0
"""What is nothing for longer than that is no finding: the catalogue is wrong."""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said."""

    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What was said of one finding; it holds for the next sweeps' findings of that id, too.

    Attributes:
        finding: its id, the same in every sweep.
        acknowledged: somebody knows of it; None: nobody said so.
        suppressed: nothing begins for it by itself before `until`.
    """

    finding: str
    acknowledged: Word | None = None
    suppressed: Word | None = None
    until: datetime | None = None

    def is_suppressed(self, now: datetime) -> bool:
        """Whether that holds now."""
        return self.suppressed is not None and self.until is not None and now < self.until

    def state(self, now: datetime) -> FindingState:
        """How it stands."""
        if self.is_suppressed(now):
            return "suppressed"
        return "open" if self.acknowledged is None else "acknowledged"
