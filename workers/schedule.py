"""When jobs are sent by themselves: the inventory's schedules, and the nudge that loses no work.

Messages expire before the next one of their kind is due, so a night without workers leaves one
message of a kind behind, not a thousand.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypedDict

from celery.beat import PersistentScheduler
from celery.schedules import crontab

from service.config.inventory import load_inventory
from service.domain.inventory import Schedule
from service.ports.jobs import Job, NudgeRemediations, RunSchedule
from service.settings import Settings

NUDGE_EVERY_S = 2.0
"""How late a remediation is looked after at most, beside the job's own time."""
_CRON_EXPIRES_S = 3_600.0


class Entry(TypedDict):
    """One entry of Celery's beat schedule."""

    task: str
    schedule: timedelta | crontab
    kwargs: Mapping[str, str]
    options: Mapping[str, object]


def beat_schedule(schedules: tuple[Schedule, ...]) -> dict[str, Entry]:
    """The entries for the inventory's schedules, and the nudge."""
    entries = {f"schedule {schedule.name}": _entry_of(schedule) for schedule in schedules}
    nudge = NudgeRemediations()
    return entries | {"nudge": _entry(nudge, {}, timedelta(seconds=NUDGE_EVERY_S), NUDGE_EVERY_S)}


class FleetScheduler(PersistentScheduler):
    """Celery's own scheduler, its entries read from the inventory when it starts."""

    def setup_schedule(self) -> None:
        """Read the inventory, then do as Celery does."""
        settings = Settings.from_environment()
        inventory = settings.inventory
        schedules = (
            () if inventory is None else load_inventory(inventory, keep_going=True).schedules
        )
        self.app.conf.beat_schedule = beat_schedule(schedules)
        super().setup_schedule()


def _entry_of(schedule: Schedule) -> Entry:
    job = RunSchedule(schedule.name)
    payload = {"schedule": schedule.name}
    if schedule.cron is not None:
        return _entry(job, payload, crontab.from_string(schedule.cron), _CRON_EXPIRES_S)
    every_s = schedule.every_s or _CRON_EXPIRES_S
    return _entry(job, payload, timedelta(seconds=every_s), every_s)


def _entry(
    job: Job, payload: Mapping[str, str], when: timedelta | crontab, expires_s: float
) -> Entry:
    return {
        "task": job.NAME,
        "schedule": when,
        "kwargs": payload,
        "options": {"queue": str(job.LANE), "expires": expires_s},
    }
