from datetime import timedelta

import pytest
from celery import Celery
from celery.beat import ScheduleEntry

from service.ports.jobs import Lane, NudgeRemediations
from service.queue import canary
from service.queue.celery_app import canary_queue
from tests.support.fake_clock import FakeClock, World
from workers.schedule import NUDGE_EVERY_S, NUDGE_LIVES_S, beat_schedule

YEAR_S = 366 * 86400.0


def entry_of(clock: FakeClock) -> ScheduleEntry:
    app = Celery("beat", set_as_current=False)
    given = beat_schedule(clock)["nudge"]
    given["schedule"].app = app
    return ScheduleEntry(name="nudge", app=app, **given)


def test_the_nudge_and_a_canary_for_each_lane_are_sent_and_nothing_else():
    sent = beat_schedule(FakeClock(World()))
    canaries = {name: one for name, one in sent.items() if name != "nudge"}
    assert {one["kwargs"]["lane"] for one in canaries.values()} == set(Lane)
    for one in canaries.values():
        assert one["task"] == canary.OF_BEAT
        assert one["options"]["queue"] == canary_queue(Lane(one["kwargs"]["lane"]))
        assert one["options"]["expires"] == NUDGE_LIVES_S


def test_the_nudge_outlives_no_night():
    nudge = beat_schedule(FakeClock(World()))["nudge"]
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
