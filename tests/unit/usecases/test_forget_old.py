"""What is old is forgotten once an hour, and what was forgotten is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.observation import ApState
from service.domain.retention import Forgotten, Retention
from service.usecases import forget_old as module
from service.usecases.forget_old import forget_old
from tests.support.builders import MAC, OPENED, look, sighting
from tests.support.stage import Stage
from tests.support.stores import MemoryStore

DAY_S = 86_400.0
STATES = (ApState.REGISTERED, ApState.NOT_JOINED, ApState.DOWNLOADING, ApState.NOT_JOINED)


@pytest.fixture
def context():
    """Four states on four days, the first of them long ago; who was seen then alone is absent."""
    made = Stage().process().context
    now = (made.clock.now().wall - OPENED).total_seconds()
    made = replace(made, store=MemoryStore(made.clock), retention=Retention(states=30, absent=40))
    left = sighting(mac=type(MAC)("00:00:00:00:00:10"), state=ApState.REGISTERED)
    for turn, (days_ago, state) in enumerate(zip((50, 45, 20, 10), STATES, strict=True)):
        aps = (sighting(state=state), left) if turn == 0 else (sighting(state=state),)
        made.store.add_poll(look(now - days_ago * DAY_S, aps=aps))
    yield made
    made.store.close()


def test_the_old_is_folded_and_dropped_and_how_much_is_said(context):
    assert forget_old(context) == Forgotten(folded=2, spells=2, aps=1)
    assert set(context.store.histories("hq-1")) == {MAC}
    (past,) = context.store.past_spells(MAC, on="hq-1", limit=9)
    assert (past.spell.state, past.changes) == ("downloading", 1)
    away = context.clock.now().wall - context.store.spell(MAC, on="hq-1").away_since
    assert away == pytest.approx(timedelta(days=45), abs=timedelta(seconds=1))


def test_it_is_done_once_an_hour_whoever_asks(context):
    assert forget_old(context) is not None
    assert forget_old(context) is None


def test_what_is_too_much_for_one_turn_has_the_next(context, monkeypatch):
    monkeypatch.setattr(module, "AT_ONCE", 1)
    monkeypatch.setattr(module, "MOST_TIMES", 1)
    assert forget_old(context).spells == 1


def test_the_words_say_what_was_dropped():
    assert Forgotten().is_nothing
    assert "3 dropped" in Forgotten(spells=3).words
