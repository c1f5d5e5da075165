from datetime import timedelta

import pytest

from service.ports.requests import Due, Kind
from tests.support.builders import OPENED


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def due(item="r1", *, after=0.0, said=0.0, kind=Kind.REMEDIATION, why="waiting"):
    return Due(kind, item, at(after), at(said), why)


def ids(dues):
    return [one.id for one in dues]


def test_what_was_said_last_counts(store):
    assert store.due_of(Kind.REMEDIATION, "r1") is None
    store.set_due(due(after=5))
    store.set_due(due(after=30, said=2, why="later"))
    assert store.due_of(Kind.REMEDIATION, "r1") == due(after=30, said=2, why="later")
    store.forget_due(Kind.REMEDIATION, "r1")
    assert store.due_of(Kind.REMEDIATION, "r1") is None


def test_a_plan_and_a_remediation_of_one_id_are_two_things(store):
    store.set_due(due(after=5))
    store.set_due(due(after=7, kind=Kind.PLAN))
    store.forget_due(Kind.PLAN, "r1")
    assert store.due_of(Kind.REMEDIATION, "r1") == due(after=5)


def test_only_what_is_due_is_nudged_and_each_to_one_of_two_schedulers(store):
    store.set_due(due("now", after=0))
    store.set_due(due("later", after=30))
    assert ids(store.take_nudges(now=at(1), again_after_s=10)) == ["now"]
    assert store.take_nudges(now=at(1), again_after_s=10) == ()
    assert ids(store.take_nudges(now=at(30), again_after_s=10)) == ["now", "later"]


def test_a_nudge_that_was_lost_is_repeated(store):
    store.set_due(due())
    assert ids(store.take_nudges(now=at(1), again_after_s=10)) == ["r1"]
    assert store.take_nudges(now=at(10.9), again_after_s=10) == ()
    assert ids(store.take_nudges(now=at(11), again_after_s=10)) == ["r1"]


def test_what_is_set_anew_is_nudged_when_it_is_due_again(store):
    store.set_due(due())
    store.take_nudges(now=at(1), again_after_s=10)
    store.set_due(due(after=3, said=2))
    assert store.take_nudges(now=at(2), again_after_s=10) == ()
    assert ids(store.take_nudges(now=at(3), again_after_s=10)) == ["r1"]


def test_of_two_that_claim_one_wins_until_the_claim_runs_out(store):
    store.set_due(due())
    assert store.claim_due(Kind.REMEDIATION, "r1", now=at(1), until=at(61))
    assert not store.claim_due(Kind.REMEDIATION, "r1", now=at(2), until=at(62))
    assert store.take_nudges(now=at(2), again_after_s=1) == ()
    assert store.claim_due(Kind.REMEDIATION, "r1", now=at(61), until=at(121))


def test_nothing_can_be_claimed_that_is_not_due_or_not_there(store):
    store.set_due(due(after=10))
    assert not store.claim_due(Kind.REMEDIATION, "r1", now=at(9), until=at(99))
    assert not store.claim_due(Kind.SWEEP, "s1", now=at(9), until=at(99))


def test_a_clock_that_went_back_by_a_year_delays_nothing(store):
    a_year_s = 365 * 86400.0
    store.set_due(due(after=a_year_s + 30, said=a_year_s))
    assert ids(store.take_nudges(now=at(0), again_after_s=10)) == ["r1"]
    assert store.claim_due(Kind.REMEDIATION, "r1", now=at(0), until=at(60))


@pytest.mark.parametrize("seconds", [0.5, 50.0])
def test_two_ticks_closer_than_the_schedule_allows_are_one(store, seconds):
    assert store.take_tick("night", now=at(0), apart_s=54)
    assert not store.take_tick("night", now=at(seconds), apart_s=54)
    assert store.take_tick("other", now=at(seconds), apart_s=54)
    assert store.take_tick("night", now=at(60), apart_s=54)


def test_a_schedule_ticks_again_after_its_clock_went_back(store):
    assert store.take_tick("night", now=at(86400), apart_s=54)
    assert store.take_tick("night", now=at(0), apart_s=54)
