"""The inventory file, changed by programs as carefully as by its owner: the port's adapter.

It is locked while it is changed, judged by the very loader that every process reads it with, kept
as it was in a folder of its own, and replaced whole. Editors know nothing of the lock: what they
write meanwhile is seen before ours is written, but for the instant of the replacing itself.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

from service.config.brought_document import entries_of
from service.config.fleet_document import FleetText
from service.config.inventory import parse_inventory
from service.config.kept_versions import KeptVersions, replaced
from service.config.rest_references import check_references
from service.config.yaml_file import InvalidFile, Problem, read_bytes
from service.domain.fleet_change import FleetChange
from service.errors import Refused
from service.ports.fleet_file import Entry, FleetEdit, Part, Saved

BOM = b"\xef\xbb\xbf"
SHOWN = "inventory"
"""What the file is called to callers, who have no business with its path."""


@dataclass(frozen=True, slots=True)
class FleetYaml:
    """One file.

    Attributes:
        path: links are followed: what they lead to is replaced.
        versions: the folder that keeps what it was.
        own: references that no caller may have used as credentials: what is behind them is ours.
        closed: why it is not to be changed by callers; empty: it may be.
    """

    path: Path
    versions: Path
    own: frozenset[str] = frozenset()
    closed: str = ""

    def entries(self, part: Part) -> Mapping[str, Entry]:
        """See the port."""
        return _remembered(read_bytes(self.path)).entries(part)

    def digest(self) -> str:
        """See the port."""
        return hashlib.sha256(read_bytes(self.path)).hexdigest()

    def read(self, text: str) -> Mapping[Part, Mapping[str, Entry]]:
        """See the port."""
        return entries_of(text)

    @contextmanager
    def editing(self) -> Iterator[FleetEdit]:
        """See the port."""
        edit = _Edit(self, self.path.resolve())
        try:
            yield edit
        except BaseException:
            edit.take_back()
            raise
        finally:
            edit.end()


@lru_cache(maxsize=1)
def _remembered(data: bytes) -> FleetText:
    return FleetText.of(_text(data))


def _text(data: bytes) -> str:
    return data.removeprefix(BOM).decode("utf-8")


@dataclass(slots=True)
class _Edit:
    """One change, by one thread."""

    file: FleetYaml
    path: Path
    held: IO[bytes] | None = None
    data: bytes = b""
    text: FleetText = field(default_factory=lambda: FleetText("", {}))
    touched: set[str] = field(default_factory=set)
    written: bytes | None = None

    def begin(self) -> None:
        """See the port."""
        if self.file.closed:
            raise Refused(f"the inventory is not changed by callers here: {self.file.closed}")
        self.held = _locked(self.path)
        self.data = self.held.read()
        try:
            parse_inventory(self.data, self.file.path, keep_going=True)
        except InvalidFile as err:
            told = _told(err.problems)
            raise Refused(f"the inventory file is bad, mend it by hand: {told}") from None
        self.text = FleetText.of(_text(self.data))

    @property
    def digest(self) -> str:
        """See the port."""
        return hashlib.sha256(self.data).hexdigest()

    def entries(self, part: Part) -> Mapping[str, Entry]:
        """See the port."""
        return self.text.entries(part)

    def want(self, part: Part, wanted: Mapping[str, Entry | None]) -> None:
        """See the port."""
        check_references(part, self.text.entries(part), wanted, own=self.file.own)
        self.text = self.text.changed(part, wanted)
        self.touched |= {_label(part, name) for name, one in wanted.items() if one is not None}

    def checked(self) -> FleetChange:
        """See the port."""
        before = parse_inventory(self.data, self.file.path, keep_going=True)
        worse = _problems(self.new, self.file.path) - _problems(self.data, self.file.path)
        if worse:
            raise InvalidFile(worse)
        after = parse_inventory(self.new, self.file.path, keep_going=True)
        for label in self.touched & after.rejected.keys():  # as bad as it was
            raise InvalidFile(
                one for one in _problems(self.new, self.file.path) if label in one.path
            )
        return FleetChange(before, after)

    @property
    def new(self) -> bytes:
        """What is to be written."""
        mark = BOM if self.data.startswith(BOM) else b""
        return mark + self.text.text.encode()

    def save(self) -> Saved:
        """See the port."""
        if self.path.read_bytes() != self.data:
            raise Refused("somebody else has written the inventory file meanwhile: try again")
        new = self.new
        try:
            KeptVersions(self.file.versions).keep(self.data)
            replaced(self.path, new)
        except OSError as err:
            raise Refused(_unwritable(err)) from None
        self.written = new
        return Saved(*(hashlib.sha256(one).hexdigest() for one in (self.data, new)))

    def take_back(self) -> None:
        """What was written is not there any more, unless somebody wrote on it."""
        if self.written is not None and self.path.read_bytes() == self.written:
            replaced(self.path, self.data)

    def end(self) -> None:
        """Let the file go."""
        if self.held is not None:
            self.held.close()


def _locked(path: Path) -> IO[bytes]:
    """The file, ours alone: the lock is on what has the name now, for a writer replaces it."""
    while True:
        try:
            file = path.open("r+b")
        except OSError as err:
            raise Refused(_unwritable(err)) from None
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()


def _unwritable(err: OSError) -> str:
    return (
        f"the inventory file cannot be written here ({err.strerror}): give the service a file and "
        "a folder that it may write, or change it where it is kept"
    )


def _problems(data: bytes, path: Path) -> frozenset[Problem]:
    """Everything that is wrong with a text, wherever in it that stands."""
    try:
        parse_inventory(data, path)
    except InvalidFile as err:
        return frozenset(replace(one, file=SHOWN, line=0) for one in err.problems)
    return frozenset()


def _told(problems: tuple[Problem, ...]) -> str:
    return "; ".join(str(replace(one, file=SHOWN)) for one in problems)


def _label(part: Part, name: str) -> str:
    """What an entry is called among those that the loader left out."""
    return name if part is Part.CONTROLLERS else f"{part.value}[{name}]"
