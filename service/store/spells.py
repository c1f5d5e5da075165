"""Spells of access points: since when each is in its state, and what was before.

The spell under way is in the access point's row; one that is over is a row of its own. What is old
is folded (of each run in which an access point did not serve one row remains) and later dropped, so
many rows in one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select, tuple_

from service.domain.identity import BaseRadioMac
from service.domain.spells import ABSENT, PastSpell, Spell, folded
from service.store.codec import moment_of, moment_text
from service.store.spell_tables import AWAY, UNFOLDED, spells
from service.store.tables import ap_history
from service.store.transactions import alone, reading, transaction

SUBJECT = "old spells"
KEY = (spells.c.mac, spells.c.controller, spells.c.until)


class SpellTable:
    """Spells."""

    _engine: Engine

    def spell(self, mac: BaseRadioMac, *, on: str) -> Spell | None:
        """The one under way."""
        one = (ap_history.c.controller == on, ap_history.c.mac == str(mac))
        with reading(self._engine) as connection:
            row = connection.execute(select(*_under_way()).where(*one)).first()
        return None if row is None else spell_from(row)

    def past_spells(self, mac: BaseRadioMac, *, on: str, limit: int) -> tuple[PastSpell, ...]:
        """Those that are over."""
        one = (spells.c.mac == str(mac), spells.c.controller == on)
        query = select(spells).where(*one).order_by(spells.c.until.desc()).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return tuple(_past(row) for row in rows)

    def fold_spells(self, *, before: datetime, most: int) -> int:
        """Fold the oldest that are not folded."""
        oldest = select(spells).where(UNFOLDED, spells.c.until < moment_text(before))
        with transaction(self._engine) as connection:
            alone(connection, SUBJECT)
            new = connection.execute(oldest.order_by(spells.c.until).limit(most)).all()
            if new:
                _fold(connection, new)
        return len(new)

    def forget_spells(self, *, before: datetime, most: int) -> int:
        """Drop the oldest."""
        old = select(*KEY).where(spells.c.until < moment_text(before))
        some = old.order_by(spells.c.until).limit(most)
        with transaction(self._engine) as connection:
            alone(connection, SUBJECT)
            return connection.execute(delete(spells).where(tuple_(*KEY).in_(some))).rowcount

    def forget_absent(self, *, before: datetime, most: int) -> int:
        """Drop who has been absent the longest."""
        table, moment = ap_history.c, moment_text(before)
        key = (table.controller, table.mac)
        old = select(*key).where(
            AWAY, table.state == ABSENT, table.away_since < moment, table.since < moment
        )
        some = old.order_by(table.away_since).limit(most)
        with transaction(self._engine) as connection:
            return connection.execute(delete(ap_history).where(tuple_(*key).in_(some))).rowcount


def spell_from(row: Row[Any]) -> Spell | None:
    """The spell of a row; None where it has none."""
    if row.state is None or row.since is None:
        return None
    away = None if row.away_since is None else moment_of(row.away_since)
    return Spell(row.state, moment_of(row.since), away)


def spell_columns(spell: Spell | None) -> dict[str, str | None]:
    """A spell as columns of a row."""
    if spell is None:
        return {"state": None, "since": None, "away_since": None}
    away = None if spell.away_since is None else moment_text(spell.away_since)
    return {"state": spell.state, "since": moment_text(spell.since), "away_since": away}


def keep_past(connection: Connection, past: Mapping[str, PastSpell]) -> None:
    """Keep spells that are over, by MAC."""
    rows = [_row(mac, one, is_folded=one.spell.away_since is None) for mac, one in past.items()]
    if rows:
        connection.execute(insert(spells), rows)


def _under_way() -> tuple[Any, ...]:
    return (ap_history.c.state, ap_history.c.since, ap_history.c.away_since)


def _row(mac: str, one: PastSpell, *, is_folded: bool) -> dict[str, object]:
    row = {"mac": mac, "controller": one.controller, "until": moment_text(one.until)}
    return {**row, **spell_columns(one.spell), "changes": one.changes, "folded": is_folded}


def _past(row: Row[Any]) -> PastSpell:
    away = None if row.away_since is None else moment_of(row.away_since)
    spell = Spell(row.state, moment_of(row.since), away)
    return PastSpell(row.controller, spell, moment_of(row.until), row.changes)


# -- folding -----------------------------------------------------------------------------------


def _run(row: Row[Any]) -> tuple[str, str, str]:
    return (row.mac, row.controller, row.away_since)


def _fold(connection: Connection, new: Sequence[Row[Any]]) -> None:
    """Fold spells into what was folded of their runs before."""
    macs = sorted({row.mac for row in new})
    begun = select(spells).where(
        spells.c.mac.in_(macs), spells.c.folded, spells.c.away_since.is_not(None)
    )
    runs = {_run(row) for row in new}
    old = [row for row in connection.execute(begun).all() if _run(row) in runs]
    by_run = sorted([*old, *new], key=lambda row: (*_run(row), row.until))
    connection.execute(
        delete(spells).where(*(column == bindparam(f"of_{column.name}") for column in KEY)),
        [{f"of_{column.name}": getattr(row, column.name) for column in KEY} for row in by_run],
    )
    made = [
        _row(mac, folded([_past(row) for row in run]), is_folded=True)
        for (mac, *_), run in groupby(by_run, key=_run)
    ]
    connection.execute(insert(spells), made)
