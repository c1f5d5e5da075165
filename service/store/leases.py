"""Leases with fencing numbers."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from service.errors import LeaseHeld, LeaseLost
from service.ports.store import Holder, Lease
from service.store.codec import holder_of, holder_text, moment_of, moment_text
from service.store.tables import leases
from service.store.transactions import transaction


class LeaseTable:
    """Who may change which controller."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def acquire(self, controller: str, holder: Holder, *, now: datetime, ttl_s: float) -> Lease:
        """Take the lease if it is free, run out, or the holder's own; always under a new number."""
        with transaction(self._engine) as connection:
            current = read_lease(connection, controller)
            if current is not None and current.expires > now and current.holder != holder:
                raise LeaseHeld(controller, current.holder.label, current.expires.isoformat())
            return _grant(connection, controller, holder, now + timedelta(seconds=ttl_s))

    def take_over(
        self, controller: str, holder: Holder, *, dead: Lease, now: datetime, ttl_s: float
    ) -> Lease:
        """Take the lease from a holder that is proven dead, unless somebody was faster."""
        with transaction(self._engine) as connection:
            current = read_lease(connection, controller)
            if current is not None and current.fencing != dead.fencing:
                raise LeaseHeld(controller, current.holder.label, current.expires.isoformat())
            return _grant(connection, controller, holder, now + timedelta(seconds=ttl_s))

    def renew(self, lease: Lease, *, now: datetime, ttl_s: float) -> Lease:
        """Hold on to it."""
        expires = now + timedelta(seconds=ttl_s)
        with transaction(self._engine) as connection:
            check_lease(connection, lease, now=None)
            connection.execute(
                update(leases)
                .where(leases.c.controller == lease.controller)
                .values(expires=moment_text(expires))
            )
        return Lease(lease.controller, lease.holder, lease.fencing, expires)

    def release(self, lease: Lease) -> None:
        """Give it up: expired as of now, the fencing number stays."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(leases)
                .where(leases.c.controller == lease.controller, leases.c.fencing == lease.fencing)
                .values(expires="")
            )

    def lease_of(self, controller: str) -> Lease | None:
        """The lease as it stands; None where nobody holds it."""
        with transaction(self._engine) as connection:
            return read_lease(connection, controller)


def read_lease(connection: Connection, controller: str) -> Lease | None:
    """The lease as it stands, run out or not; None where it is free."""
    row = connection.execute(select(leases).where(leases.c.controller == controller)).first()
    if row is None or row.expires == "":
        return None
    return Lease(controller, holder_of(row.holder), row.fencing, moment_of(row.expires))


def check_lease(connection: Connection, lease: Lease, *, now: datetime | None) -> None:
    """LeaseLost unless this very lease still stands; with `now`, unless it has not run out."""
    row = connection.execute(select(leases).where(leases.c.controller == lease.controller)).first()
    if row is None or row.fencing != lease.fencing or row.expires == "":
        raise LeaseLost(f"{lease.controller}: the lease passed to another process")
    if now is not None and moment_of(row.expires) <= now:
        raise LeaseLost(f"{lease.controller}: the lease ran out at {row.expires}")


def _grant(connection: Connection, controller: str, holder: Holder, expires: datetime) -> Lease:
    """A new number even for the holder of before: what it began under the old one has ended."""
    row = connection.execute(select(leases).where(leases.c.controller == controller)).first()
    fencing = 1 if row is None else row.fencing + 1
    values = {
        "controller": controller,
        "fencing": fencing,
        "expires": moment_text(expires),
        "holder": holder_text(holder),
    }
    if row is None:
        connection.execute(insert(leases).values(**values))
    else:
        connection.execute(update(leases).where(leases.c.controller == controller).values(**values))
    return Lease(controller, holder, fencing, expires)
