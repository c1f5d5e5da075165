"""Who may ask what over REST: tokens by their hashes, and answers that were given already."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol


class Role(IntEnum):
    """What a token may do; each may also do what those before it may."""

    VIEWER = 1
    OPERATOR = 2
    APPROVER = 3
    ADMIN = 4

    @property
    def label(self) -> str:
        """The role as people write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Token:
    """One token; the clear text exists only where it was handed out.

    Attributes:
        name: who it stands for; several tokens may stand for one name.
        expires: None: never.
    """

    id: str
    name: str
    role: Role
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a request with an Idempotency-Key.

    Attributes:
        fingerprint: what the request was.
        status: None while it is being worked on.
    """

    fingerprint: str
    status: int | None = None
    location: str = ""
    body: str = ""


class Tokens(Protocol):
    """Bearer tokens."""

    def add_token(self, token: Token, digest: str) -> None:
        """Keep a token by the hash of its clear text."""

    def add_first_token(self, token: Token, digest: str) -> bool:
        """The same, where there is none yet; False where there is."""

    def token_with(self, digest: str) -> Token | None:
        """The token of a hash, expired or revoked or not."""

    def tokens(self) -> tuple[Token, ...]:
        """Every token, oldest first."""

    def revoke_token(self, token: str, *, at: datetime) -> Token:
        """From now on it opens nothing. Raises NotFound."""


class Answers(Protocol):
    """Answers kept for a while, by who asked and the key that came with it."""

    def begin_answer(
        self, who: str, key: str, fingerprint: str, *, now: datetime, kept_s: float, stale_s: float
    ) -> Answer | None:
        """Take a key for oneself; None: it is ours to answer.

        Args:
            who: whose key it is.
            key: the key.
            fingerprint: what is asked.
            now: this host's clock.
            kept_s: how long an answer counts.
            stale_s: after how long an answer that never came is given up.
        """

    def end_answer(self, who: str, key: str, answer: Answer | None) -> None:
        """Keep what was answered; None: it went wrong, and the key is free again."""
