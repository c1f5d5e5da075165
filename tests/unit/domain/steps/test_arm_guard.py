from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.domain.changes import CANARY, CLOCK, GUARDS, ArmGuard, RemoveTimers
from service.domain.journal import HomeCalled
from service.domain.steps.arm_guard import ArmDeadMansSwitch, renewal
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Send
from service.domain.wallclock import ClockZone, RecurringEdge, RecurringSummer
from tests.support.builders import (
    FALSE,
    NTP,
    OPENED,
    REMEDIATION,
    Journal,
    guard,
    in_the_past,
    instant,
    look,
    moment,
    timers,
)

STEP = ArmDeadMansSwitch(REMEDIATION)
A, B = GUARDS
PARIS = ClockZone(
    60,
    RecurringSummer(RecurringEdge("last", 6, 3, 2, 0), RecurringEdge("last", 6, 10, 3, 0)),
    "CET",
)
REPEATED = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # the first second of Paris' repeated hour


# -- the first one -------------------------------------------------------------------------------


def test_the_switch_knows_the_time_at_which_it_will_fire_and_what_to_put_back():
    move = STEP.decide(Journal().run(), look(10), moment(10))
    assert isinstance(move, Send)
    sent = move.change
    assert isinstance(sent, ArmGuard)
    assert sent.name == A
    assert sent.home_wall == (OPENED + timedelta(seconds=10 + 600)).replace(tzinfo=None)
    assert (sent.countdown_s, sent.ntp, sent.false_year) == (600, NTP, FALSE.year)
    assert set(sent.forget) == {CLOCK, CANARY, B}


def test_the_time_it_sets_is_local_and_of_the_summer_time_then_in_force():
    before_autumn = REPEATED - timedelta(minutes=65)  # 01:55 in Paris, two hours east
    run = Journal(zone=PARIS).run()
    now = Moment(instant(), before_autumn - timedelta(seconds=600))
    move = STEP.decide(run, look(), now)
    assert isinstance(move, Send)
    assert isinstance(move.change, ArmGuard)
    assert move.change.home_wall == datetime(2026, 10, 25, 1, 55)  # noqa: DTZ001


def test_it_is_not_armed_where_it_would_fire_in_a_repeated_hour():
    now = Moment(instant(), REPEATED - timedelta(seconds=600))
    move = STEP.decide(Journal(zone=PARIS).run(), look(), now)
    assert isinstance(move, Fail)
    assert "summer time repeats" in move.detail


def test_it_is_not_armed_without_true_time():
    assert isinstance(STEP.decide(Journal().run(), look(), moment(true=False)), Fail)


def test_armed_means_seen_on_the_controller():
    run = Journal().armed(10).run()
    assert isinstance(STEP.decide(run, look(11, timers=timers(A)), moment(11)), Done)
    assert isinstance(STEP.decide(run, look(11), moment(11)), Send)


def test_a_switch_of_somebody_else_under_the_same_name_is_not_ours():
    run = Journal().sent("arm-dead-man", guard(), "refused", at=10).run()
    seen = look(11, timers=timers(A, about="aprejoin another"))
    assert isinstance(STEP.decide(run, seen, moment(11)), Fail)


def test_a_lost_reply_is_answered_by_a_look_and_one_more_try():
    lost = Journal().sent("arm-dead-man", guard(), "unknown", at=10)
    assert isinstance(STEP.decide(lost.run(), look(45, timers=timers(A)), moment(45)), Done)
    assert isinstance(STEP.decide(lost.run(), look(45), moment(45)), Send)
    again = lost.sent("arm-dead-man", guard(), "unknown", at=45)
    assert isinstance(STEP.decide(again.run(), look(90), moment(90)), Fail)


def test_a_refused_switch_ends_it():
    run = Journal().sent("arm-dead-man", guard(), "refused", at=10).run()
    assert isinstance(STEP.decide(run, look(11), moment(11)), Fail)


def test_a_box_that_shows_no_descriptions_is_taken_by_what_we_created():
    run = Journal().armed(10).run()
    assert isinstance(STEP.decide(run, look(11, timers=timers(A, about="")), moment(11)), Done)


# -- renewal -------------------------------------------------------------------------------------


def kept(journal: Journal, at: float, *names: str, **fields):
    now = fields.pop("now", moment(at))
    return renewal(REMEDIATION, journal.run(), in_the_past(at, timers=timers(*names)), now)


def test_a_fresh_switch_is_left_alone():
    assert kept(Journal().in_the_past(30), 200, A) is None


def test_at_half_of_its_countdown_a_second_one_is_created_under_the_other_name():
    move = kept(Journal().in_the_past(30), 316, A)
    assert isinstance(move, Send)
    assert isinstance(move.change, ArmGuard)
    assert move.change.name == B
    assert A in move.change.forget


def test_the_old_one_goes_only_when_the_new_one_is_seen():
    journal = Journal().in_the_past(30).armed(316, B, "wait-for-aps")
    assert isinstance(kept(journal, 317, A), Send)  # not seen: created again, nothing deleted
    move = kept(journal, 317, A, B)
    assert isinstance(move, Send)
    assert move.change == RemoveTimers((A,))


def test_names_alternate_and_the_older_one_is_always_the_one_that_goes():
    journal = Journal().in_the_past(30).armed(316, B, "wait-for-aps")
    journal.sent("wait-for-aps", RemoveTimers((A,)), "unknown", at=317)  # and it was applied
    journal.armed(620, A, "wait-for-aps")
    move = kept(journal, 621, A, B)
    assert isinstance(move, Send)
    assert move.change == RemoveTimers((B,))


def test_two_switches_after_a_crash_become_one():
    journal = Journal().in_the_past(30)
    journal.sent("wait-for-aps", guard(B, 316), None, at=316).home(320)
    move = kept(journal, 321, A, B)
    assert isinstance(move, Send)
    assert move.change == RemoveTimers((A,))


def test_a_refused_renewal_goes_home_and_is_not_repeated():
    journal = Journal().in_the_past(30)
    journal.sent("wait-for-aps", guard(B, 316), "refused", at=316, detail="no more applets")
    move = kept(journal, 317, A)
    assert isinstance(move, Fail)
    assert "no more applets" in move.detail


def test_a_renewal_that_is_lost_twice_goes_home():
    journal = Journal().in_the_past(30)
    for at in (316, 350):
        journal.sent("wait-for-aps", guard(B, at), "unknown", at=at)
    assert isinstance(kept(journal, 390, A), Fail)


def test_an_old_switch_that_cannot_be_deleted_goes_home():
    journal = Journal().in_the_past(30).armed(316, B, "wait-for-aps")
    for at in (317, 318):
        journal.sent("wait-for-aps", RemoveTimers((A,)), "refused", at=at)
    assert isinstance(kept(journal, 319, A, B), Fail)


def test_going_forward_without_a_switch_is_the_end():
    move = kept(Journal().in_the_past(30), 100)
    assert isinstance(move, Fail)
    assert "gone" in move.detail


def test_at_home_a_switch_that_fired_is_no_news():
    assert kept(Journal().in_the_past(30).home(700), 700) is None


def test_at_home_it_is_renewed_too_before_it_comes_close():
    assert isinstance(kept(Journal().in_the_past(30).home(320), 321, A), Send)


def test_at_home_without_true_time_we_go_on_until_it_comes_close_and_let_it_fire():
    journal = Journal().in_the_past(30).home(305)
    assert kept(journal, 306, A, now=moment(306, true=False)) is None
    move = kept(journal, 350, A, now=moment(350, true=False))
    assert isinstance(move, Hold)
    assert move.seconds == 266
    assert kept(journal, 616, A, now=moment(616, true=False)) is None  # overdue: no more waiting


def test_with_the_usual_countdown_nothing_begins_within_five_minutes_of_its_firing():
    policy = Journal().charter.policy
    journal = Journal(policy=replace(policy, dead_man_after_s=1800)).done("prove-timer")
    journal.sent("arm-dead-man", guard(A, 10, 1800), at=10).done("arm-dead-man", 10)
    journal.home(1500)
    assert kept(journal, 1505, A, now=moment(1505, true=False)) is None
    assert isinstance(kept(journal, 1511, A, now=moment(1511, true=False)), Hold)


def test_a_switch_is_counted_by_this_boot_where_the_wall_clock_went_back():
    """An hour back over a reboot: the switch is not believed to tick an hour longer."""
    run = Journal().in_the_past(30).add(100, HomeCalled("restore"), boot="boot-2").run()
    back = instant(100 + 700, boot="boot-2", wall_off_s=-3600)
    assert run.remaining_s(run.guards()[0], back) == 600 - 700
