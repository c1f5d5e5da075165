import pytest

from service.ports.requests import Due, Kind

REMEDIATION = Kind.REMEDIATION


def ids(dues):
    return [one.id for one in dues]


def test_what_was_said_last_counts(store, world):
    assert store.due_of(REMEDIATION, "r1") is None
    store.set_due(REMEDIATION, "r1", in_s=5, why="soon")
    world.advance(2)
    assert store.due_of(REMEDIATION, "r1") == Due(REMEDIATION, "r1", 3, "soon")
    store.set_due(REMEDIATION, "r1", in_s=28, why="later")
    assert store.due_of(REMEDIATION, "r1") == Due(REMEDIATION, "r1", 28, "later")
    store.forget_due(REMEDIATION, "r1")
    assert store.due_of(REMEDIATION, "r1") is None


def test_it_is_put_off_unless_somebody_said_something_else_meanwhile(store, world):
    store.set_due(REMEDIATION, "r1", in_s=0, why="asked")
    seen = store.due_of(REMEDIATION, "r1")
    world.advance(1)
    assert store.put_off(seen, in_s=30, why="it waits")
    assert store.due_of(REMEDIATION, "r1") == Due(REMEDIATION, "r1", 30, "it waits")
    assert not store.put_off(seen, in_s=60, why="it waits again")
    seen = store.due_of(REMEDIATION, "r1")
    store.set_due(REMEDIATION, "r1", in_s=0, why="approved")
    assert not store.put_off(seen, in_s=60, why="it waits")
    assert store.due_of(REMEDIATION, "r1") == Due(REMEDIATION, "r1", 0, "approved")
    store.forget_due(REMEDIATION, "r1")
    assert not store.put_off(seen, in_s=60, why="it waits")
    assert store.due_of(REMEDIATION, "r1") is None


def test_what_was_nudged_can_be_put_off(store, world):
    store.set_due(REMEDIATION, "r1", in_s=0)
    seen = store.due_of(REMEDIATION, "r1")
    store.take_nudges(again_after_s=10)
    assert store.put_off(seen, in_s=1, why="it waits")
    world.advance(1)
    assert ids(store.take_nudges(again_after_s=10)) == ["r1"]


def test_a_plan_and_a_remediation_of_one_id_are_two_things(store):
    store.set_due(REMEDIATION, "r1", in_s=5)
    store.set_due(Kind.PLAN, "r1", in_s=7)
    store.forget_due(Kind.PLAN, "r1")
    assert store.due_of(REMEDIATION, "r1") == Due(REMEDIATION, "r1", 5)


def test_it_is_due_at_that_very_moment_and_how_late_it_is_can_be_told(store, world):
    store.set_due(REMEDIATION, "r1", in_s=5)
    world.advance(4.999)
    assert not store.due_of(REMEDIATION, "r1").is_due
    world.advance(0.001)
    assert store.due_of(REMEDIATION, "r1").is_due
    world.advance(60)
    assert store.due_of(REMEDIATION, "r1").in_s == -60


def test_only_what_is_due_is_nudged_and_each_to_one_of_two_schedulers(store, world):
    store.set_due(REMEDIATION, "now", in_s=0)
    store.set_due(REMEDIATION, "later", in_s=30)
    world.advance(1)
    assert ids(store.take_nudges(again_after_s=10)) == ["now"]
    assert store.take_nudges(again_after_s=10) == ()
    world.advance(29)
    assert ids(store.take_nudges(again_after_s=10)) == ["now", "later"]


def test_a_nudge_that_was_lost_is_repeated(store, world):
    store.set_due(REMEDIATION, "r1", in_s=0)
    assert ids(store.take_nudges(again_after_s=10)) == ["r1"]
    world.advance(9.9)
    assert store.take_nudges(again_after_s=10) == ()
    world.advance(0.1)
    assert ids(store.take_nudges(again_after_s=10)) == ["r1"]


def test_what_is_set_anew_is_nudged_when_it_is_due_again(store, world):
    store.set_due(REMEDIATION, "r1", in_s=0)
    store.take_nudges(again_after_s=10)
    store.set_due(REMEDIATION, "r1", in_s=2)
    world.advance(1)
    assert store.take_nudges(again_after_s=10) == ()
    world.advance(1)
    assert ids(store.take_nudges(again_after_s=10)) == ["r1"]


def test_of_two_that_claim_one_wins_until_the_claim_runs_out(store, world):
    store.set_due(REMEDIATION, "r1", in_s=0)
    assert store.claim_due(REMEDIATION, "r1", for_s=60)
    world.advance(1)
    assert not store.claim_due(REMEDIATION, "r1", for_s=60)
    assert store.take_nudges(again_after_s=1) == ()
    world.advance(59)
    assert store.claim_due(REMEDIATION, "r1", for_s=60)


def test_who_is_in_a_hurry_waits_for_nothing_but_a_claim(store, world):
    store.set_due(REMEDIATION, "r1", in_s=60, why="later")
    store.hurry_due(REMEDIATION, "r1")
    assert store.due_of(REMEDIATION, "r1") == Due(REMEDIATION, "r1", 0, "later")
    assert store.claim_due(REMEDIATION, "r1", for_s=60)
    world.advance(1)
    store.hurry_due(REMEDIATION, "r1")
    assert not store.due_of(REMEDIATION, "r1").is_due
    world.advance(59)
    store.hurry_due(REMEDIATION, "r1")
    assert ids(store.take_nudges(again_after_s=10)) == ["r1"]
    store.hurry_due(REMEDIATION, "r2")
    assert store.due_of(REMEDIATION, "r2") is None


def test_a_claim_that_nobody_gave_back_is_nudged_as_if_told_at_its_end(store, world):
    store.set_due(REMEDIATION, "r1", in_s=0)
    assert store.claim_due(REMEDIATION, "r1", for_s=60)
    world.advance(69.9)
    assert store.take_nudges(again_after_s=10) == ()
    world.advance(0.1)
    assert ids(store.take_nudges(again_after_s=10)) == ["r1"]


def test_nothing_can_be_claimed_that_is_not_due_or_not_there(store):
    store.set_due(REMEDIATION, "r1", in_s=10)
    assert not store.claim_due(REMEDIATION, "r1", for_s=90)
    assert not store.claim_due(Kind.SWEEP, "s1", for_s=90)


@pytest.mark.parametrize("seconds", [0.5, 50.0])
def test_two_ticks_closer_than_the_schedule_allows_are_one(store, world, seconds):
    assert store.take_tick("night", apart_s=54)
    world.advance(seconds)
    assert not store.take_tick("night", apart_s=54)
    assert store.take_tick("other", apart_s=54)
    world.advance(60 - seconds)
    assert store.take_tick("night", apart_s=54)


def test_what_is_left_of_what_begins_alike_is_listed_in_order(store):
    for item in ("s1.00001", "s1.00000", "s10.00000", "s1_00000"):
        store.set_due(Kind.PART, item, in_s=0)
    store.set_due(Kind.SWEEP, "s1.9", in_s=0)
    store.forget_due(Kind.PART, "s1.00001")
    assert store.due_items(Kind.PART, begins="s1.") == ("s1.00000",)
    assert store.due_items(Kind.PART, begins="s1_") == ("s1_00000",)
