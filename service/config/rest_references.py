"""Which references to secrets callers may write into the inventory.

Whoever may name a secret and a host of their own can have the one sent to the other. What the
service itself lives by is therefore never taken, nor a file outside of the inventory's folder;
somebody who may edit the file can still write these.
"""

from collections.abc import Mapping
from pathlib import PurePath

from service.config.inventory_parts import CREDENTIAL_KEYS
from service.config.secret_reference import SecretReference
from service.errors import InvalidInput
from service.ports.fleet_file import REFERENCE, Entry, Part

CLEAR = ("username", "snmp_user")
SECRETS = {
    Part.CREDENTIALS: tuple(one for one in CREDENTIAL_KEYS if one not in CLEAR),
    Part.EVENT_KEYS: (REFERENCE,),
}
"""Which keys of an entry are references, by the part that it is of."""


def check_references(
    part: Part,
    held: Mapping[str, Entry],
    wanted: Mapping[str, Entry | None],
    *,
    own: frozenset[str],
) -> None:
    """See that new references lead to nothing of the service's own.

    Args:
        part: that the entries are of; most have no secrets.
        held: its entries as they are.
        wanted: as they are to be.
        own: references that nobody may name.

    Raises:
        InvalidInput: one does. What is no reference at all the loader refuses.
    """
    for name, entry in wanted.items():
        old = held.get(name, {})
        for key in SECRETS.get(part, ()):
            stated = (entry or {}).get(key)
            if isinstance(stated, str) and stated != old.get(key):
                check_reference(stated, f"{part.value}.{name}.{key}", own)


def check_reference(stated: str, where: str, own: frozenset[str]) -> None:
    """The same of one reference. Raises InvalidInput."""
    try:
        reference = SecretReference.parse(stated)
    except ValueError:
        return
    if str(reference) in own:
        raise InvalidInput(
            f"found {reference}, which is the service's own", where=where, expected="another secret"
        )
    target = PurePath(reference.target)
    if reference.scheme == "file" and (
        target.is_absolute() or ".." in target.parts or reference.target.startswith("~")
    ):
        raise InvalidInput(
            f"found {reference}",
            where=where,
            expected="a file within the inventory's folder; others are named in the file itself",
        )
