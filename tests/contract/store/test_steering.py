"""What steers the fleet: the stop switch, campaigns, failing controllers, places for sessions."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from service.domain.waves import Fate, Limits
from service.ports.requests import AskedPlan, AskedRemediation, Kind, Place, PlanAnswer
from service.ports.steering import Campaign, Halt, Target
from tests.support.fake_clock import START

HALT = Halt("ann", START, "Paris is dark")
ENTRY, OTHER = "a" * 64, "b" * 64
RACERS = 6


# -- the stop switch ---------------------------------------------------------------------------


def test_the_first_halt_holds_until_it_is_lifted(store):
    assert store.halted() is None
    assert store.halt(HALT) == HALT
    assert store.halt(Halt("bob", START, "too")) == HALT
    assert store.halted() == HALT
    assert store.resume(by="bob", at=START) == HALT
    assert store.halted() is None
    assert store.resume(by="bob", at=START) is None


def test_it_can_be_halted_again_after_it_was_lifted(store):
    for by in ("ann", "bob", "cyd"):
        assert store.halt(Halt(by, START, "again")).by == by
        store.resume(by="bob", at=START)


# -- campaigns ---------------------------------------------------------------------------------

TARGETS = (Target("c2", "FN72524"), Target("c1", None))


def campaign(item: str = "k1", **fields) -> Campaign:
    return Campaign(item, START, "ann", Limits((1, 5), 0.2), **fields)


def test_a_campaign_is_kept_with_its_controllers_in_line_and_is_due_at_once(sql_store):
    assert sql_store.open_campaign(campaign(), TARGETS)
    assert sql_store.campaign("k1") == sql_store.open_one() == campaign()
    assert sql_store.targets("k1") == TARGETS
    assert sql_store.due_of(Kind.CAMPAIGN, "k1").is_due
    assert (sql_store.campaign("k9"), sql_store.targets("k9")) == (None, ())


def test_one_campaign_at_a_time_however_it_stands_until_it_has_ended(sql_store):
    sql_store.open_campaign(campaign(), TARGETS)
    sql_store.mark_campaign("k1", "stopped", "the canary failed")
    assert not sql_store.open_campaign(campaign("k2"), TARGETS)
    assert sql_store.campaign("k2") is None
    assert sql_store.due_of(Kind.CAMPAIGN, "k2") is None
    sql_store.mark_campaign("k1", "finished", "all well")
    assert sql_store.open_one() is None
    assert sql_store.open_campaign(campaign("k2"), TARGETS)


def test_how_far_a_campaign_and_its_controllers_are_is_kept(sql_store):
    sql_store.open_campaign(campaign(), TARGETS)
    moved = Target("c2", "FN72524", Fate.FAILED, 1, "p1", "r1", "rolled back")
    sql_store.put_target("k1", moved)
    sql_store.mark_campaign("k1", "running", "", forgiven=1)
    assert sql_store.targets("k1") == (moved, TARGETS[1])
    assert sql_store.campaign("k1").limits == Limits((1, 5), 0.2, 1)
    sql_store.mark_campaign("k1", "stopped", "again")
    assert sql_store.campaign("k1").limits.forgiven == 1


def test_campaigns_are_listed_newest_first_by_pages(sql_store):
    for item in ("k1", "k2", "k3"):
        assert sql_store.open_campaign(campaign(item), TARGETS)
        sql_store.mark_campaign(item, "finished", "")
    first = sql_store.campaigns(limit=2)
    assert [one.id for one in first] == ["k3", "k2"]
    after = Place(first[-1].at, first[-1].id)
    assert [one.id for one in sql_store.campaigns(limit=2, after=after)] == ["k1"]


def test_of_many_that_open_a_campaign_at_once_one_does(reopen):
    stores = [reopen() for _ in range(RACERS)]

    def race(number: int) -> bool:
        return stores[number].open_campaign(campaign(f"k{number}"), TARGETS)

    with ThreadPoolExecutor(RACERS) as pool:
        won = list(pool.map(race, range(RACERS)))
    assert won.count(True) == 1


def test_the_newest_plan_of_a_controller_and_what_waits_to_begin_on_it(sql_store):
    assert (sql_store.newest_plan("c1"), sql_store.waiting_to_begin("c1")) == (None, ())
    for item, name in (("p1", "c1"), ("p2", "c1"), ("p3", "c2")):
        sql_store.ask_plan(AskedPlan(item, START, "ann", name))
    sql_store.answer_plan("p2", PlanAnswer("failed", detail="no route"))
    assert sql_store.newest_plan("c1").answer.detail == "no route"
    asked = AskedRemediation("r1", START, "ann", "p2", "d" * 64, "c1")
    sql_store.ask_remediation(asked)
    assert sql_store.waiting_to_begin("c1") == sql_store.waiting_to_begin() == (asked,)
    assert sql_store.waiting_to_begin("c2") == ()
    sql_store.refuse_remediation("r1", "expired")
    assert sql_store.waiting_to_begin() == ()


# -- failing controllers -----------------------------------------------------------------------


def note(store, trouble="unreachable", entry=ENTRY):
    store.note_failing("c1", trouble, entry=entry, detail="no route", longest_s=1000)
    return store.failings()["c1"]


def test_each_failure_in_a_row_makes_the_pause_longer_up_to_the_longest(sql_store, world):
    pauses = []
    for _ in range(4):
        pauses.append(note(sql_store).left_s)
        world.advance(50)
    assert pauses == [300, 600, 1000, 1000]
    found = sql_store.failings()["c1"]
    assert (found.times, found.left_s, found.detail) == (4, 950, "no route")


@pytest.mark.parametrize("changed", ["entry", "trouble", "success"])
def test_it_counts_from_one_again_when_something_changed(sql_store, changed):
    note(sql_store)
    note(sql_store)
    if changed == "success":
        sql_store.forget_failing("c1")
        assert sql_store.failings() == {}
        assert note(sql_store).times == 1
    elif changed == "entry":
        assert note(sql_store, entry=OTHER).times == 1
    else:
        found = note(sql_store, trouble="refused")
        assert (found.times, found.left_s) == (1, None)


# -- places for sessions -----------------------------------------------------------------------


def take(store, scope="c1", limit=2, ttl_s=60.0):
    return store.take_slot(scope, limit=limit, ttl_s=ttl_s)


def test_there_are_so_many_places_of_a_scope_and_no_more(sql_store):
    first, second = take(sql_store), take(sql_store)
    assert take(sql_store) is None
    assert take(sql_store, "c2") is not None
    sql_store.give_slots(first)
    third = take(sql_store)
    assert (third.number, second.number) == (first.number, 1)
    assert take(sql_store) is None


def test_a_place_that_is_not_given_back_is_free_after_a_while_and_not_before(sql_store, world):
    kept, lost = take(sql_store), take(sql_store)
    world.advance(59)
    sql_store.keep_slot(kept, ttl_s=60)
    assert take(sql_store) is None
    world.advance(1)
    successor = take(sql_store)
    assert successor.number == lost.number
    sql_store.give_slots(lost)  # comes late: the place is somebody else's
    sql_store.keep_slot(lost, ttl_s=9999)
    assert take(sql_store) is None
    world.advance(60)
    assert take(sql_store) is not None


def test_of_many_that_want_the_last_places_each_place_goes_to_one(reopen):
    stores = [reopen() for _ in range(RACERS)]
    with ThreadPoolExecutor(RACERS) as pool:
        taken = list(pool.map(lambda mine: take(mine, limit=3), stores))
    got = [slot.number for slot in taken if slot is not None]
    assert sorted(got) == [0, 1, 2]


def test_of_many_that_halt_at_once_one_is_named_to_all(reopen):
    stores = [reopen() for _ in range(RACERS)]

    def race(number: int) -> str:
        return stores[number].halt(Halt(f"n{number}", START, "now")).by

    with ThreadPoolExecutor(RACERS) as pool:
        named = set(pool.map(race, range(RACERS)))
    assert named == {stores[0].halted().by}
