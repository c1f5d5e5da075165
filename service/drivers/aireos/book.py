"""The contract of AireOS: objects, commands and lines of configuration, as `yang/contract` has."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from service.drivers.paths import read_contract


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scalar(_Entry):
    """One object; `seen` names releases whose real walks hold it."""

    oid: str
    seen: str


class Column(_Entry):
    """One column of a table; a required one has a cell in every row."""

    number: int
    required: bool = False


class TableEntry(_Entry):
    """One table whose rows are indexed by base radio MAC."""

    oid: str
    source: str
    columns: Mapping[str, Column]

    def oid_of(self, column: str) -> str:
        """The object identifier of a column."""
        return f"{self.oid}.{self.columns[column].number}"


class Command(_Entry):
    """One show command; an optional one does not exist in every release."""

    command: str
    source: str
    verified: bool = True
    optional: bool = False


class Line(_Entry):
    """One line that changes the controller.

    Attributes:
        asks: whether it asks for a `y`.
        success: what it prints when it worked; None: nothing.
    """

    line: str
    source: str
    asks: bool = False
    success: str | None = None


class Probe(_Entry):
    """A line that changes nothing, and tells whether the account may use its command.

    Attributes:
        usage: what "Incorrect usage" means.
        asks: whether it asks first, where it may be used; the question is answered no.
    """

    line: str
    usage: Literal["denied", "tells-nothing"]
    source: str
    asks: bool = False


class Spelling(_Entry):
    """One way in which releases spell a switch.

    Attributes:
        known: whether its meaning is.
        since: a rule on releases that have it, where the help tells nothing; None: none is known.
    """

    known: bool
    source: str
    since: str | None = None


class Policies(_Entry):
    """The certificate policy: how it is spelled, read and set.

    Attributes:
        spelled_by: the line whose help shows which spelling a release has.
        expiry: reads the lines of the running configuration that speak of expiry.
        lines: by rule; `{word}` is enable or disable.
    """

    spellings: Mapping[str, Spelling]
    spelled_by: str
    expiry: str
    lines: Mapping[str, Line]


class Book(_Entry):
    """The whole contract."""

    platform: str
    scalars: Mapping[str, Scalar]
    tables: Mapping[str, TableEntry]
    enums: Mapping[str, Mapping[int, str]]
    commands: Mapping[str, Command]
    changes: Mapping[str, Line]
    policies: Policies
    probes: Mapping[str, Probe]
    denied: str

    def word(self, enum: str, value: object) -> str | None:
        """The word of an enumeration for a number; the number itself where none is listed."""
        if not isinstance(value, int):
            return None
        return self.enums[enum].get(value, str(value))


@cache
def book() -> Book:
    """The contract, read once.

    Raises:
        InvalidInput: the file is missing or not of the form that this module defines.
    """
    return read_contract("aireos", Book)
