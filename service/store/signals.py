"""What monitoring reads: sums, the newest polls in numbers, and what waits.

Every read is bounded by the controllers of the fleet, by the steps that there are, and by what is
not done yet. Nothing in here goes through histories, journals or what was delivered long ago.
"""

import json
from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import Connection, Engine, and_, func, select

from service.domain.journal import Closed
from service.domain.signals import Signs
from service.errors import StoreError
from service.ports.signals import Added, Backlog, End, Sum, Waiting
from service.store.codec import event_of, signs_of, signs_text
from service.store.opening import why_unusable
from service.store.signal_tables import signs, sums
from service.store.tables import dues, journal, leases, remediations
from service.store.ticket_tables import ticket_outbox
from service.store.times import Mark, StoreTime
from service.store.transactions import fold, put, reading, transaction
from service.store.webhook_tables import deliveries

TICKETS, WEBHOOKS = "ticket", "webhook"


class SignalTables:
    """Sums and signs."""

    _engine: Engine
    _time: StoreTime

    def add_up(self, added: Iterable[Added]) -> None:
        """Add to sums."""
        with transaction(self._engine) as connection:
            add_to_sums(connection, added, self._time.now(connection))

    def sums(self) -> tuple[Sum, ...]:
        """Every sum."""
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            rows = connection.execute(select(sums).order_by(sums.c.name, sums.c.labels)).all()
        return tuple(
            Sum(row.name, tuple(json.loads(row.labels)), row.value, -now.until(row.clock, row.at_s))
            for row in rows
        )

    def keep_signs(self, new: Iterable[Signs]) -> None:
        """Keep the newest."""
        with transaction(self._engine) as connection:
            for one in sorted(new, key=lambda one: one.controller):
                put(connection, signs, {"controller": one.controller, "document": signs_text(one)})

    def signs(self) -> dict[str, Signs]:
        """The newest; what cannot be read back is made anew by the next poll."""
        found = {}
        with reading(self._engine) as connection:
            rows = connection.execute(select(signs)).all()
        for row in rows:
            with suppress(StoreError):
                found[row.controller] = signs_of(row.document)
        return found

    def backlog(self) -> Backlog:
        """What waits."""
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            due, planned = _due(connection, now)
            held, run_out = _leases(connection, now)
            return Backlog(due, planned, held, run_out, _outbox(connection))

    def outdated(self) -> str:
        """Whether somebody put an older state under us, or brought it up beyond what we know."""
        with reading(self._engine) as connection:
            return why_unusable(connection)

    def newest_ends(self) -> tuple[End, ...]:
        """How the newest remediation of each controller ended."""
        newest = select(remediations.c.controller, func.max(remediations.c.opened).label("opened"))
        newest_of = newest.group_by(remediations.c.controller).subquery()
        last = select(journal.c.event).where(journal.c.remediation == remediations.c.id)
        said = last.order_by(journal.c.seq.desc()).limit(1).scalar_subquery()
        is_newest = and_(
            remediations.c.controller == newest_of.c.controller,
            remediations.c.opened == newest_of.c.opened,
        )
        query = select(remediations.c.id, remediations.c.controller, said.label("said"))
        query = query.join(newest_of, is_newest).where(remediations.c.closed)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(remediations.c.controller)).all()
        ends = ((row, event_of(row.said or "")) for row in rows)
        return tuple(
            End(row.id, row.controller, end.state) for row, end in ends if isinstance(end, Closed)
        )


def add_to_sums(connection: Connection, added: Iterable[Added], now: Mark) -> None:
    """Add, as a part of another transaction; always in the same order, or two would lock up."""
    rows = [
        {
            "name": one.name,
            "labels": json.dumps(one.labels, separators=(",", ":")),
            "value": one.by,
            "clock": now.clock,
            "at_s": now.at_s,
        }
        for one in sorted(added, key=lambda one: (one.name, one.labels))
    ]
    fold(connection, sums, rows, adding=("value",), taking=("clock", "at_s"))


def _due(connection: Connection, now: Mark) -> tuple[dict[str, Waiting], dict[str, int]]:
    is_due = (dues.c.clock != now.clock) | (dues.c.at_s <= now.at_s)
    ours = dues.c.clock == now.clock
    query = select(dues.c.kind, ours, func.count(), func.min(dues.c.at_s)).group_by(
        dues.c.kind, ours
    )
    waits: dict[str, Waiting] = {}
    for kind, same, number, at_s in connection.execute(query.where(is_due)):
        before = waits.get(kind, Waiting(0, 0.0))
        oldest = now.at_s - at_s if same else 0.0  # of another boot: due since this one began
        waits[kind] = Waiting(before.number + number, max(before.oldest_s, oldest))
    later = select(dues.c.kind, func.count().label("number")).where(~is_due).group_by(dues.c.kind)
    return waits, {row.kind: row.number for row in connection.execute(later)}


def _leases(connection: Connection, now: Mark) -> tuple[int, int]:
    query = select(leases.c.clock, leases.c.until_s).where(leases.c.until_s.is_not(None))
    left = [now.until(clock, until_s) for clock, until_s in connection.execute(query)]
    return sum(one > 0 for one in left), sum(one <= 0 for one in left)


def _outbox(connection: Connection) -> dict[tuple[str, str], int]:
    """By where to and state."""
    sent = select(deliveries.c.state, func.count())
    sent = sent.where(deliveries.c.state.in_(("pending", "dead")))
    told = select(ticket_outbox.c.state, func.count())
    told = told.where(ticket_outbox.c.state.in_(("waiting", "dead")))
    found = {(WEBHOOKS, state): 0 for state in ("pending", "dead")}
    found |= {(TICKETS, state): 0 for state in ("pending", "dead")}
    for where, query, column in (
        (WEBHOOKS, sent, deliveries.c.state),
        (TICKETS, told, ticket_outbox.c.state),
    ):
        for state, number in connection.execute(query.group_by(column)):
            key = (where, "pending" if state == "waiting" else str(state))
            found[key] = number
    return found
