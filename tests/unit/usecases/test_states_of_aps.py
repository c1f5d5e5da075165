"""Since when an access point is in its state, also where an older version noted none."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from service.domain.observation import ApState
from service.store.tables import ap_history
from service.usecases.aps import show_ap
from tests.support.builders import MAC, look, sighting
from tests.support.stage import Stage
from tests.support.stores import MemoryStore


@pytest.fixture
def context():
    made = Stage().process().context
    made = replace(made, store=MemoryStore(made.clock))
    yield made
    made.store.close()


@pytest.mark.parametrize("state", [ApState.REGISTERED, ApState.DOWNLOADING, ApState.NOT_JOINED])
def test_it_is_told_as_far_back_as_the_history_goes_where_no_poll_noted_it(context, state):
    for at in (0, 60):
        context.store.add_poll(look(at, aps=(sighting(state=state),)))
    (noted,) = show_ap(context, str(MAC))
    with context.store._engine.begin() as connection:
        connection.execute(update(ap_history).values(state=None, since=None, away_since=None))
    (told,) = show_ap(context, str(MAC))
    assert told["stuck_since"] == noted["stuck_since"]
    assert (told["stuck_since"] is None) is (state is ApState.REGISTERED)
    assert told["state_since"] == (told["stuck_since"] or told["seen"])
