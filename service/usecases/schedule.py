"""Schedule: ask for the sweeps that the inventory's schedules want now.

Whether one is due is one conditional write of the store: of any number of workers that look at the
same time, one asks.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.documents import Document, moment
from service.domain.inventory import Controller, Schedule
from service.domain.polling.turns import is_turn
from service.domain.schedules import apart_s, next_run
from service.errors import NotFound, Refused
from service.ports.correlation import begun_by, following
from service.ports.jobs import JobQueue
from service.ports.requests import AskedSweep, Only
from service.usecases.context import Context
from service.usecases.listing import Key, Keyed, Part
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


def show_schedules(context: Context, part: Part) -> list[Keyed]:
    """The inventory's schedules by name, each with the sweep that it asked for last."""
    found = part.of(context.inventory.schedules, lambda one: (one.name,))
    return [(key, _document(context, one)) for key, one in found]


def show_schedule(context: Context, name: str) -> Document:
    """One schedule. Raises NotFound."""
    return _document(context, _named(context, name))


@dataclass(frozen=True, slots=True)
class Turn:
    """One schedule as people look at it.

    Attributes:
        last: the sweep that it asked for last; None: it never did.
        next: when it runs next, by this host's clock; None: it is paused, or never does.
    """

    schedule: Schedule
    last: AskedSweep | None
    next: datetime | None


def show_agenda(context: Context, part: Part) -> list[tuple[Key, Turn]]:
    """The inventory's schedules by name, each with its last and its next turn."""
    found = part.of(context.inventory.schedules, lambda one: (one.name,))
    return [(key, _turn(context, one)) for key, one in found]


def run_now(context: Context, queue: JobQueue, name: str, *, who: str) -> AskedSweep:
    """Ask for the sweep that a schedule would ask for; its own turns stay what they were.

    Raises:
        NotFound: no such schedule. Refused: nobody is meant by it any more.
    """
    schedule = _named(context, name)
    known = tuple(one for one in schedule.controllers if context.inventory.get(one) is not None)
    if schedule.controllers and not (known or schedule.tags):
        raise Refused(f"no controller of schedule {name} is in the inventory")
    return request_sweep(context, queue, who=who, names=known, tags=schedule.tags)


def _turn(context: Context, one: Schedule) -> Turn:
    last = _last(context, one)
    now = context.clock.now().wall
    return Turn(one, last, next_run(one, None if last is None else last.at, now))


def _last(context: Context, one: Schedule) -> AskedSweep | None:
    found = context.store.sweeps(limit=1, only=Only(asked_by=f"{PREFIX}{one.name}"))
    return found[0] if found else None


def _named(context: Context, name: str) -> Schedule:
    for one in context.inventory.schedules:
        if one.name == name:
            return one
    raise NotFound("schedule", name, known=tuple(one.name for one in context.inventory.schedules))


def _document(context: Context, one: Schedule) -> Document:
    last = _last(context, one)
    return {
        "name": one.name,
        "what": one.what,
        "every_s": one.every_s,
        "cron": one.cron,
        "controllers": list(one.controllers),
        "tags": list(one.tags),
        "jitter_s": one.jitter_s,
        "missed": one.missed,
        "paused": one.paused,
        "spread": one.spread,
        "last": last and {"sweep": last.id, "at": moment(last.at), "state": last.state},
    }


def _run(context: Context, queue: JobQueue, schedule: Schedule) -> AskedSweep | None:
    if schedule.paused:
        return None
    apart = apart_s(schedule, context.clock.now().wall)
    if apart is None or not context.store.take_tick(_tick_of(schedule), apart_s=apart):
        return None
    who = f"{PREFIX}{schedule.name}"
    known = tuple(one for one in schedule.controllers if context.inventory.get(one) is not None)
    meant = bool(known or schedule.tags) or not schedule.controllers
    chosen = context.inventory.chosen(known, schedule.tags) if meant else ()
    turns = _whose_turn(context, schedule, chosen)
    if not turns or _is_under_way(context, who):
        return None  # nobody's turn, or everything that it names has left the inventory
    with following(begun_by("schedule")):  # not what the nudge goes back to: a turn has its own
        return request_sweep(context, queue, who=who, names=turns)


def _whose_turn(
    context: Context, schedule: Schedule, chosen: Sequence[Controller]
) -> tuple[str, ...]:
    """The controllers that it polls now; all of them at the moments of a cron line."""
    every_s, turns = schedule.every_s, context.store.poll_turns()
    return tuple(
        one.name
        for one in chosen
        if every_s is None
        or is_turn(turns.get(one.name), one.policy, every_s, is_spread=schedule.spread)
    )


def _tick_of(schedule: Schedule) -> str:
    """Short, whatever the schedule is called."""
    return f"{PREFIX}{hashlib.sha256(schedule.name.encode()).hexdigest()[:32]}"


def _is_under_way(context: Context, who: str) -> bool:
    newest = context.store.sweeps(limit=NEWEST)
    return any(one.asked_by == who and one.state in ("queued", "running") for one in newest)
