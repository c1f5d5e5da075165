"""What was asked for: only SQL keeps it; nothing in the engine needs it in memory."""

from datetime import timedelta

import pytest

from service.domain.journal import Opened
from service.ports.requests import (
    AskedPlan,
    AskedRemediation,
    AskedSweep,
    Kind,
    Place,
    PlanAnswer,
    Recall,
)
from service.ports.store import Holder
from tests.support.builders import OPENED, charter, instant

ME = Holder("host-1", "boot-1", 100, "100")
DOCUMENT = {
    "sweep": {"id": "s1"},
    "controllers": [{"name": "hq-1", "findings": []}, {"name": "dc-1", "findings": [1]}],
}


@pytest.fixture
def store(sql_store):
    return sql_store


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def sweep(item="s1", seconds=0.0, **fields):
    return AskedSweep(item, at(seconds), "ann", ("hq-1",), **fields)


def plan(item="p1", seconds=0.0, **fields):
    return AskedPlan(item, at(seconds), "ann", "hq-1", **fields)


def remediation(item="r1", seconds=0.0, digest="d1", **fields):
    return AskedRemediation(item, at(seconds), "ann", "p1", digest, "hq-1", **fields)


def begin(store, item):
    lease = store.acquire("hq-1", ME, ttl_s=1e9)
    store.open_remediation(item, Opened(charter()), at=instant(), lease=lease)


def test_a_sweep_that_was_asked_for_is_due_and_says_how_far_it_is(store):
    store.ask_sweep(sweep())
    assert store.sweep_asked("s1") == sweep()
    assert store.due_of(Kind.SWEEP, "s1").is_due
    store.mark_sweep("s1", "failed", "why")
    assert store.sweep_asked("s1") == sweep(state="failed", detail="why")
    assert store.sweep_asked("s2") is None
    assert store.sweep_document("s1") is None


def test_a_sweeps_document_ends_it_and_is_the_newest_word_on_its_controllers(store):
    store.ask_sweep(sweep())
    store.keep_sweep("s1", DOCUMENT, at=at(9))
    assert store.sweep_asked("s1") == sweep(state="finished")
    assert store.sweep_document("s1") == DOCUMENT
    again = {"controllers": [{"name": "hq-1", "findings": [2]}]}
    store.keep_sweep("s2", again, at=at(20))
    looks = {look.controller: (look.sweep, look.document["findings"]) for look in store.looks()}
    assert looks == {"dc-1": ("s1", [1]), "hq-1": ("s2", [2])}


def test_a_sweep_by_command_is_listed_beside_the_others(store):
    store.ask_sweep(sweep())
    store.keep_sweep("s2", DOCUMENT, at=at(9))
    newest, oldest = store.sweeps(limit=9)
    assert (newest.id, newest.asked_by, newest.state) == ("s2", "", "finished")
    assert newest.controllers == ("hq-1", "dc-1")
    assert oldest == sweep()


def test_a_document_that_is_kept_twice_is_kept_once(store):
    store.keep_sweep("s1", {"controllers": []}, at=at(0))
    store.keep_sweep("s1", DOCUMENT, at=at(1))
    assert store.sweep_document("s1") == DOCUMENT
    assert len(store.sweeps(limit=9)) == 1


@pytest.mark.parametrize("moments", [(0, 1, 2, 3, 4), (0, 0, 0, 0, 0)], ids=["apart", "at once"])
def test_pages_hold_everything_once_also_what_came_at_the_same_moment(store, moments):
    for number, seconds in enumerate(moments):
        store.ask_sweep(sweep(f"s{number}", seconds))
        store.ask_plan(plan(f"p{number}", seconds))
        store.ask_remediation(remediation(f"r{number}", seconds, f"d{number}"))

    def paged(read, place):
        seen, after = [], None
        while page := read(limit=2, after=after):
            seen += [one.id for one in page]
            after = place(page[-1])
        return seen

    for read in (store.sweeps, store.plans, store.remediation_places):
        seen = paged(read, lambda one: Place(one.at, one.id))
        assert [name[1:] for name in seen] == ["4", "3", "2", "1", "0"]


def test_a_plan_is_found_by_its_id_and_once_answered_by_its_digest(store):
    asked = plan(issue="FN72524", accept_suspected=True, accept_stranded=True)
    store.ask_plan(asked)
    assert store.plan_asked("p1") == asked
    assert store.due_of(Kind.PLAN, "p1") is not None
    assert store.plans_with("") == ()
    answer = PlanAnswer("done", "d1", at(3600), {"plan": {"digest": "d1"}})
    store.answer_plan("p1", answer)
    store.ask_plan(plan("p2", 1, answer=answer))
    assert [one.id for one in store.plans_with("d1")] == ["p2", "p1"]
    assert store.plan_asked("p1").answer == answer
    assert store.plan_asked("p3") is None


def test_the_same_plan_waits_to_be_carried_out_once(store):
    assert store.ask_remediation(remediation())
    assert not store.ask_remediation(remediation("r2"))
    assert store.due_of(Kind.REMEDIATION, "r2") is None
    assert store.ask_remediation(remediation("r3", digest="d2"))
    assert [one.id for one in store.waiting_for("d1")] == ["r1"]


def test_what_is_opened_waits_no_more_and_cannot_be_refused(store):
    store.ask_remediation(remediation())
    begin(store, "r1")
    store.refuse_remediation("r1", "too late")
    assert store.remediation_asked("r1") == remediation()
    assert store.due_of(Kind.REMEDIATION, "r1") is not None
    assert store.waiting_for("d1") == ()
    assert store.ask_remediation(remediation("r2"))


def test_what_is_refused_is_not_due_and_may_be_asked_for_again(store):
    store.ask_remediation(remediation())
    store.refuse_remediation("r1", "no window")
    assert store.remediation_asked("r1") == remediation(refused="no window")
    assert store.due_of(Kind.REMEDIATION, "r1") is None
    assert store.ask_remediation(remediation("r2"))


def test_remediations_of_commands_are_listed_with_those_asked_for(store):
    store.ask_remediation(remediation("r1", seconds=60))
    begin(store, "r1")
    begin(store, "r0")
    assert [place.id for place in store.remediation_places(limit=9)] == ["r1", "r0"]


def test_a_recall_is_kept_until_it_is_obeyed(store):
    assert store.recalled("r1") is None
    recall = Recall("r1", "ann", at(0), "cancelled", 7)
    store.recall(recall)
    store.recall(recall)
    assert store.recalled("r1") == recall
    store.forget_recall("r1")
    assert store.recalled("r1") is None
