from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.cron import Cron
from service.domain.inventory import Schedule
from service.domain.schedules import LATE_S, apart_s, jitter_s, next_run

LINES = ("* * * * *", "0 2 * * *", "*/15 6-22 * * mon-fri", "30 22-4 * * *", "0 0 29 2 *")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "now", "newest"),
    [
        ("* * * * *", "2026-11-22 02:00:59", "2026-11-22 02:00"),
        ("0 2 * * *", "2026-11-22 02:00", "2026-11-22 02:00"),
        ("0 2 * * *", "2026-11-22 01:59:59", "2026-11-21 02:00"),
        ("*/15 6-22 * * mon-fri", "2026-11-22 02:00", "2026-11-20 22:45"),
        ("30 22-4 * * *", "2026-11-22 05:00", "2026-11-22 04:30"),
        ("0 0 31 * *", "2026-11-22 00:00", "2026-10-31 00:00"),
        ("0 0 29 2 *", "2026-11-22 00:00", "2024-02-29 00:00"),
        ("0 0 29 2 sun", "2026-11-22 00:00", "2004-02-29 00:00"),
        ("0 0 13 * fri", "2026-11-22 00:00", "2026-11-13 00:00"),  # both, as Celery has it
    ],
)
def test_the_newest_moment_of_a_line_is_never_after_now(line, now, newest):
    assert Cron.parse(line).newest(at(now)) == at(newest)


def test_the_newest_moment_is_that_of_utc_whatever_zone_now_is_told_in():
    tokyo = at("2026-11-22 02:00").astimezone(datetime.fromisoformat("2026-01-01T00+09:00").tzinfo)
    assert Cron.parse("0 2 * * *").newest(tokyo) == at("2026-11-22 02:00")


def test_a_line_has_no_moment_before_the_beginning_of_the_calendar():
    assert Cron.parse("0 0 31 12 *").newest(datetime(1, 1, 1, tzinfo=UTC)) is None


def test_an_interval_is_due_when_its_last_run_is_that_long_ago_whatever_the_clock_says():
    often = Schedule("often", "sweep", every_s=900)
    assert {apart_s(often, at(f"{year}-11-22")) for year in (1970, 2026, 2999)} == {900}


def test_a_cron_line_is_due_when_its_last_run_is_older_than_its_newest_moment():
    nightly = Schedule("nightly", "sweep", cron="0 2 * * *")
    two_hours = apart_s(nightly, at("2026-11-22 04:00"))
    assert two_hours == 2 * 3600 + 3600  # a run in the hour before two counts for two
    assert apart_s(nightly, at("2026-11-22 02:00")) == 3600


def test_of_a_line_that_comes_often_only_half_its_gap_counts_for_the_next_moment():
    assert apart_s(Schedule("q", "sweep", cron="*/15 * * * *"), at("2026-11-22 02:00")) == 450


@pytest.mark.parametrize(("late_s", "is_due"), [(0, True), (LATE_S, True), (LATE_S + 1, False)])
def test_what_is_not_to_be_made_up_is_due_for_a_few_minutes_only(late_s, is_due):
    nightly = Schedule("nightly", "sweep", cron="0 2 * * *", missed="skip")
    now = at("2026-11-22 02:00") + timedelta(seconds=late_s)
    assert (apart_s(nightly, now) is not None) == is_due


def test_jitter_is_the_same_every_time_and_another_one_for_another_name():
    found = {jitter_s(Schedule(f"s{n}", "sweep", every_s=60, jitter_s=100)) for n in range(20)}
    again = {jitter_s(Schedule(f"s{n}", "sweep", every_s=60, jitter_s=100)) for n in range(20)}
    assert found == again
    assert len(found) > 15
    assert all(0 <= one < 100 for one in found)


def test_jitter_moves_a_cron_line_as_a_whole_and_makes_an_interval_longer():
    moved = Schedule("nightly", "sweep", cron="0 2 * * *", jitter_s=600)
    later = timedelta(seconds=jitter_s(moved))
    assert later > timedelta(0)
    assert apart_s(moved, at("2026-11-22 02:00") + later) == 3600
    just_before = at("2026-11-22 02:00") + later - timedelta(seconds=1)
    assert apart_s(moved, just_before) == 86400 - 1 + 3600
    longer = Schedule("often", "sweep", every_s=900, jitter_s=600)
    assert apart_s(longer, at("2026-11-22")) == 900 + jitter_s(longer)


@given(st.sampled_from(LINES), st.datetimes(timezones=st.just(UTC)))
def test_the_next_moment_of_a_line_is_the_newest_once_it_has_come(line, now):
    cron = Cron.parse(line)
    found = cron.next_after(now)
    if found is None:  # the calendar ends first
        assert now.year > 9950
        return
    assert found > now
    assert cron.newest(found) == found
    before = cron.newest(found - timedelta(minutes=1))
    assert before is None or before <= now


def test_the_next_turn_is_told_for_lines_and_intervals_and_never_for_what_is_paused():
    daily = Schedule("night", "sweep", cron="0 2 * * *")
    assert next_run(daily, None, NOON) == NOON + timedelta(hours=14)
    assert next_run(replace(daily, paused=True), None, NOON) is None
    hourly = Schedule("often", "sweep", every_s=3600.0)
    assert next_run(hourly, None, NOON) == NOON
    assert next_run(hourly, NOON - timedelta(minutes=50), NOON) == NOON + timedelta(minutes=10)
    assert next_run(hourly, NOON - timedelta(days=2), NOON) == NOON


def test_jitter_makes_the_next_turn_as_much_later_as_the_one_before_was():
    daily = Schedule("night", "sweep", cron="0 2 * * *", jitter_s=600.0)
    later = timedelta(seconds=jitter_s(daily))
    due = NOON + timedelta(hours=14) + later
    assert next_run(daily, None, NOON) == due
    assert next_run(daily, None, due - timedelta(seconds=1)) == due
    assert next_run(daily, None, due) == due + timedelta(days=1)
