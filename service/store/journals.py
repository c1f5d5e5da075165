"""Remediations and their journals: append-only, each append in order and under the lease."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    ScalarSelect,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from service.domain.instants import Instant
from service.domain.journal import Closed, Entry, Event, HomeCalled, Opened
from service.errors import JournalConflict, NotFound, StoreError
from service.ports.store import Lease, RemediationRow
from service.store.codec import (
    event_of,
    event_text,
    instant_of,
    instant_text,
    line_of,
    moment_of,
    moment_text,
)
from service.store.leases import check_lease, read_lease
from service.store.tables import journal, remediations
from service.store.times import Mark, StoreTime
from service.store.transactions import reading, transaction


class JournalTables:
    """What remediations wrote down."""

    _engine: Engine
    _time: StoreTime

    def open_remediation(
        self, remediation: str, event: Event, *, at: Instant, lease: Lease
    ) -> Entry:
        """Begin a journal."""
        with transaction(self._engine) as connection:
            check_lease(connection, lease, self._time)
            row = {
                "id": remediation,
                "controller": lease.controller,
                "opened": moment_text(at.wall),
                "closed": False,
            }
            try:
                connection.execute(insert(remediations).values(**row))
                return _write(connection, remediation, Entry(1, at, event, lease.fencing))
            except IntegrityError as err:
                raise JournalConflict(f"remediation {remediation} exists already") from err

    def append(
        self, remediation: str, event: Event, *, after: int, at: Instant, lease: Lease
    ) -> Entry:
        """Add one entry."""
        with transaction(self._engine) as connection:
            check_lease(connection, lease, self._time)
            newest = connection.scalar(
                select(func.max(journal.c.seq)).where(journal.c.remediation == remediation)
            )
            if newest != after:
                raise JournalConflict(
                    f"remediation {remediation}: entry {after + 1} was to be written after "
                    f"{after}, but {newest} is the newest"
                )
            if isinstance(event, Closed | HomeCalled):
                connection.execute(
                    update(remediations)
                    .where(remediations.c.id == remediation)
                    .values(closed=isinstance(event, Closed))
                )
            try:
                return _write(connection, remediation, Entry(after + 1, at, event, lease.fencing))
            except IntegrityError as err:
                raise JournalConflict(f"remediation {remediation}: {after + 1} exists") from err

    def journal(self, remediation: str) -> tuple[Entry, ...]:
        """All entries, oldest first."""
        with reading(self._engine) as connection:
            entries = _entries(connection, remediation)
        if not entries:
            raise NotFound("remediation", remediation)
        return entries

    def journal_lines(self, remediation: str) -> tuple[Mapping[str, object], ...]:
        """All entries as they were kept."""
        query = select(journal).where(journal.c.remediation == remediation).order_by(journal.c.seq)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        if not rows:
            raise NotFound("remediation", remediation)
        return tuple(line_of(row.seq, row.fencing, row.at, row.event) for row in rows)

    def journal_after(self, remediation: str, after: int) -> tuple[Entry, ...]:
        """The entries after one."""
        with reading(self._engine) as connection:
            return _entries(connection, remediation, after=after)

    def remediations(
        self, *, controller: str | None = None, unfinished: bool = False
    ) -> tuple[RemediationRow, ...]:
        """Remediations, newest first."""
        query = _WITH_ENDS
        if controller is not None:  # in order of their leases, whatever the hosts' clocks said
            query = query.where(remediations.c.controller == controller)
            query = query.order_by(_fencing_when_opened().desc())
        query = query.order_by(remediations.c.opened.desc())
        if unfinished:
            query = query.where(remediations.c.closed.is_(False))
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            return tuple(_row(connection, now, row) for row in connection.execute(query).all())


def _event_at(end: ColumnElement[int]) -> ScalarSelect[str]:
    events = select(journal.c.event).where(journal.c.remediation == remediations.c.id)
    return events.order_by(end).limit(1).scalar_subquery()


_WITH_ENDS = select(
    remediations,
    _event_at(journal.c.seq).label("first_event"),
    _event_at(journal.c.seq.desc()).label("last_event"),
)


def _fencing_when_opened() -> ScalarSelect[int]:
    first = (journal.c.remediation == remediations.c.id, journal.c.seq == 1)
    return select(journal.c.fencing).where(*first).scalar_subquery()


def _write(connection: Connection, remediation: str, entry: Entry) -> Entry:
    connection.execute(
        insert(journal).values(
            remediation=remediation,
            seq=entry.seq,
            fencing=entry.fencing,
            at=instant_text(entry.at),
            event=event_text(entry.event),
        )
    )
    return entry


def _entries(connection: Connection, remediation: str, *, after: int = 0) -> tuple[Entry, ...]:
    newer = (journal.c.remediation == remediation, journal.c.seq > after)
    rows = connection.execute(select(journal).where(*newer).order_by(journal.c.seq)).all()
    return tuple(
        Entry(row.seq, instant_of(row.at), event_of(row.event), row.fencing) for row in rows
    )


def _row(connection: Connection, now: Mark, row: Row[Any]) -> RemediationRow:
    first, last = event_of(row.first_event or ""), event_of(row.last_event or "")
    if not isinstance(first, Opened):
        raise StoreError(f"remediation {row.id}: its journal has no beginning")
    return RemediationRow(
        id=row.id,
        controller=row.controller,
        opened=moment_of(row.opened),
        charter=first.charter,
        closed=last if isinstance(last, Closed) else None,
        lease=read_lease(connection, row.controller, now),
    )
