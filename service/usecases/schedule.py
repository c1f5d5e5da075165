"""Schedule: ask for the sweeps that the inventory's schedules want now.

Whether one is due is one conditional write of the store: of any number of workers that look at the
same time, one asks.
"""

import hashlib

from service.domain.inventory import Schedule
from service.domain.schedules import apart_s
from service.ports.jobs import JobQueue
from service.ports.requests import AskedSweep
from service.usecases.context import Context
from service.usecases.request import request_sweep

PREFIX = "schedule "
NEWEST = 50


def run_schedules(context: Context, queue: JobQueue) -> tuple[AskedSweep, ...]:
    """Ask for what is due; a schedule whose last sweep is not done yet waits for its next turn."""
    asked = (_run(context, queue, schedule) for schedule in context.inventory.schedules)
    return tuple(one for one in asked if one is not None)


def is_scheduled(asked: AskedSweep) -> bool:
    """Whether a schedule asked for it, and no person."""
    return asked.asked_by.startswith(PREFIX)


def _run(context: Context, queue: JobQueue, schedule: Schedule) -> AskedSweep | None:
    apart = apart_s(schedule, context.clock.now().wall)
    if apart is None or not context.store.take_tick(_tick_of(schedule), apart_s=apart):
        return None
    who = f"{PREFIX}{schedule.name}"
    known = tuple(one for one in schedule.controllers if context.inventory.get(one) is not None)
    meant = bool(known or schedule.tags) or not schedule.controllers
    if not meant or not context.inventory.chosen(known, schedule.tags):
        return None  # everything that it names has left the inventory
    if _is_under_way(context, who):
        return None
    return request_sweep(context, queue, who=who, names=known, tags=schedule.tags)


def _tick_of(schedule: Schedule) -> str:
    """Short, whatever the schedule is called."""
    return f"{PREFIX}{hashlib.sha256(schedule.name.encode()).hexdigest()[:32]}"


def _is_under_way(context: Context, who: str) -> bool:
    newest = context.store.sweeps(limit=NEWEST)
    return any(one.asked_by == who and one.state in ("queued", "running") for one in newest)
