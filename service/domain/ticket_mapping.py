"""How a message of a ticket becomes the JSON of somebody else's desk: our fields as theirs.

Templates are plain: `{name}` is a field of ours, `{{` and `}}` are braces, and nothing else is
understood, so that a mapping can reach nothing but the message.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Name: TypeAlias = Literal[
    "open_change",
    "begin_change",
    "close_change",
    "open_incident",
    "update_incident",
    "resolve_incident",
    "note",
    "attach",
]
Tree: TypeAlias = "str | int | bool | tuple[Tree, ...] | Mapping[str, Tree] | None"
"""JSON whose texts are templates."""

COMMON = ("correlation", "kind", "message", "delivery")
"""Fields of every message: the ticket's correlation id, change or incident, the message's own name,
and an id that is the same when the same is said again."""
FIELDS: Mapping[Name, tuple[str, ...]] = {
    "open_change": (
        "title",
        "text",
        "steps",
        "way_back",
        "checks",
        "impact",
        "risk",
        "start",
        "end",
    ),
    "begin_change": (),
    "close_change": ("verdict", "notes"),
    "open_incident": ("title", "text", "urgency"),
    "update_incident": ("title", "text", "urgency"),
    "resolve_incident": ("notes",),
    "note": ("text",),
    "attach": ("name", "media_type", "data"),
}
NEEDLESS = frozenset({"begin_change", "note", "attach", "update_incident"})
"""Messages that a mapping may leave out; the ticket is opened and ended without them, too."""
_GRADES = ("low", "moderate", "high")
WORDS: Mapping[str, tuple[str, ...]] = {
    "kind": ("change", "incident"),
    "risk": _GRADES,
    "urgency": _GRADES,
    "verdict": ("successful", "unsuccessful"),
}
"""Fields of few words, which a mapping may translate."""
_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z0-9_]*)\}|[{}]", re.ASCII)


def names_in(template: str) -> tuple[str, ...]:
    """The fields that a template names, in order.

    Raises:
        ValueError: a brace that is no part of a name and not doubled.
    """
    found = []
    for token in _TOKEN.finditer(template):
        if token[0] in {"{", "}"}:
            raise ValueError(f"a single {token[0]!r}")
        if token[1] is not None:
            found.append(token[1])
    return tuple(found)


def all_names(tree: Tree) -> Iterator[str]:
    """Every field that the templates of a tree name."""
    match tree:
        case str():
            yield from names_in(tree)
        case tuple():
            for one in tree:
                yield from all_names(one)
        case Mapping():
            for one in tree.values():
                yield from all_names(one)
        case _:
            return


def filled(template: str, fields: Mapping[str, str]) -> str:
    """A template with its fields in it; what is put in is not read again."""
    return _TOKEN.sub(lambda one: one[0][0] if one[1] is None else fields[one[1]], template)


def _grown(tree: Tree, fields: Mapping[str, str]) -> object:
    match tree:
        case str():
            return filled(tree, fields)
        case tuple():
            return [_grown(one, fields) for one in tree]
        case Mapping():
            return {key: _grown(one, fields) for key, one in tree.items()}
        case _:
            return tree


@dataclass(frozen=True, slots=True)
class TicketMapping:
    """The bodies of messages.

    Attributes:
        bodies: of every message that is sent; one that is not here is not.
        everywhere: what every body has beside its own.
        words: field of ours -> our word -> theirs.
    """

    bodies: Mapping[Name, Mapping[str, Tree]]
    everywhere: Mapping[str, Tree] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def body(self, name: Name, fields: Mapping[str, str]) -> object | None:
        """The body of a message as JSON has it; None: it is not sent.

        Args:
            name: which message.
            fields: all of `COMMON` and those of the message.
        """
        own = self.bodies.get(name)
        if own is None:
            return None
        theirs = {key: self.words.get(key, {}).get(said, said) for key, said in fields.items()}
        return _grown({**self.everywhere, **own}, theirs)


def own_form() -> TicketMapping:
    """Every field under the name that it has here."""
    return TicketMapping(
        {name: {key: f"{{{key}}}" for key in (*COMMON, *keys)} for name, keys in FIELDS.items()}
    )
