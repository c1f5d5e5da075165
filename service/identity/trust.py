"""Which issuer is trusted, for whom, and what its claims are here: from the environment.

APREJOIN_OIDC_ISSUER     https://sso.example/realms/net   exactly as its tokens say it in `iss`
APREJOIN_OIDC_AUDIENCE   aprejoin                         what its tokens for us say in `aud`
APREJOIN_OIDC_ROLES      viewer=noc; operator=wifi-ops; approver=cab; admin=wifi-admins
APREJOIN_OIDC_ROLE_CLAIM groups                           dots lead into it: realm_access.roles
APREJOIN_OIDC_NAME_CLAIM sub                              whose value is who asks and approves
APREJOIN_OIDC_CA         ca.pem                           authorities, where not the usual ones
APREJOIN_OIDC_PARTS      all=wifi-ops; site:paris=noc     which part of the fleet, by that claim
APREJOIN_OIDC_CLIENT_ID  aprejoin-page                    under which the page has people sign in
APREJOIN_OIDC_SCOPE      openid groups                    what the page asks the issuer to tell
APREJOIN_OIDC_LABEL      the company's account            what the button says: Sign in with ...
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.domain.scope import Scope
from service.errors import InvalidInput
from service.identity.parts import PARTS, parts_in
from service.ports.tokens import Role

ISSUER = "APREJOIN_OIDC_ISSUER"
AUDIENCE = "APREJOIN_OIDC_AUDIENCE"
ROLES = "APREJOIN_OIDC_ROLES"
ROLE_CLAIM = "APREJOIN_OIDC_ROLE_CLAIM"
NAME_CLAIM = "APREJOIN_OIDC_NAME_CLAIM"
CA = "APREJOIN_OIDC_CA"
CLIENT_ID = "APREJOIN_OIDC_CLIENT_ID"
SCOPE = "APREJOIN_OIDC_SCOPE"
LABEL = "APREJOIN_OIDC_LABEL"
_FORM = "viewer=VALUE; operator=VALUE; approver=VALUE; admin=VALUE, those that are wanted"
LONGEST_LABEL = 60
BESIDE: Mapping[str, tuple[str, ...]] = {
    CLIENT_ID: (ISSUER, "APREJOIN_PUBLIC_URL"),
    "APREJOIN_OIDC_CLIENT_SECRET": (CLIENT_ID,),
}
"""A variable -> those without which it means nothing."""
OPENID = "openid"


@dataclass(frozen=True, slots=True)
class Trust:
    """One issuer.

    Attributes:
        roles: a value of the role claim -> what it may do here.
        role_claim: the names on the way to it.
        ca: a file with the authorities to trust; None: the usual ones.
        parts: a value of the role claim -> the parts of the fleet that it opens; None: whoever
            has a role has it for the whole fleet.
        client: who the page is at the issuer; None: nobody signs in there for the page.
        scope: what the page asks the issuer to tell of them, with spaces.
        label: how people call the issuer.
    """

    issuer: str
    audience: str
    roles: Mapping[str, Role]
    role_claim: tuple[str, ...] = ("groups",)
    name_claim: str = "sub"
    ca: str | None = None
    parts: Mapping[str, tuple[Scope, ...]] | None = None
    client: str | None = None
    scope: str = OPENID
    label: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Trust | None":
        """None: no issuer is named.

        Raises:
            InvalidInput: a variable is missing or bad; names it.
        """
        _check_company(environ)
        issuer = environ.get(ISSUER)
        if not issuer:
            return None
        parts = urlsplit(issuer)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
            raise _refused(ISSUER, repr(issuer), "an https: address without ? and #")
        return cls(
            issuer=issuer,
            audience=_needed(environ, AUDIENCE, "what the issuer's tokens for us say in `aud`"),
            roles=_roles(_needed(environ, ROLES, _FORM)),
            role_claim=tuple((environ.get(ROLE_CLAIM) or "groups").split(".")),
            name_claim=environ.get(NAME_CLAIM) or "sub",
            ca=environ.get(CA) or None,
            parts=parts_in(environ.get(PARTS, "")),
            client=environ.get(CLIENT_ID, "").strip() or None,
            scope=_scope(environ.get(SCOPE, "")),
            label=_label(environ) or parts.hostname,
        )


def _scope(text: str) -> str:
    words = text.split()
    if words and OPENID not in words:
        raise _refused(SCOPE, repr(text), f"words with spaces, {OPENID} among them")
    return " ".join(words) or OPENID


def _label(environ: Mapping[str, str]) -> str:
    text = environ.get(LABEL, "").strip()
    if len(text) > LONGEST_LABEL or not text.isprintable():
        raise _refused(LABEL, repr(text[:LONGEST_LABEL]), f"at most {LONGEST_LABEL} characters")
    return text


def _check_company(environ: Mapping[str, str]) -> None:
    for variable, others in BESIDE.items():
        for other in others:
            if environ.get(variable) and not environ.get(other):
                raise _refused(other, f"nothing, beside {variable}", "a value: it takes both")


def _needed(environ: Mapping[str, str], variable: str, expected: str) -> str:
    text = environ.get(variable, "").strip()
    if not text:
        raise _refused(variable, f"nothing, beside {ISSUER}", expected)
    return text


def _roles(text: str) -> dict[str, Role]:
    """The value of the claim -> the role; a value that is written twice is a mistake."""
    roles: dict[str, Role] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        label, sign, value = (piece.strip() for piece in part.partition("="))
        if label.upper() not in Role.__members__ or not sign or not value or value in roles:
            raise _refused(ROLES, repr(part), _FORM)
        roles[value] = Role[label.upper()]
    return roles


def _refused(variable: str, found: str, expected: str) -> InvalidInput:
    return InvalidInput(f"found {found}", where=variable, expected=expected)
