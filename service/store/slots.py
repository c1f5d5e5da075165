"""Places for sessions, over all processes: numbered rows, each taken by a conditional write.

A host that loses its power loses its sessions, too: the rows of a SQLite file need not outlive it.
"""

import uuid

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, or_, select, update

from service.ports.steering import Slot
from service.store.steering_tables import slots
from service.store.times import Mark, StoreTime
from service.store.transactions import add_if_missing, fleeting


class SlotTable:
    """Places."""

    _engine: Engine
    _time: StoreTime

    def take_slot(self, scope: str, *, limit: int, ttl_s: float) -> Slot | None:
        """The first place that is free or was not given back in time."""
        turn = uuid.uuid4().hex
        with fleeting(self._engine) as connection:
            now = self._time.now(connection)
            taken = set(connection.scalars(select(slots.c.number).where(_is_taken(scope, now))))
            for number in range(limit):
                slot = Slot(scope, number, turn)
                if number not in taken and _take(connection, slot, now, ttl_s):
                    return slot
        return None

    def keep_slot(self, slot: Slot, *, ttl_s: float) -> None:
        """Hold on to it."""
        with fleeting(self._engine) as connection:
            until = self._time.now(connection).after(ttl_s)
            kept = update(slots).where(_is(slot), slots.c.turn == slot.turn)
            connection.execute(kept.values(clock=until.clock, until_s=until.at_s))

    def give_slots(self, *given: Slot) -> None:
        """Give places back."""
        with fleeting(self._engine) as connection:
            for slot in given:
                connection.execute(delete(slots).where(_is(slot), slots.c.turn == slot.turn))


def _take(connection: Connection, slot: Slot, now: Mark, ttl_s: float) -> bool:
    """Take a place that looked free, unless somebody was faster."""
    until = now.after(ttl_s)
    values = {"turn": slot.turn, "clock": until.clock, "until_s": until.at_s}
    row = {"scope": slot.scope, "number": slot.number, **values}
    if add_if_missing(connection, slots, row):
        return True
    free = or_(slots.c.clock != now.clock, slots.c.until_s <= now.at_s)
    moved = update(slots).where(_is(slot), free).values(**values)
    return connection.execute(moved).rowcount == 1


def _is(slot: Slot) -> ColumnElement[bool]:
    return and_(slots.c.scope == slot.scope, slots.c.number == slot.number)


def _is_taken(scope: str, now: Mark) -> ColumnElement[bool]:
    return and_(slots.c.scope == scope, slots.c.clock == now.clock, slots.c.until_s > now.at_s)
