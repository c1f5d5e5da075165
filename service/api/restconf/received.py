"""What a caller sends with an operation, read by the model: nothing that it does not know."""

import json
from collections.abc import Mapping

from service.api.restconf.schema import Kind, LeafType, Node
from service.api.restconf.values import Misfit, taken
from service.api.restconf_errors import bad_value, malformed, missing, unknown_element

MOST_VALUES = 10_000


def input_of(operation: Node, body: bytes) -> dict[str, object]:
    """The input of an operation, by the model's names; what was not said is not there.

    Raises:
        Refusal: no JSON, or not what the model has there.
    """
    wanted = operation.children.get("input")
    given = _envelope(operation, body)
    if wanted is None:
        wanted = Node(operation.module, "input", Kind.INPUT)
    told = {}
    for name, value in given.items():
        leaf = _leaf(wanted, name)
        told[leaf.name] = _value(leaf, value)
    for leaf in wanted.data:
        if leaf.mandatory and leaf.name not in told:
            raise missing(leaf.name, _path(leaf))
    return told


def _envelope(operation: Node, body: bytes) -> Mapping[str, object]:
    """What is inside of `input`; nothing where nothing was sent."""
    if not body.strip():
        return {}
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise malformed("the body is no JSON") from None
    name = f"{operation.module}:input"
    if not isinstance(document, dict) or set(document) - {name, "input"} or len(document) > 1:
        raise malformed(f"expected an object with {name} alone")
    inside: object = next(iter(document.values()), {})
    if not isinstance(inside, dict):
        raise malformed(f"{name}: expected an object")
    return inside


def _leaf(wanted: Node, name: str) -> Node:
    module, _, local = name.rpartition(":")
    found = wanted.child(local, module or None)
    if found is None:
        expected = ", ".join(one.name for one in wanted.data) or "nothing"
        raise unknown_element(f"expected {expected}", f"/{wanted.module}:input")
    return found


def _value(leaf: Node, value: object) -> object:
    if leaf.kind is not Kind.LEAF_LIST:
        return _one(leaf, value)
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        raise bad_value(f"{leaf.name}: expected a list of at most {MOST_VALUES}", _path(leaf))
    found = [_one(leaf, each) for each in value]
    if len(set(found)) != len(found):
        raise bad_value(f"{leaf.name}: a value is there twice", _path(leaf))
    return found


def _one(leaf: Node, value: object) -> object:
    try:
        return taken(value, leaf.type or LeafType("string"))
    except Misfit as err:
        raise bad_value(f"{leaf.name}: expected {err}", _path(leaf)) from None


def _path(leaf: Node) -> str:
    return f"/{leaf.module}:input/{leaf.name}"
