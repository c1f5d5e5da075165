"""The ports of saving and loading the state: a database out, one file between, a database in.

A save is of the one moment at which it began. What it says is told in values that every database
has, so that it can be loaded into one of another kind.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from service.domain.audit import Deed
from service.ports.steering import Halt

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SavedTable:
    """One table; its rows can be gone through once.

    Attributes:
        columns: their names, in the order of each row's values.
        rows: by the primary key, ascending.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class SaveNote:
    """What a save tells of itself.

    Attributes:
        schema: the revision of the tables.
        at: this host's wall clock when it began.
        program: the version of aprejoin that saved.
        database: the kind of database it is of.
        secrets_key: the reference to the key that seals secrets in it; None: none was named. The
            key itself is never in a save.
    """

    schema: int
    at: datetime
    program: str
    database: str
    secrets_key: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a whole, unharmed save has.

    Attributes:
        rows: of each table, how many.
        sha256: of all that stands before it, unpacked.
    """

    note: SaveNote
    rows: Mapping[str, int]
    sha256: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A database held at one moment; nobody else waits for it."""

    schema: int
    database: str
    tables: Iterator[SavedTable]


class StateSource(Protocol):
    """A database that is saved. It is only read, and may be in use."""

    def reading(self) -> AbstractContextManager[Reading]:
        """Hold one moment of it. Raises NotFound where no aprejoin wrote there, StoreError."""


class StateFile(Protocol):
    """The file of a save."""

    def write(self, note: SaveNote, tables: Iterable[SavedTable]) -> Contents:
        """Write it whole, or not at all. Raises InvalidInput: it is there already."""

    def check(self) -> Contents:
        """Read it to its end. Raises InvalidInput where it is no save, cut off or harmed."""

    def tables(self) -> Iterator[SavedTable]:
        """Its tables; each one's rows before the next table. For one that was checked."""


class StateTarget(Protocol):
    """A database that a save is loaded into."""

    def fill(
        self, schema: int, tables: Iterable[SavedTable], *, halt: Halt, deed: Deed, at: datetime
    ) -> None:
        """All of it, or nothing: rows, the halt unless one holds already, and the deed.

        Every lease in it counts as left by a holder that died.

        Raises:
            Refused: there is something in the database already.
            InvalidInput: the save is of a newer schema, or fits no table of its own.
        """
