"""One YAML file as a tree that knows its lines, or a clear refusal.

Everything that is wrong with a file is reported as `Problem`s with file, line, key path, what was
found and what was expected; `InvalidFile` carries all of them at once. Nothing that YAML's own
parser quotes from the text is repeated: it could be a secret.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from service.errors import AprejoinError, InvalidInput

DEEPEST = 40
"""Levels of nesting that are read; an inventory needs six. libyaml's composer has no limit of its
own and overflows the stack."""

_QUOTED = re.compile(r"'[^']{2,}'")  # what the parser quotes is the file's text

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where.

    Attributes:
        line: counted from 1; 0 where the file as a whole is meant.
        path: the key path, such as `controllers[hq-1].netconf.port`; may be empty.
    """

    file: str
    line: int
    path: str
    what: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; expected {self.expected}"

    @property
    def where(self) -> str:
        """File, line and key path, as far as they are known."""
        spot = f"{self.file}:{self.line}" if self.line else self.file
        return f"{spot}: {self.path}" if self.path else spot


class InvalidFile(InvalidInput):
    """A file is refused; the message names every problem, one a line, in the file's order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        AprejoinError.__init__(self, "\n".join(map(str, self.problems)))
        first = self.problems[0]
        self.what, self.where, self.expected = first.what, first.where, first.expected


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        InvalidFile: missing, a folder, or unreadable.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise _refuse(path, 0, "found no such file", "a YAML file") from None
    except IsADirectoryError:
        raise _refuse(path, 0, "found a folder", "a YAML file") from None
    except OSError as err:
        raise _refuse(path, 0, f"cannot be read ({err.strerror})", "a readable file") from None


def yaml_root(data: bytes, path: Path) -> yaml.Node:
    """The root node of what must be exactly one YAML document; `path` only names it.

    Raises:
        InvalidFile: not UTF-8, empty, nested too deeply, or not YAML.
    """
    text = _decode(data, path)
    try:
        _check_depth(text, path)
        root = _Loader(text).get_single_node()
    except yaml.YAMLError as err:
        raise InvalidFile([_syntax_problem(err, text, path)]) from None
    if root is None:
        raise _refuse(path, 0, "found an empty file", "a YAML mapping")
    if isinstance(root, yaml.ScalarNode):
        raise _refuse(path, 1, "found plain text (not shown)", "a YAML mapping")
    return root


def _decode(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        what = f"found the byte 0x{data[err.start]:02x}, which is not UTF-8"
        raise _refuse(path, line, what, "text in UTF-8") from None


def _check_depth(text: str, path: Path) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _refuse(path, line, "found too deep a nesting", f"at most {DEEPEST} levels")


def _syntax_problem(err: yaml.YAMLError, text: str, path: Path) -> Problem:
    if isinstance(err, yaml.MarkedYAMLError) and err.problem_mark is not None:
        mark = err.problem_mark
        reason = _QUOTED.sub("...", err.problem or "not YAML")
        context = f" {err.context}" if err.context and "alias" in err.context else ""
        what = f"not YAML at column {mark.column + 1}: {reason}{context}"
        hint = " (a value that begins with * or & needs quotes)" if "alias" in what else ""
        return Problem(str(path), mark.line + 1, "", what, f"valid YAML{hint}")
    if isinstance(err, yaml.reader.ReaderError):
        line = text.count("\n", 0, err.position) + 1
        what = "not YAML: found a control character"
        return Problem(str(path), line, "", what, "printable text")
    return Problem(str(path), 0, "", "not YAML", "valid YAML")


def _refuse(path: Path, line: int, what: str, expected: str) -> InvalidFile:
    return InvalidFile([Problem(str(path), line, "", what, expected)])
