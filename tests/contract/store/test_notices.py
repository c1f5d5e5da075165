"""Notices in the store: each once, one teller a channel, what is blocked runs out."""

from dataclasses import replace

import pytest

from service.domain.notices.rules import Rule
from service.domain.notices.words import Words
from service.ports.notices import new_notice, outbox_of
from service.ports.webhooks import NewDelivery
from tests.support.ears import AT, alarm, found

WORDS = Words("what", ("where", "since", "Next: nothing"))
RULE = Rule("all", ("noc",))


def new(happening, channel="noc"):
    return new_notice(channel, RULE, happening, WORDS)


def waiting(store, channel="noc"):
    return [one.subject for one in store.notices(channel, limit=10)]


@pytest.fixture
def store(sql_store):
    return sql_store


def test_a_notice_is_kept_once_for_each_channel_until_it_is_told(store, world):
    assert store.add_notices([new(found(1)), new(found(1)), new(found(1), "boss")]) == 2
    assert store.add_notices([new(found(1)), new(found(2))]) == 1
    world.advance(5)
    first, second = store.notices("noc", limit=10)
    assert (first.words, first.severity, first.age_s) == (WORDS, new(found()).severity, 5.0)
    assert store.waiting_notices() == {"noc": 2, "boss": 1}
    store.settle_notices("noc", [first.number])
    assert store.notices("noc", limit=10) == (second,)
    assert store.add_notices([new(found(1))]) == 0
    assert waiting(store, "boss") == ["finding/f1"]


def test_what_is_blocked_runs_out_and_is_each_channels_own(store, world):
    store.block("noc", {"a": 60.0, "b": 10.0})
    store.block("noc", {"a": 100.0})
    world.advance(20)
    assert store.blocked("noc") == {"a": 80.0}
    assert store.blocked("boss") == {}


def test_a_channel_with_something_to_do_is_offered_once_and_told_by_one(store, world):
    known = ("noc", "boss")
    assert store.offer_channels(known, again_after_s=10) == ()
    store.add_notices([new(found())])
    assert store.offer_channels(known, again_after_s=10) == ("noc",)
    assert store.offer_channels(known, again_after_s=10) == ()
    assert store.claim_channel("noc", "me", for_s=60)
    assert not store.claim_channel("noc", "you", for_s=60)
    world.advance(61)
    assert store.claim_channel("noc", "you", for_s=60)
    store.rest_channel("noc", "me", for_s=0)
    assert store.offer_channels(known, again_after_s=10) == ()
    store.rest_channel("noc", "you", for_s=0)
    assert store.offer_channels(known, again_after_s=10) == ("noc",)


def test_an_alarm_ends_a_channels_rest_and_other_things_do_not(store):
    store.offer_channels(("noc",), again_after_s=10)
    assert store.claim_channel("noc", "me", for_s=60)
    store.rest_channel("noc", "me", for_s=500)
    store.add_notices([new(found())])
    assert store.offer_channels(("noc",), again_after_s=10) == ()
    store.add_notices([new(alarm())])
    assert store.offer_channels(("noc",), again_after_s=10) == ("noc",)


def test_an_unsent_message_is_something_to_do_too_of_a_known_channel_alone(store):
    kind = found().kind
    message = NewDelivery("d1", outbox_of("noc"), "e1", kind, "notice/1", "{}", AT)
    store.add_deliveries([message])
    assert store.offer_channels(("boss",), again_after_s=10) == ()
    assert store.offer_channels(("noc",), again_after_s=10) == ("noc",)


def test_old_notices_are_forgotten(store):
    store.add_notices([new(found(1)), replace(new(found(2)), at=AT.replace(year=2027))])
    assert store.forget_notices(before=AT.replace(month=12)) == 1
    assert waiting(store) == ["finding/f2"]


def test_whether_people_are_told_anything_is_kept(store):
    assert not store.tells_people()
    store.tell_people(begins=True)
    store.tell_people(begins=True)
    assert store.tells_people()
    store.tell_people(begins=False)
    assert not store.tells_people()
