"""What was told of what happened, compared with what is there: so nothing has to be said twice.

News is not written where it happens: whoever changes a controller, or brings it home, does nothing
for those who only want to hear of it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    String,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
)

from service.ports.requests import Look
from service.ports.webhooks import Remembered, Topic, Untold
from service.store.sweeps import look_from
from service.store.tables import asked_plans, asked_remediations, journal, looks, remediations
from service.store.transactions import alone_at_once, put, reading, transaction
from service.store.webhook_tables import told


class TellingTable:
    """How far everything was told."""

    _engine: Engine

    def tells_alone(self) -> bool:
        """Within `together`: nobody else tells until its end."""
        with transaction(self._engine) as connection:
            return alone_at_once(connection, "telling")

    def untold(self, topic: Topic, *, limit: int) -> tuple[Untold, ...]:
        """What changed since it was told, oldest first."""
        with reading(self._engine) as connection:
            return _untold(connection, topic, limit)

    def told(self, topic: Topic, one: Untold, note: str = "") -> None:
        """It was told as it is in `one`."""
        row = {"topic": topic, "subject": one.subject, "version": one.version, "note": note}
        with transaction(self._engine) as connection:
            put(connection, told, row)

    def pass_over(self, topic: Topic) -> None:
        """Everything counts as told."""
        with transaction(self._engine) as connection:
            for one in _untold(connection, topic, None):
                row = {"subject": one.subject, "version": one.version, "note": one.note}
                put(connection, told, {"topic": topic, **row})

    def look_of(self, controller: str) -> Look | None:
        """The newest word on one controller."""
        with reading(self._engine) as connection:
            row = connection.execute(select(looks).where(looks.c.controller == controller)).first()
        return None if row is None else look_from(row)

    def remembered(self, topic: Remembered) -> Mapping[str, str]:
        """What is remembered, by subject."""
        query = select(told.c.subject, told.c.note).where(told.c.topic == topic)
        with reading(self._engine) as connection:
            return {row.subject: row.note for row in connection.execute(query)}

    def remember(self, topic: Remembered, subject: str, note: str) -> None:
        """From now on."""
        this = (told.c.topic == topic) & (told.c.subject == subject)
        with transaction(self._engine) as connection:
            if note:
                row = {"topic": topic, "subject": subject, "version": "", "note": note}
                put(connection, told, row)
            else:
                connection.execute(delete(told).where(this))


def _untold(connection: Connection, topic: Topic, limit: int | None) -> tuple[Untold, ...]:
    now = _now(topic).subquery()
    here = (told.c.topic == topic) & (told.c.subject == now.c.subject)
    query = (
        select(now, told.c.version.label("told_version"), told.c.note)
        .select_from(now.outerjoin(told, here))
        .where(or_(told.c.version.is_(None), told.c.version != now.c.version))
        .order_by(now.c.at, now.c.subject)
        .limit(limit)
    )
    return tuple(
        Untold(row.subject, row.version, row.told_version, row.note or "")
        for row in connection.execute(query)
    )


def _now(topic: Topic) -> Select[Any]:
    """Of each subject of a topic: what version it is now, and since about when it is there."""
    match topic:
        case "look":
            return select(
                looks.c.controller.label("subject"), looks.c.sweep.label("version"), looks.c.at
            )
        case "plan":
            ready = select(
                asked_plans.c.id.label("subject"),
                literal("ready").label("version"),
                asked_plans.c.at,
            )
            return ready.where(asked_plans.c.state == "done", asked_plans.c.digest != "")
        case "asked":
            refused = asked_remediations.c.refused != ""
            return select(
                asked_remediations.c.id.label("subject"),
                case((refused, "refused"), else_="queued").label("version"),
                asked_remediations.c.at,
            )
        case "journal":
            newest = select(func.max(journal.c.seq)).where(
                journal.c.remediation == remediations.c.id
            )
            return select(
                remediations.c.id.label("subject"),
                cast(newest.scalar_subquery(), String).label("version"),
                remediations.c.opened.label("at"),
            )
