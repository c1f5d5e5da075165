"""What polls saw: one history for each AP, written only where it changed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, or_, select

from service.domain.box_note import BoxNote, note_of
from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.observation import ApPulse, ControllerView
from service.domain.polling.composing import AsKept
from service.ports.store import ClockNote
from service.store.ap_rows import CHUNK, history_from, read, rows_of
from service.store.codec import box_of, box_text, moment_of, moment_text
from service.store.growing import as_kept, grow
from service.store.tables import ap_history, boxes, clock_notes
from service.store.transactions import alone, put, reading, transaction

KEPT = timedelta(days=2)
"""Far longer than a note counts; only so that boots of long ago leave nothing behind."""


class ObservationTables:
    """Histories and clocks."""

    _engine: Engine

    def histories(
        self, controller: str, *, of: Collection[BaseRadioMac] | None = None
    ) -> dict[BaseRadioMac, ApHistory]:
        """Histories on one controller."""
        macs = None if of is None else {mac.value for mac in of}
        with reading(self._engine) as connection:
            found = read(connection, controller, macs)
        return {kept.history.mac: kept.history for kept in found.values()}

    def as_kept(self, controller: str, pulses: Sequence[ApPulse]) -> AsKept:
        """Who plainly serves as it is kept."""
        with reading(self._engine) as connection:
            return as_kept(connection, controller, pulses)

    def add_poll(self, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
        """Extend the histories with one poll; back come those that a diagnosis goes by."""
        with transaction(self._engine) as connection:
            alone(connection, f"observations of {view.controller}")
            grown = grow(connection, view)
            _note_clock(connection, view)
            _note_box(connection, view)
            return grown

    def history_page(
        self, controller: str, *, limit: int, after: str | None, backwards: bool
    ) -> tuple[ApHistory, ...]:
        """Some APs' histories on one controller, by MAC."""
        mac = ap_history.c.mac
        query = rows_of().where(ap_history.c.controller == controller)
        if after is not None:
            query = query.where(mac < after if backwards else mac > after)
        query = query.order_by(mac.desc() if backwards else mac).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(history_from(row) for row in rows)

    def sightings(
        self, macs: Iterable[BaseRadioMac], *, on: Iterable[str]
    ) -> tuple[ApHistory, ...]:
        """What polls of some controllers saw of some APs."""
        wanted, names = sorted({str(mac) for mac in macs}), set(on)
        rows: list[Row[Any]] = []
        with reading(self._engine) as connection:
            for start in range(0, len(wanted), CHUNK):
                some = ap_history.c.mac.in_(wanted[start : start + CHUNK])
                rows += connection.execute(rows_of().where(some)).all()
        found = (history_from(row) for row in rows if row.controller in names)
        return tuple(sorted(found, key=lambda past: (past.mac, past.last_seen)))

    def boxes(self) -> tuple[BoxNote, ...]:
        """The newest note on each controller that was polled, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(boxes).order_by(boxes.c.controller)).all()
        return tuple(box_of(row.document) for row in rows)

    def clocks(self) -> tuple[ClockNote, ...]:
        """The newest word of each boot of each host on each controller's clock."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(clock_notes)).all()
        return tuple(map(_clock_note, rows))

    def vouching_clocks(self, boot_id: str) -> tuple[ClockNote, ...]:
        """Those that NTP held and that one boot of a host read."""
        held = select(clock_notes).where(
            clock_notes.c.boot_id == boot_id, clock_notes.c.synchronised
        )
        with reading(self._engine) as connection:
            rows = connection.execute(held).all()
        return tuple(map(_clock_note, rows))


def _clock_note(row: Row[Any]) -> ClockNote:
    at = Instant(moment_of(row.at), row.boottime_s, row.boot_id)
    return ClockNote(row.controller, at, row.offset_s, row.uncertainty_s, row.synchronised)


def _note_box(connection: Connection, view: ControllerView) -> None:
    """Keep what the poll says of the controller itself."""
    row = connection.execute(select(boxes).where(boxes.c.controller == view.controller)).first()
    note = note_of(view, None if row is None else box_of(row.document))
    put(connection, boxes, {"controller": view.controller, "document": box_text(note)})


def _note_clock(connection: Connection, view: ControllerView) -> None:
    """Keep one note for each boot that polled; those of long ago go when the next is written."""
    if view.clock is None or view.clock.instant is None:
        return
    at, here = view.clock.instant, clock_notes.c.controller == view.controller
    old = moment_text(at.wall - KEPT)
    connection.execute(
        delete(clock_notes).where(
            here, or_(clock_notes.c.boot_id == at.boot_id, clock_notes.c.at < old)
        )
    )
    connection.execute(
        insert(clock_notes).values(
            controller=view.controller,
            boot_id=at.boot_id,
            boottime_s=at.boottime_s,
            at=moment_text(at.wall),
            offset_s=view.clock.offset_s,
            uncertainty_s=view.clock.uncertainty_s,
            synchronised=view.ntp_state is not None and view.ntp_state.synchronised,
        )
    )
