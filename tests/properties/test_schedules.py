"""The laws of schedules: nobody's clock makes a burst, nothing that passed is made up twice."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from celery import Celery
from celery.schedules import crontab
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.cron import Cron
from service.domain.inventory import Schedule
from service.domain.schedules import apart_s

START = datetime(2026, 11, 22, 0, 0, 30, tzinfo=UTC)
LINES = (
    "* * * * *",
    "*/15 * * * *",
    "0 * * * *",
    "0 2 * * *",
    "30 22-4/2 * * mon-fri",
    "5 0 1 * *",
)
STEP_S = 20.0
CELERY = Celery("utc", set_as_current=False)
lines = st.sampled_from(LINES)
schedules = st.builds(
    Schedule,
    st.sampled_from(("a", "nightly", "often")),
    st.just("sweep"),
    cron=lines,
    jitter_s=st.sampled_from((0.0, 300.0)),
    missed=st.sampled_from(("once", "skip")),
) | st.builds(
    Schedule,
    st.just("every"),
    st.just("sweep"),
    every_s=st.sampled_from((60.0, 900.0, 7200.0)),
)


@dataclass
class Fleet:
    """Schedulers over one store: `off_s` is how wrong each one's clock is."""

    schedule: Schedule
    off_s: list[float]
    elapsed_s: float = 0.0
    ran_s: list[float] = field(default_factory=list)

    def tick(self, scheduler: int) -> None:
        now = START + timedelta(seconds=self.elapsed_s + self.off_s[scheduler])
        apart = apart_s(self.schedule, now)
        if apart is None:
            return
        if not self.ran_s or self.elapsed_s - self.ran_s[-1] >= apart:
            self.ran_s.append(self.elapsed_s)

    def on(self, seconds: float) -> None:
        until = self.elapsed_s + seconds
        while self.elapsed_s < until:
            for scheduler in range(len(self.off_s)):
                self.tick(scheduler)
            self.elapsed_s += STEP_S


def runs(schedule: Schedule, off_s: list[float], seconds: float) -> list[float]:
    fleet = Fleet(schedule, off_s)
    fleet.on(seconds)
    return fleet.ran_s


def comes_after(line: str, moment: datetime) -> datetime:
    """What Celery runs next after a moment."""
    fields = dict(zip(("minute", "hour", "day_of_month", "month_of_year", "day_of_week"),
                      line.split(), strict=True))  # fmt: skip
    theirs = crontab(**fields, nowfun=lambda: moment, app=CELERY)
    return moment + theirs.remaining_estimate(moment)


@given(lines, st.integers(-25 * 365 * 86400, 70 * 365 * 86400))
@settings(max_examples=80)
def test_the_newest_moment_is_the_one_that_celery_would_have_run_last(line, seconds):
    """Asked at the minute before, Celery says that the moment comes next, and nothing sooner."""
    now = START + timedelta(seconds=seconds)
    newest = Cron.parse(line).newest(now)
    assert comes_after(line, newest - timedelta(minutes=1)) == newest
    assert comes_after(line, newest) > now


@given(schedules, st.lists(st.floats(-25, 25), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_many_schedulers_run_no_more_than_one(schedule, off_s):
    hours = 2 * 3600.0
    alone, together = runs(schedule, [0.0], hours), runs(schedule, off_s, hours)
    assert len(together) <= len(alone) + 1


@given(schedules, st.lists(st.floats(-4e8, 4e8), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_clock_that_jumps_makes_at_most_one_run_a_jump(schedule, jumps):
    fleet = Fleet(schedule, [0.0])
    for jump in (0.0, *jumps):
        fleet.off_s[0] += jump
        fleet.on(40.0)
    lasted_s = (len(jumps) + 1) * 40.0
    steady = runs(schedule, [0.0], lasted_s)
    assert len(fleet.ran_s) <= len(steady) + len(jumps)


@given(schedules, st.floats(3 * 3600, 40 * 86400))
@settings(max_examples=30, deadline=None)
def test_however_many_were_missed_one_is_made_up(schedule, away_s):
    fleet = Fleet(schedule, [0.0])
    fleet.on(60)
    fleet.elapsed_s += away_s
    before = len(fleet.ran_s)
    fleet.tick(0)
    fleet.tick(0)
    assert len(fleet.ran_s) - before <= 1
    if schedule.cron in ("* * * * *", "*/15 * * * *", "0 * * * *") and schedule.missed == "once":
        assert len(fleet.ran_s) - before == 1
