"""The trail of polls: a short row for each poll of a controller, the newest few hundred alone."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, delete, select

from service.domain.polling.trail import KEPT, PollSeen
from service.store.codec import document_text, moment_of, moment_text
from service.store.tables import poll_trail
from service.store.transactions import add_if_missing, reading


class TrailTable:
    """Polls by controller and time."""

    _engine: Engine

    def poll_trail(self, controller: str, *, limit: int) -> tuple[PollSeen, ...]:
        """What sweeps saw of a controller, newest first."""
        query = (
            select(poll_trail)
            .where(poll_trail.c.controller == controller)
            .order_by(poll_trail.c.at.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(_seen(moment_of(row.at), row.sweep, row.document) for row in rows)


def keep_trail(
    connection: Connection, sweep: str, seen: Mapping[str, PollSeen], *, at: datetime
) -> None:
    """Add a poll to each controller's trail, and take off what is too long ago.

    A sweep of several parts says everything again when it ends: its first word stands.
    """
    for name, one in sorted(seen.items()):
        row = {"controller": name, "sweep": sweep, "at": moment_text(at), "document": _text(one)}
        if add_if_missing(connection, poll_trail, row):
            connection.execute(_TOO_OLD, {"of": name})


_OLDEST_KEPT = (
    select(poll_trail.c.at)
    .where(poll_trail.c.controller == bindparam("of"))
    .order_by(poll_trail.c.at.desc())
    .offset(KEPT - 1)
    .limit(1)
    .scalar_subquery()
)
_TOO_OLD = delete(poll_trail).where(
    poll_trail.c.controller == bindparam("of"), poll_trail.c.at < _OLDEST_KEPT
)
"""None is older than no row: a trail that is short yet stays as it is."""


def _text(one: PollSeen) -> str:
    return document_text(
        {key: value for key, value in asdict(one).items() if key not in ("at", "sweep")}
    )


def _seen(at: datetime, sweep: str, text: str) -> PollSeen:
    told = json.loads(text)
    return PollSeen(at=at, sweep=sweep, **told | {"issues": tuple(told["issues"])})
