"""What a URL and its `fields` select: as a subtree filter, so that both protocols read alike.

Source: RFC 8040 sections 3.5.3 and 4.8.3. What boxes answer to a name that they don't know is in
the facts for paths (404, "uri keypath not found") and unverified for `fields` (400 here).
"""

import re
from dataclasses import dataclass

from lxml import etree

from service.lab.errors import NC, RpcRefusedError
from service.lab.restconf.http import decoded
from service.lab.yang.paths import Element, new
from service.lab.yang.schema import Node, Schema

NOT_FOUND = "uri keypath not found"
_TOKEN = re.compile(r"[()/;]|[^()/;]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A data resource.

    Attributes:
        nodes: from the top down to the resource.
        request: a `get` whose filter selects it.
        keyed: whether the resource is one entry of a list.
    """

    nodes: tuple[Node, ...]
    request: Element
    keyed: bool


def place_of(schema: Schema, segments: list[str], fields: str | None) -> Place:
    """The resource of a path below `data`.

    Raises:
        RpcRefusedError: `invalid-value` for a path that the release lacks, `malformed-message` for
            one that is none, `unknown-element` for a field that it lacks.
    """
    request = etree.Element(f"{{{NC}}}get")
    at = etree.SubElement(request, f"{{{NC}}}filter", type="subtree")
    nodes: list[Node] = []
    keyed = False
    for number, segment in enumerate(segments):
        name, equals, keys = segment.partition("=")
        node = _child(schema, nodes[-1] if nodes else None, decoded(name))
        keyed = bool(equals)
        if node.is_list and not keyed and number < len(segments) - 1:
            raise _refused("malformed-message", f"{node.name}: an entry's keys are missing")
        at = _below(at, node)
        if keyed:
            _match(at, node, keys.split(","))
        nodes.append(node)
    if fields is not None:
        _select(nodes[-1], at, fields)
    return Place(tuple(nodes), request, keyed)


def _child(schema: Schema, parent: Node | None, name: str) -> Node:
    """The node of one step; a module's name is needed where it changes, and at the top."""
    module, colon, local = name.rpartition(":")
    known = schema.data if parent is None else parent.children
    inherited = "" if parent is None else parent.module.namespace
    namespace = schema.namespace(module) if colon else inherited
    node = known.get(f"{{{namespace}}}{local}")
    if node is None or node.pruned:
        raise _refused("invalid-value", NOT_FOUND)
    return node


def _below(at: Element, node: Node) -> Element:
    found = at.find(node.qname)
    if found is None:
        found = new(node.qname)
        at.append(found)
    return found


def _match(at: Element, node: Node, values: list[str]) -> None:
    if len(values) != len(node.keys):
        raise _refused("invalid-value", f"{node.name} has {len(node.keys)} keys")
    for key, value in zip(node.keys, values, strict=True):
        named = node.named(key)
        if named is not None:
            _below(at, named).text = decoded(value)


def _select(node: Node, at: Element, fields: str) -> None:
    """Put what `fields` names below the resource's element."""
    tokens = _TOKEN.findall(fields)
    rest = _expression(node, at, tokens)
    if rest:
        raise _refused("malformed-message", f"fields: {''.join(rest)[:40]}")


def _expression(node: Node, at: Element, tokens: list[str]) -> list[str]:
    """One or more paths with `;` between them; what is left."""
    while True:
        tokens = _path(node, at, tokens)
        if tokens[:1] != [";"]:
            return tokens
        tokens = tokens[1:]


def _path(node: Node, at: Element, tokens: list[str]) -> list[str]:
    while True:
        if not tokens or tokens[0] in "()/;":
            raise _refused("malformed-message", "fields: a name is missing")
        node = _field(node, tokens[0])
        at, tokens = _below(at, node), tokens[1:]
        if tokens[:1] == ["("]:
            rest = _expression(node, at, tokens[1:])
            if rest[:1] != [")"]:
                raise _refused("malformed-message", "fields: a parenthesis is not closed")
            return rest[1:]
        if tokens[:1] != ["/"]:
            return tokens
        tokens = tokens[1:]


def _field(node: Node, name: str) -> Node:
    module, colon, local = name.rpartition(":")
    for child in node.children.values():
        same = not colon or child.module.name == module
        if child.name == local and same and (colon or child.module is node.module):
            return child
    raise _refused("invalid-value", f"fields: unknown element {name[:60]}")


def _refused(tag: str, message: str) -> RpcRefusedError:
    return RpcRefusedError(tag, message)
