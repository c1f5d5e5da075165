"""When a schedule is due: a rule over the store's time, so that no clock that jumps makes a burst.

A schedule is run where its last run lies further back than it may. How far back it lies is counted
by the store (whose time does not jump); how far it may lie back is said here. For a cron line that
is the time since its newest moment: so one run is made up at once for any number that were missed,
and a clock that jumps changes which moments count as passed, never how much time has.
"""

import hashlib
import math
from datetime import datetime, timedelta

from service.domain.cron import Cron
from service.domain.inventory import Schedule
from service.domain.polling.turns import step_s

LATE_S = 300.0
"""How late a run may begin that is not to be made up (`missed: skip`)."""
COUNTS_FOR_S = 3600.0
"""A run this long before a cron line's moment (half the gap, if that is less) counts for it: so two
schedulers whose clocks differ by less run it once.
"""
JITTER_STEPS = 10_000


def apart_s(schedule: Schedule, now: datetime) -> float | None:
    """How long ago the last run has to be for another one to be due; None: none is due.

    Args:
        schedule: an interval or a cron line.
        now: this host's wall clock; only cron lines look at it.
    """
    later_s = jitter_s(schedule)
    if schedule.cron is None:
        return step_s(schedule.every_s or 0.0, is_spread=schedule.spread) + later_s
    cron = Cron.parse(schedule.cron)
    moment = cron.newest(now - timedelta(seconds=later_s))
    if moment is None:
        return None
    since_s = (now - moment).total_seconds() - later_s
    if schedule.missed == "skip" and since_s > LATE_S:
        return None
    before = cron.newest(moment - timedelta(minutes=1))
    gap_s = math.inf if before is None else (moment - before).total_seconds()
    return since_s + min(gap_s / 2, COUNTS_FOR_S)


def next_run(schedule: Schedule, last: datetime | None, now: datetime) -> datetime | None:
    """When it runs next, as far as that can be told by this host's clock; None: never.

    Args:
        schedule: an interval or a cron line.
        last: when it asked for a sweep last; None: it never did, so an interval is due now.
        now: this host's wall clock.
    """
    if schedule.paused:
        return None
    later = timedelta(seconds=jitter_s(schedule))
    if schedule.cron is not None:
        found = Cron.parse(schedule.cron).next_after(now - later)
        return None if found is None else found + later
    apart = step_s(schedule.every_s or 0.0, is_spread=schedule.spread)
    return now if last is None else max(now, last + timedelta(seconds=apart) + later)


def jitter_s(schedule: Schedule) -> float:
    """How much later than written this schedule runs: the same every time, told by its name."""
    digest = hashlib.sha256(schedule.name.encode()).digest()
    return schedule.jitter_s * (int.from_bytes(digest[:8]) % JITTER_STEPS) / JITTER_STEPS
