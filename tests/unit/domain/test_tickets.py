"""The gate of a change ticket, and what a change says of a plan."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.change_text import risk_of, schedule, steps_of, way_back_of
from service.domain.policy import Policy
from service.domain.tickets import FRESH_S, ChangeReading, Ticket, gate, next_correlation

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
APPROVED = ChangeReading("approved", NOW - HOUR, NOW + HOUR, "Scheduled")
TICKET = Ticket(
    "t", "change", "d" * 64, "d" * 64, "hq-1", "CHG1", "abc", reading=APPROVED, read_ago_s=0.0
)

moments = st.one_of(
    st.none(), st.integers(-7200, 7200).map(lambda seconds: NOW + timedelta(seconds=seconds))
)
readings = st.builds(
    ChangeReading,
    st.sampled_from(["waiting", "approved", "withdrawn", "over"]),
    moments,
    moments,
    st.just(""),
)
ages = st.one_of(st.just(math.inf), st.floats(0, 4000))


def asked(ticket, **more):
    given_ = {"now": NOW, "until": NOW + timedelta(minutes=30), "patience_s": 1200.0}
    return gate(ticket, **{**given_, **more})


@given(st.one_of(st.none(), readings), ages, moments, moments, ages, st.booleans(), st.booleans())
def test_nothing_is_written_forward_but_under_an_approved_change_within_its_window(  # noqa: PLR0917
    reading, age_s, now, until, patience_s, must_not_wait, ends_a_timer
):
    ticket = replace(TICKET, reading=reading, read_ago_s=age_s)
    told = gate(
        ticket,
        now=now,
        until=until,
        patience_s=patience_s,
        must_not_wait=must_not_wait,
        ends_a_timer=ends_a_timer,
    )
    if told.answer == "go":
        assert reading is not None
        assert reading.standing == "approved"
        assert None not in (now, until, reading.opens, reading.closes)
        assert reading.opens <= now
        assert until <= reading.closes
        assert age_s <= FRESH_S or ends_a_timer
    else:
        assert told.why


@given(ages, st.floats(FRESH_S, 4000))
def test_a_silent_itsm_is_waited_for_as_long_as_the_policy_says_and_never_by_a_renewal(age_s, most):
    ticket = replace(TICKET, read_ago_s=age_s)
    told = asked(ticket, patience_s=most)
    expected = "go" if age_s <= FRESH_S else "wait" if age_s <= most else "stop"
    assert told.answer == expected
    if age_s > FRESH_S:
        assert asked(ticket, patience_s=most, must_not_wait=True).answer == "stop"
        assert asked(ticket, patience_s=most, ends_a_timer=True).answer == "go"


@pytest.mark.parametrize(
    ("reading", "answer"),
    [
        (replace(APPROVED, standing="withdrawn"), "never"),
        (replace(APPROVED, standing="over"), "never"),
        (replace(APPROVED, standing="waiting"), "stop"),
        (replace(APPROVED, opens=NOW + HOUR), "stop"),
        (replace(APPROVED, closes=NOW + timedelta(minutes=29)), "stop"),
        (replace(APPROVED, closes=NOW - HOUR), "never"),
        (replace(APPROVED, closes=None), "stop"),
    ],
)
def test_what_a_change_says_beats_how_lately_it_said_so(reading, answer):
    for age_s in (0.0, 600.0, math.inf):
        told = asked(replace(TICKET, reading=reading, read_ago_s=age_s), ends_a_timer=True)
        assert told.answer == answer


def test_a_ticket_that_is_not_there_never_lets_anything_through():
    assert asked(None).answer == "never"
    assert asked(replace(TICKET, ref="", number="")).answer == "wait"
    assert asked(TICKET, now=None).answer == "stop"


def test_a_new_change_of_the_same_plan_has_a_correlation_of_its_own():
    assert next_correlation("abc", ()) == "abc"
    earlier = [replace(TICKET, subject="abc"), replace(TICKET, subject="other")]
    assert next_correlation("abc", earlier) == "abc.2"


def test_a_change_is_planned_for_the_first_window_of_the_policy_in_which_its_plan_holds():
    expires = NOW + timedelta(hours=24)
    assert schedule(Policy(), ZoneInfo("UTC"), NOW, expires) == (NOW, expires)
    start, end = schedule(
        Policy(clock_windows=("* 22-04",)), ZoneInfo("Europe/Paris"), NOW, expires
    )
    assert start == datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    assert end == datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def test_a_plan_that_lapses_before_any_window_is_planned_for_as_long_as_it_holds():
    expires = NOW + timedelta(hours=2)
    policy = Policy(clock_windows=("* 22-04",))
    assert schedule(policy, ZoneInfo("UTC"), NOW, expires) == (NOW, expires)


PLAN = {
    "strategy": "clock-window",
    "steps": [
        {"name": "arm", "summary": "arm it", "payloads": ["<a/>"], "undo": ["<no-a/>"]},
        {"name": "wait", "summary": "wait", "payloads": [], "undo": [], "controller": "lab-1"},
    ],
    "by_hand": ["clock set 12:00:00 1 Jan 2026"],
    "alternatives": [{"name": "clock-window", "reloads": 0, "false_time_at_most_s": 60}],
}


def test_a_change_has_every_payload_and_the_way_back_newest_first():
    assert steps_of(PLAN).splitlines()[:2] == ["1. arm: arm it", "<a/>"]
    assert "2. wait on lab-1: wait\n(only looks)" in steps_of(PLAN)
    back = way_back_of(PLAN)
    assert back.index("2. wait") < back.index("<no-a/>") < back.index("clock set")


@pytest.mark.parametrize(
    ("cost", "risk"),
    [
        ({"reloads": 1}, "high"),
        ({"reloads": 0, "false_time_at_most_s": 9}, "moderate"),
        ({"reloads": 0, "false_time_at_most_s": 0}, "low"),
    ],
)
def test_the_risk_of_a_change_follows_from_what_its_way_costs(cost, risk):
    plan = {"strategy": "x", "alternatives": [{"name": "y", "reloads": 9}, {"name": "x", **cost}]}
    assert risk_of(plan) == risk


words = st.builds(
    replace,
    readings,
    said_at=st.one_of(
        st.none(), st.integers(0, 3).map(lambda seconds: NOW + timedelta(seconds=seconds))
    ),
)


@given(words, words)
def test_of_two_words_an_earlier_one_never_allows_what_a_later_one_forbade(early, late):
    if early.said_at is None or late.said_at is None:
        assert not early.is_overtaken_by(late)
        return
    if early.said_at < late.said_at:
        assert early.is_overtaken_by(late)
        assert not late.is_overtaken_by(early)
    if early.said_at == late.said_at and early.standing == "approved" and early != late:
        assert early.is_overtaken_by(late)
    assert not early.is_overtaken_by(early)


def test_a_change_that_is_not_opened_yet_says_who_opens_it():
    told = asked(replace(TICKET, ref="", number=""))
    assert told.answer == "wait"
    assert "a worker opens it" in told.why
    told = asked(replace(TICKET, ref="", number="", trouble="the login was refused"))
    assert told.why.endswith("not opened yet: the login was refused")
