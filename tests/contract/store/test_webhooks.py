"""Webhooks in the store: one sender at a time, in order within a subject, told once, kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.webhooks import EventKind, Interest
from service.ports.requests import AskedPlan, AskedRemediation, PlanAnswer
from service.ports.webhooks import NewDelivery, Tried, Webhook
from tests.support.builders import OPENED

HOOK = Webhook(
    "w1",
    "noc",
    "https://noc.example.net/",
    Interest((EventKind.PLAN_READY,), ("hq",), ("lab", "x")),
    "k",
    "1:sealed",
    OPENED,
    "root",
)
OTHER = replace(HOOK, id="w2", created=OPENED + timedelta(seconds=1), interest=Interest())
TAKEN = Tried("delivered", 204, "", 0.0)
DEAD = Tried("dead", 500, "answered 500", 86_000.0)


def failed(again_in_s: float) -> Tried:
    return Tried("pending", None, "no answer", again_in_s, again_in_s)


def new(number: int, subject: str = "remediation/r1", webhook: str = "w1") -> NewDelivery:
    kind = EventKind.REMEDIATION_STEP
    return NewDelivery(f"d{number}", webhook, f"e{number}", kind, subject, "{}", OPENED)


@pytest.fixture
def store(sql_store):
    sql_store.add_webhook(HOOK)
    return sql_store


def due(store, webhook="w1"):
    found = store.next_delivery(webhook)
    return None if found is None else found.id


def note(store, delivery, tried):
    store.note_tried(delivery, tried, at=OPENED)


def test_webhooks_are_kept_oldest_first_and_forgotten_with_their_deliveries(store):
    store.add_webhook(OTHER)
    assert store.webhooks() == (HOOK, OTHER)
    assert (store.webhook("w2"), store.webhook("w3")) == (OTHER, None)
    store.add_deliveries([new(1), new(2, webhook="w2")])
    assert store.remove_webhook("w1")
    assert not store.remove_webhook("w1")
    assert (store.deliveries("w1", limit=9), due(store, "w2")) == ((), "d2")


def test_deliveries_of_one_subject_go_out_in_order_and_of_others_meanwhile(store):
    store.add_deliveries([new(1), new(2), new(3, "finding/f1")])
    assert due(store) == "d1"
    note(store, "d1", failed(60))
    assert due(store) == "d3"
    note(store, "d3", TAKEN)
    assert (due(store), store.offer_webhooks(again_after_s=10)) == (None, ())


def test_one_that_was_put_off_is_due_after_its_wait_and_its_followers_after_it(store, world):
    store.add_deliveries([new(1), new(2)])
    note(store, "d1", failed(60))
    world.advance(59)
    assert due(store) is None
    world.advance(2)
    assert due(store) == "d1"
    note(store, "d1", TAKEN)
    assert due(store) == "d2"


def test_the_dead_make_way_are_listed_and_come_again_when_told_to(store):
    store.add_deliveries([new(1), new(2)])
    note(store, "d1", DEAD)
    assert due(store) == "d2"
    (dead,) = store.deliveries("w1", limit=9, state="dead")
    assert (dead.id, dead.status, dead.detail, dead.tries) == ("d1", 500, "answered 500", 1)
    assert dead.ended == OPENED
    again = store.redeliver("w1", "d1")
    assert (again.state, again.waited_s, again.ended) == ("pending", 0.0, None)
    assert due(store) == "d1"
    assert store.redeliver("w2", "d1") is None
    assert store.redeliver("w1", "d9") is None


def test_what_was_delivered_stays_so_whatever_a_slow_twin_says(store):
    store.add_deliveries([new(1)])
    note(store, "d1", TAKEN)
    note(store, "d1", failed(5))
    (one,) = store.deliveries("w1", limit=9)
    assert (one.state, one.tries) == ("delivered", 1)


def test_an_event_is_kept_once_for_each_webhook(store):
    assert store.add_deliveries([new(1), replace(new(2), event="e1")]) == 1
    assert store.add_deliveries([replace(new(3, webhook="w2"), event="e1")]) == 1


def test_deliveries_are_listed_newest_first_by_pages(store):
    store.add_deliveries([new(number) for number in range(1, 6)])
    first = store.deliveries("w1", limit=2)
    rest = store.deliveries("w1", limit=9, before=first[-1].number)
    assert [one.id for one in (*first, *rest)] == ["d5", "d4", "d3", "d2", "d1"]


def test_what_ended_long_ago_is_dropped_and_what_is_pending_is_not(store):
    store.add_deliveries([new(1), new(2, "plan/p")])
    note(store, "d1", DEAD)
    later = OPENED + timedelta(seconds=1)
    assert store.forget_deliveries(ended_before=OPENED) == 0
    assert store.forget_deliveries(ended_before=later) == 1
    assert [one.id for one in store.deliveries("w1", limit=9)] == ["d2"]


def test_one_at_a_time_sends_to_a_webhook_and_a_dead_one_loses_it_by_time(store, world):
    store.add_deliveries([new(1)])
    assert store.offer_webhooks(again_after_s=10) == ("w1",)
    assert store.claim_webhook("w1", "me", for_s=60)
    assert not store.claim_webhook("w1", "you", for_s=60)
    assert store.offer_webhooks(again_after_s=10) == ()
    world.advance(50)
    assert store.claim_webhook("w1", "me", for_s=60)
    world.advance(59)
    assert not store.claim_webhook("w1", "you", for_s=60)
    world.advance(1)
    assert store.offer_webhooks(again_after_s=10) == ("w1",)
    assert store.claim_webhook("w1", "you", for_s=60)
    assert not store.claim_webhook("w9", "me", for_s=60)


def test_an_offer_is_made_once_in_a_while_and_taken_by_whoever_comes_first(store, world):
    def offers():
        return store.offer_webhooks(again_after_s=10)

    store.add_deliveries([new(1), new(2)])
    assert (offers(), offers()) == (("w1",), ())
    world.advance(10)
    assert (offers(), offers()) == (("w1",), ()), "it came to nothing"
    assert store.claim_webhook("w1", "me", for_s=60)
    assert not store.claim_webhook("w1", "you", for_s=60)
    store.rest_webhook("w1", "me", for_s=0)
    assert offers() == ("w1",), "somebody came, and there is more"


def test_one_that_rests_is_left_alone_for_so_long(store, world):
    store.add_deliveries([new(1)])
    store.claim_webhook("w1", "me", for_s=60)
    store.rest_webhook("w1", "you", for_s=0)
    assert not store.claim_webhook("w1", "you", for_s=60)
    store.rest_webhook("w1", "me", for_s=30)
    assert not store.claim_webhook("w1", "you", for_s=60)
    world.advance(30)
    assert store.claim_webhook("w1", "you", for_s=60)


# -- what was told -----------------------------------------------------------------------------


def look(store, sweep, controller="hq-1"):
    document = {"controllers": [{"name": controller, "findings": []}]}
    store.keep_sweep(sweep, document, at=OPENED)


def untold(store, topic):
    return [(one.subject, one.version) for one in store.untold(topic, limit=9)]


def test_a_new_word_on_a_controller_is_news_once(store):
    look(store, "s1")
    (one,) = store.untold("look", limit=9)
    assert (one.subject, one.version, one.told_version, one.note) == ("hq-1", "s1", None, "")
    store.told("look", one, "known")
    assert untold(store, "look") == []
    look(store, "s2")
    (one,) = store.untold("look", limit=9)
    assert (one.version, one.told_version, one.note) == ("s2", "s1", "known")
    assert store.look_of("hq-1").sweep == "s2"
    assert store.look_of("hq-9") is None


def test_a_plan_is_news_when_it_can_be_carried_out_and_not_before(store):
    store.ask_plan(AskedPlan("p1", OPENED, "ann", "hq-1"))
    assert untold(store, "plan") == []
    store.answer_plan("p1", PlanAnswer("done", "ab" * 32, OPENED, {"plan": {}}))
    assert untold(store, "plan") == [("p1", "ready")]
    store.pass_over("plan")
    assert untold(store, "plan") == []


def test_a_wish_is_news_and_its_refusal_once_more(store):
    store.ask_remediation(AskedRemediation("r1", OPENED, "ann", "p1", "ab" * 32, "hq-1"))
    (one,) = store.untold("asked", limit=9)
    assert (one.subject, one.version) == ("r1", "queued")
    store.told("asked", one)
    store.refuse_remediation("r1", "the plan expired")
    (one,) = store.untold("asked", limit=9)
    assert (one.version, one.told_version) == ("refused", "queued")


def test_no_more_is_told_at_once_than_asked_for(store):
    for name in ("a", "b", "c"):
        look(store, f"s-{name}", name)
    assert len(store.untold("look", limit=2)) == 2


def test_one_tells_at_a_time(reopen):
    first, second = reopen(), reopen()
    with first.together():
        assert first.tells_alone()
        if "postgresql" in first.url:  # SQLite has one transaction at a time anyway
            assert not second.tells_alone()
    assert second.tells_alone()


def test_what_is_remembered_of_a_subject_is_one_word_until_it_is_forgotten(store):
    assert store.remembered("reach") == {}
    for subject, note in (("hq-1", "a"), ("hq-2", "b"), ("hq-1", "c")):
        store.remember("reach", subject, note)
    assert store.remembered("reach") == {"hq-1": "c", "hq-2": "b"}
    store.remember("reach", "hq-1", "")
    store.remember("reach", "hq-3", "")
    assert store.remembered("reach") == {"hq-2": "b"}


def test_deliveries_are_counted_by_their_state_for_each_webhook_alone(store):
    assert store.count_deliveries("w1") == {}
    store.add_deliveries([new(1), new(2), new(3), new(4, webhook="w2")])
    store.note_tried("d1", Tried("dead", 500, "HTTP 500", 1.0), at=OPENED)
    store.note_tried("d2", Tried("delivered", 200, "", 0.0), at=OPENED)
    assert store.count_deliveries("w1") == {"dead": 1, "delivered": 1, "pending": 1}
    assert store.count_deliveries("w2") == {"pending": 1}
