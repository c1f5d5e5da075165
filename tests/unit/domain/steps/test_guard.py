from dataclasses import replace

from service.domain.advancing import Turn, next_move
from service.domain.guardians import Guardian
from service.domain.steps.guard import Guard
from service.domain.steps.protocol import Done, Fail, Hold
from tests.support.builders import NO_NTP, REMEDIATION, Journal, in_the_past, look, moment

STEP = Guard()
HERE, THERE = Guardian("a", "boot-a", 1.0, 5000.0), Guardian("b", "boot-b", 1.0, 5000.0)
LOST = replace(THERE, unseen_s=61.0)


def at(seconds: float, *guardians: Guardian):
    return replace(moment(seconds), guardians=guardians)


def guarded() -> Journal:
    """Two hosts guard; the window is open."""
    journal = Journal(guardians=2).noted("guard", 5, hosts="a, b").done("guard", 5)
    return journal.done("remove-ntp", 10).done("set-clock-back", 30)


def test_who_guards_is_noted_before_it_counts():
    move = STEP.decide(Journal(guardians=2).run(), look(), at(0, HERE, THERE))
    assert isinstance(move, Hold)
    assert move.remember == {"hosts": "a, b"}
    noted = Journal(guardians=2).noted("guard", hosts="a, b").run()
    assert STEP.decide(noted, look(), at(1, HERE, THERE)) == Done("guarded by a, b")


def test_too_few_begin_nothing():
    assert isinstance(STEP.decide(Journal(guardians=2).run(), look(), at(0, HERE)), Fail)
    assert isinstance(STEP.decide(Journal(guardians=2).run(), look(), at(0, HERE, LOST)), Fail)


def test_a_risk_of_one_names_who_took_it():
    alone = Journal(guardians=1, approved_by="eve").noted("guard", hosts="a").run()
    move = STEP.decide(alone, look(), at(0, HERE))
    assert move == Done("guarded by a alone, a risk that eve accepted")


def test_one_that_is_lost_turns_everything_home_whatever_step_is_due():
    for journal in (guarded(), Journal(guardians=2).noted("guard", hosts="a, b").done("guard", 5)):
        move = next_move(REMEDIATION, journal.run(), in_the_past(100, ntp=NO_NTP), at(100, HERE))
        assert isinstance(move, Turn)
        assert move.event.reason.startswith("guardian lost: b; 2 hosts have to guard, and 1 do: a")


def test_both_that_live_turn_nothing():
    move = next_move(REMEDIATION, guarded().run(), in_the_past(100), at(100, HERE, THERE))
    assert not isinstance(move, Turn)


def test_a_gap_that_nobody_looked_into_is_a_loss():
    came_back = replace(THERE, steady_s=20.0)
    move = next_move(REMEDIATION, guarded().run(), in_the_past(500), at(500, HERE, came_back))
    assert isinstance(move, Turn)


def test_the_way_home_asks_for_nobody():
    move = next_move(REMEDIATION, guarded().home(100).run(), in_the_past(101), at(101))
    assert not isinstance(move, Turn)
