"""Lists by time, part by part: where a part begins, which entries belong to it, in which order."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Table, and_, or_
from sqlalchemy.sql import FromClause

from service.ports.requests import Only, Place
from service.store.codec import moment_text


def part(
    query: Select[Any],
    of: FromClause,
    *,
    limit: int,
    after: Place | None,
    oldest_first: bool,
) -> Select[Any]:
    """One part of a list of which `at` and `id` say the order."""
    order = (of.c.at, of.c.id) if oldest_first else (of.c.at.desc(), of.c.id.desc())
    return query.where(*_beyond(of, after, oldest_first)).order_by(*order).limit(limit)


def _beyond(of: FromClause, after: Place | None, oldest_first: bool) -> Sequence[Any]:  # noqa: FBT001 - in here
    if after is None:
        return ()
    at = moment_text(after.at)
    if oldest_first:
        return (or_(of.c.at > at, and_(of.c.at == at, of.c.id > after.id)),)
    return (or_(of.c.at < at, and_(of.c.at == at, of.c.id < after.id)),)


def matching(table: Table, only: Only) -> list[Any]:
    """What entries have to say, in the columns that the table has."""
    said = {"state": only.state, "asked_by": only.asked_by, "issue": only.issue}
    found = [
        table.c[name] == value
        for name, value in said.items()
        if value is not None and name in table.c
    ]
    if only.controller is not None:
        if "controllers" in table.c:
            quoted = json.dumps(only.controller)
            found.append(table.c.controllers.contains(quoted, autoescape=True))
        elif "controller" in table.c:
            found.append(table.c.controller == only.controller)
    return found
