"""Requests and replies as XML, by the contract: filters out, records in.

A `Record` is one container or list entry with the leaves that the contract names, under the
contract's own keys. Nothing below the normalizer ever sees an element name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from service.domain.releases import Release
from service.drivers.links.netconf import NC
from service.drivers.paths import Contract, Node, Step


class WrongNamespaceError(ValueError):
    """A reply holds an element of the right name in another namespace: found and expected."""


@dataclass(slots=True)
class Record:
    """What one node held.

    Attributes:
        values: contract key -> text without surrounding blanks; an absent leaf is absent, an empty
            one is "".
        lists: contract key -> the entries of a list below this node.
    """

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list["Record"]] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """The leaf's text; None where absent or blank."""
        return self.values.get(key) or None

    def entries(self, key: str) -> list["Record"]:
        """The entries of a list; empty where there are none."""
        return self.lists.get(key, [])


@dataclass(frozen=True, slots=True)
class Shape:
    """A contract node as one release has it, every path resolved."""

    steps: tuple[Step, ...]
    leaves: dict[str, tuple[Step, ...]]
    lists: dict[str, "Shape"]

    @property
    def names(self) -> frozenset[str]:
        """The names of every element below the node itself."""
        here = {name for steps in self.leaves.values() for _, name in steps}
        for inner in self.lists.values():
            here |= {name for _, name in inner.steps} | inner.names
        return frozenset(here)

    def only(self, *keys: str) -> "Shape":
        """The shape with these leaves alone."""
        return Shape(self.steps, {key: self.leaves[key] for key in keys}, {})

    def without(self, names: Sequence[str]) -> "Shape":
        """The shape with every leaf left out whose path goes over one of these element names."""
        kept = {
            key: steps
            for key, steps in self.leaves.items()
            if not any(name in names for _, name in steps)
        }
        lists = {
            key: inner.without(names)
            for key, inner in self.lists.items()
            if not any(name in names for _, name in inner.steps)
        }
        return Shape(self.steps, kept, lists)


def shape_of(
    contract: Contract, node: Node, release: Release, *, inherit: str | None = None
) -> Shape:
    """A contract node as a release has it: leaves that it lacks are left out."""
    steps = contract.steps(node.path, inherit=inherit)
    namespace = steps[-1][0]
    return Shape(
        steps,
        {
            key: contract.steps(leaf.path, inherit=namespace)
            for key, leaf in node.leaves.items()
            if leaf.exists_in(release)
        },
        {
            key: shape_of(contract, inner, release, inherit=namespace)
            for key, inner in node.lists.items()
            if inner.exists_in(release)
        },
    )


def filter_for(*shapes: Shape) -> etree._Element:
    """A subtree filter that selects just these shapes; a shape without leaves selects all of it."""
    root = etree.Element(f"{{{NC}}}filter", nsmap=default_namespace(NC))
    root.set("type", "subtree")
    for shape in shapes:
        _select(root, shape)
    return root


def filter_for_some(shape: Shape, key: str, values: Iterable[str]) -> etree._Element:
    """A subtree filter for the entries of one list whose leaf `key` has one of these values.

    Source: RFC 6241, sections 6.2.5 (content match) and 6.4 (several filters of one name are
    united). That a controller answers many at once from its keys is unverified.
    """
    root = filter_for()
    for value in values:
        entry = append(root, shape.steps)
        for name, steps in shape.leaves.items():
            leaf = descend(entry, steps)
            leaf.text = value if name == key else None
    return root


def _select(parent: etree._Element, shape: Shape) -> None:
    node = descend(parent, shape.steps)
    for steps in shape.leaves.values():
        descend(node, steps)
    for inner in shape.lists.values():
        _select(node, inner)


def descend(parent: etree._Element, steps: Sequence[Step]) -> etree._Element:
    """The element at the end of `steps` below `parent`, made where it is missing."""
    for namespace, name in steps:
        tag = f"{{{namespace}}}{name}"
        child = parent.find(tag)
        if child is None:
            child = etree.SubElement(parent, tag, nsmap=_nsmap(parent, namespace))
        parent = child
    return parent


def append(parent: etree._Element, steps: Sequence[Step]) -> etree._Element:
    """As `descend`, but the last step is always a new element: a new list entry."""
    parent = descend(parent, steps[:-1])
    namespace, name = steps[-1]
    tag = f"{{{namespace}}}{name}"
    return etree.SubElement(parent, tag, nsmap=_nsmap(parent, namespace))


def default_namespace(namespace: str) -> dict[str, str]:
    """The nsmap that declares a namespace as the default one: the form that devices print."""
    nsmap: dict[str | None, str] = {None: namespace}
    return cast(dict[str, str], nsmap)  # lxml takes None as a prefix, its stubs do not


def _nsmap(parent: etree._Element, namespace: str) -> dict[str, str]:
    """Declare a namespace where it changes."""
    return {} if parent.nsmap.get(None) == namespace else default_namespace(namespace)


def records(data: etree._Element, shape: Shape) -> Iterator[Record]:
    """Every node of a shape in a reply, in the reply's order. Errors as `nodes`."""
    walk = Walk(shape)
    for node in nodes(data, shape.steps):
        yield walk.record(node)


def nodes(data: etree._Element, steps: Sequence[Step]) -> Iterator[etree._Element]:
    """Every element at a path in a reply.

    Raises:
        WrongNamespaceError: there is none, but one of that name in another namespace: a reply that
            is not understood must not pass for an empty one.
    """
    if not steps:
        yield data
        return
    namespace, name = steps[0]
    found = False
    for child in data.iterchildren(f"{{{namespace}}}{name}"):
        found = True
        yield from nodes(child, steps[1:])
    if not found:
        _refuse_strangers(data, namespace, name)


def _refuse_strangers(parent: etree._Element, namespace: str, name: str) -> None:
    for child in parent.iterchildren(f"{{*}}{name}"):
        raise WrongNamespaceError(f"the reply holds {child.tag}; expected {{{namespace}}}{name}")


class Walk:
    """Makes records of nodes of one shape: one walk over each, whatever is asked of it."""

    def __init__(self, shape: Shape) -> None:
        self._root = _Branch()
        self._lists = tuple(shape.lists)
        for key, steps in shape.leaves.items():
            self._root.at(steps).leaves.append(key)
        for key, inner in shape.lists.items():
            self._root.at(inner.steps).lists.append((key, Walk(inner)))

    def record(self, node: etree._Element) -> Record:
        """One node; of several elements at the path of a leaf the first counts."""
        record = Record({}, {key: [] for key in self._lists})
        _fill(record, node, self._root)
        return record


@dataclass(slots=True)
class _Branch:
    """What is wanted at one path below a node, and what is wanted further down."""

    leaves: list[str] = field(default_factory=list)
    lists: list[tuple[str, Walk]] = field(default_factory=list)
    inner: dict[str, "_Branch"] = field(default_factory=dict)

    def at(self, steps: Sequence[Step]) -> "_Branch":
        """The branch at a path, made where it is missing."""
        branch = self
        for namespace, name in steps:
            branch = branch.inner.setdefault(f"{{{namespace}}}{name}", _Branch())
        return branch


def _fill(record: Record, node: etree._Element, branch: _Branch) -> None:
    for child in node:
        found = branch.inner.get(child.tag)
        if found is None:
            continue
        for key in found.leaves:
            record.values.setdefault(key, (child.text or "").strip())
        for key, walk in found.lists:
            record.lists[key].append(walk.record(child))
        if found.inner:
            _fill(record, child, found)


def first_nodes(node: etree._Element, shape: Shape) -> dict[str, etree._Element]:
    """Contract key -> the element that a record of this node has the leaf from."""
    found = {key: next(_nodes(node, steps), None) for key, steps in shape.leaves.items()}
    return {key: element for key, element in found.items() if element is not None}


def _nodes(parent: etree._Element, steps: Sequence[Step]) -> Iterator[etree._Element]:
    if not steps:
        yield parent
        return
    namespace, name = steps[0]
    for child in parent.iterchildren(f"{{{namespace}}}{name}"):
        yield from _nodes(child, steps[1:])


def path_text(steps: Sequence[Step]) -> str:
    """A path for people and evidence: names alone, absolute."""
    return "/" + "/".join(name for _, name in steps)


def text_of(element: etree._Element) -> str:
    """One element as indented XML, as shown in plans."""
    etree.indent(element, space=" ")
    return etree.tostring(element, encoding="unicode").strip()
