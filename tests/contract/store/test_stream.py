"""Notifications in the store: each once, numbered for ever, by moment, forgotten in time."""

from datetime import timedelta

import pytest

from service.domain.stream import Notification
from tests.support.builders import OPENED

SAID = {"finding": "f1", "left": ["a"], "access-points": 3, "issue": None}


def at(seconds):
    return OPENED + timedelta(seconds=seconds)


def new(number, seconds=0):
    return Notification(f"e{number}", "finding-raised", at(seconds), "hq-1", SAID)


@pytest.fixture
def store(sql_store):
    return sql_store


def events(found):
    return [one.notification.event for one in found]


def test_a_notification_is_kept_once_as_it_was_told(store):
    assert (store.last_told(), store.first_told_at()) == (0, None)
    store.tell([new(1), new(2, 5), new(1)])
    store.tell([new(2), new(3, -5)])
    found = store.told_after(0, limit=10)
    assert [one.notification for one in found] == [new(1), new(2, 5), new(3, -5)]
    assert store.last_told() == found[-1].number
    assert store.first_told_at() == at(-5)


def test_a_listener_goes_on_after_a_number_and_replays_from_a_moment(store):
    store.tell([new(1), new(2, 5), new(3, -5), new(4, 9)])
    first, *rest = store.told_after(0, limit=2)
    assert events([first, *rest]) == ["e1", "e2"]
    assert events(store.told_after(rest[-1].number, limit=10)) == ["e3", "e4"]
    assert events(store.told_after(0, limit=10, since=at(5))) == ["e2", "e4"]


def test_a_number_is_never_given_again(store):
    store.tell([new(1), new(2)])
    newest = store.last_told()
    store.forget_told(before=at(1))
    assert store.told_after(0, limit=10) == ()
    store.tell([new(3)])
    assert store.last_told() > newest
