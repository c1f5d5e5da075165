"""The fleet at a glance: written beside the newest word on a controller."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Select,
    Table,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from service.domain.finding import Confidence
from service.domain.gist import Gist, StuckAp, gist_of, stuck_aps
from service.domain.history import ApHistory
from service.ports.fleet_view import CauseCount, StuckOnly, StuckOrder
from service.ports.requests import Document
from service.store.codec import document_text, history_of, moment_of, moment_text
from service.store.fleet_view_tables import gists, stuck
from service.store.tables import ap_history, journal, remediations
from service.store.transactions import put, reading

NOT_SURE = -1
"""The rank of what is no finding: something else explains it."""
CHUNK = 500
_BEYOND = (stuck.c.controller, stuck.c.mac, stuck.c.cause)


class FleetViewTables:
    """Gists and stuck access points."""

    _engine: Engine

    def gists(self) -> tuple[Gist, ...]:
        """A line of each controller."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(gists).order_by(gists.c.controller)).mappings().all()
        return tuple(_gist(row) for row in rows)

    def stuck_by_cause(self, on: Collection[str]) -> tuple[CauseCount, ...]:
        """How many, by cause and confidence."""
        said = (stuck.c.cause, stuck.c.confidence)
        query = select(*said, func.count()).where(stuck.c.controller.in_(on)).group_by(*said)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        counted = (CauseCount(cause, _sure(rank), aps) for cause, rank, aps in rows)
        return tuple(sorted(counted, key=lambda one: (-one.aps, one.cause)))

    def stuck_page(
        self,
        only: StuckOnly,
        *,
        by: StuckOrder,
        backwards: bool,
        after: tuple[str, ...] | None,
        limit: int,
    ) -> tuple[tuple[tuple[str, ...], StuckAp], ...]:
        """Some of them."""
        order = _order(by)
        query = select(stuck).where(*_wanted(only))
        if after is not None:
            place = tuple_(*_values(by, after))
            query = query.where(tuple_(*order) < place if backwards else tuple_(*order) > place)
        sorted_ = [one.desc() if backwards else one.asc() for one in order]
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(*sorted_).limit(limit)).mappings().all()
        names = [column.name for column in order]
        return tuple((tuple(str(row[name]) for name in names), _stuck(row)) for row in rows)

    def fleet_mark(self) -> str:
        """Another text whenever something may look otherwise."""
        open_ = select(remediations.c.id).where(remediations.c.closed.is_(False))
        grown = select(func.count()).select_from(journal).where(journal.c.remediation.in_(open_))
        with reading(self._engine) as connection:
            swept = connection.execute(select(func.max(gists.c.at), func.count())).one()
            under_way = len(connection.execute(open_).all())
            return f"{swept[0]} {swept[1]} {under_way} {connection.scalar(grown)}"

    def count_stuck(self, only: StuckOnly) -> int:
        """How many there are."""
        query = select(func.count()).select_from(stuck).where(*_wanted(only))
        with reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)


def keep_gist(
    connection: Connection, controller: str, said: Document, *, sweep: str, at: datetime
) -> None:
    """Keep what the newest word on a controller comes to; who was not reached is as seen last."""
    gist = gist_of(controller, said, sweep=sweep, at=at)
    if gist.reachable is not True and _still(connection, gist):
        return
    put(connection, gists, _gist_row(gist))
    found = {(one.mac, one.cause): one for one in stuck_aps(controller, said, at=at)}
    known = _histories(connection, controller, {mac for mac, _ in found})
    before = _known(connection, controller)
    rows = [_stuck_row(_told(one, known.get(one.mac), before)) for one in found.values()]
    connection.execute(delete(stuck).where(stuck.c.controller == controller))
    if rows:
        connection.execute(insert(stuck), rows)


def unlike_gists(words: Table) -> Select[tuple[Any, ...]]:
    """The newest words that are of other sweeps than the gists."""
    both = words.outerjoin(gists, gists.c.controller == words.c.controller)
    differ = or_(gists.c.sweep.is_(None), gists.c.sweep != words.c.sweep)
    return select(words).select_from(both).where(differ).order_by(words.c.controller)


def _still(connection: Connection, gist: Gist) -> bool:
    """Say of a controller only that it did not answer; False where nothing is known of it yet."""
    said: dict[str, object] = {"sweep": gist.sweep, "at": moment_text(gist.at)}
    said |= {"reachable": gist.reachable, "error": gist.error}
    this = gists.c.controller == gist.controller
    return connection.execute(update(gists).where(this).values(**said)).rowcount == 1


def _known(connection: Connection, controller: str) -> dict[str, datetime]:
    """Since when each of a controller's access points was stuck, by the word before."""
    query = select(stuck.c.mac, func.min(stuck.c.since)).where(stuck.c.controller == controller)
    rows = connection.execute(query.group_by(stuck.c.mac)).all()
    return {mac: moment_of(since) for mac, since in rows}


def _histories(
    connection: Connection, controller: str, macs: Iterable[str]
) -> dict[str, ApHistory]:
    wanted = sorted(macs)
    found: dict[str, ApHistory] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(ap_history.c.mac, ap_history.c.document).where(
            ap_history.c.controller == controller,
            ap_history.c.mac.in_(wanted[start : start + CHUNK]),
        )
        found |= {row.mac: history_of(row.document) for row in connection.execute(query).all()}
    return found


def _told(ap: StuckAp, past: ApHistory | None, before: dict[str, datetime]) -> StuckAp:
    """With what polls saw of it: since when, and what a document leaves out."""
    moments = [before[ap.mac]] if ap.mac in before else []
    if past is None:
        return replace(ap, since=min((*moments, ap.since)))
    moments += [one for one in (past.failing_since, past.downloading_since) if one is not None]
    return replace(
        ap,
        since=min((*moments, ap.since)),
        name=ap.name or past.last.name,
        model=ap.model or past.last.model,
        state=ap.state or past.last.state.value,
    )


def _wanted(only: StuckOnly) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [stuck.c.controller.in_(only.on)]
    if only.cause is not None:
        wanted.append(stuck.c.cause == only.cause)
    if only.confidence is not None:
        wanted.append(stuck.c.confidence == only.confidence.rank)
    if only.explained:
        wanted.append(stuck.c.confidence == NOT_SURE)
    if only.text:
        told = (stuck.c.name, stuck.c.mac, stuck.c.model, stuck.c.controller)
        wanted.append(or_(*(one.icontains(only.text, autoescape=True) for one in told)))
    return wanted


def _order(by: StuckOrder) -> list[Any]:
    first = stuck.c[by.value]
    return [first, *(one for one in _BEYOND if one is not first)]


def _values(by: StuckOrder, after: tuple[str, ...]) -> list[object]:
    first = int(after[0]) if by is StuckOrder.CONFIDENCE else after[0]
    return [first, *after[1:]]


def _sure(rank: int) -> Confidence | None:
    return None if rank == NOT_SURE else list(Confidence)[rank]


def _gist_row(gist: Gist) -> dict[str, object]:
    row = {column.name: getattr(gist, column.name) for column in gists.c}
    surest = None if gist.surest is None else gist.surest.value
    issues = document_text(list(gist.issues))
    times = {"at": moment_text(gist.at), "seen": gist.seen and moment_text(gist.seen)}
    return {**row, **times, "issues": issues, "surest": surest}


def _gist(row: RowMapping) -> Gist:
    told = {
        "at": moment_of(row["at"]),
        "seen": row["seen"] and moment_of(row["seen"]),
        "issues": tuple(json.loads(row["issues"])),
        "surest": row["surest"] and Confidence(row["surest"]),
    }
    return Gist(**{**row, **told})


def _stuck_row(ap: StuckAp) -> dict[str, object]:
    row = {column.name: getattr(ap, column.name) for column in stuck.c}
    sure = NOT_SURE if ap.confidence is None else ap.confidence.rank
    texts = {"name": ap.name or "", "model": ap.model or ""}
    return {**row, **texts, "since": moment_text(ap.since), "confidence": sure}


def _stuck(row: RowMapping) -> StuckAp:
    told = {
        "name": row["name"] or None,
        "model": row["model"] or None,
        "since": moment_of(row["since"]),
        "confidence": _sure(row["confidence"]),
    }
    return StuckAp(**{**row, **told})
