from datetime import timedelta

import pytest
from celery import Celery
from celery.beat import ScheduleEntry

from service.ports.jobs import NudgeRemediations
from tests.support.fake_clock import FakeClock, World
from workers.schedule import NUDGE_EVERY_S, NUDGE_LIVES_S, beat_schedule

YEAR_S = 366 * 86400.0


def entry_of(clock: FakeClock) -> ScheduleEntry:
    app = Celery("beat", set_as_current=False)
    (given,) = beat_schedule(clock).values()
    given["schedule"].app = app
    return ScheduleEntry(name="nudge", app=app, **given)


def test_the_nudge_alone_is_sent_and_outlives_no_night():
    (nudge,) = beat_schedule(FakeClock(World())).values()
    assert nudge["task"] == NudgeRemediations.NAME
    assert nudge["schedule"].run_every == timedelta(seconds=NUDGE_EVERY_S)
    assert nudge["options"] == {"queue": "remediate", "expires": NUDGE_LIVES_S}


@pytest.mark.parametrize("jump_s", [-YEAR_S, -3600.0, 0.0, 3600.0, YEAR_S])
def test_a_wall_clock_that_jumps_neither_silences_beat_nor_hurries_it(jump_s):
    world = World()
    clock = FakeClock(world)
    entry = entry_of(clock).next()
    clock.off_s += jump_s
    assert not entry.is_due().is_due
    world.advance(NUDGE_EVERY_S)
    assert entry.is_due().is_due
