"""Tickets and their outbox: written once, in order, and reckoned by the store's own time."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.tickets import ChangeReading, Ticket
from service.ports.requests import Kind
from service.ports.tickets import Message
from tests.support.fake_clock import START

ONE = Ticket("t1", "change", "digest", "digest", "hq-1")
READING = ChangeReading("approved", START, START + timedelta(hours=1), "Scheduled")


def message(key="t1/open", verb="open", ticket="t1", **body):
    return Message(ticket, key, verb, body, START)


@pytest.fixture
def store(sql_store):
    sql_store.add_ticket(ONE, message(draft="x"), message("t1/plan", "attach"))
    return sql_store


def test_a_ticket_is_kept_once_for_its_correlation_with_what_it_is_told_first(store):
    assert not store.add_ticket(ONE, message("t1/other"))
    assert store.ticket("t1") == ONE
    assert [one.key for one in store.messages()] == ["t1/open", "t1/plan"]
    assert store.messages()[0].body == {"draft": "x"}
    assert store.due_of(Kind.TICKET, "t1").is_due
    assert store.ticket("t2") is None


def test_tickets_are_told_newest_first_by_kind_subject_and_whether_they_live(store):
    other = Ticket("t2", "incident", "finding", "finding", "hq-2")
    store.add_ticket(other)
    assert [one.id for one in store.tickets()] == ["t2", "t1"]
    assert store.tickets(kind="change") == store.tickets(subject="digest") == (ONE,)
    store.end_ticket("t2")
    assert store.tickets(live=True) == (ONE,)
    assert store.ticket("t2").over


def test_what_a_change_said_stays_known_while_it_is_asked_in_vain(store, world):
    assert store.ticket("t1").read_ago_s == math.inf
    store.note_opened("t1", number="CHG1", ref="abc")
    store.note_reading("t1", READING)
    world.advance(40)
    store.note_reading("t1", None, "no answer")
    world.advance(2)
    found = store.ticket("t1")
    assert (found.number, found.ref, found.reading) == ("CHG1", "abc", READING)
    assert (found.read_ago_s, found.asked_ago_s) == (42, 2)
    assert found.trouble == "no answer"
    store.note_reading("t1", READING)
    assert store.ticket("t1").trouble == ""


def test_what_is_carried_out_under_it_and_how_far_it_was_told_is_kept(store):
    store.note_told("t1", noted=7, told="what it says")
    store.note_carried("t1", "r1")
    found = store.ticket("t1")
    assert (found.remediation, found.noted, found.told) == ("r1", 0, "what it says")


def test_a_message_is_written_down_once_and_keeps_its_place(store):
    store.forget_due(Kind.TICKET, "t1")
    assert store.post(message("t1/a", "note"), message("t1/open"), message("t1/b", "note")) == 2
    assert store.due_of(Kind.TICKET, "t1").is_due
    keys = [one.key for one in store.messages(ticket="t1", state="waiting")]
    assert keys == ["t1/open", "t1/plan", "t1/a", "t1/b"]
    store.forget_due(Kind.TICKET, "t1")
    assert store.post(message("t1/a", "note")) == 0
    assert store.due_of(Kind.TICKET, "t1") is None


def test_a_message_breaks_no_claim_and_is_not_forgotten_at_the_end_of_the_turn(store, world):
    assert store.claim_due(Kind.TICKET, "t1", for_s=180)
    for one in store.messages():
        store.settle_message(one.number, "sent")
    world.advance(1)
    assert store.post(message("t1/a", "note")) == 1
    assert not store.claim_due(Kind.TICKET, "t1", for_s=180)
    store.rest_ticket("t1", in_s=None)
    assert store.claim_due(Kind.TICKET, "t1", for_s=180)


def test_a_turn_that_left_nothing_waiting_ends_or_comes_again(store):
    for one in store.messages():
        store.settle_message(one.number, "sent")
    store.rest_ticket("t1", in_s=10)
    assert store.due_of(Kind.TICKET, "t1").in_s == 10
    store.rest_ticket("t1", in_s=None)
    assert store.due_of(Kind.TICKET, "t1") is None


def test_a_message_that_was_begun_is_known_as_such_until_it_is_settled(store):
    (first, second) = store.messages()
    store.begin_message(first.number)
    assert [(one.begun, one.tries) for one in store.messages()] == [(True, 1), (False, 0)]
    store.settle_message(first.number, "sent")
    store.settle_message(second.number, "waiting", "no answer", begun=True)
    assert store.messages(state="sent")[0].begun is False
    (left,) = store.messages(state="waiting")
    assert (left.begun, left.trouble) == (True, "no answer")


def test_dead_messages_wait_for_a_person_and_are_looked_for_before_they_are_sent_again(store):
    for one in store.messages():
        store.settle_message(one.number, "dead", "403")
    store.forget_due(Kind.TICKET, "t1")
    (first, second) = store.messages(state="dead")
    assert store.revive(first.number) == 1
    assert store.messages(state="waiting")[0].begun
    assert store.due_of(Kind.TICKET, "t1").is_due
    assert store.revive() == 1
    assert store.revive() == store.revive(999) == 0
    assert [one.key for one in store.messages(state="waiting")] == [first.key, second.key]


# -- words that the ITSM tells by itself -------------------------------------------------------


def said(second, standing="approved", state="Scheduled"):
    at = START + timedelta(seconds=second)
    return replace(READING, standing=standing, state=state, said_at=at)


def test_a_word_is_as_old_as_it_is_and_no_older_for_being_said_again(store, world):
    store.note_opened("t1", number="CHG1", ref="abc")
    assert store.take_word("t1", said(0), ago_s=25)
    world.advance(10)
    found = store.ticket("t1")
    assert (found.reading, found.read_ago_s) == (said(0), 35)
    assert store.take_word("t1", said(0), ago_s=1)
    assert store.ticket("t1").read_ago_s == 35
    store.note_reading("t1", None, "no answer")
    assert (store.ticket("t1").read_ago_s, store.ticket("t1").trouble) == (35, "no answer")
    assert store.take_word("t1", said(30), ago_s=5)
    assert (store.ticket("t1").read_ago_s, store.ticket("t1").trouble) == (5, "")


def test_a_word_that_was_overtaken_changes_nothing(store):
    assert store.take_word("t1", said(30, "withdrawn"), ago_s=0)
    for late in (said(29), said(30), said(0, "waiting")):
        assert not store.take_word("t1", late, ago_s=0)
    assert store.ticket("t1").reading == said(30, "withdrawn")
    assert store.take_word("t1", said(31), ago_s=0)
    assert store.take_word("t1", said(31, "waiting"), ago_s=0)
    assert store.ticket("t1").reading.standing == "waiting"
    assert not store.take_word("nobody's", said(40), ago_s=0)
