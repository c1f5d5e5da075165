"""Reading a YAML tree by schema, so that one run reports everything that is wrong with it.

A reader is a function from a `YamlValue` to a value; it raises `InvalidFile`. A `Section` reads the
keys of one mapping with such readers, keeps going past every failure with a stand-in, and raises
all problems together when it is settled. Aliases and merge keys (`<<`) are followed; a key that is
written twice, or that nobody knows, is refused.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeAlias, TypeVar

import yaml

from service.config.yaml_file import InvalidFile, Problem

T = TypeVar("T")

_MERGE = "tag:yaml.org,2002:merge"
_STR = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
_KINDS = {
    "tag:yaml.org,2002:int": "the number ",
    "tag:yaml.org,2002:float": "the number ",
    "tag:yaml.org,2002:bool": "the truth value ",
    "tag:yaml.org,2002:timestamp": "the date ",
}
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class YamlValue:
    """One node of the tree, with the file and the key path that lead to it."""

    node: yaml.Node
    file: str
    path: str = ""

    @property
    def line(self) -> int:
        """Line, counted from 1; of the anchor where the value is an alias."""
        return self.node.start_mark.line + 1

    @property
    def is_null(self) -> bool:
        """Whether nothing is written behind the key."""
        return self.node.tag == _NULL

    @property
    def text(self) -> str | None:
        """The text of a string; None for every other kind, numbers included."""
        is_text = isinstance(self.node, yaml.ScalarNode) and self.node.tag == _STR
        return self.node.value if is_text else None

    def scalar(self, kind: str) -> str | None:
        """The text of a scalar that YAML takes for `int`, `float`, `bool` or `timestamp`."""
        if isinstance(self.node, yaml.ScalarNode) and self.node.tag == f"tag:yaml.org,2002:{kind}":
            return str(self.node.value)
        return None

    def describe(self) -> str:
        """What was found, for people. Never call it for a secret."""
        match self.node:
            case yaml.MappingNode():
                return "a mapping"
            case yaml.SequenceNode():
                return "a list"
            case node if self.is_null:
                return "nothing"
            case node if node.tag == _STR:
                return repr(_shortened(node.value))
            case node if node.tag in _KINDS:
                return _KINDS[node.tag] + _shortened(node.value)
            case node:
                return f"the tag {_shortened(node.tag)}"

    def refuse(self, expected: str, *, found: str | None = None) -> InvalidFile:
        """The error that says what was found here and what was expected."""
        what = f"found {self.describe() if found is None else found}"
        return InvalidFile([Problem(self.file, self.line, self.path, what, expected)])

    def items(self) -> tuple["YamlValue", ...]:
        """The values of a list, in order."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.refuse("a list")
        return tuple(
            YamlValue(node, self.file, f"{self.path}[{index}]")
            for index, node in enumerate(self.node.value)
        )

    def labelled(self, kind: str, name: str) -> "YamlValue":
        """The same value under its own name instead of its number in a list."""
        word = name if name.isprintable() else repr(name)
        return YamlValue(self.node, self.file, f"{kind}[{word}]")

    def child(self, key: str, node: yaml.Node) -> "YamlValue":
        """The value behind a key of this mapping."""
        word = key if key.isprintable() else repr(key)
        return YamlValue(node, self.file, f"{self.path}.{word}" if self.path else word)


Reader: TypeAlias = Callable[[YamlValue], T]


@dataclass
class Section:
    """One mapping being read.

    Attributes:
        known: the keys that may stand here; None: any, the keys are names.
        extension: what a key may begin with to be passed over; empty: none is.
        problems: everything found wrong so far.
    """

    value: YamlValue
    known: tuple[str, ...] | None = None
    extension: str = ""
    problems: list[Problem] = field(default_factory=list)
    entries: Mapping[str, YamlValue] = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.value.node, yaml.MappingNode):
            keys = f" with the keys {', '.join(self.known)}" if self.known else ""
            raise self.value.refuse(f"a mapping{keys}")
        entries: dict[str, YamlValue] = {}
        for key, node in self._pairs(self.value.node, ()):
            if not (self.extension and key.startswith(self.extension)):
                entries.setdefault(key, self.value.child(key, node))
        self.entries = entries

    def get(self, key: str, read: Reader[T], default: T) -> T:
        """Read an optional key; nothing written behind it counts as absent."""
        value = self.entries.get(key)
        if value is None or value.is_null:
            return default
        return self.collect(lambda: read(value), default)

    def need(self, key: str, read: Reader[T], stand_in: T) -> T:
        """Read a required key; the stand-in only bridges until `settle` raises."""
        value = self.entries.get(key)
        if value is None:
            missing = self.value.refuse(f"the key {key!r}", found=f"no {key!r}")
            self.problems.extend(missing.problems)
            return stand_in
        return self.collect(lambda: read(value), stand_in)

    def collect(self, read: Callable[[], T], stand_in: T) -> T:
        """The result of a reading, or the stand-in after noting why there is none."""
        try:
            return read()
        except InvalidFile as err:
            self.problems.extend(err.problems)
            return stand_in

    def settle(self) -> None:
        """Raise everything that was found wrong, if anything was."""
        if self.problems:
            raise InvalidFile(self.problems)

    def _pairs(
        self, node: yaml.Node, above: tuple[yaml.Node, ...]
    ) -> Iterator[tuple[str, yaml.Node]]:
        """Every key with its value: those written here first, so that they win over merged ones."""
        if not isinstance(node, yaml.MappingNode) or node in above:
            found = YamlValue(node, self.value.file, self.value.path)
            self.problems.extend(found.refuse("a mapping to merge with <<").problems)
            return
        written: dict[str, int] = {}
        for key_node, value_node in node.value:
            if key_node.tag != _MERGE and self._take(key_node, written):
                yield key_node.value, value_node
        for source in _merged(node):
            yield from self._pairs(source, (*above, node))

    def _take(self, key_node: yaml.Node, written: dict[str, int]) -> bool:
        """Whether a key may stand here; notes the problem if not."""
        key = YamlValue(key_node, self.value.file, self.value.path)
        if key.text is None:
            self._note(key.refuse("a key that is text (put it in quotes)"))
        elif key.text in written:
            again = f"the key {key.text!r} again (first in line {written[key.text]})"
            self._note(key.refuse("every key once", found=again))
        elif not self._knows(key.text):
            self._note(_unknown(key, f"the unknown key {key.text!r}", self.known or ()))
        else:
            written[key.text] = key.line
            return True
        return False

    def _knows(self, key: str) -> bool:
        if self.known is None or key in self.known:
            return True
        return bool(self.extension) and key.startswith(self.extension)

    def _note(self, error: InvalidFile) -> None:
        self.problems.extend(error.problems)


def each(read: Reader[T]) -> Reader[tuple[T, ...]]:
    """A reader of lists whose every item is read by `read`; reports all bad items together."""

    def read_list(value: YamlValue) -> tuple[T, ...]:
        results: list[T] = []
        problems: list[Problem] = []
        for item in value.items():
            try:
                results.append(read(item))
            except InvalidFile as err:
                problems.extend(err.problems)
        if problems:
            raise InvalidFile(problems)
        return tuple(results)

    return read_list


def one_of(known: Iterable[str], kind: str) -> Reader[str]:
    """A reader of the name of something that is written down elsewhere in the file."""
    names = tuple(known)

    def read_name(value: YamlValue) -> str:
        if value.text is None:
            raise value.refuse(f"the name of a {kind} (text)")
        if value.text not in names:
            raise _unknown(value, f"the unknown {kind} {value.text!r}", names)
        return value.text

    return read_name


def nearest(word: str, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)` for a word that is nearly a known one, else nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _unknown(value: YamlValue, found: str, known: tuple[str, ...]) -> InvalidFile:
    shown = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "")  # noqa: PLR2004 - one line
    hint = nearest(value.text or "", known)
    return value.refuse(f"one of {shown}" if known else "none", found=found + hint)


def _merged(node: yaml.MappingNode) -> Iterator[yaml.Node]:
    for key_node, value_node in node.value:
        if key_node.tag == _MERGE:
            listed = isinstance(value_node, yaml.SequenceNode)
            yield from value_node.value if listed else (value_node,)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."
