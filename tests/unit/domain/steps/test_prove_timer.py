from datetime import UTC, datetime, timedelta

from service.domain.changes import GUARDS, PROBE, WITNESS, ProveTimer
from service.domain.observation import ClockReading
from service.domain.steps.protocol import Done, Fail, Hold, Send
from service.domain.steps.prove_timer import ProveTimerWorks
from service.domain.wallclock import ClockZone
from tests.support.builders import OPENED, REMEDIATION, Journal, look, moment, timers

STEP = ProveTimerWorks(REMEDIATION)
PROOF = ProveTimer(REMEDIATION, 5, (2026,))


def test_a_controller_without_timers_of_ours_gets_the_probe():
    assert STEP.decide(Journal().run(), look(), moment()) == Send(PROOF)


def test_on_new_years_eve_the_probe_accepts_both_years():
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    move = STEP.decide(Journal().run(), look(clock=ClockReading(eve, OPENED, 0.1)), moment())
    assert isinstance(move, Send)
    assert isinstance(move.change, ProveTimer)
    assert move.change.years == (2026, 2027)


def test_the_year_of_the_probe_is_that_of_the_boxs_own_zone():
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    run = Journal(zone=ClockZone(120)).run()
    move = STEP.decide(run, look(clock=ClockReading(new_year, OPENED, 0.1)), moment())
    assert isinstance(move, Send)
    assert isinstance(move.change, ProveTimer)
    assert move.change.years == (2027,)


def test_a_timer_with_our_prefix_is_another_window_and_refuses():
    seen = look(timers=timers(GUARDS[1], about="aprejoin somebody-else"))
    move = STEP.decide(Journal().run(), seen, moment())
    assert isinstance(move, Fail)
    assert "another window" in move.detail


def test_unreadable_timers_or_clock_end_it_before_anything_is_sent():
    assert isinstance(STEP.decide(Journal().run(), look(timers=None), moment()), Fail)
    assert isinstance(STEP.decide(Journal().run(), look(clock=None), moment()), Fail)


def test_probe_and_witness_are_waited_for():
    run = Journal().sent("prove-timer", PROOF, at=0).run()
    move = STEP.decide(run, look(10, timers=timers(PROBE, WITNESS)), moment(10))
    assert isinstance(move, Hold)


def test_both_gone_in_time_is_the_proof():
    run = Journal().sent("prove-timer", PROOF, at=0).run()
    assert isinstance(STEP.decide(run, look(9), moment(9)), Done)


def test_a_probe_that_is_still_there_never_ran():
    run = Journal().sent("prove-timer", PROOF, at=0).run()
    move = STEP.decide(run, look(26, timers=timers(PROBE, WITNESS)), moment(26))
    assert isinstance(move, Fail)
    assert "did not run" in move.detail


def test_a_witness_that_outlives_the_probe_shows_that_the_guarded_part_failed():
    run = Journal().sent("prove-timer", PROOF, at=0).run()
    move = STEP.decide(run, look(26, timers=timers(WITNESS)), moment(26))
    assert isinstance(move, Fail)
    assert "not its guarded part" in move.detail


def test_a_probe_that_is_gone_before_its_countdown_proves_nothing():
    run = Journal().sent("prove-timer", PROOF, at=0).run()
    assert isinstance(STEP.decide(run, look(2), moment(2)), Fail)


def test_a_refused_probe_is_never_sent_again():
    run = Journal().sent("prove-timer", PROOF, "refused", detail="authorization").run()
    move = STEP.decide(run, look(1), moment(1))
    assert isinstance(move, Fail)
    assert "authorization" in move.detail


def test_a_lost_probe_that_is_not_there_is_created_once_more_and_no_third_time():
    once = Journal().sent("prove-timer", PROOF, "unknown")
    assert STEP.decide(once.run(), look(40), moment(40)) == Send(PROOF)
    twice = once.sent("prove-timer", PROOF, "unknown", at=40)
    assert isinstance(STEP.decide(twice.run(), look(80), moment(80)), Fail)


def test_a_lost_probe_that_is_there_is_waited_for():
    run = Journal().sent("prove-timer", PROOF, "unknown").run()
    assert isinstance(STEP.decide(run, look(3, timers=timers(PROBE, WITNESS)), moment(3)), Hold)


def test_a_busy_answer_leaves_the_probe_to_be_sent():
    run = Journal().sent("prove-timer", PROOF, "busy").run()
    assert STEP.decide(run, look(5), moment(5)) == Send(PROOF)


def test_the_false_clock_of_somebody_else_is_seen_in_the_year_of_the_probe():
    """The probe follows what the box shows, not what is true: its guard has to match."""
    shown = look(clock=ClockReading(OPENED - timedelta(days=1500), OPENED, 0.1))
    move = STEP.decide(Journal().run(), shown, moment())
    assert isinstance(move, Send)
    assert isinstance(move.change, ProveTimer)
    assert move.change.years == (2022,)


def test_a_look_that_began_before_the_probe_was_due_accuses_nobody():
    run = Journal().sent("prove-timer", PROOF, at=0).run()
    move = STEP.decide(run, look(1, timers=timers(PROBE, WITNESS)), moment(50))
    assert isinstance(move, Hold)
