"""The steps of clock-repair, each asked by itself."""

from dataclasses import replace

import pytest

from service.domain.changes import CLOCK, AddNtp, RemoveNtp, SaveConfig, SetClock
from service.domain.journal import ClockRepair, Observed
from service.domain.ntp import NtpConfig, NtpEntry, NtpState
from service.domain.steps.add_ntp import AddServers
from service.domain.steps.follow_ntp import FollowNtp
from service.domain.steps.protocol import Done, Fail, Hold, Send
from service.domain.steps.repair_clock import RepairClock
from service.domain.steps.restore_added import RestoreAdded
from service.domain.steps.save_repair import SaveRepair
from service.domain.steps.set_true_clock import SetTrueTime
from service.domain.steps.verify_repair import VerifyRepair
from service.domain.strategies import clock_repair
from service.domain.strategies.known import strategy_of
from service.domain.wallclock import US_RULE, ClockZone
from tests.support.builders import (
    NTP,
    POLICY,
    REMEDIATION,
    THEIRS,
    Journal,
    look,
    moment,
    set_true,
    timers,
)

NEW = NtpEntry("server", "server-list", "198.51.100.1")
MORE = NtpConfig((NEW,))
BOTH = NtpConfig((*NTP.entries, NEW))
FREE = NtpState(synchronised=False, stratum=16)
DAY = 86_400.0


def begun(servers: NtpConfig = MORE, **fields) -> Journal:
    at_once = fields.pop("at_once", False)
    given = {
        "strategy": "clock-repair",
        "issue": "CLOCK-SKEW",
        "aps": (),
        "moment": None,
        "ntp_was_synchronised": False,
        "repair": ClockRepair(servers, at_once=at_once),
        **fields,
    }
    return Journal(**given)


def noticed(**fields) -> Journal:
    return begun(**fields).add(5, Observed("repair-clock", {"found": "-86400.0"}))


def repaired(at: float = 20.0, **fields) -> Journal:
    """The clock was set, by a timer that acted five seconds later."""
    return noticed(**fields).sent("repair-clock", set_true(at - 10), at=at - 10)


def with_servers(outcome="applied", **fields) -> Journal:
    journal = repaired(**fields).done("repair-clock", 20)
    return journal.sent("add-ntp", AddNtp(MORE), outcome, at=21)


def kept(**fields) -> Journal:
    return with_servers(**fields).done("add-ntp", 22).done("follow-ntp", 40).home(41)


def given_up(outcome="applied") -> Journal:
    return with_servers(outcome).home(41)


def astray(at: float, off_s: float = -DAY, **fields):
    return look(at, off_s=off_s, **{"ntp_state": FREE, **fields})


def decide(step, journal: Journal, at: float, view, *, true: bool = True):
    return step.decide(journal.run(), view, moment(at, true=true))


# -- the clock ---------------------------------------------------------------------------------

REPAIR = RepairClock(REMEDIATION)


def test_how_wrong_it_is_is_noted_before_anything_is_sent():
    move = decide(REPAIR, begun(), 1, astray(1))
    assert isinstance(move, Hold)
    assert move.remember == {"found": "-86400.0"}
    sent = decide(REPAIR, noticed(), 6, astray(6))
    assert isinstance(sent, Send)
    assert isinstance(sent.change, SetClock)
    assert not sent.change.is_false


def test_it_is_done_when_it_is_read_back_true_and_says_what_it_was():
    assert isinstance(decide(REPAIR, repaired(), 12, astray(12)), Hold)
    move = decide(REPAIR, repaired(), 30, astray(30, 0.3))
    assert isinstance(move, Done)
    assert move.detail.startswith("found -86400.0 s from true time; now the clock is +0.3 s")


def test_a_clock_that_came_right_by_itself_is_not_set():
    assert isinstance(decide(REPAIR, noticed(), 6, astray(6, 1.0)), Done)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"ntp": BOTH}, "changed by somebody else"),
        ({"ntp_state": NtpState(synchronised=True, stratum=3, system_peer="192.0.2.1")}, "follows"),
        ({"ntp": None}, "cannot be read"),
        ({"clock": None}, "cannot be read"),
    ],
)
def test_another_situation_than_the_plans_ends_it_before_anything_is_sent(fields, why):
    move = decide(REPAIR, noticed(), 6, replace(astray(6), **fields))
    assert isinstance(move, Fail)
    assert why in move.detail


def test_without_true_time_nothing_is_set():
    assert isinstance(decide(REPAIR, noticed(), 6, astray(6), true=False), Fail)


def test_an_hour_that_summer_time_repeats_is_no_success():
    always = replace(US_RULE, start=replace(US_RULE.end, month=1))
    around = replace(always, end=replace(US_RULE.end, month=11, week="3", weekday=5, hour=16))
    move = decide(REPAIR, noticed(zone=ClockZone(-300, around, "X")), 6, astray(6))
    assert isinstance(move, Fail)
    assert "summer time repeats" in move.detail


def test_a_command_that_took_utc_for_local_time_is_sent_once_more_the_other_way():
    zone = ClockZone(60, None, "CET")
    journal = noticed(at_once=True, zone=zone)
    first = decide(REPAIR, journal, 6, astray(6))
    assert isinstance(first, Send)
    journal.sent("repair-clock", first.change, at=6)
    again = decide(REPAIR, journal, 9, astray(9, 3600.0))
    assert isinstance(again, Send)
    assert isinstance(again.change, SetClock)
    assert (first.change.reads, again.change.reads) == ("local", "utc")


# -- the servers -------------------------------------------------------------------------------

ADD, FOLLOW = AddServers(), FollowNtp()


def test_what_is_missing_is_added_once_it_is_seen_to_be_missing():
    journal = repaired().done("repair-clock", 20)
    assert decide(ADD, journal, 21, astray(21, 0)) == Send(AddNtp(MORE))
    assert isinstance(decide(ADD, with_servers(), 22, astray(22, 0, ntp=BOTH)), Done)
    assert decide(ADD, with_servers("unknown"), 22, astray(22, 0)) == Send(AddNtp(MORE))


def test_a_server_that_the_controller_refuses_ends_it():
    move = decide(ADD, with_servers("refused"), 22, astray(22, 0))
    assert isinstance(move, Fail)
    assert "198.51.100.1 could not be added" in move.detail


def test_a_name_counts_as_added_in_whichever_form_the_box_keeps_it():
    name = NtpEntry("server", "server-list", "ntp.example")
    journal = repaired(servers=NtpConfig((name,))).done("repair-clock", 20)
    journal.sent("add-ntp", AddNtp(NtpConfig((name,))), at=21)
    seen = NtpConfig((*NTP.entries, replace(name, form="ip")))
    assert isinstance(decide(ADD, journal, 22, astray(22, 0, ntp=seen)), Done)
    journal.home(41)
    removed = decide(RESTORE, journal, 42, astray(42, 0, ntp=seen))
    assert removed == Send(RemoveNtp(NtpConfig((replace(name, form="ip"),))))


def test_what_somebody_else_did_to_ntp_ends_it():
    journal = repaired().done("repair-clock", 20)
    for theirs in (NtpConfig((*NTP.entries, THEIRS)), NtpConfig(NTP.entries[:1])):
        assert isinstance(decide(ADD, journal, 21, astray(21, 0, ntp=theirs)), Fail)


def test_it_is_in_sync_only_at_true_time():
    follows = NtpState(synchronised=True, stratum=3, system_peer="198.51.100.1")
    journal = with_servers().done("add-ntp", 22)
    good = decide(FOLLOW, journal, 30, look(30, ntp=BOTH, ntp_state=follows))
    assert isinstance(good, Done)
    assert "in sync with 198.51.100.1" in good.detail
    led = look(30, off_s=40.0, ntp=BOTH, ntp_state=follows)
    assert isinstance(decide(FOLLOW, journal, 30, led), Hold)
    late = 23 + POLICY.ntp_sync_s
    misled = decide(FOLLOW, journal, late, look(late, off_s=40.0, ntp=BOTH, ntp_state=follows))
    assert isinstance(misled, Fail)
    assert "astray" in misled.detail
    silent = decide(FOLLOW, journal, late, astray(late, 0, ntp=BOTH))
    assert isinstance(silent, Fail)
    assert "not in sync" in silent.detail


def test_a_box_that_does_not_tell_whom_it_follows_is_given_time_and_then_believed_its_clock():
    journal = with_servers().done("add-ntp", 22)
    mute = replace(look(30, ntp=BOTH), ntp_state=None)
    assert isinstance(decide(FOLLOW, journal, 30, mute), Hold)
    late = 23 + POLICY.ntp_sync_s
    true = decide(FOLLOW, journal, late, replace(mute, clock=look(late).clock))
    assert isinstance(true, Done)
    assert "does not tell" in true.detail
    wrong = replace(mute, clock=look(late, off_s=40.0).clock)
    assert isinstance(decide(FOLLOW, journal, late, wrong), Fail)


def test_its_own_clock_is_nobody_to_follow():
    itself = NtpState(synchronised=True, stratum=8, system_peer="127.127.1.1")
    journal = with_servers().done("add-ntp", 22)
    assert isinstance(decide(FOLLOW, journal, 30, look(30, ntp=BOTH, ntp_state=itself)), Hold)


def test_without_any_server_nothing_is_waited_for():
    move = decide(FOLLOW, repaired(), 30, astray(30, 0, ntp=NtpConfig()))
    assert isinstance(move, Done)
    assert "nothing holds the clock" in move.detail


# -- the way home ------------------------------------------------------------------------------

RESTORE, SAVE, VERIFY = RestoreAdded(), SaveRepair(REMEDIATION), VerifyRepair(REMEDIATION)
HOME = SetTrueTime(REMEDIATION)
IN_SYNC = NtpState(synchronised=True, stratum=3, system_peer="198.51.100.1")


def test_servers_are_kept_by_a_success_and_taken_off_otherwise():
    assert isinstance(decide(RESTORE, kept(), 42, look(42, ntp=BOTH)), Done)
    assert decide(RESTORE, given_up(), 42, look(42, ntp=BOTH)) == Send(RemoveNtp(MORE))
    assert isinstance(decide(RESTORE, given_up(), 42, look(42)), Done)
    assert isinstance(decide(RESTORE, repaired().home(41), 42, look(42, ntp=BOTH)), Done)


def test_options_that_a_release_shows_by_default_are_nobodys():
    shown = replace(NEW, leaves=(("burst", "true"), ("iburst", "true")))
    there = look(42, ntp=NtpConfig((*NTP.entries, shown)))
    assert decide(RESTORE, given_up(), 42, there) == Send(RemoveNtp(NtpConfig((shown,))))
    assert isinstance(decide(ADD, with_servers(), 22, there), Done)


def test_a_server_that_somebody_gave_options_since_is_theirs():
    theirs = NtpConfig((*NTP.entries, replace(NEW, leaves=(("prefer", ""),))))
    assert isinstance(decide(RESTORE, given_up(), 42, look(42, ntp=theirs)), Done)
    told = decide(VERIFY, given_up(), 50, look(50, ntp=theirs, unsaved=False))
    assert isinstance(told, Fail)
    assert told.left == ("changed by others: ntp server 198.51.100.1 prefer",)


def test_a_server_that_cannot_be_taken_off_is_told_with_the_command():
    journal = given_up()
    for at in range(42, 46):
        journal.sent("restore-ntp", RemoveNtp(MORE), "refused", at=at)
    move = decide(RESTORE, journal, 46, look(46, ntp=BOTH))
    assert isinstance(move, Fail)
    assert move.mend == ("no ntp server 198.51.100.1",)
    unread = decide(RESTORE, given_up(), 42, look(42, ntp=None))
    assert isinstance(unread, Fail)
    assert unread.left == ("left: ntp server 198.51.100.1",)


def test_a_clock_that_we_set_is_set_true_on_the_way_home_and_one_that_we_did_not_is_left():
    assert isinstance(decide(HOME, repaired().home(41), 42, astray(42)), Send)
    assert isinstance(decide(HOME, repaired().home(41), 42, astray(42, 0)), Done)
    assert isinstance(decide(HOME, noticed().home(41), 42, astray(42)), Done)


def test_what_is_kept_is_saved_and_what_is_not_right_is_not():
    assert decide(SAVE, kept(), 42, look(42, ntp=BOTH)) == Send(SaveConfig(), timeout_s=60.0)
    assert isinstance(decide(SAVE, kept(), 42, look(42)), Fail)  # the server is gone
    assert isinstance(decide(SAVE, given_up(), 42, look(42, ntp=BOTH)), Fail)
    left = look(42, ntp=BOTH, timers=timers(CLOCK))
    assert isinstance(decide(SAVE, kept(), 42, left), Fail)


@pytest.mark.parametrize("unsaved", [None, True])
def test_what_was_not_saved_before_is_not_saved_now_and_what_that_loses_is_said(unsaved):
    move = decide(SAVE, kept(unsaved=unsaved), 42, look(42, ntp=BOTH))
    assert isinstance(move, Done)
    assert "lost at the next reload" in move.detail


def test_ntp_that_only_others_changed_is_theirs_to_save():
    journal = repaired().home(41)
    theirs = look(42, ntp=NtpConfig((*NTP.entries, THEIRS)))
    move = decide(SAVE, journal, 42, theirs)
    assert isinstance(move, Done)
    assert "theirs to save" in move.detail
    assert isinstance(decide(VERIFY, journal, 43, theirs), Done)


def test_the_last_look_says_what_the_clock_was_and_is_and_who_holds_it():
    seen = look(50, off_s=0.2, ntp=BOTH, ntp_state=IN_SYNC, unsaved=False)
    move = decide(VERIFY, kept(), 50, seen)
    expected = "the clock: found -86400.0 s from true time, now +0.2 s; in sync with 198.51.100.1"
    assert move == Done(expected)
    alone = decide(VERIFY, kept(), 50, look(50, ntp=BOTH, ntp_state=FREE, unsaved=False))
    assert isinstance(alone, Done)
    assert alone.detail.endswith("nothing holds it")


def test_the_last_look_grants_two_seconds_in_sync_and_five_without():
    free = look(50, off_s=4.5, ntp=BOTH, ntp_state=FREE, unsaved=False)
    held = look(50, off_s=4.5, ntp=BOTH, ntp_state=IN_SYNC, unsaved=False)
    assert isinstance(decide(VERIFY, kept(), 50, free), Done)
    assert isinstance(decide(VERIFY, kept(), 50, held), Hold)  # NTP may yet correct it
    late = 60 + POLICY.ntp_sync_s
    told = decide(VERIFY, kept(), late, replace(held, clock=look(late, off_s=4.5).clock))
    assert isinstance(told, Fail)
    assert told.left == ("the clock is +4.5 s from true time",)


def test_nothing_of_ours_may_be_left():
    seen = look(50, ntp=BOTH, ntp_state=IN_SYNC, timers=timers(CLOCK), unsaved=True)
    move = decide(VERIFY, kept(), 50, seen)
    assert isinstance(move, Fail)
    assert move.left == ("applet aprejoin-clock is left", "running differs from startup")
    missing = decide(VERIFY, kept(), 50, look(50, ntp_state=IN_SYNC, unsaved=False))
    assert isinstance(missing, Fail)
    assert missing.mend == ("ntp server 198.51.100.1",)
    still = decide(VERIFY, given_up(), 50, look(50, ntp=BOTH, unsaved=False))
    assert isinstance(still, Fail)
    assert still.left == ("left: ntp server 198.51.100.1",)
    assert still.mend == ("no ntp server 198.51.100.1",)


def test_a_clock_that_nobody_vouches_for_any_more_is_a_persons():
    move = decide(VERIFY, kept(), 50, look(50, ntp=BOTH, unsaved=False), true=False)
    assert isinstance(move, Fail)
    assert move.left == ("nothing vouches for the clock any more",)


def test_what_cannot_be_read_at_the_end_is_told_with_every_command():
    move = decide(VERIFY, kept(), 50, look(50, ntp=None))
    assert isinstance(move, Fail)
    assert move.mend[0] == "show clock detail"
    assert any("no ntp server 198.51.100.1" in line for line in move.mend)


def test_where_nothing_was_sent_nothing_is_judged():
    for step in (SAVE, VERIFY):
        assert isinstance(decide(step, begun().home(3), 4, astray(4)), Done)


# -- the strategy ------------------------------------------------------------------------------


def test_it_takes_a_person_and_no_access_point():
    found = strategy_of(begun().charter)
    assert (found.by_person, found.for_aps, found.guarded) == (True, False, frozenset())
    assert clock_repair.is_kept(kept().run())
    assert not clock_repair.is_kept(given_up().run())
