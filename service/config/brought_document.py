"""A document that a caller brings, of the inventory's own form: its entries by part and name.

It need not be whole: what its entries refer to may stand in the inventory already. So only its form
is judged here, and by the inventory's loader what comes of both together.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from service.config.fleet_document import LISTS, FleetText
from service.config.yaml_file import yaml_root
from service.errors import InvalidInput
from service.ports.fleet_file import Entry, Part

BODY = Path("text")
EXTENSION = "x-"
MOST_VALUES = 200_000
"""Once aliases are followed: a few lines of YAML can stand for billions of values."""


def entries_of(text: str) -> Mapping[Part, Mapping[str, Entry]]:
    """The entries of a document.

    Raises:
        InvalidInput: it is no YAML of that form, or has what is not taken over.
    """
    root = yaml_root(text.encode("utf-8", "surrogatepass"), BODY)
    if not isinstance(root, yaml.MappingNode):
        raise _refused("found a list", f"a mapping with {_known()}")
    document = FleetText.of(text)
    if _count(document.document) > MOST_VALUES:
        raise _refused(f"more than {MOST_VALUES} values", "fewer")
    return {
        Part(key): _part(document, Part(key), held)
        for key, held in document.document.items()
        if not str(key).startswith(EXTENSION) and _is_known(key)
    }


def _is_known(key: object) -> bool:
    if key not in set(Part):
        raise _refused(
            f"found the key {str(key)[:64]!r}", f"only {_known()}; the rest is edited by hand"
        )
    return True


def _part(document: FleetText, part: Part, held: object) -> Mapping[str, Entry]:
    found = document.entries(part)
    if held is None:
        return {}
    if part is not Part.POLICY and len(found) != (
        len(held) if isinstance(held, list | dict) else -1
    ):
        raise _refused(
            f"{part.value}: an entry without a name, a name twice, or something else",
            "a list of entries, each with its name" if part in LISTS else "entries by name",
        )
    values = held.values() if isinstance(held, dict) and part is not Part.POLICY else ()
    if part is Part.EVENT_KEYS:
        if any(not isinstance(one, str) for one in values):
            raise _refused(f"{part.value}: an entry that is no reference", "references by name")
    elif any(not isinstance(one, dict | None) for one in values):
        raise _refused(f"{part.value}: an entry that is no mapping", "entries by name")
    return found


def _count(value: object, left: int = MOST_VALUES + 1) -> int:
    """How many values there are, counted no further than needed."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    found = 1
    for one in inner:
        found += _count(one, left - found)
        if found > left:
            break
    return found


def _known() -> str:
    return ", ".join(Part)


def _refused(what: str, expected: str) -> InvalidInput:
    return InvalidInput(what, where="text", expected=expected)
