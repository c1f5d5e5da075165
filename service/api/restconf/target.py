"""Which data an address means (RFC 8040 section 3.5.3).

An address is read as it was sent: a key may hold an encoded slash or comma.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from fastapi import Request

from service.api.restconf.schema import Kind, Node, Schema
from service.api.restconf_errors import bad_value, unknown_place

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LONGEST_KEY = 512


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an address.

    Attributes:
        keys: of a list's entry; None: nothing was said, so all of the list is meant.
    """

    node: Node
    keys: tuple[str, ...] | None = None


def sent_after(request: Request, prefix: str) -> str:
    """What stands behind a prefix in the address of a request, as it was sent. Raises Refusal."""
    sent = request.scope.get("raw_path") or quote(request.url.path).encode()
    path = sent.decode("latin-1").partition("?")[0]
    if not path.startswith(prefix):
        raise unknown_place("the address is encoded where it has nothing to encode")
    return path[len(prefix) :]


def steps_of(address: str, schema: Schema) -> tuple[Step, ...]:
    """The steps of an address below `data`, as it was sent; none for all data.

    Raises:
        Refusal: there is no such data in the model, or a list's keys are not as many as it has.
    """
    steps: list[Step] = []
    for segment in address.strip("/").split("/") if address.strip("/") else ():
        named, equals, keys = segment.partition("=")
        node = _node(_text(named, address), steps, schema, address)
        if steps and steps[-1].keys is None and steps[-1].node.kind is Kind.LIST:
            raise bad_value(f"{steps[-1].node.name}: its key is needed to go on", _shown(address))
        steps.append(Step(node, _keys(node, keys, address) if equals else None))
    return tuple(steps)


def _node(named: str, steps: Sequence[Step], schema: Schema, address: str) -> Node:
    module, _, name = named.rpartition(":")
    if not steps:
        found = schema.top.get(named)
        hint = "" if module else "; the first name has its module before it: aprejoin:controllers"
    else:
        found, hint = steps[-1].node.child(name, module or None), ""
    if found is None or found.kind in (Kind.RPC, Kind.NOTIFICATION, Kind.INPUT, Kind.OUTPUT):
        raise unknown_place(f"the model has no {named[:80]!r} there{hint}", _shown(address))
    return found


def _keys(node: Node, text: str, address: str) -> tuple[str, ...]:
    keys = tuple(_text(one, address) for one in text.split(","))
    if node.kind is not Kind.LIST:
        raise bad_value(f"{node.name} is no list: it has no key", _shown(address))
    if len(keys) != len(node.keys):
        expected = ", ".join(node.keys) or "no key at all"
        raise bad_value(f"{node.name} takes {expected}", _shown(address))
    return keys


def _text(encoded: str, address: str) -> str:
    try:
        text = unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        raise bad_value("no UTF-8 in the address", _shown(address)) from None
    if CONTROL.search(text) or len(text) > LONGEST_KEY:
        raise bad_value("a name or a key that is none in the address", _shown(address))
    return text


def _shown(address: str) -> str:
    """An address for an error: what was sent and is printable ASCII, cut short."""
    return "/" + re.sub(r"[^\x21-\x7e]", "?", address.strip("/"))[:200]
