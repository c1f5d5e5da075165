"""Remediations and their journals: append-only, each append in order and under the lease."""

from sqlalchemy import Connection, Engine, ScalarSelect, func, insert, select, update
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
    moment_of,
    moment_text,
)
from service.store.leases import check_lease, read_lease
from service.store.tables import journal, remediations
from service.store.times import Mark, StoreTime
from service.store.transactions import transaction


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
        with transaction(self._engine) as connection:
            entries = _entries(connection, remediation)
        if not entries:
            raise NotFound("remediation", remediation)
        return entries

    def remediations(
        self, *, controller: str | None = None, unfinished: bool = False
    ) -> tuple[RemediationRow, ...]:
        """Remediations, newest first."""
        query = select(remediations)
        if controller is not None:  # in order of their leases, whatever the hosts' clocks said
            query = query.where(remediations.c.controller == controller)
            query = query.order_by(_fencing_when_opened().desc())
        query = query.order_by(remediations.c.opened.desc())
        if unfinished:
            query = query.where(remediations.c.closed.is_(False))
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            return tuple(
                _row(connection, now, row.id, row.controller, row.opened)
                for row in connection.execute(query).all()
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


def _entries(connection: Connection, remediation: str) -> tuple[Entry, ...]:
    rows = connection.execute(
        select(journal).where(journal.c.remediation == remediation).order_by(journal.c.seq)
    ).all()
    return tuple(
        Entry(row.seq, instant_of(row.at), event_of(row.event), row.fencing) for row in rows
    )


def _row(
    connection: Connection, now: Mark, remediation: str, controller: str, opened: str
) -> RemediationRow:
    events = select(journal.c.event).where(journal.c.remediation == remediation)
    first = event_of(connection.scalar(events.order_by(journal.c.seq).limit(1)) or "")
    last = event_of(connection.scalar(events.order_by(journal.c.seq.desc()).limit(1)) or "")
    if not isinstance(first, Opened):
        raise StoreError(f"remediation {remediation}: its journal has no beginning")
    return RemediationRow(
        id=remediation,
        controller=controller,
        opened=moment_of(opened),
        charter=first.charter,
        closed=last if isinstance(last, Closed) else None,
        lease=read_lease(connection, controller, now),
    )
