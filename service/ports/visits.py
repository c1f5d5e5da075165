"""Sessions of people at the page: a cookie stands for a token that was shown once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.ports.tokens import Token

IDLE_S = 3600.0
LASTS_S = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a session holds, in seconds.

    Attributes:
        idle_s: after its last use.
        lasts_s: in all, used or not.
    """

    idle_s: float = IDLE_S
    lasts_s: float = LASTS_S


LASTING = Lasting()


@dataclass(frozen=True, slots=True)
class Visit:
    """One signed-in browser; the clear text of its id is in the browser's cookie alone.

    Attributes:
        token: as it was shown. For one of ours the store's word of it counts, at every look.
        seen: when it was used last, to the minute.
        ends: after that it opens nothing, used or not.
    """

    token: Token
    began: datetime
    seen: datetime
    ends: datetime


class Visits(Protocol):
    """Sessions by the hash of their id."""

    def open_visit(self, digest: str, visit: Visit) -> None:
        """Keep one; those that ended long ago go."""

    def visit(self, digest: str) -> Visit | None:
        """The session of a hash, ended or not."""

    def note_visit(self, digest: str, *, at: datetime) -> None:
        """It was used just now."""

    def close_visit(self, digest: str) -> None:
        """It is no more; nothing happens where it was none."""

    def close_visits_of(self, name: str) -> int:
        """Those of everybody of that name are no more; how many there were, ended ones too."""
