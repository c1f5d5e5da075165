"""What polls saw: one history for each AP, written only where it changed."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection, Engine, delete, insert, or_, select

from service.domain.history import ApHistory, extend
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.observation import ControllerView
from service.ports.store import ClockNote
from service.store.codec import (
    history_of,
    history_text,
    moment_of,
    moment_text,
)
from service.store.tables import ap_history, clock_notes
from service.store.transactions import alone, transaction

KEPT = timedelta(days=2)
"""Far longer than a note counts; only so that boots of long ago leave nothing behind."""


class ObservationTables:
    """Histories and clocks."""

    _engine: Engine

    def histories(self, controller: str) -> dict[BaseRadioMac, ApHistory]:
        """Every AP's history on one controller."""
        with transaction(self._engine) as connection:
            return {history.mac: history for history in _read(connection, controller).values()}

    def add_poll(self, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
        """Extend the histories with one poll, in one transaction."""
        with transaction(self._engine) as connection:
            alone(connection, f"observations of {view.controller}")
            known = _read(connection, view.controller)
            seen = {
                ap.mac: extend(known.get(str(ap.mac)), ap, view.read_at) for ap in view.aps or ()
            }
            _write(connection, view.controller, known, seen)
            _note_clock(connection, view)
            return {history.mac: history for history in known.values()} | seen

    def clocks(self) -> tuple[ClockNote, ...]:
        """The newest word of each boot of each host on each controller's clock."""
        with transaction(self._engine) as connection:
            rows = connection.execute(select(clock_notes)).all()
        return tuple(
            ClockNote(
                row.controller,
                Instant(moment_of(row.at), row.boottime_s, row.boot_id),
                row.offset_s,
                row.uncertainty_s,
                row.synchronised,
            )
            for row in rows
        )


def _read(connection: Connection, controller: str) -> dict[str, ApHistory]:
    rows = connection.execute(select(ap_history).where(ap_history.c.controller == controller))
    return {row.mac: history_of(row.document) for row in rows.all()}


def _write(
    connection: Connection,
    controller: str,
    known: Mapping[str, ApHistory],
    seen: Mapping[BaseRadioMac, ApHistory],
) -> None:
    changed = {str(mac): history for mac, history in seen.items() if known.get(str(mac)) != history}
    if not changed:
        return
    for mac in changed:
        connection.execute(
            delete(ap_history).where(ap_history.c.controller == controller, ap_history.c.mac == mac)
        )
    connection.execute(
        insert(ap_history),
        [
            {"controller": controller, "mac": mac, "document": history_text(history)}
            for mac, history in changed.items()
        ],
    )


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
