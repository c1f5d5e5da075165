"""Data as JSON (RFC 7951), no more of it than is wanted and no more than a bound."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import structlog

from service.api.restconf.query import ALL, Fields, Query
from service.api.restconf.schema import Kind, Node
from service.api.restconf.tree import Instance, entries, unfolded
from service.api.restconf.values import Misfit, shown
from service.api.restconf_errors import Refusal

MOST_ENTRIES = 10_000
"""Of lists in one reply: two to four megabytes of access points."""
NEXT_TO_LAST = 2
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Budget:
    """How many entries of lists a reply may still hold."""

    left: int = field(default_factory=lambda: MOST_ENTRIES)

    def take(self, node: Node) -> None:
        """One more. Raises Refusal."""
        self.left -= 1
        if self.left < 0:
            raise Refusal(
                HTTPStatus.BAD_REQUEST,
                "too-big",
                f"more than {MOST_ENTRIES} entries of lists: name a key, choose fields or a depth, "
                "or ask for a list by pages with limit",
                path=f"/{node.label}",
            )


def rendered(node: Node, value: object, query: Query, budget: Budget | None = None) -> object:
    """What a node holds, as JSON."""
    budget = budget or Budget()
    match node.kind:
        case Kind.LIST if isinstance(value, Mapping):
            return [_inside(node, value, query, budget)]
        case Kind.LIST:
            return [_inside(node, one, query, budget) for one in _counted(node, value, budget)]
        case Kind.LEAF_LIST:
            listed = value if isinstance(value, list | tuple) else ()
            return [one for each in listed if (one := _leaf(node, each)) is not None]
        case Kind.LEAF:
            return _leaf(node, value)
        case _:
            return _inside(node, value if isinstance(value, Mapping) else {}, query, budget)


def _counted(node: Node, value: object, budget: Budget) -> Iterator[Instance]:
    for one in entries(value):
        budget.take(node)
        yield one


def _inside(node: Node, instance: Instance, query: Query, budget: Budget) -> dict[str, object]:
    """The children that are wanted, named with their module where it is another one."""
    if query.depth == 1:
        return {}
    below, last = None if query.depth is None else query.depth - 1, query.depth == NEXT_TO_LAST
    told: dict[str, object] = {}
    for child in node.data:
        part = _wanted(node, child, query)
        if part is None:
            continue
        if last and child.kind is Kind.LIST:
            content: object = []  # that it may have entries is all that this level tells
        else:
            value = unfolded(instance.get(child.name))
            if value is None:
                continue
            content = rendered(child, value, replace(query, fields=part, depth=below), budget)
        if last or content not in (None, [], {}):
            told[child.name if child.module == node.module else child.label] = content
    return told


def _wanted(node: Node, child: Node, query: Query) -> Fields | None:
    """What is wanted of a child; None: nothing. Keys say whose the rest is."""
    part = query.fields.under(child.name, child.module)
    is_key = child.name in node.keys
    if query.content == "config" and not child.config:
        return None
    if query.content == "nonconfig" and child.config and not is_key and not _has_state(child):
        return None
    return ALL if part is None and is_key and query.fields.children else part


def _has_state(node: Node) -> bool:
    return any(not child.config or _has_state(child) for child in node.data)


def _leaf(node: Node, value: object) -> object:
    """A value; None, and a line in the log, where the model has no word for it."""
    if node.type is None or value is None:
        return None
    try:
        return shown(value, node.type)
    except Misfit as err:
        log.warning("restconf.misfit", leaf=node.label, expected=str(err))
        return None
