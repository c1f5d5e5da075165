"""Deliveries: each kept until its receiver took it or it is dead, in order within a subject."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, func, not_, or_, select, update

from service.domain.webhooks import EventKind
from service.ports.webhooks import Delivery, NewDelivery, State, Tried
from service.store.codec import moment_of, moment_text
from service.store.times import Mark, StoreTime
from service.store.transactions import add_if_missing, reading, transaction
from service.store.webhook_tables import deliveries


class DeliveryTable:
    """What is told to webhooks."""

    _engine: Engine
    _time: StoreTime

    def add_deliveries(self, new: Iterable[NewDelivery]) -> int:
        """Keep deliveries, in order."""
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            return sum(add_if_missing(connection, deliveries, _row(one, now)) for one in new)

    def next_delivery(self, webhook: str) -> Delivery | None:
        """What is to be sent now."""
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            due = select(deliveries).where(deliveries.c.webhook == webhook, is_sendable(now))
            row = connection.execute(due.order_by(deliveries.c.number).limit(1)).first()
        return None if row is None else _delivery(row, now)

    def note_tried(self, delivery: str, tried: Tried, *, at: datetime) -> None:
        """Keep what a try came to."""
        with transaction(self._engine) as connection:
            until = self._time.now(connection).after(tried.again_in_s or 0.0)
            pending = and_(deliveries.c.id == delivery, deliveries.c.state == "pending")
            values = {
                "state": tried.state,
                "tries": deliveries.c.tries + 1,
                "waited_s": tried.waited_s,
                "clock": until.clock,
                "due_s": until.at_s,
                "status": tried.status,
                "detail": tried.detail,
                "ended": None if tried.state == "pending" else moment_text(at),
            }
            connection.execute(update(deliveries).where(pending).values(**values))

    def deliveries(
        self, webhook: str, *, limit: int, state: State | None = None, before: int | None = None
    ) -> tuple[Delivery, ...]:
        """Deliveries of one webhook, newest first."""
        query = select(deliveries).where(deliveries.c.webhook == webhook)
        if state is not None:
            query = query.where(deliveries.c.state == state)
        if before is not None:
            query = query.where(deliveries.c.number < before)
        query = query.order_by(deliveries.c.number.desc()).limit(limit)
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            return tuple(_delivery(row, now) for row in connection.execute(query))

    def count_deliveries(self, webhook: str) -> Mapping[State, int]:
        """How many are in each state."""
        query = select(deliveries.c.state, func.count()).where(deliveries.c.webhook == webhook)
        with reading(self._engine) as connection:
            rows = connection.execute(query.group_by(deliveries.c.state)).all()
        return {row[0]: row[1] for row in rows}

    def redeliver(self, webhook: str, delivery: str) -> Delivery | None:
        """Send one that has ended once more."""
        this = and_(deliveries.c.id == delivery, deliveries.c.webhook == webhook)
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            again = {"state": "pending", "waited_s": 0.0, "ended": None}
            again |= {"clock": now.clock, "due_s": now.at_s}
            over = update(deliveries).where(this, deliveries.c.state != "pending")
            connection.execute(over.values(**again))
            row = connection.execute(select(deliveries).where(this)).first()
        return None if row is None else _delivery(row, now)

    def forget_deliveries(self, *, ended_before: datetime) -> int:
        """Drop those that ended long ago."""
        old = delete(deliveries).where(deliveries.c.ended < moment_text(ended_before))
        with transaction(self._engine) as connection:
            return connection.execute(old).rowcount


def is_sendable(now: Mark) -> ColumnElement[bool]:
    """It is due, and no older one of its subject is still to be sent."""
    older = deliveries.alias("older")
    goes_first = select(older.c.number).where(
        older.c.webhook == deliveries.c.webhook,
        older.c.subject == deliveries.c.subject,
        older.c.state == "pending",
        older.c.number < deliveries.c.number,
    )
    is_due = or_(deliveries.c.clock != now.clock, deliveries.c.due_s <= now.at_s)
    return and_(deliveries.c.state == "pending", is_due, not_(goes_first.exists()))


def _row(new: NewDelivery, now: Mark) -> dict[str, object]:
    return {
        "id": new.id,
        "webhook": new.webhook,
        "event": new.event,
        "kind": new.kind.value,
        "subject": new.subject,
        "body": new.body,
        "at": moment_text(new.at),
        "state": "pending",
        "tries": 0,
        "waited_s": 0.0,
        "clock": now.clock,
        "due_s": now.at_s,
        "detail": "",
    }


def _delivery(row: Row[tuple[object, ...]], now: Mark) -> Delivery:
    return Delivery(
        number=row.number,
        id=row.id,
        webhook=row.webhook,
        event=row.event,
        kind=EventKind(row.kind),
        subject=row.subject,
        body=row.body,
        at=moment_of(row.at),
        state=row.state,
        tries=row.tries,
        waited_s=row.waited_s,
        in_s=now.until(row.clock, row.due_s),
        status=row.status,
        detail=row.detail,
        ended=None if row.ended is None else moment_of(row.ended),
    )
