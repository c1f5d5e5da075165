"""Sweeps: who asked for which controllers, how far it is, and the newest word on each."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, Select, insert, select, update

from service.domain.polling.trail import poll_seen
from service.ports.requests import ALL, AskedSweep, Document, Kind, Look, Only, Place, SweepState
from service.store.codec import document_text, moment_of, moment_text
from service.store.dues import put_due
from service.store.fleet_view import keep_gist, unlike_gists
from service.store.lists import matching, part
from service.store.tables import asked_sweeps, looks, sweeps
from service.store.times import StoreTime
from service.store.trail import keep_trail
from service.store.transactions import alone, put, reading, transaction


class SweepTables:
    """Sweeps and what they said."""

    _engine: Engine
    _time: StoreTime

    def ask_sweep(self, asked: AskedSweep) -> None:
        """Keep the wish, due at once."""
        with transaction(self._engine) as connection:
            connection.execute(insert(asked_sweeps).values(**asked_row(asked)))
            now, why = self._time.now(connection), f"asked by {asked.asked_by}"
            put_due(connection, Kind.SWEEP, asked.id, now, why)

    def mark_sweep(self, sweep: str, state: SweepState, detail: str = "") -> None:
        """Say how far it is."""
        with transaction(self._engine) as connection:
            _mark(connection, sweep, state, detail)

    def keep_sweep(self, sweep: str, document: Document, *, at: datetime) -> None:
        """Keep a sweep's document, and what it says of each controller."""
        controllers = _controllers(document)
        row = {"id": sweep, "at": moment_text(at), "document": document_text(document)}
        with transaction(self._engine) as connection:
            alone(connection, f"sweep {sweep}")
            put(connection, sweeps, row)
            if not _mark(connection, sweep, "finished", ""):
                by_command = AskedSweep(sweep, at, "", tuple(controllers), "finished")
                connection.execute(insert(asked_sweeps).values(**asked_row(by_command)))
            _keep_looks(connection, sweep, controllers, at)

    def keep_looks(self, sweep: str, documents: Iterable[Document], *, at: datetime) -> None:
        """Keep what a part of a sweep says of its controllers."""
        controllers = _controllers({"controllers": list(documents)})
        with transaction(self._engine) as connection:
            alone(connection, f"sweep {sweep}")
            _keep_looks(connection, sweep, controllers, at)

    def sweep_asked(self, sweep: str) -> AskedSweep | None:
        """One sweep."""
        with reading(self._engine) as connection:
            row = connection.execute(select(asked_sweeps).where(asked_sweeps.c.id == sweep)).first()
        return None if row is None else _asked(row)

    def sweep_document(self, sweep: str) -> Document | None:
        """What it said."""
        with reading(self._engine) as connection:
            text = connection.scalar(select(sweeps.c.document).where(sweeps.c.id == sweep))
        return None if text is None else _document(text)

    def sweeps(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[AskedSweep, ...]:
        """Sweeps, by time."""
        query = select(asked_sweeps).where(*matching(asked_sweeps, only))
        cut = part(query, asked_sweeps, limit=limit, after=after, oldest_first=oldest_first)
        return tuple(_asked(row) for row in self._all(cut))

    def fill_fleet_view(self, *, most: int) -> int:
        """Make it of words that were kept without it; who writes a newer one now, does so."""
        with transaction(self._engine) as connection:
            untold = unlike_gists(looks).limit(most).with_for_update(of=looks, skip_locked=True)
            rows = connection.execute(untold).all()
            for look in map(look_from, rows):
                _tell(connection, look.sweep, {look.controller: look.document}, look.at)
        return len(rows)

    def looks(self) -> tuple[Look, ...]:
        """The newest word on each controller."""
        rows = self._all(select(looks).order_by(looks.c.controller))
        return tuple(look_from(row) for row in rows)

    def _all(self, query: Select[tuple[object, ...]]) -> list[Row[tuple[object, ...]]]:
        with reading(self._engine) as connection:
            return list(connection.execute(query).all())


def look_from(row: Row[tuple[object, ...]]) -> Look:
    """The newest word on a controller from its row."""
    return Look(row.controller, row.sweep, moment_of(row.at), _document(row.document))


def _keep_looks(
    connection: Connection, sweep: str, controllers: Mapping[str, Document], at: datetime
) -> None:
    for name, said in sorted(controllers.items()):
        look = {"controller": name, "sweep": sweep, "at": moment_text(at)}
        put(connection, looks, look | {"document": document_text(said)})
    _tell(connection, sweep, controllers, at)


def _tell(
    connection: Connection, sweep: str, controllers: Mapping[str, Document], at: datetime
) -> None:
    """Keep what is made of words for those who look at the whole fleet, or back."""
    for name, said in sorted(controllers.items()):
        keep_gist(connection, name, said, sweep=sweep, at=at)
    seen = {name: poll_seen(sweep, said, at) for name, said in controllers.items()}
    keep_trail(connection, sweep, seen, at=at)


def _mark(connection: Connection, sweep: str, state: SweepState, detail: str) -> bool:
    marked = update(asked_sweeps).where(asked_sweeps.c.id == sweep)
    return connection.execute(marked.values(state=state, detail=detail)).rowcount == 1


def asked_row(asked: AskedSweep) -> dict[str, object]:
    """The row of a sweep that was asked for."""
    return {
        "id": asked.id,
        "at": moment_text(asked.at),
        "asked_by": asked.asked_by,
        "controllers": document_text(asked.controllers),
        "state": asked.state,
        "detail": asked.detail,
    }


def _asked(row: Row[tuple[object, ...]]) -> AskedSweep:
    names = tuple(json.loads(row.controllers))
    return AskedSweep(row.id, moment_of(row.at), row.asked_by, names, row.state, row.detail)


def _controllers(document: Document) -> dict[str, Document]:
    """What a document says of each controller, by name."""
    listed = document.get("controllers", ())
    found = listed if isinstance(listed, list | tuple) else ()
    return {str(one["name"]): one for one in found if isinstance(one, Mapping) and "name" in one}


def _document(text: str) -> Document:
    document: Document = json.loads(text)
    return document
