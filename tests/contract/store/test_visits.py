"""Sessions at the page in both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.scope import Scope
from service.ports.tokens import Role, Token
from service.ports.visits import Visit
from service.store.visits import KEPT
from tests.support.builders import OPENED

HOUR = timedelta(hours=1)


@pytest.fixture
def store(sql_store):
    return sql_store


def visit(*, began=OPENED, expires=None, scope: Scope = Scope()) -> Visit:  # noqa: B008 - frozen
    token = Token("t1", "vera \u202e", Role.APPROVER, OPENED - HOUR, expires, scope=scope)
    return Visit(token, began, began, began + 12 * HOUR)


@pytest.mark.parametrize("scope", [Scope(), Scope(sites=("rome", "oslo"), tags=("branch",))])
@pytest.mark.parametrize("expires", [None, OPENED + HOUR])
def test_a_visit_is_read_as_it_was_kept(store, scope, expires):
    store.open_visit("digest", visit(expires=expires, scope=scope))
    assert store.visit("digest") == visit(expires=expires, scope=scope)
    assert store.visit("another") is None


def test_a_use_is_noted_and_a_closed_one_is_no_more(store):
    store.open_visit("one", visit())
    store.open_visit("other", visit())
    store.note_visit("one", at=OPENED + HOUR)
    assert store.visit("one").seen == OPENED + HOUR
    assert store.visit("other").seen == OPENED
    store.close_visit("one")
    store.close_visit("nobody's")
    assert (store.visit("one"), store.visit("other")) == (None, visit())


def test_those_of_one_name_are_closed_and_nobody_elses(store):
    other = visit()
    other = replace(other, token=replace(other.token, name="vera"))
    for digest, one in (("one", visit()), ("two", visit()), ("other", other)):
        store.open_visit(digest, one)
    assert store.close_visits_of(visit().token.name) == 2
    assert (store.visit("one"), store.visit("two"), store.visit("other")) == (None, None, other)
    assert store.close_visits_of("nobody") == 0


def test_those_that_ended_long_ago_go_when_the_next_one_begins(store):
    store.open_visit("old", visit())
    ends = OPENED + 12 * HOUR
    store.open_visit("soon", visit(began=ends + KEPT))
    assert store.visit("old") is not None
    store.open_visit("late", visit(began=ends + KEPT + timedelta(seconds=1)))
    assert store.visit("old") is None
