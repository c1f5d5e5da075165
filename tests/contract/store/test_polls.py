"""What stores keep of polls: notes as they were, and turns by the store's own time."""

from dataclasses import replace

import pytest

from service.domain.polling.note import note_of
from service.domain.polling.turns import Grade, PollTurn
from tests.support.builders import look

TURN = PollTurn("hq-1", Grade.WATCHED, 12.5, 1.5, 1.25, 2)


@pytest.fixture
def note():
    return replace(note_of(look(certificates=None), None), differences=3)


def test_a_note_comes_back_as_it_was_and_the_newest_holds(store, note):
    assert store.poll_note("hq-1") is None
    store.keep_poll_note(note)
    store.keep_poll_note(replace(note, differences=4))
    assert store.poll_note("hq-1") == replace(note, differences=4)


def test_a_turn_is_kept_with_the_stores_time_of_it(store, world):
    assert store.poll_turns() == {}
    store.note_turns([TURN, replace(TURN, controller="hq-2", grade=Grade.HEALTHY)])
    world.advance(60)
    store.note_turns([replace(TURN, strained=3)])
    world.advance(30)
    known = store.poll_turns()
    assert known["hq-1"] == replace(TURN, strained=3)
    assert known["hq-1"].now_s - known["hq-1"].at_s == pytest.approx(30)
    assert known["hq-2"].grade is Grade.HEALTHY
    assert known["hq-2"].now_s - known["hq-2"].at_s == pytest.approx(90)
