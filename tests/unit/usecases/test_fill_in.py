"""What pages show is made of words that an older version kept, some at a time."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from service.store.fleet_view_tables import gists
from service.usecases import fill_in as module
from service.usecases.fill_in import fill_in
from tests.support.seeded_fleet import word
from tests.support.stage import Stage
from tests.support.stores import MemoryStore


@pytest.fixture
def context(monkeypatch):
    """Five controllers whose words are kept and whose gists are not; two at once."""
    made = Stage().process().context
    made = replace(made, store=MemoryStore(made.clock))
    words = [word(f"hq-{number}") for number in range(5)]
    made.store.keep_looks("s1", words, at=made.clock.now().wall)
    with made.store._engine.begin() as connection:
        connection.execute(delete(gists))
    monkeypatch.setattr(module, "AT_ONCE", 2)
    yield made
    made.store.close()


def test_all_that_is_missing_is_made_and_it_is_said_of_how_many(context):
    assert fill_in(context) == 5
    assert len(context.store.gists()) == 5


def test_what_is_too_much_for_one_turn_has_the_next_and_turns_are_apart(context, monkeypatch):
    monkeypatch.setattr(module, "MOST_TIMES", 1)
    assert fill_in(context) == 2
    assert fill_in(context) == 0
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    assert [fill_in(context) for _ in range(3)] == [2, 1, 0]
