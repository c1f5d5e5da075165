"""Messages that matter: which lines are reason enough to look at a controller, told by patterns.

What a line says is a reason to look, never evidence: anybody can send one. Everything else that a
controller logs is counted and let go.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Sense(StrEnum):
    """What happened, as far as it matters here."""

    AP_JOINED = "ap-joined"
    AP_LEFT = "ap-left"
    AP_DOWNLOADS = "ap-downloads"
    AP_ERROR = "ap-error"
    DTLS_FAILED = "dtls-failed"
    CERTIFICATE_FAILED = "certificate-failed"
    IMAGE_FAILED = "image-failed"
    GAP = "gap"
    ALERT = "alert"
    ALERT_ENDED = "alert-ended"


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of line.

    Attributes:
        name: its own; an entry of a user with the same name replaces it.
        is_verified: whether a capture or a vendor's document shows it word for word.
        sources: who says so.
    """

    name: str
    sense: Sense
    pattern: re.Pattern[str]
    is_verified: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Messages:
    """All of them; the first that fits counts."""

    known: tuple[Message, ...]

    def of(self, text: str) -> Message | None:
        """What a line is; None: nothing that matters."""
        return next((one for one in self.known if one.pattern.search(text)), None)

    def over(self, below: "Messages") -> "Messages":
        """These before those; an entry of the same name replaces the one below."""
        mine = {one.name for one in self.known}
        return Messages((*self.known, *(one for one in below.known if one.name not in mine)))
