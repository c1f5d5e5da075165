"""Notices: what waits for people on each channel, and what was told there lately."""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Engine, Row, and_, delete, func, literal, or_, select, update

from service.domain.notices.damping import Notice
from service.domain.notices.rules import Severity
from service.domain.notices.words import Words, is_loud
from service.ports.notices import NewNotice, outbox_of
from service.store.codec import document_text, moment_text
from service.store.deliveries import is_sendable
from service.store.keepers import NOBODY, claim, kept, offer, rest
from service.store.notice_tables import notice_blocks, notice_channels, notices
from service.store.times import Mark, StoreTime
from service.store.transactions import add_if_missing, put, reading, transaction
from service.store.webhook_tables import deliveries, told

_PEOPLE = told.c.topic == "people"


class NoticeTables:
    """What people are to be told."""

    _engine: Engine
    _time: StoreTime

    def add_notices(self, new: Iterable[NewNotice]) -> int:
        """Keep notices."""
        added, loud = 0, set()
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            for one in new:
                is_new = add_if_missing(connection, notices, _row(one, now))
                added += is_new
                if is_new and is_loud(one.severity):
                    loud.add(one.channel)
            resting = notice_channels.c.name.in_(loud), notice_channels.c.busy_by == NOBODY
            connection.execute(update(notice_channels).where(*resting).values(**kept(NOBODY, now)))
        return added

    def notices(self, channel: str, *, limit: int) -> tuple[Notice, ...]:
        """What waits on a channel, oldest first."""
        here = and_(notices.c.channel == channel, notices.c.told.is_(False))
        query = select(notices).where(here).order_by(notices.c.number).limit(limit)
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            return tuple(_notice(row, now) for row in connection.execute(query))

    def settle_notices(self, channel: str, numbers: Iterable[int]) -> None:
        """They are told."""
        is_told = update(notices).where(notices.c.channel == channel).values(told=True)
        wanted = sorted(numbers)
        with transaction(self._engine) as connection:
            for first in range(0, len(wanted), 500):  # a statement takes so many parameters
                some = wanted[first : first + 500]
                connection.execute(is_told.where(notices.c.number.in_(some)))

    def waiting_notices(self) -> Mapping[str, int]:
        """How many wait, by channel."""
        query = select(notices.c.channel, func.count()).where(notices.c.told.is_(False))
        with reading(self._engine) as connection:
            rows = connection.execute(query.group_by(notices.c.channel)).all()
        return {row[0]: row[1] for row in rows}

    def block(self, channel: str, keys: Mapping[str, float]) -> None:
        """Nothing more is told of each key for so many seconds."""
        over = notice_blocks.c.channel == channel
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            past = or_(notice_blocks.c.clock != now.clock, notice_blocks.c.until_s <= now.at_s)
            connection.execute(delete(notice_blocks).where(over, past))
            for key, for_s in keys.items():
                until = now.after(for_s)
                row = {"channel": channel, "key": key}
                put(
                    connection,
                    notice_blocks,
                    {**row, "clock": until.clock, "until_s": until.at_s},
                )

    def blocked(self, channel: str) -> Mapping[str, float]:
        """Seconds for which nothing is told of a key."""
        query = select(notice_blocks).where(notice_blocks.c.channel == channel)
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            rows = connection.execute(query).all()
        left = {row.key: now.until(row.clock, row.until_s) for row in rows}
        return {key: left_s for key, left_s in left.items() if left_s > 0}

    def tells_people(self) -> bool:
        """Whether people were told things."""
        with reading(self._engine) as connection:
            return connection.execute(select(told).where(_PEOPLE)).first() is not None

    def tell_people(self, *, begins: bool) -> None:
        """From now on they are told; or they are not any more."""
        row = {"topic": "people", "subject": "", "version": "begun", "note": ""}
        with transaction(self._engine) as connection:
            if begins:
                put(connection, told, row)
            else:
                connection.execute(delete(told).where(_PEOPLE))

    def offer_channels(self, known: Iterable[str], *, again_after_s: float) -> tuple[str, ...]:
        """Those that have something to do, and that nobody looks after."""
        names = sorted(known)
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            for name in names:
                add_if_missing(connection, notice_channels, {"name": name, **kept(NOBODY, now)})
            waits = select(notices.c.number).where(
                notices.c.channel == notice_channels.c.name, notices.c.told.is_(False)
            )
            outbox = literal(outbox_of("")) + notice_channels.c.name
            unsent = select(deliveries.c.number).where(
                deliveries.c.webhook == outbox, is_sendable(now)
            )
            has_work = and_(notice_channels.c.name.in_(names), or_(waits.exists(), unsent.exists()))
            later = now.after(again_after_s)
            return offer(connection, notice_channels.c.name, has_work, now, later)

    def claim_channel(self, channel: str, by: str, *, for_s: float) -> bool:
        """Be the only one who tells it anything."""
        key = notice_channels.c.name
        with transaction(self._engine) as connection:
            return claim(connection, key, channel, by, time=self._time, for_s=for_s)

    def rest_channel(self, channel: str, by: str, *, for_s: float) -> None:
        """Give it back."""
        with transaction(self._engine) as connection:
            until = self._time.now(connection).after(for_s)
            rest(connection, notice_channels.c.name, channel, by, until)

    def forget_notices(self, *, before: datetime) -> int:
        """Drop what is older."""
        old = delete(notices).where(notices.c.at < moment_text(before))
        with transaction(self._engine) as connection:
            return connection.execute(old).rowcount


def _row(new: NewNotice, now: Mark) -> dict[str, object]:
    return {
        "channel": new.channel,
        "event": new.event,
        "rule": new.rule,
        "controller": new.controller,
        "kind": new.kind,
        "subject": new.subject,
        "severity": int(new.severity),
        "title": new.words.title,
        "lines": document_text(list(new.words.lines)),
        "at": moment_text(new.at),
        "clock": now.clock,
        "written_s": now.at_s,
        "told": False,
    }


def _notice(row: Row[tuple[object, ...]], now: Mark) -> Notice:
    age_s = -now.until(row.clock, row.written_s)
    return Notice(
        number=row.number,
        rule=row.rule,
        controller=row.controller,
        kind=row.kind,
        subject=row.subject,
        severity=Severity(row.severity),
        words=Words(row.title, tuple(json.loads(row.lines))),
        age_s=age_s if math.isfinite(age_s) else math.inf,
    )
