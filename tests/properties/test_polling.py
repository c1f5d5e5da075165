"""Polls that do not ask for everything, beside polls that do, of the same moving world.

Whatever access points do, the first kind tells of everyone that does not serve exactly what the
second does, diagnoses the same, and never remembers anything for longer than it may.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.history import is_there
from service.domain.observation import SWEEP_TOPICS
from service.domain.policy import Policy
from service.usecases.look import look
from tests.support.builders import CONTROLLER
from tests.support.cases import catalogue
from tests.support.poll_world import MOVES, QUIET, PollWorld, context_of

RECONCILE_S = 1800.0
THRIFTY = replace(CONTROLLER, policy=Policy(reconcile_s=RECONCILE_S))
APS = st.integers(0, 5)
moved = st.tuples(APS, st.sampled_from(MOVES))
told_or_not = st.tuples(APS, st.sampled_from(MOVES + QUIET))
pauses = st.integers(1, 1200)


def story(happens):
    """Turns: what happens, then so many seconds until the poll."""
    return st.lists(st.tuples(st.lists(happens, max_size=6), pauses), min_size=1, max_size=12)


class Both:
    """The same world, polled both ways at the same moments."""

    def __init__(self) -> None:
        self.world = PollWorld()
        self.thrifty, self.whole = context_of(THRIFTY), context_of(THRIFTY)

    def turn(self, happens, pause_s):
        for number, what in happens:
            self.world.now += timedelta(seconds=1)
            self.world.move(number, what)
        self.world.now += timedelta(seconds=pause_s)
        looked = look(self.thrifty, THRIFTY, self.world, is_thrifty=True)
        truth = self.world.read(SWEEP_TOPICS, timeout_s=1)
        histories = self.thrifty.store.add_poll(looked.view), self.whole.store.add_poll(truth)
        self.thrifty.store.keep_poll_note(looked.note)
        return looked, truth, histories


def judged(view, histories):
    return diagnose(view, histories, catalogue(), DiagnosisContext())


@settings(max_examples=30)
@given(story(told_or_not))
def test_everyone_is_there_and_all_that_do_not_serve_are_as_a_whole_poll_tells_them(turns):
    both = Both()
    for happens, pause_s in turns:
        looked, truth, _ = both.turn(happens, pause_s)
        told = {ap.mac: ap for ap in looked.view.aps}
        assert set(told) == {ap.mac for ap in truth.aps}
        for ap in truth.aps:
            if not is_there(ap):
                assert told[ap.mac] == ap


@settings(max_examples=30)
@given(story(told_or_not))
def test_nothing_is_remembered_for_longer_than_the_policy_says(turns):
    both = Both()
    for happens, pause_s in turns:
        looked, truth, _ = both.turn(happens, pause_s)
        since = [ap.details_at for ap in looked.view.aps if ap.details_at is not None]
        for at in (*since, *looked.view.remembered.values()):
            assert 0 <= (truth.read_at - at).total_seconds() < RECONCILE_S


@settings(max_examples=30)
@given(story(told_or_not))
def test_after_a_whole_poll_both_are_the_same(turns):
    both = Both()
    for happens, pause_s in turns:
        both.turn(happens, pause_s)
    looked, truth, _ = both.turn([], RECONCILE_S)
    assert not looked.view.remembered
    assert replace(looked.view, read_at=truth.read_at) == truth


@settings(max_examples=30)
@given(story(moved))
def test_where_the_pulse_tells_everything_both_diagnose_the_same_and_differ_in_nothing(turns):
    both = Both()
    for happens, pause_s in turns:
        looked, truth, (known, whole) = both.turn(happens, pause_s)
        assert judged(looked.view, known) == judged(truth, whole)
        assert looked.differences == ()


@settings(max_examples=30)
@given(story(told_or_not), APS, st.sampled_from(QUIET))
def test_what_the_pulse_did_not_tell_is_found_out_and_counted_by_the_next_whole_poll(
    turns, number, what
):
    both = Both()
    for happens, pause_s in turns:
        both.turn(happens, pause_s)
    both.turn([(number, "joins")], 1)
    both.turn([], RECONCILE_S)  # a whole one
    both.turn([], 60)
    counted = both.thrifty.store.poll_note("hq-1").differences
    quiet, _, _ = both.turn([(number, what)], 60)
    assert quiet.differences == ()
    looked, _, _ = both.turn([], RECONCILE_S)
    assert len(looked.differences) == 1
    assert looked.note.differences == counted + 1
