"""When what is to be done next, and whose turn it is: conditional writes, so that two never win.

What was written by another clock (see `times`) is due at once: looking too early is harmless and
never looking is not.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, or_, select, update

from service.ports.correlation import current
from service.ports.requests import Due, Kind
from service.store.tables import dues, ticks
from service.store.times import Mark, StoreTime
from service.store.transactions import add_if_missing, put, reading, transaction


class DueTable:
    """Due times and ticks."""

    _engine: Engine
    _time: StoreTime

    def set_due(self, kind: Kind, item: str, *, in_s: float, why: str = "") -> None:
        """Say when."""
        with transaction(self._engine) as connection:
            put_due(connection, kind, item, self._time.now(connection).after(in_s), why)

    def due_of(self, kind: Kind, item: str) -> Due | None:
        """What was said last."""
        with reading(self._engine) as connection:
            row = connection.execute(select(dues).where(_is(kind, item))).first()
            return None if row is None else _due(row, self._time.now(connection))

    def put_off(self, due: Due, *, in_s: float, why: str = "") -> bool:
        """Say when, unless something else was said since."""
        clock, at_s = due.said_at
        as_read = and_(dues.c.clock == clock, dues.c.at_s == at_s, dues.c.why == due.why)
        with transaction(self._engine) as connection:
            until = self._time.now(connection).after(in_s)
            moved = update(dues).where(_is(due.kind, due.id), as_read)
            return connection.execute(moved.values(**_until(until), why=why)).rowcount == 1

    def hurry_due(self, kind: Kind, item: str) -> None:
        """At once, unless nothing is to be done, or somebody has it."""
        with transaction(self._engine) as connection:
            hurry(connection, kind, item, self._time.now(connection))

    def due_items(self, kind: Kind, *, begins: str) -> tuple[str, ...]:
        """What is not done yet of what begins so."""
        these = and_(dues.c.kind == kind.value, dues.c.id.startswith(begins, autoescape=True))
        with reading(self._engine) as connection:
            return tuple(connection.scalars(select(dues.c.id).where(these).order_by(dues.c.id)))

    def forget_due(self, kind: Kind, item: str) -> None:
        """Nothing is to be done any more."""
        with transaction(self._engine) as connection:
            connection.execute(delete(dues).where(_is(kind, item)))

    def claim_due(self, kind: Kind, item: str, *, for_s: float) -> bool:
        """Take what is due for oneself, unless somebody was faster."""
        this = select(dues.c.id).where(_is(kind, item)).with_for_update()
        with transaction(self._engine) as connection:
            connection.execute(this)
            now = self._time.now(connection)
            ends = now.after(for_s)
            taken = update(dues).where(_is(kind, item), _is_due(now))
            values = {**_until(ends), "nudged_s": ends.at_s}
            return connection.execute(taken.values(**values)).rowcount == 1

    def take_nudges(self, *, again_after_s: float) -> tuple[Due, ...]:
        """What is due now and was not given to anybody lately."""
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            rows = connection.execute(
                select(dues)
                .where(_is_due(now), _is_quiet(now, again_after_s))
                .order_by(dues.c.at_s, dues.c.kind, dues.c.id)
                .with_for_update(skip_locked=True)  # another dispatcher has those
            ).all()
            for row in rows:
                _nudged(connection, row, now)
            return tuple(_due(row, now) for row in rows)

    def take_tick(self, name: str, *, apart_s: float) -> bool:
        """Whether this tick is the caller's."""
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            row = {"name": name, "clock": now.clock, "at_s": now.at_s}
            if add_if_missing(connection, ticks, row):
                return True
            free = or_(ticks.c.clock != now.clock, ticks.c.at_s <= now.at_s - apart_s)
            moved = update(ticks).where(ticks.c.name == name, free)
            return connection.execute(moved.values(clock=now.clock, at_s=now.at_s)).rowcount == 1


def put_due(connection: Connection, kind: Kind, item: str, at: Mark, why: str) -> None:
    """Write a due time down, not given to anybody yet."""
    row: dict[str, object] = {"kind": kind.value, "id": item, "why": why, **_until(at)}
    correlation = current()
    if correlation is not None:  # else what is known of it stays
        row["correlation"] = correlation.text
    put(connection, dues, row)


def move_due(connection: Connection, kind: Kind, item: str, at: Mark) -> None:
    """Write another time down, and nothing else, for what is due already."""
    connection.execute(update(dues).where(_is(kind, item)).values(**_until(at)))


def hurry(connection: Connection, kind: Kind, item: str, now: Mark) -> bool:
    """Let it be due at once; a claim stays, or two would be at it. False: it is in no table."""
    row = connection.execute(select(dues).where(_is(kind, item)).with_for_update()).first()
    if row is None:
        return False
    is_claimed = row.clock == now.clock and (row.nudged_s or now.at_s) > now.at_s
    if not is_claimed:
        connection.execute(update(dues).where(_is(kind, item)).values(**_until(now)))
    return True


def _until(at: Mark) -> dict[str, object]:
    return {"clock": at.clock, "at_s": at.at_s, "nudged_s": None}


def _due(row: Row[Any], now: Mark) -> Due:
    in_s = now.until(row.clock, row.at_s)
    said_at = (row.clock, row.at_s)
    return Due(Kind(row.kind), row.id, in_s, row.why, row.correlation or "", said_at)


def _nudged(connection: Connection, row: Row[Any], now: Mark) -> None:
    """Note that somebody was told; what was written by another clock is due since now."""
    at_s = row.at_s if row.clock == now.clock else now.at_s
    told = update(dues).where(_is(row.kind, row.id))
    connection.execute(told.values(clock=now.clock, at_s=at_s, nudged_s=now.at_s))


def _is(kind: str, item: str) -> ColumnElement[bool]:
    return and_(dues.c.kind == str(kind), dues.c.id == item)


def _is_due(now: Mark) -> ColumnElement[bool]:
    return or_(dues.c.clock != now.clock, dues.c.at_s <= now.at_s)


def _is_quiet(now: Mark, again_after_s: float) -> ColumnElement[bool]:
    """Nobody was told lately; a claim that ran out counts as told at its end."""
    lately = now.at_s - again_after_s
    return or_(dues.c.clock != now.clock, dues.c.nudged_s.is_(None), dues.c.nudged_s <= lately)
