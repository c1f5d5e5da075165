"""Restoring NTP, waiting for it, disarming, saving: the way home after the clock."""

from dataclasses import replace

import pytest

from service.domain.byhand import ByHand
from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    PROBE,
    WITNESS,
    AddNtp,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    SaveConfig,
)
from service.domain.ntp import NtpConfig, NtpEntry, NtpState
from service.domain.steps.disarm import Disarm
from service.domain.steps.ntp_in_sync import NtpInSync
from service.domain.steps.protocol import Done, Fail, Hold, Send
from service.domain.steps.restore_ntp import RestoreNtp
from service.domain.steps.save import Save
from tests.support.builders import (
    NO_NTP,
    NTP,
    ONE,
    REMEDIATION,
    THEIRS,
    TWO,
    Journal,
    guard,
    in_the_past,
    look,
    moment,
    timers,
)

A, B = GUARDS
FREE_RUNNING = NtpState(synchronised=False, stratum=16)


def home(**fields) -> Journal:
    return Journal(**fields).in_the_past(30).done("wait-for-aps", 290).home(300)


# -- NTP entries -------------------------------------------------------------------------------

RESTORE = RestoreNtp()


def restored(journal: Journal, at: float, **fields):
    return RESTORE.decide(journal.run(), look(at, **fields), moment(at))


def test_what_is_missing_is_added_and_nothing_else():
    assert restored(home(), 320, ntp=NO_NTP) == Send(AddNtp(NTP))
    assert restored(home(), 320, ntp=NtpConfig((TWO,))) == Send(AddNtp(NtpConfig((ONE,))))


def test_what_others_added_stays_and_hinders_nothing():
    assert isinstance(restored(home(), 320, ntp=NtpConfig((*NTP.entries, THEIRS))), Done)
    move = restored(home(), 320, ntp=NtpConfig((THEIRS,)))
    assert move == Send(AddNtp(NTP))


def test_an_entry_that_somebody_altered_is_theirs_and_told():
    altered = replace(ONE, leaves=(("key", "9"),))
    move = restored(home(), 320, ntp=NtpConfig((altered, TWO)))
    assert isinstance(move, Fail)
    assert move.left == (f"changed: ntp {ONE.label} is now: ntp {ONE.label} key 9",)
    assert move.mend[0].startswith("ntp server 192.0.2.1 prefer")


def test_entries_that_we_never_removed_are_not_ours_to_add():
    """Killed before the removal, restored a day later: the servers were changed on purpose."""
    assert isinstance(restored(Journal().under_guard().home(90_000), 90_000, ntp=NO_NTP), Done)
    refused = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "refused").home(100)
    assert isinstance(restored(refused, 101, ntp=NO_NTP), Done)


def test_a_removal_of_unknown_fate_may_have_been_ours():
    lost = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "unknown").home(100)
    assert restored(lost, 101, ntp=NO_NTP) == Send(AddNtp(NTP))


def test_entries_that_cannot_be_added_are_told_with_their_lines():
    journal = home()
    for at in (310, 311, 312, 313):
        journal.sent("restore-ntp", AddNtp(NTP), "refused", at=at, detail="invalid-value")
    move = restored(journal, 314, ntp=NO_NTP)
    assert isinstance(move, Fail)
    assert move.left == (
        "missing: ntp server 192.0.2.1",
        "missing: ntp peer vrf Mgmt-intf 192.0.2.2",
    )
    assert move.mend == ("ntp server 192.0.2.1 prefer", "ntp peer vrf Mgmt-intf 192.0.2.2 key 7")


def test_an_entry_that_an_addition_of_ours_left_without_its_key_is_added_again():
    half = NtpConfig((ONE, replace(TWO, leaves=())))
    lost = home().sent("restore-ntp", AddNtp(NTP), "unknown", at=310)
    assert restored(lost, 320, ntp=half) == Send(AddNtp(NtpConfig((TWO,))))
    proven = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "unknown").home(100)
    assert restored(proven, 101, ntp=half) == Send(AddNtp(NtpConfig((TWO,))))
    told = home().sent("restore-ntp", AddNtp(NTP), "applied", at=310)
    assert isinstance(restored(told, 320, ntp=half), Fail)
    assert isinstance(restored(home(), 320, ntp=half), Fail)


def test_where_a_key_takes_a_line_of_its_own_both_are_told():
    by_hand = ByHand(add_ntp="server {slot} {host}", key_ntp="key {slot} {key}")
    keyed = NtpEntry("server", "server-list", "192.0.2.1", leaves=(("key", "7"),), slot="2")
    journal = home(by_hand=by_hand, ntp=NtpConfig((keyed,)))
    move = restored(journal, 310, ntp=None)
    assert isinstance(move, Fail)
    assert move.mend == ("server 2 192.0.2.1", "key 2 7")


def test_an_unreadable_configuration_is_told():
    move = restored(home(), 310, ntp=None)
    assert isinstance(move, Fail)
    assert move.left
    assert move.mend


# -- NTP in sync -------------------------------------------------------------------------------

SYNC = NtpInSync()


def synced(journal: Journal, at: float, **fields):
    return SYNC.decide(journal.run(), look(at, **fields), moment(at))


def test_sync_is_waited_for_until_the_limit():
    journal = home().done("restore-ntp", 320)
    assert isinstance(synced(journal, 321, ntp_state=FREE_RUNNING), Hold)
    assert isinstance(synced(journal, 330), Done)
    move = synced(journal, 621, ntp_state=FREE_RUNNING)
    assert isinstance(move, Fail)
    assert move.left
    assert move.mend


def test_a_sync_with_a_wrong_time_is_none():
    journal = home().done("restore-ntp", 320)
    assert isinstance(synced(journal, 321, off_s=3.0), Hold)
    assert isinstance(synced(journal, 321, off_s=1.9), Done)


def test_the_clock_is_judged_as_well_as_it_could_be_read():
    """A reading that took six seconds cannot tell two from four."""
    slow = look(321, off_s=4.0)
    assert slow.clock is not None
    seen = replace(slow, clock=replace(slow.clock, uncertainty_s=3.0))
    assert isinstance(SYNC.decide(home().done("restore-ntp", 320).run(), seen, moment(321)), Done)


def test_nobody_waits_for_a_sync_that_was_not_there_or_not_touched():
    never = home(ntp_was_synchronised=False).done("restore-ntp", 320)
    assert isinstance(synced(never, 321, ntp_state=FREE_RUNNING), Done)
    untouched = Journal().under_guard().home(100)
    assert isinstance(synced(untouched, 101, ntp_state=FREE_RUNNING), Done)


# -- disarming ---------------------------------------------------------------------------------

DISARM = Disarm(REMEDIATION)


def disarmed(journal: Journal, at: float, **fields):
    return DISARM.decide(journal.run(), look(at, **fields), moment(at))


def test_everything_of_ours_is_deleted_at_once():
    move = disarmed(home(), 330, timers=timers(A, B, CLOCK, CANARY, PROBE, WITNESS))
    assert isinstance(move, Send)
    assert isinstance(move.change, RemoveTimers)
    assert set(move.change.names) == {A, B, CLOCK, CANARY, PROBE, WITNESS}


def test_a_timer_of_another_remediation_is_not_touched():
    theirs = timers(A, about="aprejoin another")
    move = disarmed(home(), 330, timers=theirs)
    assert isinstance(move, Done)
    assert "another window" in move.detail
    both = disarmed(home(), 330, timers=(*theirs, *timers(B)))
    assert both == Send(RemoveTimers((B,)))


def test_a_box_without_descriptions_loses_only_what_we_created():
    journal = home().armed(310, B, "set-true-time")
    assert disarmed(journal, 330, timers=timers(A, B, PROBE, about="")) == Send(
        RemoveTimers((A, B))
    )


def test_timers_that_stay_are_told_with_the_commands():
    journal = home()
    for at in (330, 331, 332, 333):
        journal.sent("disarm", RemoveTimers((A,)), "refused", at=at)
    move = disarmed(journal, 334, timers=timers(A))
    assert isinstance(move, Fail)
    assert move.left == (f"applet {A} is left",)
    assert move.mend == (f"no event manager applet {A}",)


def test_unreadable_timers_are_told():
    move = disarmed(home(), 330, timers=None)
    assert isinstance(move, Fail)
    assert move.left
    assert move.mend


def test_a_switch_that_still_ticks_is_left_to_restore_what_we_could_not():
    journal = home().failed("restore-ntp", 320)
    move = disarmed(journal, 330, ntp=NO_NTP, timers=timers(A))
    assert isinstance(move, Hold)
    past = in_the_past(330)
    assert isinstance(DISARM.decide(journal.run(), past, moment(330)), Hold)


def test_a_switch_that_should_have_fired_is_not_waited_for():
    journal = home().failed("restore-ntp", 320)
    late = 15 + 600 + 30
    assert isinstance(disarmed(journal, late, ntp=NO_NTP, timers=timers(A)), Send)


def test_a_switch_that_would_overwrite_somebody_elses_change_is_deleted():
    altered = NtpConfig((replace(ONE, leaves=(("key", "9"),)),))
    assert isinstance(disarmed(home(), 330, ntp=altered, timers=timers(A)), Send)


# -- saving ------------------------------------------------------------------------------------

SAVE = Save(REMEDIATION)


def saved(journal: Journal, at: float, **fields):
    return SAVE.decide(journal.run(), look(at, **fields), moment(at))


@pytest.mark.parametrize(
    ("before", "pending", "is_saved"),
    [(False, False, True), (False, True, True), (True, True, True), (None, True, True),
     (True, False, False), (None, False, False)],
)  # fmt: skip
def test_the_configuration_ends_as_saved_as_it_was_or_as_was_asked(before, pending, is_saved):
    move = saved(home(unsaved=before, save_pending=pending), 340)
    assert isinstance(move, Send if is_saved else Done)


def test_nothing_is_saved_where_nothing_was_changed():
    assert isinstance(saved(Journal(save_pending=True).home(10), 11), Done)


def test_a_save_is_seen_or_believed():
    journal = home().sent("save", SaveConfig(), at=340)
    assert isinstance(saved(journal, 341, unsaved=False), Done)
    assert isinstance(saved(journal, 341, unsaved=None), Done)
    assert isinstance(saved(journal, 341, unsaved=True), Hold)
    assert isinstance(saved(journal, 350, unsaved=True), Send)


def test_a_save_of_unknown_fate_is_sent_again_for_it_does_no_harm():
    journal = home().sent("save", SaveConfig(), "unknown", at=340)
    assert isinstance(saved(journal, 401, unsaved=None), Send)


def test_a_controller_that_does_not_save_is_told():
    journal = home()
    for at in (340, 345, 350):
        journal.sent("save", SaveConfig(), "refused", at=at)
    move = saved(journal, 355)
    assert isinstance(move, Fail)
    assert move.left
    assert move.mend == ("write memory",)


@pytest.mark.parametrize(
    "fields",
    [{"ntp": NO_NTP}, {"ntp": NtpConfig((*NTP.entries, THEIRS))}, {"timers": timers(A)},
     {"ntp": None}, {"timers": None}],
)  # fmt: skip
def test_what_is_not_as_it_was_is_never_saved_whoever_asked_for_it(fields):
    move = saved(home(save_pending=True), 340, **fields)
    assert isinstance(move, Fail)
    assert move.left
    assert move.mend


def test_another_polling_interval_is_not_saved():
    journal = home(save_pending=True, ntp=replace(NTP, polling_s=7200))
    assert isinstance(saved(journal, 340, ntp=replace(NTP, polling_s=3600)), Fail)
    assert isinstance(saved(journal, 340, ntp=replace(NTP, polling_s=7200)), Send)


def test_an_entry_of_others_is_not_saved_for_them():
    journal = Journal().under_guard().home(100)
    move = saved(journal, 110, ntp=NtpConfig((*NTP.entries, THEIRS)))
    assert isinstance(move, Done)
    assert "theirs to save" in move.detail


def test_a_lone_probe_is_a_change_and_saved_away_where_it_was_saved_before():
    journal = Journal().sent("prove-timer", ProveTimer(REMEDIATION, 5, (2026,))).home(30)
    assert isinstance(saved(journal, 31), Send)


def test_a_switch_that_was_renewed_at_home_does_not_count_as_a_save():
    journal = home().sent("save", guard(at=340), at=340)
    assert isinstance(saved(journal, 341, unsaved=False), Send)
