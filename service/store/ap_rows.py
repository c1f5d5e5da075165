"""Rows of access points: each as the last poll wrote it that had anything new to say.

The polls since then only counted: their number and time are kept once for the controller, and every
row that they have in common is counted up as it is read. A row that some poll missed stands still.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from service.domain.events.tying import canonical_address
from service.domain.history import ApHistory, caught_up
from service.domain.observation import ApSighting
from service.domain.spells import Spell
from service.store.codec import history_of, history_text, moment_of, moment_text
from service.store.sameness import is_like_the_others
from service.store.spells import spell_columns, spell_from
from service.store.tables import ap_history, ap_polls
from service.store.transactions import fold, put

TAKEN = (
    *("document", "ethernet", "address", "name"),
    *("written_by", "mark", "state", "since", "away_since"),
)
CHUNK = 500
"""MACs in one statement; databases limit how many values it may hold."""
SPACE, COMMA = " ", ","
FEW = 4
"""Where more than one in so many rows of a controller is wanted, all are read."""


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a controller that saw access points.

    Attributes:
        number: from 1, in the order of `at`.
        details_at: when most of them were asked for their details; None: by this poll itself.
    """

    number: int
    at: datetime
    details_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one access point: its history, counted up, and the spell under way."""

    history: ApHistory
    spell: Spell | None


def newest_poll(connection: Connection, controller: str) -> Poll | None:
    """The newest poll by its own time; None: there was none, or only by an older version."""
    row = connection.execute(select(ap_polls).where(ap_polls.c.controller == controller)).first()
    return None if row is None else _poll(row.number, row.at, row.details_at)


def keep_poll(connection: Connection, controller: str, poll: Poll) -> None:
    """Keep the newest poll."""
    details_at = None if poll.details_at is None else moment_text(poll.details_at)
    row = {"number": poll.number, "at": moment_text(poll.at), "details_at": details_at}
    put(connection, ap_polls, {"controller": controller, **row})


def rows_of() -> Select[Any]:
    """Rows with the newest poll of their controller, in one statement: both are of one moment."""
    of = ap_polls.c.controller == ap_history.c.controller
    table = ap_history.c
    return select(
        *(table.controller, table.mac, table.document, table.written_by, table.mark),
        *(table.state, table.since, table.away_since),
        *(ap_polls.c.number, ap_polls.c.at, ap_polls.c.details_at),
    ).select_from(ap_history.outerjoin(ap_polls, of))


def history_from(row: Row[Any]) -> ApHistory:
    """An access point's history, counted up to its controller's newest poll."""
    history = history_of(row.document)
    if row.written_by is None or row.number is None or row.number <= row.written_by:
        return history
    poll = _poll(row.number, row.at, row.details_at)
    like = is_like_the_others(row.mark)
    return caught_up(
        history,
        polls=poll.number - row.written_by,
        seen_at=poll.at,
        details_at=poll.details_at if like else history.last.details_at,
    )


def read(
    connection: Connection, controller: str, macs: Iterable[str] | None = None
) -> dict[str, Kept]:
    """What is kept on one controller by MAC; all of it, or of some."""
    mine = rows_of().where(ap_history.c.controller == controller)
    if macs is None:
        return {row.mac: _kept(row) for row in connection.execute(mine).all()}
    wanted, found = sorted(macs), dict[str, Kept]()
    for start in range(0, len(wanted), CHUNK):
        some = mine.where(ap_history.c.mac.in_(wanted[start : start + CHUNK]))
        found |= {row.mac: _kept(row) for row in connection.execute(some).all()}
    return found


def _kept(row: Row[Any]) -> Kept:
    return Kept(history_from(row), spell_from(row))


def marked(connection: Connection, controller: str) -> frozenset[str]:
    """The rows that have a mark, each as its MAC, a blank and the mark.

    In one text from the database: fetching them row by row takes longer than comparing them.
    """
    table = ap_history.c
    one = table.mac + SPACE + table.mark
    query = select(func.aggregate_strings(one, COMMA)).where(
        table.controller == controller, table.mark.is_not(None)
    )
    text = connection.scalar(query)
    return frozenset(text.split(COMMA)) if text else frozenset()


def unmarked(connection: Connection, controller: str) -> dict[str, int | None]:
    """The other rows: the poll that wrote each, None where it stands still."""
    table = ap_history.c
    query = select(table.mac, table.written_by).where(
        table.controller == controller, table.mark.is_(None)
    )
    return {mac: number for mac, number in connection.execute(query).all()}  # noqa: C416 - rows


def row_of(
    controller: str, kept: Kept, *, poll: Poll | None, mark: str | None
) -> dict[str, object]:
    """What is kept of an access point as a row; without a poll it stands still."""
    return {
        "controller": controller,
        "mac": str(kept.history.mac),
        "document": history_text(kept.history),
        **_called(kept.history.last),
        "written_by": None if poll is None else poll.number,
        "mark": mark,
        **spell_columns(kept.spell),
    }


def write(connection: Connection, rows: list[dict[str, object]]) -> None:
    """Insert rows, or write over those that are there."""
    fold(connection, ap_history, rows, adding=(), taking=TAKEN)


def _called(ap: ApSighting) -> dict[str, str | None]:
    """What else than its base radio MAC an AP is called, to find it by."""
    ethernet = None if ap.ethernet_mac is None else str(ap.ethernet_mac)
    address = None if ap.address is None else canonical_address(ap.address) or None
    return {"ethernet": ethernet, "address": address, "name": ap.name and ap.name[:128]}


@lru_cache(maxsize=64)
def _poll(number: int, at: str, details_at: str | None) -> Poll:
    return Poll(number, moment_of(at), None if details_at is None else moment_of(details_at))
