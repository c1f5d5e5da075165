"""Controllers that cannot be read: how often in a row, and when they are asked again."""

from typing import Any

from sqlalchemy import Engine, Row, delete, select

from service.domain.backoff import Failing, Trouble, pause_s
from service.store.steering_tables import failing
from service.store.times import Mark, StoreTime
from service.store.transactions import put, reading, transaction


class FailingTable:
    """Failing controllers."""

    _engine: Engine
    _time: StoreTime

    def note_failing(
        self, controller: str, trouble: Trouble, *, entry: str, detail: str, longest_s: float
    ) -> None:
        """It failed once more; under another entry of the inventory it counts from one."""
        this = select(failing).where(failing.c.controller == controller).with_for_update()
        with transaction(self._engine) as connection:
            known = connection.execute(this).first()
            again = known is not None and (known.entry, known.trouble) == (entry, trouble)
            times = known.times + 1 if known is not None and again else 1
            pause = pause_s(trouble, times, longest_s)
            now = self._time.now(connection)
            row = {
                "controller": controller,
                "trouble": trouble,
                "times": times,
                "entry": entry,
                "detail": detail,
                "clock": now.clock,
                "until_s": None if pause is None else now.at_s + pause,
            }
            put(connection, failing, row)

    def forget_failing(self, controller: str) -> None:
        """It answered."""
        with transaction(self._engine) as connection:
            connection.execute(delete(failing).where(failing.c.controller == controller))

    def failings(self) -> dict[str, Failing]:
        """Every controller that failed last time."""
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            rows = connection.execute(select(failing)).all()
            return {row.controller: _failing(row, now) for row in rows}


def _failing(row: Row[Any], now: Mark) -> Failing:
    left_s = None if row.until_s is None else now.until(row.clock, row.until_s)
    return Failing(row.controller, row.trouble, row.times, row.entry, row.detail, left_s)
