from datetime import timedelta

from celery.schedules import crontab

from service.domain.inventory import Schedule
from service.ports.jobs import NudgeRemediations, RunSchedule
from workers.schedule import NUDGE_EVERY_S, beat_schedule


def test_without_schedules_only_the_nudge_is_sent():
    (nudge,) = beat_schedule(()).values()
    assert nudge["task"] == NudgeRemediations.NAME
    assert nudge["options"] == {"queue": "remediate", "expires": NUDGE_EVERY_S}


def test_a_schedule_becomes_a_message_with_its_name_that_outlives_no_second_one():
    entries = beat_schedule((Schedule("often", "sweep", every_s=90.0),))
    entry = entries["schedule often"]
    assert (entry["task"], entry["kwargs"]) == (RunSchedule.NAME, {"schedule": "often"})
    assert entry["schedule"] == timedelta(seconds=90)
    assert entry["options"] == {"queue": "poll", "expires": 90.0}


def test_a_cron_line_is_read_by_the_engine_itself():
    entries = beat_schedule((Schedule("night", "sweep", cron="30 2 * * mon-fri"),))
    assert entries["schedule night"]["schedule"] == crontab(
        minute="30", hour="2", day_of_week="mon-fri"
    )


def test_a_schedule_named_like_the_nudge_does_not_replace_it():
    assert len(beat_schedule((Schedule("nudge", "sweep", every_s=1.0),))) == 2
