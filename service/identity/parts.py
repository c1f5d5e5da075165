"""Which part of the fleet a value of the issuer's claim opens.

APREJOIN_OIDC_PARTS   all=wifi-ops; site:paris=noc-paris; tag:lab=lab-team

Where it is set, whoever has none of these values has no part of the fleet: one that was forgotten
must not open all of it.
"""

from collections.abc import Iterable, Mapping

from service.domain.scope import WHOLE, Scope
from service.errors import InvalidInput

PARTS = "APREJOIN_OIDC_PARTS"
FORM = "all=VALUE; site:NAME=VALUE; tag:NAME=VALUE, those that are wanted"


def parts_in(text: str) -> Mapping[str, tuple[Scope, ...]] | None:
    """A value of the claim -> what it opens; None: nothing is said, so a role is for everything.

    Raises:
        InvalidInput: names what cannot be read.
    """
    found: dict[str, tuple[Scope, ...]] = {}
    for told in filter(None, map(str.strip, text.split(";"))):
        what, _, value = (piece.strip() for piece in told.partition("="))
        if not value:
            raise _refused(told)
        found[value] = (*found.get(value, ()), _part(what, told))
    return found or None


def scope_of(parts: Mapping[str, tuple[Scope, ...]] | None, values: Iterable[str]) -> Scope | None:
    """What several values open together; None: nothing."""
    if parts is None:
        return WHOLE
    found = [scope for value in values for scope in parts.get(value, ())]
    if not found or any(scope.is_whole for scope in found):
        return WHOLE if found else None
    sites = {site for one in found for site in one.sites}
    tags = {tag for one in found for tag in one.tags}
    return Scope(tuple(sorted(sites)), tuple(sorted(tags)))


def _part(what: str, told: str) -> Scope:
    kind, colon, name = (piece.strip() for piece in what.partition(":"))
    match kind, colon, bool(name):
        case "all", "", False:
            return WHOLE
        case "site", ":", True:
            return Scope(sites=(name,))
        case "tag", ":", True:
            return Scope(tags=(name,))
        case _:
            raise _refused(told)


def _refused(told: str) -> InvalidInput:
    return InvalidInput(f"found {told!r}", where=PARTS, expected=FORM)
