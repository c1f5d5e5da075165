"""Signing in at the page by an issuer: a browser is sent there, and comes back with a code.

What has to be remembered meanwhile is in a cookie of that very browser: one secret, from which
everything that must not be guessed is derived. So no process has to keep it, whoever asks cannot
fill a table, and an answer that another browser brings fits nothing.

Source: OpenID Connect Core 1.0, 3.1 (authorization code flow); RFC 7636 (PKCE); RFC 9700.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Protocol, Self

from service.ports.identities import Identity

SECRET_BYTES = 32
LASTS_S, EARLY_S = 600.0, 60.0
"""So long somebody may take at the issuer; so far another host's clock may be ahead."""
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Attempt:
    """One browser on its way to the issuer and back.

    Attributes:
        secret: of this attempt; in the browser's cookie alone.
        after: the path to go on to.
        began_s: by the wall clock of the host that it began at, seconds since 1970.
    """

    secret: str = field(repr=False)
    after: str
    began_s: int

    @classmethod
    def new(cls, after: str, *, now_s: float) -> Self:
        """One that begins now."""
        return cls(secrets.token_urlsafe(SECRET_BYTES), after, int(now_s))

    @classmethod
    def from_cookie(cls, text: str, *, now_s: float) -> "Attempt | None":
        """What a browser brings; None: nothing of this form, or it took too long."""
        secret, _, rest = text.partition(".")
        began, _, after = rest.partition(".")
        if len(text) > LONGEST or not secret or not (began.isascii() and began.isdigit()):
            return None
        if not -EARLY_S <= now_s - int(began) <= LASTS_S:
            return None
        try:
            way = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode()
        except (binascii.Error, ValueError):
            return None
        return cls(secret, way, int(began))

    @property
    def cookie(self) -> str:
        """As the browser keeps it."""
        return f"{self.secret}.{self.began_s}.{_base64(self.after.encode())}"

    @property
    def state(self) -> str:
        """What the browser brings back."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the ID token carries."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What redeems the code: 43 characters, as RFC 7636 wants them."""
        return self._derived("verifier")

    def is_answered_by(self, state: str) -> bool:
        """Whether an answer is to this attempt; compared in constant time."""
        return hmac.compare_digest(self.state.encode(), state.encode("utf-8", "replace"))

    def _derived(self, what: str) -> str:
        digest = hmac.new(self.secret.encode(), f"sign-in {what}".encode(), hashlib.sha256).digest()
        return _base64(digest)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class SignIn(Protocol):
    """An issuer that people sign in at."""

    @property
    def label(self) -> str:
        """How people call it."""

    def leads_to(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises IssuerAway."""

    def redeem(self, attempt: Attempt, code: str, *, issuer: str | None) -> Identity:
        """Whom a code stands for.

        Args:
            attempt: what the browser was sent away with.
            code: what it came back with.
            issuer: who sent it, where that was said (RFC 9207).

        Raises:
            TokenRefused: it proves nothing; says why.
            IssuerAway: the issuer cannot be asked.
        """

    def leaves_by(self) -> str | None:
        """Where to sign out of the issuer, too; None: it has no such place. Raises IssuerAway."""
