"""What people said of findings."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Engine, Row, String, Table, Text, select

from service.domain.marks import Mark, Word
from service.store.codec import moment_of, moment_text
from service.store.tables import metadata
from service.store.transactions import put, reading, transaction

finding_marks = Table(
    "finding_marks",
    metadata,
    Column("finding", String(40), primary_key=True),
    Column("acknowledged_by", String(128)),
    Column("acknowledged", String(40)),
    Column("note", Text),
    Column("suppressed_by", String(128)),
    Column("suppressed", String(40)),
    Column("reason", Text),
    Column("until", String(40)),
)


class MarkTable:
    """Marks by finding."""

    _engine: Engine

    def marks(self) -> dict[str, Mark]:
        """Every mark."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(finding_marks)).all()
        return {row.finding: _mark(row) for row in rows}

    def acknowledge(self, finding: str, word: Word | None) -> None:
        """Keep or take back that somebody knows of it."""
        said = {
            "acknowledged_by": word and word.by,
            "acknowledged": word and moment_text(word.at),
            "note": word and word.why,
        }
        with transaction(self._engine) as connection:
            put(connection, finding_marks, {"finding": finding, **said})

    def suppress(self, finding: str, word: Word | None, *, until: datetime | None) -> None:
        """Keep or take back that nothing begins for it."""
        said = {
            "suppressed_by": word and word.by,
            "suppressed": word and moment_text(word.at),
            "reason": word and word.why,
            "until": until and moment_text(until),
        }
        with transaction(self._engine) as connection:
            put(connection, finding_marks, {"finding": finding, **said})


def _mark(row: Row[Any]) -> Mark:
    return Mark(
        row.finding,
        _word(row.acknowledged_by, row.acknowledged, row.note),
        _word(row.suppressed_by, row.suppressed, row.reason),
        None if row.until is None else moment_of(row.until),
    )


def _word(by: str | None, at: str | None, why: str | None) -> Word | None:
    return None if by is None or at is None else Word(by, moment_of(at), why or "")
