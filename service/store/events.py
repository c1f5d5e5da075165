"""Events: kept, folded and answered in one transaction for a batch.

The look that is to come after a storm is an ordinary sweep whose due time is moved on while the
storm goes on: whoever dies, the dispatcher finds it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, delete, insert, or_, select

from service.domain.events.damping import Answer, Storm, damp
from service.ports.correlation import following
from service.ports.events import ApHome, HeardEvent, HeardGroup
from service.ports.requests import Kind, Place
from service.store.codec import document_text, moment_of, moment_text
from service.store.dues import move_due, put_due
from service.store.event_tables import events, storms
from service.store.lists import part
from service.store.sweeps import asked_row
from service.store.tables import ap_history, asked_sweeps, dues
from service.store.times import Mark, StoreTime
from service.store.transactions import alone, fold, put, reading, transaction

CHUNK = 200
TAIL = "events: looked at again when they have ended"
COLUMNS = tuple(one.name for one in fields(HeardEvent))


class EventTables:
    """What was heard."""

    _engine: Engine
    _time: StoreTime

    def hear(self, groups: Sequence[HeardGroup]) -> tuple[str, ...]:
        """Keep events and ask for looks; those that are due at once."""
        with transaction(self._engine) as connection:
            looks = [
                self._hear(connection, group)
                for group in sorted(groups, key=lambda one: one.controller)  # one order of locks
            ]
        return tuple(look for look in looks if look)

    def _hear(self, connection: Connection, group: HeardGroup) -> str:
        """One controller's events; the look that is due at once, or empty."""
        alone(connection, f"events of {group.controller}")
        before = _before(connection, group.controller, self._time.now(connection))
        senses = frozenset(one.sense for one in group.events)
        answer = damp(before.storm, senses)
        sweep = _ask(connection, group, answer, before)
        fold(connection, events, [_row(one) | {"sweep": sweep} for one in group.events],
             adding=("count",), taking=("last", "sweep"))  # fmt: skip
        put(connection, storms, _storm_row(group.controller, answer, sweep, before))
        return sweep if answer.at_once else ""

    def event(self, event: str) -> HeardEvent | None:
        """One event."""
        with reading(self._engine) as connection:
            row = connection.execute(select(events).where(events.c.id == event)).first()
        return None if row is None else _event(row)

    def events(
        self,
        *,
        limit: int,
        after: Place | None = None,
        controller: str | None = None,
        sense: str | None = None,
        via: str | None = None,
        oldest_first: bool = False,
    ) -> tuple[HeardEvent, ...]:
        """Events, by when they first came."""
        of = select(events, events.c.first.label("at")).subquery()
        said = {"controller": controller, "sense": sense, "via": via}
        some = [of.c[name] == value for name, value in said.items() if value is not None]
        query = select(of).where(*some)
        cut = part(query, of, limit=limit, after=after, oldest_first=oldest_first)
        with reading(self._engine) as connection:
            return tuple(_event(row) for row in connection.execute(cut).all())

    def ap_homes(self, called: Iterable[str]) -> tuple[ApHome, ...]:
        """Where polls saw access points that are called so."""
        wanted, table = sorted(set(called)), ap_history.c
        columns = (table.controller, table.mac, table.ethernet, table.address, table.name)
        found: set[ApHome] = set()
        with reading(self._engine) as connection:
            for start in range(0, len(wanted), CHUNK):
                some = wanted[start : start + CHUNK]
                named = or_(*(column.in_(some) for column in columns[1:]))
                rows = connection.execute(select(*columns).where(named)).all()
                found |= {ApHome(*(part or "" for part in row)) for row in rows}
        return tuple(sorted(found))

    def forget_events(self, *, before: datetime) -> int:
        """Drop what is old."""
        with transaction(self._engine) as connection:
            old = delete(events).where(events.c.last < moment_text(before))
            return connection.execute(old).rowcount


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known of a controller's events, and what time it is.

    Attributes:
        tail: the look that is still to come; empty: none.
        looked_s: when the newest other look was asked for.
    """

    now: Mark
    storm: Storm | None = None
    tail: str = ""
    looked_s: float = 0.0


def _before(connection: Connection, controller: str, now: Mark) -> _Before:
    row = connection.execute(select(storms).where(storms.c.controller == controller)).first()
    if row is None:
        return _Before(now)
    tail = row.tail if _is_to_come(connection, row, now) else ""
    looked_s = row.looked_s if tail or not row.tail else row.tail_s
    storm = Storm(
        frozenset(json.loads(row.senses)),
        heard_ago_s=-now.until(row.clock, row.heard_s),
        looked_ago_s=max(0.0, -now.until(row.clock, looked_s)),
        is_tail_set=bool(tail),
    )
    return _Before(now, storm, tail, looked_s)


def _is_to_come(connection: Connection, row: Row[Any], now: Mark) -> bool:
    """Whether nobody has begun the look that is to come: its due time would be another."""
    mine = and_(dues.c.kind == Kind.SWEEP.value, dues.c.id == row.tail)
    due = connection.execute(select(dues).where(mine).with_for_update()).first()
    return due is not None and (due.clock, due.at_s) == (now.clock, row.tail_s)


def _ask(connection: Connection, group: HeardGroup, answer: Answer, before: _Before) -> str:
    """Ask for what is called for; the look that answers these events.

    A look that is to come already goes back to the event that asked for it first.
    """
    wish, now = group.wish, before.now
    sweep = wish.id if answer.at_once or not before.tail else before.tail
    if sweep == wish.id:
        connection.execute(insert(asked_sweeps).values(**asked_row(wish)))
    with following(group.correlation):
        if answer.at_once:
            put_due(connection, Kind.SWEEP, wish.id, now, f"asked by {wish.asked_by}")
        if answer.tail_in_s is not None:
            at = now.after(answer.tail_in_s)
            if before.tail:
                move_due(connection, Kind.SWEEP, before.tail, at)
            else:
                put_due(connection, Kind.SWEEP, wish.id, at, TAIL)
    return sweep


def _storm_row(controller: str, answer: Answer, sweep: str, before: _Before) -> dict[str, object]:
    now, tail = before.now, before.tail if answer.at_once else sweep
    return {
        "controller": controller,
        "senses": document_text(sorted(answer.senses)),
        "clock": now.clock,
        "heard_s": now.at_s,
        "looked_s": now.at_s if answer.at_once else before.looked_s,
        "tail": tail,
        "tail_s": now.after(answer.tail_in_s or 0.0).at_s,
    }


def _row(one: HeardEvent) -> dict[str, object]:
    times = {"first": moment_text(one.first), "last": moment_text(one.last)}
    return {name: getattr(one, name) for name in COLUMNS} | times


def _event(row: Row[Any]) -> HeardEvent:
    times = {"first": moment_of(row.first), "last": moment_of(row.last)}
    return HeardEvent(**{name: getattr(row, name) for name in COLUMNS} | times)
