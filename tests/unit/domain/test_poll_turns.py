"""How often schedules poll a controller: by its class, its share, its answers, its own moment."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.diagnosis import Diagnosis
from service.domain.finding import Confidence, Finding
from service.domain.policy import Policy
from service.domain.polling.turns import (
    MOST_STRAINED,
    STEPS,
    Grade,
    PollTurn,
    after,
    grade_of,
    is_loaded,
    is_turn,
    step_s,
    wait_s,
)
from tests.support.cases import NOW, downloading, minutes, not_joined, polls, registered, view

POLICY = Policy(troubled_every=1, watched_every=2, healthy_every=4, poll_share=0.0)
FINDING = Finding("hq-1", "FN72524", Confidence.PROBABLE)
HOUR_S = 3600.0


def turn(grade=Grade.HEALTHY, *, ago_s=0.0, **fields) -> PollTurn:
    made = PollTurn("hq-1", grade, 1.0, 1.2, 1.2, at_s=1000.0, now_s=1000.0 + ago_s)
    return replace(made, **fields)


@pytest.mark.parametrize(
    ("seen", "finding", "grade"),
    [
        (registered(), True, Grade.TROUBLED),
        (downloading(), False, Grade.WATCHED),
        (not_joined(), False, Grade.WATCHED),
        (registered(), False, Grade.HEALTHY),
    ],
)
def test_a_controller_is_of_the_class_that_its_access_points_make_it(seen, finding, grade):
    diagnosis = Diagnosis((FINDING,) if finding else ())
    assert grade_of(diagnosis, polls((NOW, seen)).values(), view(seen)) is grade


def test_access_points_that_are_away_for_long_keep_nobody_watched():
    away = polls((NOW - minutes(2 * 24 * 60), not_joined()), (NOW, not_joined()))
    assert grade_of(Diagnosis(), away.values(), view(not_joined())) is Grade.HEALTHY


@pytest.mark.parametrize(
    ("grade", "turns"), [(Grade.TROUBLED, 1), (Grade.WATCHED, 2), (Grade.HEALTHY, 4)]
)
def test_the_policy_says_every_how_many_turns_a_class_is_polled(grade, turns):
    assert wait_s(turn(grade), POLICY, 60) == 60 * turns
    due = [at for at in range(1, 9) if is_turn(turn(grade, ago_s=at * 60 - 1), POLICY, 60)]
    assert due == list(range(turns, 9))


def test_by_default_every_controller_is_polled_at_every_turn():
    for grade in Grade:
        assert is_turn(turn(grade, ago_s=0.1), Policy(), 60)


def test_one_that_was_never_polled_or_by_another_clock_is_polled_now():
    for is_spread in (False, True):
        assert is_turn(None, POLICY, 60, is_spread=is_spread)
        assert is_turn(turn(at_s=None), POLICY, 60, is_spread=is_spread)


def test_one_that_answers_far_slower_than_usual_is_polled_less_and_less():
    known = turn(Grade.TROUBLED)
    waits = []
    for _ in range(MOST_STRAINED + 2):
        known = after(known, "hq-1", Grade.TROUBLED, busy_s=1, answer_s=500)
        waits.append(wait_s(known, POLICY, 60))
    assert waits[:3] == [120, 240, 480]
    assert waits[-1] == waits[-2] == 60 * 2**MOST_STRAINED
    calm = after(known, "hq-1", Grade.TROUBLED, busy_s=1, answer_s=known.usual_s)
    assert wait_s(calm, POLICY, 60) == 60


def test_a_strained_controller_is_left_alone_no_longer_than_a_failing_one_would_be():
    strained = turn(Grade.TROUBLED, strained=MOST_STRAINED)
    assert wait_s(strained, replace(POLICY, longest_backoff_s=300), 60) == 300
    assert wait_s(strained, replace(POLICY, longest_backoff_s=30), 60) == 60


def test_a_little_jitter_in_short_answers_is_no_strain():
    assert after(turn(), "hq-1", Grade.HEALTHY, busy_s=1, answer_s=3.0).strained == 0


@pytest.mark.parametrize(
    ("percent", "busy_at", "loaded"),
    [(None, 0.8, False), (79, 0.8, False), (80, 0.8, True), (100, 0.8, True), (7, 0.07, True),
     (29, 0.29, True), (100, 0.0, False), (0, 0.0, False), (100, 1.0, True), (99, 1.0, False)],
)  # fmt: skip
def test_the_policy_says_from_which_load_on_a_controller_is_busy(percent, busy_at, loaded):
    assert is_loaded(percent, Policy(busy_at=busy_at)) is loaded


def test_one_that_is_busy_is_polled_less_and_less_and_as_ever_once_it_is_not():
    known, waits = None, []
    for _ in range(MOST_STRAINED + 2):
        known = after(known, "hq-1", Grade.TROUBLED, busy_s=1, answer_s=1, loaded=True)
        waits.append(wait_s(known, POLICY, 60))
    assert waits == [60 * 2**one for one in (1, 2, 3, 4, 5, 6, 6, 6)]
    calm = after(known, "hq-1", Grade.TROUBLED, busy_s=1, answer_s=1)
    assert (wait_s(calm, POLICY, 60), calm.usual_s) == (60, known.usual_s)


polled_so = st.lists(
    st.tuples(st.sampled_from([0.5, 1.0, 60.0]), st.booleans()), min_size=1, max_size=9
)


@given(polled_so, st.sampled_from(Grade), st.booleans())
def test_a_busy_controller_is_never_polled_sooner_than_if_it_were_not(story, grade, is_spread):
    """Nor ever sooner than at the turn of its class, and never later than its longest pause."""
    policy = replace(POLICY, longest_backoff_s=HOUR_S)
    look_s = step_s(60, is_spread=is_spread)
    known = calm = None
    now_s = 0.0
    for answer_s, loaded in story:
        known = after(known, "hq-1", grade, busy_s=1, answer_s=answer_s, loaded=loaded)
        calm = after(calm, "hq-1", grade, busy_s=1, answer_s=answer_s)
        wait = wait_s(known, policy, 60)
        assert wait >= wait_s(calm, policy, 60)
        assert wait <= HOUR_S
        at_s = now_s
        while True:
            now_s += look_s
            turn = replace(known, at_s=at_s, now_s=now_s)
            if is_turn(turn, policy, 60, is_spread=is_spread):
                break
            assert now_s - at_s <= 1.5 * wait + look_s
        if loaded:
            assert now_s - at_s >= wait / 2


def test_a_controller_that_became_slower_for_good_is_taken_for_what_it_is():
    known = turn()
    for _ in range(40):
        known = after(known, "hq-1", Grade.HEALTHY, busy_s=1, answer_s=9)
    assert known.strained == 0
    assert known.usual_s == pytest.approx(9, rel=0.1)


def test_polls_take_no_more_of_a_controllers_time_than_their_share():
    busy = turn(Grade.TROUBLED, busy_s=90)
    assert wait_s(busy, replace(POLICY, poll_share=0.1), 60) == 900
    assert wait_s(busy, POLICY, 60) == 60


@given(st.text(max_size=8), st.sampled_from(Grade), st.floats(0, HOUR_S))
def test_one_that_is_spread_is_polled_once_an_interval_at_its_own_moment(name, grade, began_s):
    look_s = step_s(HOUR_S, is_spread=True)
    known = PollTurn(name, grade, 1.0, 1.2, 1.2, at_s=began_s, now_s=began_s)
    wait = wait_s(known, POLICY, HOUR_S)
    polled = []
    for number in range(1, 12 * STEPS):
        now_s = began_s + number * look_s
        if is_turn(replace(known, now_s=now_s), POLICY, HOUR_S, is_spread=True):
            known = replace(known, at_s=now_s)
            polled.append(now_s)
    assert polled[0] - began_s <= wait + look_s
    apart = [later - earlier for earlier, later in itertools.pairwise(polled)]
    assert all(abs(gap - wait) < look_s for gap in apart)


def test_those_that_are_spread_fill_every_look_of_the_interval_alike():
    looks = [0] * STEPS
    for number in range(1200):
        known = PollTurn(f"wlc-{number}", Grade.TROUBLED, 1.0, 1.2, 1.2, at_s=0.0)
        for look in range(1, STEPS + 1):
            at_s = look * step_s(HOUR_S, is_spread=True)
            if is_turn(replace(known, now_s=at_s), POLICY, HOUR_S, is_spread=True):
                looks[look - 1] += 1
                break
    assert min(looks) > 60
    assert max(looks) < 140
