"""Beat: one message, sent every other second, after which a worker looks what is due.

Beside it a canary for each lane, so that monitoring sees when beat, broker or workers are gone.

What schedules want is reckoned by that worker, in the store's time (docs/decisions): so beat keeps
no state, two of them do no harm, and a schedule that is new in the inventory needs no restart. Beat
counts on the boot-time clock, for a wall clock that is set back would keep it silent for as long.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypedDict

from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import schedule

from service.config.clock import SystemClock
from service.ports.clock import Clock
from service.ports.jobs import Lane, NudgeRemediations
from service.queue import canary
from service.queue.celery_app import canary_queue

NUDGE_EVERY_S = 2.0
"""How late what is due is looked after at most, beside the job's own time."""
NUDGE_LIVES_S = 60.0
"""A night without workers leaves a minute of messages behind. Longer than the clocks of two hosts
are apart: sender and receiver each look at their own.
"""
CANARY_EVERY_S = 30.0
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Entry(TypedDict):
    """One entry of Celery's beat schedule."""

    task: str
    schedule: schedule
    kwargs: Mapping[str, str]
    options: Mapping[str, object]


def beat_schedule(clock: Clock) -> dict[str, Entry]:
    """The nudge, on a clock that nobody sets."""

    def steady_now() -> datetime:
        return EPOCH + timedelta(seconds=clock.now().boottime_s)

    nudge = NudgeRemediations
    canaries = {
        f"canary-{lane}": Entry(
            task=canary.OF_BEAT,
            schedule=schedule(timedelta(seconds=CANARY_EVERY_S), nowfun=steady_now),
            kwargs={"lane": str(lane)},
            options={"queue": canary_queue(lane), "expires": NUDGE_LIVES_S},
        )
        for lane in Lane
    }
    return canaries | {
        "nudge": {
            "task": nudge.NAME,
            "schedule": schedule(timedelta(seconds=NUDGE_EVERY_S), nowfun=steady_now),
            "kwargs": {},
            "options": {"queue": str(nudge.LANE), "expires": NUDGE_LIVES_S},
        }
    }


class FleetScheduler(Scheduler):
    """Celery's own scheduler; it remembers nothing from one start to the next.

    The file that Celery names for a schedule is only touched, at the beginning and with every
    message that the broker took: whoever started beat sees it begin, and cease.
    """

    def __init__(
        self,
        app: Celery,
        *args: Any,  # noqa: ANN401 - Celery's own
        schedule_filename: str | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        self._file = None if schedule_filename is None else Path(schedule_filename)
        super().__init__(app, *args, **kwargs)

    def setup_schedule(self) -> None:
        """Set the nudge, then do as Celery does."""
        self.app.conf.beat_schedule = beat_schedule(SystemClock())
        super().setup_schedule()
        self._touch()

    def apply_async(
        self,
        entry: ScheduleEntry,
        producer: Any = None,  # noqa: ANN401 - Celery's own
        advance: bool = True,  # noqa: FBT001, FBT002
        **kwargs: Any,  # noqa: ANN401
    ) -> object:
        """Send as Celery does, and let it be seen."""
        sent = super().apply_async(entry, producer=producer, advance=advance, **kwargs)
        self._touch()
        return sent

    def _touch(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # a full disk keeps no nudge back
                self._file.touch()
