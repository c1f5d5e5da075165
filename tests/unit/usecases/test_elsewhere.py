"""An AP that has not joined here and serves elsewhere, by what polls of the others kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.diagnosis.verdict import Explained
from service.domain.observation import ApState, JoinPhase
from service.usecases.poll import Polled
from service.usecases.sweep import judge
from tests.support.builders import CONTROLLER, MAC, look, sighting
from tests.support.stage import Stage

NEXT_DOOR = replace(CONTROLLER, name="hq-2")
STRAY = sighting(
    state=ApState.NOT_JOINED, failure_phase=JoinPhase.DTLS, dtls_failure="dtls-hs-cert-auth"
)
SERVES = sighting(state=ApState.REGISTERED)


def judged(there, *, here=STRAY, apart_s: float = -60, together: bool = False):
    """Another controller was polled `apart_s` after this one."""
    stage = Stage(fleet=(NEXT_DOOR,))
    context = stage.process().context
    at = 2000.0
    other = replace(look(at + apart_s, aps=(there,)), controller="hq-2")
    seen = Polled(NEXT_DOOR, other, context.store.add_poll(other))
    view = look(at, aps=(here,))
    mine = Polled(CONTROLLER, view, context.store.add_poll(view))
    return judge(context, [mine, seen] if together else [mine])[0].diagnosis


def causes(diagnosis):
    return {one.mac: one.cause for one in diagnosis.explained}


def test_one_that_serves_next_door_needs_nothing_also_where_only_this_controller_is_polled():
    assert causes(judged(SERVES)) == {MAC: Explained.ELSEWHERE}
    assert causes(judged(SERVES, together=True)) == {MAC: Explained.ELSEWHERE}


@pytest.mark.parametrize("apart_s", [-timedelta(minutes=16).total_seconds(), 60])
def test_an_old_sight_and_one_of_the_future_do_not_count(apart_s):
    assert causes(judged(SERVES, apart_s=apart_s)) == {}


def test_one_that_downloads_here_is_here():
    downloading = sighting(state=ApState.DOWNLOADING)
    assert causes(judged(SERVES, here=downloading)) == {}


def test_one_that_serves_nowhere_is_not_explained():
    assert causes(judged(STRAY)) == {}
