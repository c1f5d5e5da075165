"""Elements as JSON. Source: RFC 7951; numbers of 64 bits and decimals are text there."""

from typing import Any

from service.lab.yang.paths import Element, elements, text_of
from service.lab.yang.schema import Node, Schema
from service.lab.yang.values import fault

NUMBERS = {"int8", "int16", "int32", "uint8", "uint16", "uint32"}


def member(node: Node, parent: Node | None) -> str:
    """A node's name as a member: its module goes along where it is not the parent's."""
    alone = parent is not None and parent.module is node.module
    return node.name if alone else f"{node.module.name}:{node.name}"


def content(schema: Schema, node: Node, element: Element) -> dict[str, Any]:
    """The members of a container or of a list's entry, in the element's order."""
    found: dict[str, Any] = {}
    for child in elements(element):
        below = node.children[child.tag]
        name = member(below, node)
        if below.many:
            found.setdefault(name, []).append(value(schema, below, child))
        else:
            found[name] = value(schema, below, child)
    return found


def value(schema: Schema, node: Node, element: Element) -> object:
    """One element's value; of a list or leaf-list, that of one entry."""
    if not node.is_leaf:
        return content(schema, node, element)
    return _leaf(schema, node.type, text_of(element), element)


def _leaf(schema: Schema, kind: dict[str, Any], text: str, element: Element) -> object:
    base = kind["b"]
    if base in NUMBERS:
        return int(text)
    if base == "boolean":
        return text.strip() == "true"
    if base == "empty":
        return [None]
    if base == "union":
        return _leaf(schema, _member_type(schema, kind, text, element), text, element)
    if base == "identityref":
        return _identity(schema, text, element)
    return text


def _member_type(
    schema: Schema, kind: dict[str, Any], text: str, element: Element
) -> dict[str, Any]:
    """The first member of a union that takes the text."""
    members: list[dict[str, Any]] = [schema.types[number] for number in kind["u"]]
    for one in members:
        if fault(schema, one, text, dict(element.nsmap)) is None:
            return one
    return {"b": "string"}


def _identity(schema: Schema, text: str, element: Element) -> str:
    prefix, _, name = text.strip().rpartition(":")
    module = schema.by_namespace.get(element.nsmap.get(prefix or None, ""))
    return f"{module.name}:{name}" if module else name
