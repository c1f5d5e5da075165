"""Grow state elements from plain mappings, as far as the schema knows them and somebody asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from service.lab.yang.paths import Element, elements, local, new, text_of
from service.lab.yang.schema import Node

Value = Any  # text, numbers, truth values, None (left out), mappings, rows, EMPTY
EMPTY = object()  # a leaf of type empty


@dataclass(slots=True)
class Want:
    """What of a subtree was asked for: everything, or the named children, with their values.

    Derived from a subtree filter so that thousands of APs needn't be built to be thrown away; the
    filter itself is still applied to what was built.
    """

    everything: bool = True
    inside: "dict[str, Want]" = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)  # content matches: leaf -> allowed

    def of(self, name: str) -> "Want | None":
        """What is wanted of a child; None: nothing."""
        return ALL if self.everything else self.inside.get(name)

    def excludes(self, name: str, value: str) -> bool:
        """Does a content match rule this value out?"""
        return name in self.values and value not in self.values[name]


ALL = Want()


def wanted(filters: list[Element]) -> Want:
    """The union of several filter elements of the same name."""
    found = Want(everything=False)
    for element in filters:
        inside = elements(element)
        matches = [e for e in inside if not elements(e) and text_of(e).strip()]
        if not inside or len(matches) == len(inside):
            found.everything = True
        grouped: dict[str, list[Element]] = {}
        for child in inside:
            grouped.setdefault(local(child), []).append(child)
        for name, group in grouped.items():
            found.inside[name] = _union(found.inside.get(name), wanted(group))
    _note_matches(found, filters)
    return found


def _note_matches(found: Want, filters: list[Element]) -> None:
    """Values count only where every filter element restricts the same leaf."""
    for name in found.inside:
        lists = [[text_of(e).strip() for e in f.iterchildren(f"{{*}}{name}")] for f in filters]
        if all(values and all(values) for values in lists):
            found.values[name] = {value for values in lists for value in values}


def _union(first: Want | None, second: Want) -> Want:
    if first is None:
        return second
    merged = Want(everything=first.everything or second.everything, inside=dict(first.inside))
    for name, want in second.inside.items():
        merged.inside[name] = _union(merged.inside.get(name), want)
    return merged


def grow(node: Node, want: Want, content: Mapping[str, Value]) -> Element:
    """An element of a schema node with what the content gives, the schema knows and is wanted."""
    element = new(node.qname)
    for name, value in content.items():
        below = node.named(name)
        inside = want.of(name)
        if inside is None and name in node.keys:
            inside = ALL  # keys stay: content matches and readers need them
        if below is None or value is None or inside is None:
            continue
        if below.is_leaf:
            _leaf(element, below, value)
        elif isinstance(value, Mapping):
            element.append(grow(below, inside, value))
        elif isinstance(value, Iterable):
            element.extend([grow(below, inside, row) for row in value])
    return element


def _leaf(element: Element, node: Node, value: object) -> None:
    if node.kind == "m":
        for item in value if isinstance(value, Iterable) else ():
            etree.SubElement(element, node.qname).text = _text(item)
    else:
        etree.SubElement(element, node.qname).text = _text(value)


def _text(value: object) -> str | None:
    if value is EMPTY:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
