"""The file of a save: gzipped lines of JSON, and at its end what it has, so that a part is no save.

    {"aprejoin": "state/1", "schema": 14, "at": ..., "program": ..., "database": ..., ...}
    {"table": "leases", "columns": ["controller", ...]}
    ["hq-1", ...]
    {"end": {"rows": {"leases": 1, ...}, "sha256": "of all lines before"}}

It holds hashes of tokens, sealed secrets and evidence: only its owner can read it.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from service.config.new_files import new_file
from service.errors import InvalidInput
from service.ports.saved_state import Contents, SavedTable, SaveNote, Value

FORM = "state/1"
EXPECTED = "a file that `aprejoin state save` wrote"
PACKING = 6


class StateArchive:
    """See the port."""

    def __init__(self, path: Path) -> None:
        """The file of this path; nothing is opened yet."""
        self._path = path

    def write(self, note: SaveNote, tables: Iterable[SavedTable]) -> Contents:
        """See the port."""
        with new_file(self._path) as raw, gzip.open(raw, "wb", compresslevel=PACKING) as packed:
            lines = _Lines(cast(IO[bytes], packed))
            lines.add(_head(note))
            rows = {table.name: lines.add_table(table) for table in tables}
            sha256 = lines.sha256
            lines.add({"end": {"rows": rows, "sha256": sha256}})
        return Contents(note, rows, sha256)

    def check(self) -> Contents:
        """See the port."""
        sha256, rows, now = hashlib.sha256(), dict[str, int](), ""
        note: SaveNote | None = None
        for line in self._lines():
            said = self._parsed(line)
            match said:
                case {"end": {"rows": counted, "sha256": told}} if note is not None:
                    if (counted, told) != (rows, sha256.hexdigest()):
                        raise self._harmed("what it has is not what its end says")
                    return Contents(note, rows, told)
                case {"aprejoin": _} if note is None:
                    note = self._note(said)
                case {"table": str(now), "columns": [*_]} if note is not None:
                    rows[now] = 0
                case [*_] if now:
                    rows[now] += 1
                case _:
                    raise self._harmed(f"it has a line that begins {line[:40]!r}")
            sha256.update(line)
        raise self._harmed("it was cut off: it has no end")

    def tables(self) -> Iterator[SavedTable]:
        """See the port."""
        lines = self._lines()
        next(lines)
        line = next(lines)
        rows = _Rows(lines)
        while (said := json.loads(line)) and "table" in said:
            yield SavedTable(said["table"], tuple(said["columns"]), rows)
            line = rows.after

    def _lines(self) -> Iterator[bytes]:
        try:
            with gzip.open(self._path, "rb") as packed:
                yield from packed
        except (OSError, EOFError, zlib.error) as err:
            raise self._harmed(str(err)) from err

    def _parsed(self, line: bytes) -> Any:  # noqa: ANN401 - whatever JSON says
        try:
            return json.loads(line)
        except ValueError as err:
            raise self._harmed(f"it has a line that is no JSON: {line[:40]!r}") from err

    def _note(self, said: dict[str, Any]) -> SaveNote:
        if said["aprejoin"] != FORM:
            raise self._harmed(f"its form is {said['aprejoin']!r}, and {FORM!r} is known here")
        try:
            return SaveNote(
                schema=int(said["schema"]),
                at=datetime.fromisoformat(said["at"]),
                program=str(said["program"]),
                database=str(said["database"]),
                secrets_key=said["secrets_key"],
            )
        except (KeyError, TypeError, ValueError) as err:
            raise self._harmed(f"its first line is not as it should be: {err}") from err

    def _harmed(self, what: str) -> InvalidInput:
        return InvalidInput(what, where=str(self._path), expected=EXPECTED)


class _Lines:
    """Lines on their way into the file."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of what was added so far."""
        return self._sha256.hexdigest()

    def add(self, said: object) -> None:
        line = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._sha256.update(line)
        self._out.write(line)

    def add_table(self, table: SavedTable) -> int:
        self.add({"table": table.name, "columns": list(table.columns)})
        count = 0
        for row in table.rows:
            self.add(list(row))
            count += 1
        return count


class _Rows:
    """The rows of the table that is read; `after` is the first line that is none."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.after = b"null"

    def __iter__(self) -> Iterator[tuple[Value, ...]]:
        for line in self._lines:
            if not line.startswith(b"["):
                self.after = line
                return
            yield tuple(json.loads(line))


def _head(note: SaveNote) -> dict[str, object]:
    return {
        "aprejoin": FORM,
        "schema": note.schema,
        "at": note.at.isoformat(),
        "program": note.program,
        "database": note.database,
        "secrets_key": note.secrets_key,
    }
