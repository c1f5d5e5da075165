"""One keeper at a time: rows that say who looks after something, until when, or lets it rest.

Such a table has a key and the columns `busy_by`, `clock` and `until_s`.
"""

from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, or_, select, update

from service.store.times import Mark, StoreTime

NOBODY, WHOEVER = "", "whoever comes first"
"""Who keeps what rests, and what was offered: the second gives it to anybody."""


def is_free(table: Table, now: Mark) -> ColumnElement[bool]:
    """Nobody keeps it, and it has rested."""
    return or_(table.c.clock != now.clock, table.c.until_s <= now.at_s)


def kept(by: str, until: Mark) -> dict[str, object]:
    """The columns that say who keeps it."""
    return {"busy_by": by, "clock": until.clock, "until_s": until.at_s}


def offer(
    connection: Connection, key: Column[Any], has_work: ColumnElement[bool], now: Mark, lasts: Mark
) -> tuple[str, ...]:
    """The keys of what is free and has work; given to one caller each, until `lasts`."""
    table = key.table
    free = select(key).where(is_free(table, now), has_work).order_by(key)
    found = tuple(connection.scalars(free.with_for_update(skip_locked=True, of=table)))
    connection.execute(update(table).where(key.in_(found)).values(**kept(WHOEVER, lasts)))
    return found


def claim(
    connection: Connection, key: Column[Any], item: str, by: str, *, time: StoreTime, for_s: float
) -> bool:
    """Take it, or keep it longer; False: somebody else has it, or it rests, or is gone."""
    table = key.table
    connection.execute(select(key).where(key == item).with_for_update())
    now = time.now(connection)
    free = or_(table.c.busy_by.in_((by, WHOEVER)), is_free(table, now))
    taken = update(table).where(key == item, free).values(**kept(by, now.after(for_s)))
    return connection.execute(taken).rowcount == 1


def rest(connection: Connection, key: Column[Any], item: str, by: str, until: Mark) -> None:
    """Give it back; nothing happens where it passed on."""
    mine = and_(key == item, key.table.c.busy_by == by)
    connection.execute(update(key.table).where(mine).values(**kept(NOBODY, until)))
