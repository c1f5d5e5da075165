"""Leases with fencing numbers, reckoned in the store's time."""

from typing import Any

from sqlalchemy import Connection, Engine, Row, select, update

from service.errors import LeaseHeld, LeaseLost
from service.ports.signals import LEASES_LEFT, Added
from service.ports.store import Holder, Lease
from service.store.codec import holder_of, holder_text
from service.store.signals import add_to_sums
from service.store.tables import leases
from service.store.times import Mark, StoreTime
from service.store.transactions import add_if_missing, reading, transaction

NEVER_HELD = {"fencing": 0, "clock": "", "until_s": None, "holder": ""}


class LeaseTable:
    """Who may change which controller."""

    def __init__(self, engine: Engine, time: StoreTime) -> None:
        self._engine = engine
        self._time = time

    def acquire(self, controller: str, holder: Holder, *, ttl_s: float) -> Lease:
        """Take the lease if it is free, run out, or the holder's own; always under a new number."""
        with transaction(self._engine) as connection:
            row, now = self._locked(connection, controller)
            current = _lease(row, now)
            if current is not None and current.left_s > 0 and current.holder != holder:
                raise LeaseHeld(controller, current.holder.label, current.left_s)
            return _grant(connection, row, holder, now, ttl_s)

    def take_over(self, controller: str, holder: Holder, *, dead: Lease, ttl_s: float) -> Lease:
        """Take the lease from a holder that is proven dead, unless somebody was faster."""
        with transaction(self._engine) as connection:
            row, now = self._locked(connection, controller)
            current = _lease(row, now)
            if current is not None and current.fencing != dead.fencing:
                raise LeaseHeld(controller, current.holder.label, current.left_s)
            return _grant(connection, row, holder, now, ttl_s)

    def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Hold on to it."""
        with transaction(self._engine) as connection:
            lock_lease(connection, lease)
            until = self._time.now(connection).after(ttl_s)
            _write(connection, lease.controller, clock=until.clock, until_s=until.at_s)
        return Lease(lease.controller, lease.holder, lease.fencing, ttl_s)

    def release(self, lease: Lease) -> None:
        """Give it up; the fencing number stays."""
        mine = (leases.c.controller == lease.controller, leases.c.fencing == lease.fencing)
        with transaction(self._engine) as connection:
            connection.execute(update(leases).where(*mine).values(until_s=None))

    def lease_of(self, controller: str) -> Lease | None:
        """The lease as it stands; None where nobody holds it."""
        with reading(self._engine) as connection:
            return read_lease(connection, controller, self._time.now(connection))

    def _locked(self, connection: Connection, controller: str) -> tuple[Row[Any], Mark]:
        """The row, nobody else's until the transaction ends, and what time it is then."""
        add_if_missing(connection, leases, {"controller": controller, **NEVER_HELD})
        this = select(leases).where(leases.c.controller == controller)
        row = connection.execute(this.with_for_update()).one()
        return row, self._time.now(connection)


def read_lease(connection: Connection, controller: str, now: Mark) -> Lease | None:
    """The lease as it stands, run out or not; None where it is free."""
    row = connection.execute(select(leases).where(leases.c.controller == controller)).first()
    return None if row is None else _lease(row, now)


def lock_lease(connection: Connection, lease: Lease) -> Row[Any]:
    """The lease's row, nobody else's until the transaction ends; LeaseLost where it passed on."""
    this = select(leases).where(leases.c.controller == lease.controller)
    row = connection.execute(this.with_for_update()).first()
    if row is None or row.fencing != lease.fencing or row.until_s is None:
        raise LeaseLost(f"{lease.controller}: the lease passed to another process")
    return row


def check_lease(connection: Connection, lease: Lease, time: StoreTime) -> None:
    """LeaseLost unless this very lease still stands and has not run out."""
    row = lock_lease(connection, lease)
    if time.now(connection).until(row.clock, row.until_s) <= 0:
        raise LeaseLost(f"{lease.controller}: the lease ran out")


def _lease(row: Row[Any], now: Mark) -> Lease | None:
    if row.until_s is None:
        return None
    left_s = now.until(row.clock, row.until_s)
    return Lease(row.controller, holder_of(row.holder), row.fencing, left_s)


def _grant(connection: Connection, row: Row[Any], holder: Holder, now: Mark, ttl_s: float) -> Lease:
    """A new number even for the holder of before: what it began under the old one has ended."""
    fencing, until = row.fencing + 1, now.after(ttl_s)
    if row.until_s is not None:
        add_to_sums(connection, [Added(LEASES_LEFT)], now)
    _write(
        connection,
        row.controller,
        fencing=fencing,
        clock=until.clock,
        until_s=until.at_s,
        holder=holder_text(holder),
    )
    return Lease(row.controller, holder, fencing, ttl_s, was_left=row.until_s is not None)


def _write(connection: Connection, controller: str, **values: object) -> None:
    connection.execute(update(leases).where(leases.c.controller == controller).values(**values))
