"""Where everything of a YAML text stands: which characters are a value, which a key, which an item.

Unlike the composed tree, aliases stay aliases here, and the end of a block is the end of its last
value: comments and empty lines after it are nobody's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import yaml


class _Mark(Protocol):
    """What is used of the marks of both parsers."""

    @property
    def index(self) -> int: ...
    @property
    def column(self) -> int: ...


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TIME = "tag:yaml.org,2002:timestamp"


class PlainLoader(_Loader):  # type: ignore[misc, valid-type]  # C's, where it is there
    """YAML's safe loader; a time stays the text that it is written as, with its offset."""


PlainLoader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != TIME]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Span:
    """One node of the text.

    Attributes:
        start, end: characters of the text, from and up to.
        column: of its first character, counted from 0.
        is_flow: written in brackets or braces.
        word: the text of a scalar; None of everything else, aliases included.
        items: of a list. pairs: of a mapping, each key with its value.
    """

    start: int
    end: int
    column: int
    is_flow: bool = False
    word: str | None = None
    items: "tuple[Span, ...] | None" = None
    pairs: "tuple[tuple[Span, Span], ...] | None" = None

    def get(self, key: str) -> "Span | None":
        """The value that stands behind a key of this very mapping; None: none does."""
        return next((value for name, value in self.pairs or () if name.word == key), None)


def spans_of(text: str) -> Span:
    """The spans of a text with one YAML document in it, which was read as such before."""
    events = yaml.parse(text, Loader=_Loader)
    found = next(
        e for e in events if not isinstance(e, yaml.StreamStartEvent | yaml.DocumentStartEvent)
    )
    return _node(found, events, text)


def _node(event: yaml.Event, events: Iterator[yaml.Event], text: str) -> Span:
    start, column, until = *_place(event.start_mark), _place(event.end_mark)[0]
    match event:
        case yaml.MappingStartEvent():
            inner, end = _inner(events, text)
            pairs = tuple(zip(inner[::2], inner[1::2], strict=True))
            ends = _end(event, inner, end, start)
            return Span(start, ends, column, bool(event.flow_style), pairs=pairs)
        case yaml.SequenceStartEvent():
            inner, end = _inner(events, text)
            ends = _end(event, inner, end, start)
            return Span(start, ends, column, bool(event.flow_style), items=inner)
        case yaml.ScalarEvent():
            ends = len(text[:until].rstrip()) if event.style in {"|", ">"} else 0
            return Span(start, ends or until, column, word=event.value)
        case _:  # an alias
            return Span(start, until, column)


def _place(mark: _Mark | None) -> tuple[int, int]:
    """Character and column; parsed text always has marks."""
    return (0, 0) if mark is None else (mark.index, mark.column)


def _inner(events: Iterator[yaml.Event], text: str) -> tuple[tuple[Span, ...], int]:
    """Everything up to the end of a collection, and where that is."""
    found: list[Span] = []
    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            return tuple(found), _place(event.end_mark)[0]
        found.append(_node(event, events, text))
    raise AssertionError("a collection that does not end is no YAML")


def _end(event: yaml.CollectionStartEvent, inner: tuple[Span, ...], end: int, start: int) -> int:
    if event.flow_style:
        return end
    return inner[-1].end if inner else start
