"""Contract nodes over RESTCONF: addresses and `fields` out, records and elements in.

What is large becomes records in one walk; what is kept as the box wrote it (NTP entries, policies)
becomes the elements that NETCONF would have given, so that one code reads both. Source: RFC 7951.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from service.drivers.iosxe.documents import (
    Record,
    Shape,
    WrongNamespaceError,
    append,
    default_namespace,
    descend,
)
from service.drivers.paths import Contract, Step


class WrongFormError(WrongNamespaceError):
    """A reply holds something else than the model promises."""


@dataclass(frozen=True, slots=True)
class Names:
    """Modules by namespace, and the other way round."""

    module_of: Mapping[str, str]
    namespace_of: Mapping[str, str]

    @classmethod
    def of(cls, contract: Contract) -> "Names":
        """Those of a contract."""
        modules = contract.modules.values()
        return cls(
            {module.namespace: module.name for module in modules},
            {module.name: module.namespace for module in modules},
        )

    def members(self, steps: Iterable[Step], inside: str = "") -> tuple[str, ...]:
        """Steps as members: the module goes along where it changes. `inside`: a namespace."""
        found = []
        for namespace, name in steps:
            found.append(name if namespace == inside else f"{self.module_of[namespace]}:{name}")
            inside = namespace
        return tuple(found)


def address(names: Names, steps: tuple[Step, ...]) -> str:
    """A data resource, below `data`."""
    return "/".join(names.members(steps))


def top_member(names: Names, steps: tuple[Step, ...]) -> str:
    """What an answer about a resource calls it."""
    return names.members(steps[-1:])[0]


def fields(names: Names, shape: Shape) -> str | None:
    """What is wanted of a resource, as flat paths; None: all of it. Source: RFC 8040, 4.8.3."""
    return ";".join("/".join(path) for path in _paths(names, shape, ())) or None


def _paths(names: Names, shape: Shape, before: tuple[str, ...]) -> list[tuple[str, ...]]:
    namespace = shape.steps[-1][0]
    found = [(*before, *names.members(steps, namespace)) for steps in shape.leaves.values()]
    for inner in shape.lists.values():
        place = (*before, *names.members(inner.steps, namespace))
        found += _paths(names, inner, place) or [place]
    return found


@dataclass(frozen=True, slots=True)
class Picker:
    """What to take of one object: a walk over wanted members alone, however many it has.

    Attributes:
        leaves: (member, contract key).
        inside: (member, what to take of the object in it).
        lists: (member, contract key, what to take of each entry).
    """

    leaves: tuple[tuple[str, str], ...]
    inside: tuple[tuple[str, "Picker"], ...]
    lists: tuple[tuple[str, str, "Picker"], ...]

    def record(self, entry: Any) -> Record:  # noqa: ANN401 - JSON
        """One container or entry of a list. WrongFormError where it is no object."""
        record = Record()
        self.into(record, entry)
        return record

    def paths(self) -> dict[tuple[str, ...], str] | None:
        """Every leaf by its path; None where there are lists, whose entries have no paths."""
        found: dict[tuple[str, ...], str] = {(member,): key for member, key in self.leaves}
        for member, inner in self.inside:
            below = inner.paths()
            if below is None:
                return None
            found |= {(member, *path): key for path, key in below.items()}
        return None if self.lists else found

    def into(self, record: Record, entry: Any) -> None:  # noqa: ANN401 - JSON
        """Put what is wanted into a record."""
        if not isinstance(entry, dict):
            raise WrongFormError(f"the reply holds {type(entry).__name__}; expected an object")
        values = record.values
        for member, key in self.leaves:
            value = entry.get(member)
            if value is not None:
                values[key] = (value if type(value) is str else text(value)).strip()
        for member, inner in self.inside:
            below = entry.get(member)
            if below is not None:
                inner.into(record, below)
        for member, key, each in self.lists:
            record.lists[key] = [each.record(one) for one in listed(entry.get(member))]


def picker(names: Names, shape: Shape) -> Picker:
    """What takes a shape's leaves from an object."""
    namespace = shape.steps[-1][0]
    leaves = [(names.members(steps, namespace), key) for key, steps in shape.leaves.items()]
    lists = [
        (names.members(inner.steps, namespace), key, picker(names, inner))
        for key, inner in shape.lists.items()
    ]
    return _picker(leaves, lists)


Path = tuple[str, ...]


def _picker(leaves: list[tuple[Path, str]], lists: list[tuple[Path, str, Picker]]) -> Picker:
    inner: dict[str, tuple[list[tuple[Path, str]], list[tuple[Path, str, Picker]]]] = {}
    for path, key in leaves:
        if len(path) > 1:
            inner.setdefault(path[0], ([], []))[0].append((path[1:], key))
    for path, key, each in lists:
        if len(path) > 1:
            inner.setdefault(path[0], ([], []))[1].append((path[1:], key, each))
    return Picker(
        tuple((path[0], key) for path, key in leaves if len(path) == 1),
        tuple((member, _picker(*below)) for member, below in inner.items()),
        tuple((path[0], key, each) for path, key, each in lists if len(path) == 1),
    )


def text(value: object) -> str:
    """A leaf as XML has it; of several values the first. WrongFormError where it is no leaf."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case None | []:
            return ""
        case [first, *_]:
            return text(first)
        case _:
            raise WrongFormError("the reply holds an object; expected a leaf")


def listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """The entries of a list, or the one thing that is no list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def grafted(
    names: Names, data: etree._Element, steps: tuple[Step, ...], found: Iterable[object]
) -> None:
    """Put what an answer holds below `data`, as NETCONF would have given it."""
    descend(data, steps[:-1])
    for one in found:
        node = append(data, steps)
        _fill(names, node, one)


def _fill(names: Names, node: etree._Element, value: object) -> None:
    if not isinstance(value, dict):
        node.text = text(value)
        return
    for member, inner in value.items():
        module, colon, name = member.rpartition(":")
        here = str(etree.QName(node).namespace)
        namespace = names.namespace_of.get(module, f"module:{module}") if colon else here
        for one in [inner] if inner == [None] else listed(inner):
            nsmap = {} if namespace == here else default_namespace(namespace)
            _fill(names, etree.SubElement(node, f"{{{namespace}}}{name}", nsmap=nsmap), one)
