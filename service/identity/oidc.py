"""Bearer tokens of an OpenID Connect issuer: JSON Web Tokens that are verified here, each time.

Accepted: signed with a key that the issuer publishes, by an algorithm with a public key; of this
issuer, for this audience, with a name, not expired and valid already, by this host's clock and one
minute of grace. The role is the highest one that a value of the role claim stands for.

ID tokens of a sign-in at the page are verified the same way, with the page's own client as audience
and the nonce of that very sign-in.

Source: RFC 7519 (JSON Web Token), RFC 8725 (best current practices); OpenID Connect Core 1.0,
3.1.3.7.
"""

import hmac
from datetime import UTC, datetime
from typing import Any

import jwt

from service.domain.scope import WHOLE
from service.errors import TokenRefused
from service.identity.keys import IssuerKeys
from service.identity.parts import scope_of
from service.identity.trust import Trust
from service.ports.identities import Identity

GRACE_S = 60
LONGEST = 16_384
LONGEST_NAME = 128
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
NEEDED = ["exp", "iat", "iss", "aud"]
PROVES_NOTHING = "the issuer's answer proves nothing"
ANOTHERS = "it is for another client"
_BAD = (jwt.PyJWTError, OverflowError, OSError, ValueError, TypeError)
"""What bad tokens make the libraries raise."""
_CLOCKS = "the clocks of this host and of the issuer differ"
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.ExpiredSignatureError, f"it ran out before it came, or {_CLOCKS}"),
    (jwt.ImmatureSignatureError, f"it does not count yet, or {_CLOCKS}"),
    (jwt.InvalidIssuedAtError, _CLOCKS),
    (jwt.InvalidAudienceError, ANOTHERS),
    (jwt.InvalidIssuerError, "it is of another issuer"),
    (jwt.InvalidKeyError, "its key is none of the issuer's"),
    (jwt.InvalidSignatureError, "its signature is not the issuer's"),
    (jwt.InvalidAlgorithmError, "it is signed by an algorithm that is not taken"),
    (jwt.MissingRequiredClaimError, "a claim is missing that it needs"),
)


class OidcIdentities:
    """The identities port over one issuer."""

    def __init__(self, trust: Trust, keys: IssuerKeys | None = None) -> None:
        self._trust = trust
        self._keys = keys or IssuerKeys(trust)

    def who(self, clear: str) -> Identity | None:
        """Whom a token stands for; see the port."""
        try:
            return self._identity(self._claims(clear, self._trust.audience))
        except _BAD:  # which of the many reasons is nobody's business but the issuer's
            return None

    def signed_in(self, clear: str, *, client: str, nonce: str) -> Identity:
        """Whom an ID token stands for that the issuer itself just gave us.

        Args:
            clear: the token.
            client: who we are there: it is for us alone.
            nonce: what we had it write into it.

        Raises:
            TokenRefused: it proves nothing; says why.
            IssuerAway: the issuer's keys cannot be had.
        """
        try:
            claims = self._claims(clear, client)
            found = self._identity(claims)
        except _BAD as err:
            raise TokenRefused(f"{PROVES_NOTHING}: {_why(err)}") from None
        if not hmac.compare_digest(_bytes(claims.get("nonce")), _bytes(nonce)):
            raise TokenRefused(f"{PROVES_NOTHING}: it answers another sign-in")
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client) != client:
            raise TokenRefused(f"{PROVES_NOTHING}: {ANOTHERS}")
        if found is None:
            claim = self._trust.name_claim
            raise TokenRefused(f"{PROVES_NOTHING}: it has no usable name in `{claim}`")
        return found

    def _claims(self, clear: str, audience: str) -> dict[str, Any]:
        """What a token says that is the issuer's and counts now. Raises one of `_BAD`."""
        if len(clear) > LONGEST or clear.count(".") != 2:  # noqa: PLR2004 - header.claims.signature
            raise jwt.DecodeError("no token of ours")
        kid = jwt.get_unverified_header(clear).get("kid")
        key = self._keys.key(kid) if isinstance(kid, str) else None
        if key is None:
            raise jwt.InvalidKeyError("of a key that the issuer does not publish")
        return jwt.decode(
            clear,
            key,
            algorithms=ALGORITHMS,
            audience=audience,
            issuer=self._trust.issuer,
            leeway=GRACE_S,
            options={"require": NEEDED},
        )

    def _identity(self, claims: dict[str, Any]) -> Identity | None:
        """Who claims speak of; None: nobody. Raises one of `_BAD`."""
        issued, expires = _moments(claims)
        name = claims.get(self._trust.name_claim)
        if not isinstance(name, str) or not _is_name(name):
            return None
        values = self._values(claims)
        roles = (self._trust.roles[one] for one in values if one in self._trust.roles)
        scope = scope_of(self._trust.parts, values)
        role = None if scope is None else max(roles, default=None)
        return Identity(name, role, issued, expires, scope or WHOLE)

    def _values(self, claims: dict[str, Any]) -> list[str]:
        """The values of the role claim."""
        found: Any = claims
        for name in self._trust.role_claim:
            found = found.get(name) if isinstance(found, dict) else None
        values = found if isinstance(found, list) else [found]
        return [one for one in values if isinstance(one, str)]


def _why(err: Exception) -> str:
    """What is wrong with an ID token, without a word of it."""
    return next((told for kind, told in _REASONS if isinstance(err, kind)), "it cannot be verified")


def _bytes(told: object) -> bytes:
    """A text to compare; what is none is like none that we made."""
    return told.encode("utf-8", "replace") if isinstance(told, str) else b""


def _moments(claims: dict[str, Any]) -> tuple[datetime, datetime]:
    """When it was issued and when it expires. Raises OverflowError, OSError, ValueError."""
    issued, expires = (datetime.fromtimestamp(claims.get(key, 0), UTC) for key in ("iat", "exp"))
    return issued, expires


def _is_name(name: str) -> bool:
    return bool(name.strip()) and len(name) <= LONGEST_NAME and name.isprintable()
