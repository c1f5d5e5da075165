"""Patience: how long a controller cannot be read before somebody is told."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.webhooks import REACH, Happening

POLLS, FOR_S = 3, 0.0


@dataclass(frozen=True, slots=True)
class Patience:
    """From when on an outage is told.

    Attributes:
        polls: so many failed in a row.
        for_s: so long between the first and the newest of them. Both have to hold.
    """

    polls: int = POLLS
    for_s: float = FOR_S

    def is_over(self, happening: Happening) -> bool:
        """Whether an outage, or its end, is told; also whatever is no outage.

        A refused login is told at once: nobody tries it again by himself. The end of an outage is
        judged by its newest failed poll, so that it is told to those alone who heard of it.
        """
        about = happening.data.get(REACH)
        if not isinstance(about, Mapping) or about.get("trouble") == "refused":
            return True
        return _number(about, "polls") >= self.polls and _number(about, "lasts_s") >= self.for_s


def _number(about: Mapping[str, object], name: str) -> float:
    found = about.get(name)
    return float(found) if isinstance(found, int | float) else 0.0
