from dataclasses import replace

import pytest

from service.domain.byhand import ByHand
from service.domain.changes import GUARDS, RemoveNtp
from service.domain.ntp import NtpConfig, NtpState
from service.domain.observation import ApState
from service.domain.steps.protocol import Done, Fail, Hold
from service.domain.steps.verify import Verify
from tests.support.builders import (
    NO_NTP,
    NTP,
    ONE,
    POLICY,
    REMEDIATION,
    THEIRS,
    TWO,
    Journal,
    look,
    moment,
    sighting,
    timers,
)

STEP = Verify(REMEDIATION)
HOME = sighting(state=ApState.REGISTERED)


def home(**fields) -> Journal:
    """True time was set at 310 seconds."""
    journal = Journal(**fields).in_the_past(30).done("wait-for-aps", 290).home(300)
    return journal.done("set-true-time", 310)


def decide(journal: Journal, at: float, *, true: bool = True, **fields):
    given = {"aps": (HOME,), "unsaved": False, **fields}
    return STEP.decide(journal.run(), look(at, **given), moment(at, true=true))


def differences(journal: Journal, **fields) -> tuple[str, ...]:
    move = decide(journal, 400, **fields)
    assert isinstance(move, Fail)
    assert move.left
    assert move.mend
    return move.left


def test_a_controller_that_is_as_it_was_is_done_after_the_aps_stayed():
    move = decide(home(), 350)
    assert isinstance(move, Hold)
    assert 0 < move.seconds <= 10
    assert isinstance(decide(home(), 370), Done)


def test_nobody_waits_where_the_aps_were_never_waited_for():
    journal = Journal().in_the_past(30).home(60).done("set-true-time", 70)
    assert isinstance(decide(journal, 80), Done)


def test_every_difference_is_told_with_a_command():
    assert differences(home(), ntp=NtpConfig((ONE,))) == (f"missing: ntp {TWO.label}",)
    altered = replace(ONE, leaves=())
    (changed,) = differences(home(), ntp=NtpConfig((altered, TWO)))
    assert changed == f"changed: ntp {ONE.label} is now: ntp {ONE.label}"
    more = NtpConfig((*NTP.entries, THEIRS))
    assert differences(home(), ntp=more) == (f"added by others: ntp {THEIRS.label}",)
    assert differences(home(), timers=timers(GUARDS[1])) == (f"applet {GUARDS[1]} is left",)
    assert "-4.0 s" in differences(home(), off_s=-4)[0]
    assert differences(home(), unsaved=True) == ("running differs from startup",)


def test_a_clock_that_somebody_moved_at_the_end_is_left_to_ntp_for_a_while():
    journal = home().done("ntp-in-sync", 320).done("save", 330)
    assert isinstance(decide(journal, 340, off_s=3600), Hold)
    assert isinstance(decide(journal, 630, off_s=3600), Fail)
    assert isinstance(decide(journal, 340, off_s=3600, ntp=NtpConfig((ONE,))), Fail)


def test_a_server_that_is_not_trusted_as_before_is_waited_for_and_then_told():
    trusted = replace(ONE, leaves=(("key", "7"),), authentication="AUTH SUCCESS")
    captured = NtpConfig((trusted, TWO))
    doubted = NtpConfig((replace(trusted, authentication="AUTH FAILURE"), TWO))
    journal = home(ntp=captured).done("ntp-in-sync", 330)
    assert isinstance(decide(journal, 340, ntp=doubted), Hold)
    late = decide(journal, 340 + POLICY.ntp_sync_s + 60, ntp=doubted)
    assert isinstance(late, Fail)
    assert late.left == ("ntp server 192.0.2.1: AUTH SUCCESS before, AUTH FAILURE now",)
    unsaid = NtpConfig((replace(trusted, authentication=""), TWO))
    assert not isinstance(decide(journal, 340, ntp=unsaid), Fail)


@pytest.mark.parametrize("line", ["interval {seconds}", ""])
def test_another_polling_interval_is_told_with_what_sets_it_and_none_where_it_is_not_known(line):
    by_hand = ByHand(poll_ntp=line, look_at_ntp="look")
    journal = home(ntp=replace(NTP, polling_s=7200), by_hand=by_hand)
    move = decide(journal, 400, ntp=replace(NTP, polling_s=3600))
    assert isinstance(move, Fail)
    assert move.left == ("NTP polling interval: 7200 s before, 3600 s now",)
    assert move.mend == (f"{'interval 7200' if line else 'look'}   ! as captured",)
    for now in (7200, None):
        assert isinstance(decide(journal, 400, ntp=replace(NTP, polling_s=now)), Done)
    assert isinstance(decide(home(), 400, ntp=replace(NTP, polling_s=3600)), Done)


def test_a_polling_interval_beside_untouched_ntp_is_somebody_elses():
    journal = Journal(ntp=replace(NTP, polling_s=7200)).under_guard().home(100)
    assert isinstance(decide(journal, 110, ntp=replace(NTP, polling_s=3600)), Done)


def test_an_entry_of_others_beside_untouched_ntp_may_be_unsaved():
    journal = Journal().under_guard().home(100)
    more = NtpConfig((*NTP.entries, THEIRS))
    assert isinstance(decide(journal, 110, ntp=more, unsaved=True), Done)


def test_what_cannot_be_read_is_a_difference():
    for unread in ("clock", "ntp", "timers"):
        assert "cannot be read" in differences(home(), **{unread: None})[0]


def test_what_was_unsaved_before_may_be_unsaved_again():
    assert isinstance(decide(home(unsaved=None), 400, unsaved=True), Done)


def test_what_we_never_touched_is_not_our_difference():
    """Only armed: NTP may have changed by anybody's wish, and the clock may be off by itself."""
    journal = Journal(unsaved=None).under_guard().home(100).done("set-true-time", 101)
    assert isinstance(decide(journal, 110, ntp=NO_NTP, off_s=-500), Done)


def test_nothing_is_verified_where_nothing_was_sent():
    journal = Journal().sent("prove-timer", RemoveNtp(NTP), "refused").home(10)
    assert isinstance(decide(journal, 11, ntp=NO_NTP, timers=None), Done)


def test_without_true_time_a_person_has_to_look_even_where_ntp_holds_the_clock():
    free_running = NtpState(synchronised=False, stratum=16)
    journal = home().done("ntp-in-sync", 320)
    assert "NTP holds it" in differences(journal, true=False)[0]
    assert "NTP does not" in differences(journal, true=False, ntp_state=free_running)[0]


def test_timers_of_another_remediation_are_theirs():
    assert isinstance(decide(home(), 400, timers=timers(GUARDS[0], about="aprejoin x")), Done)


def test_how_many_aps_are_home_is_told():
    move = decide(home(), 400, aps=())
    assert isinstance(move, Done)
    assert "0 of 1" in move.detail
