"""How much a look asks a controller for, and what it keeps for the next one."""

from dataclasses import replace

import pytest

from service.domain.observation import SWEEP_TOPICS, Topic
from service.domain.polling.choosing import DETAIL_TOPICS, MOST_SINGLY, PULSE_TOPICS
from service.domain.polling.turns import Grade
from service.usecases.look import look
from service.usecases.poll import poll
from service.usecases.polling_turn import HELD_S, MOST_WAITS, WAIT_S
from service.usecases.sweep import sweep
from tests.support.builders import CONTROLLER
from tests.support.cases import minutes
from tests.support.crew import crew_stage
from tests.support.poll_world import PollWorld, context_of

LISTED = MOST_SINGLY * 3
A_MINUTE = minutes(1)


class Polls:
    """A world that is polled again and again."""

    def __init__(self, aps: int = LISTED, policy=None) -> None:
        self.controller = replace(CONTROLLER, policy=policy or CONTROLLER.policy)
        self.context, self.world = context_of(self.controller), PollWorld()
        for number in range(aps):
            self.world.move(number, "joins")

    def poll(self, after=A_MINUTE, *, is_thrifty: bool = True):
        self.world.now += after
        self.world.asked.clear()
        self.world.rows.clear()
        looked = look(self.context, self.controller, self.world, is_thrifty=is_thrifty)
        self.context.store.add_poll(looked.view)
        self.context.store.keep_poll_note(looked.note)
        return looked


def test_the_first_look_asks_for_everything_and_the_next_for_the_pulse_alone():
    polls = Polls()
    polls.poll()
    assert polls.world.asked == [SWEEP_TOPICS]
    looked = polls.poll()
    assert polls.world.asked == [PULSE_TOPICS]
    assert polls.world.rows == [0]
    assert len(looked.view.aps) == LISTED


def test_rows_are_asked_for_of_those_alone_that_are_worth_it():
    polls = Polls()
    polls.poll()
    polls.world.move(1, "downloads")
    polls.world.move(2, "fails")
    polls.poll()
    assert polls.world.asked == [PULSE_TOPICS, DETAIL_TOPICS]
    assert polls.world.rows == [0, 2]


def test_where_many_moved_the_whole_table_is_read_at_once():
    polls = Polls()
    polls.poll()
    for number in range(MOST_SINGLY + 1):
        polls.world.move(number, "joins")
    polls.poll()
    assert polls.world.rows == [0, LISTED]


def test_a_controller_that_shows_none_of_the_rows_that_were_asked_for_is_asked_for_all():
    polls = Polls()
    polls.poll()
    polls.world.hides_rows = True
    polls.world.move(1, "downloads")
    looked = polls.poll()
    assert polls.world.rows == [0, 0, LISTED]
    assert {ap.details_at for ap in looked.view.aps} == {None}


@pytest.mark.parametrize("change", [{"tells_pulses": False}, {"release": "17.9.2"}])
def test_one_that_tells_no_pulse_or_runs_another_release_is_asked_for_everything(change):
    polls = Polls()
    polls.poll()
    for name, value in change.items():
        setattr(polls.world, name, value)
    assert not polls.poll().view.remembered
    assert polls.world.asked[-1] == SWEEP_TOPICS


def test_a_person_who_asks_gets_everything_afresh():
    polls = Polls()
    polls.poll()
    assert not polls.poll(is_thrifty=False).view.remembered
    assert polls.world.asked == [SWEEP_TOPICS]


def test_as_often_as_the_policy_says_everything_is_asked_for_and_compared():
    polls = Polls()
    polls.poll()
    polls.world.patches = ("a.apsp.bin",)
    assert polls.poll().differences == ()
    looked = polls.poll(minutes(30))
    assert polls.world.asked == [PULSE_TOPICS, SWEEP_TOPICS]
    assert looked.differences == ("hq-1: install is another one than was remembered",)
    assert looked.note.differences == 1
    assert polls.poll(minutes(30)).note.differences == 1


def test_a_database_gives_a_note_back_as_it_was_and_none_that_it_cannot_read():
    polls = Polls(3)
    note = polls.poll().note
    store = crew_stage().store
    assert store.poll_note("hq-1") is None
    kept = replace(note, view=replace(note.view, unknown={Topic.INSTALL: "refused"}))
    store.keep_poll_note(kept)
    assert store.poll_note("hq-1") == kept


def test_two_polls_of_one_controller_wait_for_each_other(tmp_path):
    stage = crew_stage(file=tmp_path / "aprejoin.db")
    context, store = stage.process().context, stage.store
    turn = store.take_slot("poll hq-1", limit=1, ttl_s=HELD_S)
    began, logins = stage.clock.now(), stage.line.logins
    assert "another poll of ours" in poll(context, stage.controller).error
    assert stage.clock.now().seconds_since(began) >= WAIT_S * MOST_WAITS
    assert stage.line.logins == logins
    assert store.failings() == {}
    store.give_slots(turn)
    assert poll(context, stage.controller).view is not None
    assert store.take_slot("poll hq-1", limit=1, ttl_s=HELD_S) is not None
    store.close()


def test_a_sweep_notes_that_a_controller_is_busy_by_the_policys_measure(tmp_path):
    stage = crew_stage(file=tmp_path / "aprejoin.db")
    stage.line.load_percent = 85
    lax = replace(stage.controller, policy=replace(stage.controller.policy, busy_at=0.9))
    for controller, strained in ((stage.controller, [1, 2]), (lax, [0])):
        for expected in strained:
            sweep(stage.process().context, [controller], sweep_id="s")
            (turn,) = stage.store.poll_turns().values()
            assert turn.strained == expected
    assert stage.store.signs()["hq-1"].load_percent == 85
    stage.store.close()


def test_a_sweep_notes_how_each_controller_fares_and_how_long_it_took(tmp_path):
    stage = crew_stage(file=tmp_path / "aprejoin.db")
    stage.line.slow_aps_s = 7.0
    sweep(stage.process().context, [stage.controller], sweep_id="s")
    (turn,) = stage.store.poll_turns().values()
    assert (turn.controller, turn.grade, turn.strained) == ("hq-1", Grade.TROUBLED, 0)
    assert turn.busy_s >= 7.0
    assert 0 < turn.answer_s < 1.0
    stage.store.close()
