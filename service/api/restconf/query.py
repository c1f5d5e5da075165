"""What a reader asks for beside the address: fields, depth, content, pages (RFC 8040, section 4.8).

`limit` and `cursor` are ours: RFC 8040 has no pages. A parameter that nobody knows is refused.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, cast

from service.api.restconf_errors import bad_value

Content: TypeAlias = Literal["all", "config", "nonconfig"]
CONTENTS = ("all", "config", "nonconfig")
DEFAULTS = ("report-all", "trim", "explicit", "report-all-tagged")
"""The model has no default values, so all of these show the same."""
KNOWN = ("content", "cursor", "depth", "fields", "limit", "with-defaults")
DEEPEST, LONGEST_FIELDS, DEEPEST_FIELDS = 65_535, 4096, 32
MOST = 200
UNBOUNDED = "unbounded"


@dataclass(slots=True)
class Fields:
    """Which children are wanted; none named: all."""

    children: dict[str, "Fields"] = field(default_factory=dict)

    def under(self, name: str, module: str) -> "Fields | None":
        """What is wanted of a child; None: not wanted."""
        if not self.children:
            return ALL
        found = self.children.get(name)
        return self.children.get(f"{module}:{name}") if found is None else found


ALL = Fields()


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted.

    Attributes:
        depth: levels, the target's own being 1; None: all.
        limit: entries of the list that is asked for; None: all of them, up to a bound.
    """

    fields: Fields = field(default_factory=Fields)
    depth: int | None = None
    content: Content = "all"
    limit: int | None = None
    cursor: str | None = None


def query_of(sent: Mapping[str, list[str]]) -> Query:
    """The query of a reader.

    Raises:
        Refusal: a parameter is not known, is there twice, or has a value that it cannot have.
    """
    for name, values in sent.items():
        if name not in KNOWN:
            raise bad_value(f"{name[:40]!r} is no parameter here; expected {', '.join(KNOWN)}")
        if len(values) != 1:
            raise bad_value(f"{name} is there twice")
    one = {name: values[0] for name, values in sent.items()}
    if one.get("with-defaults", "explicit") not in DEFAULTS:
        raise bad_value(f"with-defaults: expected {', '.join(DEFAULTS)}")
    content = one.get("content", "all")
    if content not in CONTENTS:
        raise bad_value(f"content: expected {', '.join(CONTENTS)}")
    return Query(
        fields=fields_of(one["fields"]) if "fields" in one else ALL,
        depth=_depth(one.get("depth", UNBOUNDED)),
        content=cast("Content", content),
        limit=_number("limit", one["limit"], MOST) if "limit" in one else None,
        cursor=one.get("cursor"),
    )


def fields_of(text: str) -> Fields:
    """A selection: `a;b/c;d(e;f)`, also with modules before the names. Raises Refusal."""
    if not text or len(text) > LONGEST_FIELDS:
        raise bad_value(f"fields: expected 1 to {LONGEST_FIELDS} characters")
    found = Fields()
    tokens = _Tokens(text)
    _selected(found, tokens, 0)
    if tokens.next is not None:
        raise bad_value(f"fields: {tokens.next!r} is one too many")
    return found


class _Tokens:
    """Names and signs, one after the other."""

    def __init__(self, text: str) -> None:
        self._all = self._cut(text)
        self.next: str | None = next(self._all, None)

    def take(self) -> str | None:
        taken, self.next = self.next, next(self._all, None)
        return taken

    @staticmethod
    def _cut(text: str) -> Iterator[str]:
        name = ""
        for sign in text:
            if sign in "();/":
                if name:
                    yield name
                yield sign
                name = ""
            else:
                name += sign
        if name:
            yield name


def _selected(into: Fields, tokens: _Tokens, deep: int) -> None:
    """One list of names, separated by semicolons."""
    if deep > DEEPEST_FIELDS:
        raise bad_value(f"fields: deeper than {DEEPEST_FIELDS}")
    while True:
        _one(into, tokens, deep)
        if tokens.next != ";":
            return
        tokens.take()


def _one(into: Fields, tokens: _Tokens, deep: int) -> None:
    """One name, what leads to it, and what is wanted below it."""
    leaf = _named(into, tokens)
    while tokens.next == "/":
        tokens.take()
        leaf = _named(leaf, tokens)
    if tokens.next == "(":
        tokens.take()
        _selected(leaf, tokens, deep + 1)
        if tokens.take() != ")":
            raise bad_value("fields: a closing parenthesis is missing")


def _named(into: Fields, tokens: _Tokens) -> Fields:
    name = tokens.take()
    if name is None or name in "();/":
        raise bad_value("fields: a name is missing; expected a;b/c;d(e;f)")
    return into.children.setdefault(name, Fields())


def _depth(text: str) -> int | None:
    return None if text == UNBOUNDED else _number("depth", text, DEEPEST)


def _number(name: str, text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        raise bad_value(f"{name}: expected a number from 1 to {most}")
    if not 1 <= int(text) <= most:
        raise bad_value(f"{name}: expected a number from 1 to {most}")
    return int(text)
