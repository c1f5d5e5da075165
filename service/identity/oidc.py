"""Bearer tokens of an OpenID Connect issuer: JSON Web Tokens that are verified here, each time.

Accepted: signed with a key that the issuer publishes, by an algorithm with a public key; of this
issuer, for this audience, with a name, not expired and valid already, by this host's clock and one
minute of grace. The role is the highest one that a value of the role claim stands for.

Source: RFC 7519 (JSON Web Token), RFC 8725 (best current practices).
"""

from datetime import UTC, datetime
from typing import Any

import jwt

from service.identity.keys import IssuerKeys
from service.identity.trust import Trust
from service.ports.identities import Identity
from service.ports.tokens import Role

GRACE_S = 60
LONGEST = 16_384
LONGEST_NAME = 128
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
NEEDED = ["exp", "iat", "iss", "aud"]


class OidcIdentities:
    """The identities port over one issuer."""

    def __init__(self, trust: Trust, keys: IssuerKeys | None = None) -> None:
        self._trust = trust
        self._keys = keys or IssuerKeys(trust)

    def who(self, clear: str) -> Identity | None:
        """Whom a token stands for; see the port."""
        if len(clear) > LONGEST or clear.count(".") != 2:  # noqa: PLR2004 - header.claims.signature
            return None
        try:
            claims = self._claims(clear)
            issued, expires = _moments(claims or {})
        except (
            jwt.PyJWTError,
            OverflowError,
            OSError,
            ValueError,
            TypeError,
        ):  # which of the many reasons is nobody's business but the issuer's
            return None
        name = claims.get(self._trust.name_claim) if claims else None
        if claims is None or not isinstance(name, str) or not _is_name(name):
            return None
        return Identity(name, self._role(claims), issued, expires)

    def _claims(self, clear: str) -> dict[str, Any] | None:
        kid = jwt.get_unverified_header(clear).get("kid")
        key = self._keys.key(kid) if isinstance(kid, str) else None
        if key is None:
            return None
        return jwt.decode(
            clear,
            key,
            algorithms=ALGORITHMS,
            audience=self._trust.audience,
            issuer=self._trust.issuer,
            leeway=GRACE_S,
            options={"require": NEEDED},
        )

    def _role(self, claims: dict[str, Any]) -> Role | None:
        found: Any = claims
        for name in self._trust.role_claim:
            found = found.get(name) if isinstance(found, dict) else None
        values = found if isinstance(found, list) else [found]
        roles = self._trust.roles
        return max(
            (roles[one] for one in values if isinstance(one, str) and one in roles), default=None
        )


def _moments(claims: dict[str, Any]) -> tuple[datetime, datetime]:
    """When it was issued and when it expires. Raises OverflowError, OSError, ValueError."""
    issued, expires = (datetime.fromtimestamp(claims.get(key, 0), UTC) for key in ("iat", "exp"))
    return issued, expires


def _is_name(name: str) -> bool:
    return bool(name.strip()) and len(name) <= LONGEST_NAME and name.isprintable()
