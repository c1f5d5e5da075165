"""The form of a list's entry in JSON: learnt from one entry, recognised in the next.

As `row_forms` does it for XML: the entries of a list are written alike, and one regular expression
takes such an entry apart in a single step. It guesses nothing: an entry matches only if it is
character for character a sibling that the JSON parser has read, but for plain texts, numbers and
truth values in the same places. Every other entry is the parser's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_TOKENS = re.compile(r'("(?:[^"\\]|\\.)*"|[-+.\w]+|[{}\[\]:,])')
_PLAIN = r'[^"\\\x00-\x1f]*'
_WHOLE = r"(?:0|-?[1-9][0-9]{0,18})"
_NUMBER = r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_TRUTH = r"(?:true|false)"
_whole = re.compile(_WHOLE)
_FOLLOWED = r"\s*,\s*"

Path = tuple[str, ...]


class _NotPlainError(Exception):
    """The entry is not of a form that can be learnt."""


def form_of(entry: str, wanted: Mapping[Path, str]) -> tuple[str, tuple[str, ...]] | None:
    """A pattern for entries that are written like this one, a comma behind, and its groups' keys.

    Args:
        entry: one object that the parser has read, without blanks around it.
        wanted: path of a leaf -> its key.

    Returns:
        None where something wanted is no plain text, whole number or truth value, or a name comes
        twice.
    """
    pieces = _TOKENS.split(entry)
    form = _Form(wanted)
    try:
        for blank, mark in zip(pieces[::2], pieces[1::2], strict=False):
            form.parts.append(re.escape(blank))
            form.add(mark)
    except _NotPlainError:
        return None
    return "".join([*form.parts, re.escape(pieces[-1]), _FOLLOWED]), tuple(form.keys)


@dataclass(slots=True)
class _Form:
    """A pattern being put together; `path`: the member that is being read, in open objects."""

    wanted: Mapping[Path, str]
    parts: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    is_name: bool = False  # a name comes next

    def add(self, mark: str) -> None:
        if mark in ("{", "[", "}", "]", ":", ","):
            self.parts.append(re.escape(mark))
            self._mark(mark)
        elif self.is_name:
            self.parts.append(re.escape(mark))
            self._name(mark[1:-1])
        else:
            self._value(mark)

    def _mark(self, mark: str) -> None:
        if mark in "{[":
            if self._key() is not None:
                raise _NotPlainError
            self.open.append(mark)
            self.path += [""] * (mark == "{")
        elif mark in "}]":
            self.open.pop()
            self.path = self.path[: len(self.path) - (mark == "}")]
        self.is_name = mark in "{," and self.open[-1] == "{"

    def _name(self, name: str) -> None:
        self.path[-1] = name
        here = tuple(self.path)
        if "[" not in self.open and here in self.seen:
            raise _NotPlainError
        self.seen.add(here)

    def _key(self) -> str | None:
        return None if "[" in self.open else self.wanted.get(tuple(self.path))

    def _value(self, mark: str) -> None:
        key = self._key()
        if mark == "null":
            self.parts.append(mark)  # as if it were not there
            return
        quote = '"' if mark.startswith('"') else ""
        if quote:
            pattern = _PLAIN
        elif mark in ("true", "false"):
            pattern = _TRUTH
        else:
            pattern = _WHOLE if _whole.fullmatch(mark) else _NUMBER
        if key is None:
            self.parts.append(f"{quote}{pattern}{quote}")
        elif pattern == _NUMBER:
            raise _NotPlainError
        else:
            self.keys.append(key)
            self.parts.append(f"{quote}({pattern}){quote}")
