"""Heartbeats of processes that can bring controllers home, in the store's time."""

from sqlalchemy import Engine, delete, or_, select

from service.domain.guardians import SEEN_S, Guardian
from service.store.tables import guardians
from service.store.times import StoreTime
from service.store.transactions import put, reading, transaction

FORGOTTEN_S = 86_400.0


class GuardianTable:
    """Who guards, since when without a gap, and when they were last heard of."""

    _engine: Engine
    _time: StoreTime

    def guard(self, who: str, *, host: str, boot_id: str) -> None:
        """Say that a process lives."""
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            row = connection.execute(select(guardians).where(guardians.c.who == who)).first()
            since_s = now.at_s
            if row is not None and now.until(row.clock, row.seen_s) >= -SEEN_S:
                since_s = row.since_s
            seen = {"clock": now.clock, "seen_s": now.at_s, "since_s": since_s}
            put(connection, guardians, {"who": who, "host": host, "boot_id": boot_id, **seen})
            old = guardians.c.seen_s < now.at_s - FORGOTTEN_S
            connection.execute(delete(guardians).where(or_(guardians.c.clock != now.clock, old)))

    def stand_down(self, who: str) -> None:
        """It stops on purpose."""
        with transaction(self._engine) as connection:
            connection.execute(delete(guardians).where(guardians.c.who == who))

    def guardians(self) -> tuple[Guardian, ...]:
        """Everybody who was heard of lately; what another boot counted is gone."""
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            rows = connection.execute(select(guardians).order_by(guardians.c.host)).all()
        return tuple(
            Guardian(row.host, row.boot_id, now.at_s - row.seen_s, now.at_s - row.since_s)
            for row in rows
            if row.clock == now.clock
        )
