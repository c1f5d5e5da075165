"""When what is to be done next, and whose turn it is: conditional writes, so that two never win.

A due time that was said far in the future was said by a clock that has gone back since, or by
another host's: it is due at once, for looking too early is harmless and never looking is not.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, insert, or_, select, update

from service.ports.requests import CLOCKS_APART, Due, Kind
from service.store.codec import moment_of, moment_text
from service.store.tables import dues, ticks
from service.store.transactions import inserted, put, transaction


class DueTable:
    """Due times and ticks."""

    _engine: Engine

    def set_due(self, due: Due) -> None:
        """Say when."""
        with transaction(self._engine) as connection:
            put(connection, dues, due_row(due))

    def due_of(self, kind: Kind, item: str) -> Due | None:
        """What was said last."""
        with transaction(self._engine) as connection:
            row = connection.execute(select(dues).where(_is(kind, item))).first()
        return None if row is None else _due(row)

    def forget_due(self, kind: Kind, item: str) -> None:
        """Nothing is to be done any more."""
        with transaction(self._engine) as connection:
            connection.execute(delete(dues).where(_is(kind, item)))

    def claim_due(self, kind: Kind, item: str, *, now: datetime, until: datetime) -> bool:
        """Take what is due for oneself, unless somebody was faster."""
        taken = update(dues).where(_is(kind, item), _is_due(now))
        values = {"at": moment_text(until), "said": moment_text(now), "nudged": ""}
        with transaction(self._engine) as connection:
            return connection.execute(taken.values(**values)).rowcount == 1

    def take_nudges(self, *, now: datetime, again_after_s: float) -> tuple[Due, ...]:
        """What is due now and was not given to anybody lately."""
        lately = moment_text(now - timedelta(seconds=again_after_s))
        quiet = or_(dues.c.nudged <= lately, dues.c.nudged > moment_text(now + CLOCKS_APART))
        with transaction(self._engine) as connection:
            rows = connection.execute(
                select(dues).where(_is_due(now), quiet).order_by(dues.c.at)
            ).all()
            return tuple(
                _due(row)
                for row in rows
                if connection.execute(
                    update(dues)
                    .where(_is(row.kind, row.id), dues.c.nudged == row.nudged)
                    .values(nudged=moment_text(now))
                ).rowcount
            )

    def take_tick(self, name: str, *, now: datetime, apart_s: float) -> bool:
        """Whether this tick is the caller's."""
        before = moment_text(now - timedelta(seconds=apart_s))
        free = or_(ticks.c.at <= before, ticks.c.at > moment_text(now + CLOCKS_APART))
        with transaction(self._engine) as connection:
            moved = connection.execute(
                update(ticks).where(ticks.c.name == name, free).values(at=moment_text(now))
            )
            if moved.rowcount:
                return True
        return inserted(self._engine, insert(ticks).values(name=name, at=moment_text(now)))


def due_row(due: Due) -> dict[str, object]:
    """A due time as a row, not given to anybody yet."""
    return {
        "kind": due.kind.value,
        "id": due.id,
        "at": moment_text(due.at),
        "said": moment_text(due.said),
        "nudged": "",
        "why": due.why,
    }


def _due(row: Row[tuple[object, ...]]) -> Due:
    return Due(Kind(row.kind), row.id, moment_of(row.at), moment_of(row.said), row.why)


def _is(kind: str, item: str) -> ColumnElement[bool]:
    return and_(dues.c.kind == str(kind), dues.c.id == item)


def _is_due(now: datetime) -> ColumnElement[bool]:
    back = dues.c.said > moment_text(now + CLOCKS_APART)
    return or_(dues.c.at <= moment_text(now), back)
