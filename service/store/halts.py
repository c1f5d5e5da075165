"""The stop switch: who threw it and why; those that were lifted are kept."""

from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from service.ports.steering import Halt
from service.store.codec import moment_of, moment_text
from service.store.steering_tables import halts
from service.store.transactions import add_if_missing, reading, transaction

HOLDS = 1


class HaltTable:
    """Halts."""

    _engine: Engine

    def halt(self, halt: Halt) -> Halt:
        """Stop; an earlier halt stays the one that holds."""
        row = {
            "holds": HOLDS,
            "asked_by": halt.by,
            "at": moment_text(halt.at),
            "reason": halt.reason,
        }
        with transaction(self._engine) as connection:
            if add_if_missing(connection, halts, row):
                return halt
            return _holding(connection) or halt

    def halted(self) -> Halt | None:
        """The halt that holds."""
        with reading(self._engine) as connection:
            return _holding(connection)

    def resume(self, *, by: str, at: datetime) -> Halt | None:
        """Lift it."""
        with transaction(self._engine) as connection:
            lifted = _holding(connection)
            values = {"holds": None, "lifted_by": by, "lifted": moment_text(at)}
            connection.execute(update(halts).where(halts.c.holds == HOLDS).values(**values))
            return lifted


def _holding(connection: Connection) -> Halt | None:
    row = connection.execute(select(halts).where(halts.c.holds == HOLDS)).first()
    return None if row is None else Halt(row.asked_by, moment_of(row.at), row.reason)
