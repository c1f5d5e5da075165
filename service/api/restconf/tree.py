"""Data as the service has it, unfolded only as far as somebody asks for it.

An instance is a mapping by the model's names. A value in it may be a function: it is called when
its subtree is wanted. Lists that the store has in pages are `Rows`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from service.api.restconf.schema import Kind, Node
from service.api.restconf.target import Step
from service.api.restconf.values import Misfit, key_text
from service.api.restconf_errors import unknown_place

Instance: TypeAlias = Mapping[str, object]
Key: TypeAlias = tuple[str, ...]
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of the store.

    Attributes:
        one: the entry of a key; None: there is none.
        some: so many entries after a place, each with its own place.
        parts: how many texts make a place.
    """

    one: Callable[[str], Instance | None]
    some: Callable[[int, Key | None], Sequence[tuple[Key, Instance]]]
    parts: int

    def all(self) -> Iterator[Instance]:
        """Every entry, in its order."""
        after: Key | None = None
        while True:
            found = self.some(AT_ONCE, after)
            yield from (one for _, one in found)
            if len(found) < AT_ONCE:
                return
            after = found[-1][0]


def unfolded(value: object) -> object:
    """A value, called where it has to be."""
    return value() if callable(value) else value


def entries(value: object) -> Iterator[Instance]:
    """The entries of a list."""
    if isinstance(value, Rows):
        yield from value.all()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from (one for one in value if isinstance(one, Mapping))


def found(steps: Sequence[Step], data: Instance) -> object:
    """What an address means: an instance, a list, or a value.

    Raises:
        Refusal: nothing is there.
    """
    value: object = data
    where = module = ""
    for step in steps:
        node = step.node
        where += f"/{node.name if node.module == module else node.label}"
        module = node.module
        inside = value if isinstance(value, Mapping) else {}
        value = unfolded(inside.get(step.node.name))
        if step.keys is not None:
            where += "".join(
                f"[{name}='{key}']" for name, key in zip(step.node.keys, step.keys, strict=True)
            )
            value = _entry(step.node, step.keys, value)
        if value is None and step.node.kind is not Kind.CONTAINER:
            raise unknown_place("nothing is there", where)
        value = {} if value is None else value
    return value


def _entry(node: Node, keys: Key, value: object) -> Instance | None:
    if isinstance(value, Rows):
        return value.one(keys[0])
    return next((one for one in entries(value) if _keys(node, one) == keys), None)


def _keys(node: Node, entry: Instance) -> Key:
    """An entry's keys as an address has them."""
    try:
        return tuple(
            key_text(entry.get(key), leaf.type)
            for key in node.keys
            if (leaf := node.children[key]).type is not None
        )
    except Misfit:
        return ()
