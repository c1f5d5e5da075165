"""The journal's events, as what a later process needs: nothing secret, nothing missing."""

from dataclasses import fields

from service.domain.inventory import Credentials
from service.domain.journal import Charter, Closed, Entry, HomeCalled, Observed, Settled
from tests.support.builders import charter, instant


def test_a_charter_holds_everything_that_putting_back_takes_and_no_credentials():
    names = {field.name for field in fields(Charter)}
    assert {"ntp", "zone", "moment", "true_time", "unsaved", "policy", "aps"} <= names
    assert not any(isinstance(value, Credentials) for value in vars_of(charter()))
    assert "password" not in str(charter()).lower()


def vars_of(value: Charter) -> list[object]:
    return [getattr(value, field.name) for field in fields(value)]


def test_events_are_told_apart_by_their_type():
    events = (
        Settled("s", "applied"),
        Observed("s"),
        HomeCalled("x"),
        Closed("cancelled", "", 0, 0),
    )
    assert len({event.type for event in events}) == len(events)


def test_an_entry_is_written_once():
    entry = Entry(1, instant(), HomeCalled("x"), 3)
    assert entry == Entry(1, instant(), HomeCalled("x"), 3)
    assert hash(HomeCalled("x")) == hash(HomeCalled("x"))
