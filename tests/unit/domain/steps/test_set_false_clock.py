from datetime import UTC, datetime, timedelta

from service.domain.changes import CANARY, CLOCK, GUARDS, RemoveTimers, SetClock
from service.domain.ntp import NtpConfig
from service.domain.steps.protocol import Done, Fail, Hold, Send
from service.domain.steps.set_false_clock import SetClockBack, false_sent
from service.domain.wallclock import US_RULE, ClockZone
from tests.support.builders import (
    FALSE,
    NO_NTP,
    OPENED,
    REMEDIATION,
    THEIRS,
    Journal,
    guard,
    in_the_past,
    look,
    moment,
    set_back,
    timers,
)

STEP = SetClockBack(REMEDIATION)
A = GUARDS[0]


def before(at: float = 30, **fields):
    return look(at, **{"ntp": NO_NTP, "timers": timers(A), **fields})


def sent(outcome="applied") -> Journal:
    return Journal().without_ntp(25).sent("set-clock-back", set_back(), outcome, at=30)


def test_the_false_moment_is_set_with_a_canary_that_spans_the_step():
    move = STEP.decide(Journal().without_ntp().run(), before(), moment(30))
    assert move == Send(SetClock(REMEDIATION, 5, FALSE.replace(tzinfo=None), 15))


def test_the_false_moment_is_set_in_the_zone_of_that_day():
    zone = ClockZone(-300, US_RULE, "EST")
    summer = datetime(2022, 7, 1, 12, 0, tzinfo=UTC)
    run = Journal(zone=zone, moment=summer).without_ntp().run()
    move = STEP.decide(run, before(), moment(30))
    assert isinstance(move, Send)
    assert isinstance(move.change, SetClock)
    assert move.change.wall == datetime(2022, 7, 1, 8, 0)  # noqa: DTZ001 - four hours west then


def test_a_repeated_hour_is_never_set():
    zone = ClockZone(-300, US_RULE, "EST")
    run = Journal(zone=zone, moment=datetime(2022, 11, 6, 6, 30, tzinfo=UTC)).without_ntp().run()
    assert isinstance(STEP.decide(run, before(), moment(30)), Fail)


def test_an_ntp_entry_that_somebody_added_refuses():
    seen = before(ntp=NtpConfig((THEIRS,)))
    move = STEP.decide(Journal().without_ntp().run(), seen, moment(30))
    assert isinstance(move, Fail)
    assert "somebody else added" in move.detail


def test_a_clock_that_somebody_moved_refuses():
    move = STEP.decide(Journal().without_ntp().run(), before(off_s=-7200), moment(30))
    assert isinstance(move, Fail)
    assert "somebody else set the clock" in move.detail


def test_without_true_time_nothing_is_set():
    move = STEP.decide(Journal().without_ntp().run(), before(), moment(30, true=False))
    assert isinstance(move, Fail)


def test_what_cannot_be_read_refuses():
    run = Journal().without_ntp().run()
    for unread in ("clock", "timers", "ntp"):
        assert isinstance(STEP.decide(run, before(**{unread: None}), moment(30)), Fail)


def test_a_refused_setting_ends_it():
    assert isinstance(STEP.decide(sent("refused").run(), before(31), moment(31)), Fail)


def test_nothing_is_judged_before_the_countdown_is_over():
    move = STEP.decide(sent().run(), before(32, timers=timers(A, CLOCK, CANARY)), moment(32))
    assert isinstance(move, Hold)
    assert 3 < move.seconds < 5


def test_a_slow_setter_is_waited_for_and_then_given_up():
    slow = timers(A, CLOCK, CANARY)
    assert isinstance(STEP.decide(sent().run(), before(40, timers=slow), moment(40)), Hold)
    assert isinstance(STEP.decide(sent().run(), before(56, timers=slow), moment(56)), Fail)


def test_a_setting_that_was_lost_and_never_ran_is_not_sent_again():
    move = STEP.decide(sent("unknown").run(), before(61), moment(61))
    assert isinstance(move, Fail)
    assert "does not show" in move.detail


def test_the_canary_is_waited_for():
    seen = in_the_past(42, timers=timers(A, CANARY))
    assert isinstance(STEP.decide(sent().run(), seen, moment(42)), Hold)


def test_a_canary_that_is_gone_in_time_is_the_proof():
    assert isinstance(STEP.decide(sent().run(), in_the_past(47), moment(47)), Done)


def test_a_late_canary_means_that_countdowns_do_not_survive_the_step():
    seen = in_the_past(66, timers=timers(A, CANARY))
    move = STEP.decide(sent().run(), seen, moment(66))
    assert isinstance(move, Fail)
    assert "late canary" in move.detail


def test_a_canary_that_is_gone_early_means_that_countdowns_follow_the_clock():
    move = STEP.decide(sent().run(), in_the_past(40), moment(40))
    assert isinstance(move, Fail)
    assert "missing" in move.detail


def test_a_slow_look_is_reckoned_from_when_the_clock_was_read():
    """The tables of a big controller take a minute: the clock did not stand still meanwhile."""
    seen = in_the_past(50)
    assert isinstance(STEP.decide(sent().run(), seen, moment(110)), Done)


def test_timers_of_another_remediation_are_not_our_setter():
    seen = in_the_past(47, timers=(*timers(A), *timers(CLOCK, about="aprejoin another")))
    assert isinstance(STEP.decide(sent().run(), seen, moment(47)), Done)


def test_a_renewal_of_the_switch_meanwhile_is_not_the_setting():
    journal = Journal().without_ntp(25)
    journal.sent("set-clock-back", guard(GUARDS[1], 28), at=28)
    journal.sent("set-clock-back", RemoveTimers((A,)), at=29)
    move = STEP.decide(journal.run(), before(30, timers=timers(GUARDS[1])), moment(30))
    assert isinstance(move, Send)
    assert isinstance(move.change, SetClock)


def test_only_a_setting_that_may_have_happened_makes_the_clock_false():
    assert false_sent(sent("refused").run()) is None
    assert false_sent(sent("busy").run()) is None
    for outcome in ("applied", "unknown", None):
        assert false_sent(sent(outcome).run()) is not None


def test_a_setter_that_ran_some_seconds_late_is_on_course():
    seen = in_the_past(47, off_s=-9)
    assert isinstance(STEP.decide(sent().run(), seen, moment(47)), Done)
    lost = look(47, ntp=NO_NTP, off_s=-(OPENED - FALSE) / timedelta(seconds=1) - 47 + 60)
    assert isinstance(STEP.decide(sent().run(), lost, moment(47)), Hold)


def test_a_look_that_began_before_the_setter_ran_accuses_nobody():
    """The clock was read right after the sending, the decision came a minute later."""
    seen = before(30.2, timers=timers(A, CLOCK, CANARY))
    assert isinstance(STEP.decide(sent().run(), seen, moment(90)), Hold)
    early = in_the_past(37, timers=timers(A, CANARY))
    assert isinstance(STEP.decide(sent().run(), early, moment(90)), Hold)
