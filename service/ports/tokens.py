"""Who may ask what over REST: tokens by their hashes, and answers that were given already."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from service.domain.scope import WHOLE, Scope


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
        scope: for which controllers it holds.
        last_used: to the minute; None: never, or before that was noted.
    """

    id: str
    name: str
    role: Role
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    scope: Scope = WHOLE
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a request with an Idempotency-Key.

    Attributes:
        fingerprint: what the request was.
        location: where the answer points; empty: nowhere.
    """

    fingerprint: str
    status: int
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

    def token(self, item: str) -> Token | None:
        """The token of an id, expired or revoked or not."""

    def tokens(self) -> tuple[Token, ...]:
        """Every token, oldest first."""

    def note_use(self, token: str, *, at: datetime) -> None:
        """It was used just now."""

    def revoke_token(self, token: str, *, at: datetime) -> Token:
        """From now on it opens nothing. Raises NotFound."""


class Answers(Protocol):
    """Answers kept for a while, by who asked and the key that came with it."""

    def together(self) -> AbstractContextManager[None]:
        """All that this thread tells the store inside of it is durable at its end, or none is."""

    def answer_given(self, who: str, key: str, *, now: datetime, kept_s: float) -> Answer | None:
        """What was answered under a key; None: it is ours, until the end of `together`.

        Args:
            who: whose key it is.
            key: the key.
            now: this host's clock.
            kept_s: how long an answer counts.

        Raises:
            KeyInUse: another request with it is being answered.
        """

    def keep_answer(self, who: str, key: str, answer: Answer, *, at: datetime) -> None:
        """Keep what was answered."""
