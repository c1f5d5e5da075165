from datetime import UTC, datetime, timedelta

import pytest

from service.domain.changes import CANARY, CLOCK, GUARDS, RemoveTimers, SetClock
from service.domain.ntp import NtpState
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Send
from service.domain.steps.set_true_clock import SetTrueTime
from service.domain.wallclock import US_RULE, ClockZone
from tests.support.builders import (
    NO_NTP,
    OPENED,
    REMEDIATION,
    Journal,
    guard,
    in_the_past,
    instant,
    look,
    moment,
    set_back,
    set_true,
    timers,
)

STEP = SetTrueTime(REMEDIATION)
A = GUARDS[0]
FREE_RUNNING = NtpState(synchronised=False, stratum=16)


def home(**fields) -> Journal:
    """Called home at 300 seconds, the clock in the past."""
    return Journal(**fields).in_the_past(30).done("wait-for-aps", 290).home(300)


def decide(journal: Journal, at: float, seen, *, true: bool = True):
    return STEP.decide(journal.run(), seen, moment(at, true=true))


def wall(seconds: float) -> datetime:
    return (OPENED + timedelta(seconds=seconds)).replace(tzinfo=None)


def test_the_true_time_is_set_for_the_second_in_which_it_takes_effect():
    move = decide(home(), 301, in_the_past(301))
    assert move == Send(SetClock(REMEDIATION, 5, wall(306)))


def test_fractions_are_rounded_for_the_command_takes_whole_seconds():
    move = STEP.decide(home().run(), in_the_past(301.6), moment(301.6))
    assert move == Send(SetClock(REMEDIATION, 5, wall(307)))


def test_it_is_set_in_local_time_of_the_true_date():
    move = decide(home(zone=ClockZone(-300, US_RULE, "EST")), 301, in_the_past(301))
    assert move == Send(SetClock(REMEDIATION, 5, wall(306) - timedelta(hours=5)))


def test_a_clock_that_is_right_is_left_alone():
    assert isinstance(decide(home(), 301, look(301, off_s=1.9)), Done)
    assert isinstance(decide(home(), 301, look(301, off_s=-2.4)), Send)


def test_a_clock_that_was_never_touched_is_left_alone_even_where_it_is_wrong():
    journal = Journal().under_guard().home(100)
    assert isinstance(decide(journal, 101, look(101, off_s=-500)), Done)
    refused = Journal().without_ntp().sent("set-clock-back", set_back(), "refused").home(100)
    assert isinstance(decide(refused, 101, look(101, off_s=-500)), Done)


def test_a_setter_of_the_false_moment_that_has_not_run_is_deleted_first():
    journal = Journal().without_ntp().sent("set-clock-back", set_back(), None, at=30).home(33)
    move = decide(journal, 34, look(34, ntp=NO_NTP, timers=timers(A, CLOCK, CANARY)))
    assert move == Send(RemoveTimers((CANARY, CLOCK)))


def test_a_setter_that_deleted_itself_may_yet_run_its_last_action():
    journal = Journal().without_ntp().sent("set-clock-back", set_back(), None, at=30).home(33)
    assert isinstance(decide(journal, 40, look(40, ntp=NO_NTP, timers=timers(A))), Hold)
    assert isinstance(decide(journal, 56, look(56, ntp=NO_NTP, timers=timers(A))), Done)


def test_timers_of_another_remediation_are_not_deleted():
    seen = in_the_past(301, timers=timers(CLOCK, CANARY, about="aprejoin another"))
    move = decide(home(), 301, seen)
    assert isinstance(move, Send)
    assert isinstance(move.change, SetClock)


def test_the_setter_gets_its_time():
    journal = home().sent("set-true-time", set_true(301), at=301)
    move = decide(journal, 303, in_the_past(303, timers=timers(A, CLOCK)))
    assert isinstance(move, Hold)
    assert move.seconds == pytest.approx(4)
    assert isinstance(decide(journal, 320, in_the_past(320, timers=timers(A, CLOCK))), Hold)
    assert isinstance(decide(journal, 320, in_the_past(320)), Hold)  # gone, its last action to come


def test_a_setter_that_hangs_is_deleted_and_another_sent():
    journal = home().sent("set-true-time", set_true(301), at=301)
    move = decide(journal, 327, in_the_past(327, timers=timers(A, CLOCK)))
    assert move == Send(RemoveTimers((CLOCK,)))
    journal.sent("set-true-time", RemoveTimers((CLOCK,)), at=327)
    assert decide(journal, 328, in_the_past(328)) == Send(SetClock(REMEDIATION, 5, wall(333)))


def test_a_setting_that_was_lost_says_nothing_of_how_late_the_box_is():
    """Its clock is four years off: to allow for that would set a wrong time on purpose."""
    journal = home().sent("set-true-time", set_true(301), "unknown", at=301)
    move = decide(journal, 335, in_the_past(335))
    assert move == Send(SetClock(REMEDIATION, 5, wall(340)))


def test_a_box_that_carries_out_late_is_allowed_for():
    journal = home().sent("set-true-time", set_true(301), at=301)
    move = decide(journal, 311, look(311, off_s=-4, ntp=NO_NTP))
    assert move == Send(SetClock(REMEDIATION, 5, wall(316 + 4)))


def test_what_was_allowed_for_before_is_not_forgotten():
    journal = home().sent("set-true-time", set_true(301), at=301)
    journal.sent("set-true-time", SetClock(REMEDIATION, 5, wall(316 + 4)), at=311)
    move = decide(journal, 321, look(321, off_s=-3, ntp=NO_NTP))
    assert move == Send(SetClock(REMEDIATION, 5, wall(326 + 4 + 3)))


@pytest.mark.parametrize(("off_s", "kind"), [(4.0, Done), (6.0, Fail)])
def test_after_the_last_try_five_seconds_are_close_enough_for_ntp(off_s, kind):
    journal = home()
    for at in (301, 311, 321, 331):
        journal.sent("set-true-time", set_true(at), at=at)
    assert isinstance(decide(journal, 341, look(341, off_s=off_s, ntp=NO_NTP)), kind)


@pytest.mark.parametrize("outcome", ["refused", "unknown"])
def test_a_controller_that_never_takes_it_is_not_asked_for_ever(outcome):
    journal = home()
    for at in (301, 341, 381, 421):
        journal.sent("set-true-time", set_true(at), outcome, at=at, detail="no")
    move = decide(journal, 460, in_the_past(460))
    assert isinstance(move, Fail)
    assert move.left
    assert any("clock set" in line for line in move.mend)


def test_a_setter_that_cannot_be_deleted_is_told_with_the_command():
    journal = Journal().without_ntp().sent("set-clock-back", set_back(), at=30).home(33)
    for at in (34, 35, 36, 37):
        journal.sent("set-true-time", RemoveTimers((CANARY, CLOCK)), "refused", at=at)
    seen = look(38, ntp=NO_NTP, timers=timers(A, CLOCK, CANARY))
    move = decide(journal, 38, seen)
    assert isinstance(move, Fail)
    assert f"no event manager applet {CLOCK}" in move.mend


def test_renewing_the_switch_is_no_try():
    journal = home()
    for at in (301, 302, 303, 304):
        journal.sent("set-true-time", guard(at=at), at=at)
    move = decide(journal, 305, in_the_past(305))
    assert isinstance(move, Send)
    assert isinstance(move.change, SetClock)


def test_without_true_time_no_clock_is_set():
    seen = in_the_past(301, ntp_state=FREE_RUNNING)
    move = decide(home(), 301, seen, true=False)
    assert isinstance(move, Fail)
    assert move.left
    assert move.mend


def test_without_true_time_a_clock_that_ntp_holds_is_true():
    assert isinstance(decide(home(), 301, look(301), true=False), Done)


def test_a_sync_that_outlived_its_servers_is_no_witness():
    assert isinstance(decide(home(), 301, look(301, ntp=NO_NTP), true=False), Fail)


def test_a_sync_beside_a_clock_in_the_false_days_is_no_witness():
    seen = in_the_past(301, ntp=Journal().charter.ntp)
    assert isinstance(decide(home(), 301, seen, true=False), Fail)


def test_an_unreadable_clock_is_told():
    for unread in ("clock", "timers"):
        move = decide(home(), 301, in_the_past(301, **{unread: None}))
        assert isinstance(move, Fail)
        assert move.left
        assert move.mend


def test_a_repeated_hour_is_never_set_but_left_to_ntp():
    repeated = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    zone = ClockZone(-300, US_RULE, "EST")
    now = Moment(instant(301), repeated)
    move = STEP.decide(home(zone=zone).run(), in_the_past(301), now)
    assert isinstance(move, Done)
    assert "left to NTP" in move.detail
