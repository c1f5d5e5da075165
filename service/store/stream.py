"""Notifications that were told, by number."""

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Engine, Row, String, Table, Text, delete, func, select

from service.domain.stream import Notification
from service.ports.stream import Told
from service.store.codec import document_text, moment_of, moment_text
from service.store.tables import metadata
from service.store.transactions import add_if_missing, reading, transaction
from service.store.webhook_tables import NUMBER

notifications = Table(
    "notifications",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("event", String(240), nullable=False, unique=True),
    Column("name", String(40), nullable=False),
    Column("at", String(40), nullable=False, index=True),
    Column("controller", String(64), nullable=False),
    Column("said", Text, nullable=False),
    sqlite_autoincrement=True,  # a number is never given again, also when all are forgotten
)


class StreamTable:
    """What is told to whoever listens."""

    _engine: Engine

    def tell(self, new: Iterable[Notification]) -> None:
        """Keep notifications, in order."""
        with transaction(self._engine) as connection:
            for one in new:
                add_if_missing(connection, notifications, _row(one))

    def told_after(
        self, number: int, *, limit: int, since: datetime | None = None
    ) -> tuple[Told, ...]:
        """Those after a number, in order."""
        query = select(notifications).where(notifications.c.number > number)
        if since is not None:
            query = query.where(notifications.c.at >= moment_text(since))
        query = query.order_by(notifications.c.number).limit(limit)
        with reading(self._engine) as connection:
            return tuple(_told(row) for row in connection.execute(query))

    def last_told(self) -> int:
        """The newest number."""
        with reading(self._engine) as connection:
            newest = connection.execute(select(func.max(notifications.c.number))).scalar()
        return int(newest or 0)

    def first_told_at(self) -> datetime | None:
        """The moment of the oldest."""
        with reading(self._engine) as connection:
            oldest = connection.execute(select(func.min(notifications.c.at))).scalar()
        return None if oldest is None else moment_of(oldest)

    def forget_told(self, *, before: datetime) -> None:
        """Drop old ones."""
        old = notifications.c.at < moment_text(before)
        with transaction(self._engine) as connection:
            connection.execute(delete(notifications).where(old))


def _row(one: Notification) -> dict[str, object]:
    return {
        "event": one.event,
        "name": one.name,
        "at": moment_text(one.at),
        "controller": one.controller,
        "said": document_text(dict(one.said)),
    }


def _told(row: Row[tuple[object, ...]]) -> Told:
    said = json.loads(row.said)
    return Told(
        row.number, Notification(row.event, row.name, moment_of(row.at), row.controller, said)
    )
