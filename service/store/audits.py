"""The audit trail: one chain, whose order and append-only nature the database guards, too."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select

from service.domain.audit import Caller, Deed, Head, Outcome, Record, record_of
from service.errors import RecordUnreadable, StoreError
from service.ports.audit import EVERYTHING, Wanted
from service.store.audit_tables import audit
from service.store.codec import moment_of, moment_text
from service.store.transactions import alone, reading, transaction


class AuditTable:
    """Records of acts."""

    _engine: Engine

    def hold_end(self) -> None:
        """Nobody else finds the same end until this transaction is over."""
        with transaction(self._engine) as connection:
            alone(connection, "audit")

    def record(self, deed: Deed, *, at: datetime) -> Record:
        """Add one to the end."""
        with transaction(self._engine) as connection:
            alone(connection, "audit")
            record = record_of(deed, at=at, after=_head(connection))
            connection.execute(insert(audit).values(**audit_row(record)))
        return record

    def records(
        self, wanted: Wanted = EVERYTHING, *, limit: int, before: int | None = None
    ) -> tuple[Record, ...]:
        """Newest first."""
        query = select(audit).where(*_meant(wanted)).order_by(audit.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.seq < before)
        with reading(self._engine) as connection:
            return tuple(_record(row) for row in connection.execute(query))

    def chain(self, *, after: int, limit: int) -> tuple[Record, ...]:
        """Oldest first, up to one that is unreadable. Raises RecordUnreadable: it is the first."""
        query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(limit)
        found: list[Record] = []
        with reading(self._engine) as connection:
            try:
                found.extend(_record(row) for row in connection.execute(query))
            except RecordUnreadable:  # those before it are told
                if not found:
                    raise
        return tuple(found)

    def head(self) -> Head:
        """The end of the chain."""
        with reading(self._engine) as connection:
            return _head(connection)


def _head(connection: Connection) -> Head:
    query = select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return Head() if row is None else Head(row.seq, row.hash)


def _meant(wanted: Wanted) -> list[ColumnElement[bool]]:
    equal = {
        audit.c.act: wanted.act,
        audit.c.who: wanted.who,
        audit.c.controller: wanted.controller,
        audit.c.digest: wanted.digest,
        audit.c.about: wanted.about,
        audit.c.outcome: wanted.outcome,
    }
    found = [column == value for column, value in equal.items() if value is not None]
    if wanted.since is not None:
        found.append(audit.c.at >= moment_text(wanted.since))
    if wanted.until is not None:
        found.append(audit.c.at < moment_text(wanted.until))
    return found


def audit_row(record: Record) -> dict[str, object]:
    """A record by its columns."""
    deed = record.deed
    return {
        "seq": record.seq,
        "at": moment_text(record.at),
        "who": deed.who,
        "kind": deed.caller.kind,
        "place": deed.caller.place,
        "act": str(deed.act),
        "about": deed.about,
        "controller": deed.controller,
        "digest": deed.digest,
        "outcome": deed.outcome.value,
        "detail": deed.detail,
        "previous": record.previous,
        "hash": record.hash,
    }


def _record(row: Row[Any]) -> Record:
    try:
        outcome, at = Outcome(row.outcome), moment_of(row.at)
    except (ValueError, StoreError) as err:
        raise RecordUnreadable(row.seq, str(err)) from err
    deed = Deed(
        row.act,
        row.who,
        Caller(row.kind, row.place),
        row.about,
        row.controller,
        row.digest,
        outcome,
        row.detail,
    )
    return Record(row.seq, at, deed, row.previous, row.hash)
