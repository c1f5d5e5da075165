from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.changes import CANARY, GUARDS, ResetAp
from service.domain.ntp import NtpConfig
from service.domain.observation import ApState, ControllerView, JoinPhase, Topic
from service.domain.steps.protocol import Done, Fail, Hold, Send
from service.domain.steps.wait_for_aps import WaitForAps, moved
from tests.support.builders import (
    MAC,
    OTHER,
    POLICY,
    REMEDIATION,
    THEIRS,
    Journal,
    affected,
    guard,
    in_the_past,
    moment,
    sighting,
    timers,
)

STEP = WaitForAps(REMEDIATION)
BOTH = (affected(), affected(OTHER, name="AP2"))
STUCK, STUCK_TOO = sighting(download_percent=40), sighting(OTHER, download_percent=40)
HOME = sighting(state=ApState.REGISTERED)


def window(**fields) -> Journal:
    """The window began at 50 seconds."""
    return Journal(**fields).in_the_past(30)


def decide(journal: Journal, at: float, *aps, **fields):
    return STEP.decide(journal.run(), in_the_past(at, aps=aps, **fields), moment(at))


def remembered(journal: Journal, at: float, *aps) -> Journal:
    """What a look at `at` makes the step remember, remembered."""
    move = decide(journal, at, *aps)
    assert isinstance(move, Hold)
    return journal.noted("wait-for-aps", at, **move.remember) if move.remember else journal


# -- APs ---------------------------------------------------------------------------------------


def test_all_registered_is_what_it_is_for():
    assert isinstance(decide(window(), 60, HOME), Done)


def test_what_moved_is_remembered_once():
    journal = window()
    first = decide(journal, 60, STUCK)
    assert isinstance(first, Hold)
    assert moved({}, {str(MAC): STUCK}).items() <= first.remember.items()
    again = decide(remembered(journal, 60, STUCK), 70, STUCK)
    assert isinstance(again, Hold)
    assert not again.remember


@pytest.mark.parametrize("jitter_s", [0.004, 0.9, -1.7])
def test_a_boot_that_is_told_a_moment_apart_by_each_look_is_no_movement(jitter_s):
    """As AireOS tells it: one that hangs would never be reset, nor given up."""
    booted = in_the_past(0).read_at
    looks = [
        replace(STUCK, boot_time=booted + timedelta(seconds=off_s), counted_back=True)
        for off_s in (0.0, jitter_s)
    ]
    journal = remembered(window(), 60, looks[0])
    for at in (90, 120, 150):
        looks.reverse()
        journal = remembered(journal, at, looks[0])
    assert decide(journal, 60 + 120, looks[1]) == Send(ResetAp(MAC))
    again = replace(STUCK, boot_time=booted + timedelta(seconds=45), counted_back=True)
    assert str(MAC) in decide(journal, 60 + 120, again).remember


def test_an_ap_of_nobody_elses_finding_is_not_waited_for():
    assert isinstance(decide(window(), 60, HOME, sighting(OTHER)), Done)


def test_a_straggler_is_reset_once():
    journal = remembered(window(), 60, STUCK)
    assert decide(journal, 60 + 119, STUCK) != Send(ResetAp(MAC))
    assert decide(journal, 60 + 120, STUCK) == Send(ResetAp(MAC))
    journal.sent("wait-for-aps", ResetAp(MAC), at=180)
    assert isinstance(decide(journal, 181, STUCK), Hold)
    assert not isinstance(decide(journal, 600, STUCK), Send)


@pytest.mark.parametrize("outcome", ["refused", "unknown", None])
def test_a_reset_of_unknown_fate_is_not_repeated(outcome):
    journal = remembered(window(), 60, STUCK)
    journal.sent("wait-for-aps", ResetAp(MAC), outcome, at=180)
    assert not isinstance(decide(journal, 190, STUCK), Send)


def test_a_busy_controller_is_asked_for_the_reset_again():
    journal = remembered(window(), 60, STUCK).sent("wait-for-aps", ResetAp(MAC), "busy", at=180)
    assert decide(journal, 190, STUCK) == Send(ResetAp(MAC))


def test_an_ap_whose_download_moves_is_never_reset():
    journal = window()
    for at in range(60, 1200, 30):
        moving = sighting(download_percent=at // 15)
        journal = remembered(journal, at, moving)
    assert isinstance(decide(journal, 1205, sighting(download_percent=99)), Hold)


def test_a_download_that_moved_while_nobody_looked_is_not_reset():
    journal = remembered(window(), 60, STUCK)
    move = decide(journal, 900, sighting(download_percent=90))
    assert isinstance(move, Hold)
    assert move.remember


def test_a_straggler_is_reset_though_other_aps_move_at_every_look():
    journal = window(aps=BOTH)
    for at in range(60, 180, 10):
        journal = remembered(journal, at, STUCK, sighting(OTHER, download_percent=at // 10))
    move = decide(journal, 180, STUCK, sighting(OTHER, download_percent=18))
    assert move == Send(ResetAp(MAC))


def test_an_ap_that_comes_home_needs_no_reset():
    journal = remembered(window(aps=BOTH), 60, STUCK, STUCK_TOO)
    assert decide(journal, 200, HOME, STUCK_TOO) == Send(ResetAp(OTHER))


def test_stragglers_that_do_not_move_after_their_reset_end_the_wait():
    journal = remembered(window(), 60, STUCK).sent("wait-for-aps", ResetAp(MAC), at=180)
    assert isinstance(decide(journal, 299, STUCK), Hold)
    move = decide(journal, 300, STUCK)
    assert isinstance(move, Done)
    assert str(MAC) in move.detail


def test_one_that_still_moves_keeps_the_window_open_for_all():
    journal = window(aps=BOTH)
    journal = remembered(journal, 60, STUCK, STUCK_TOO)
    for mac in (MAC, OTHER):
        journal.sent("wait-for-aps", ResetAp(mac), at=180)
    journal = remembered(journal, 250, STUCK, sighting(OTHER, download_percent=80))
    assert isinstance(decide(journal, 310, STUCK, sighting(OTHER, download_percent=80)), Hold)


def test_the_limit_ends_the_wait_and_nobody_is_reset_any_more():
    journal = remembered(window(), 60, STUCK)
    move = decide(journal, 50 + 1200, STUCK)
    assert isinstance(move, Done)
    assert "limit" in move.detail


def test_an_absent_ap_is_reset_like_any_other_that_does_not_move():
    journal = remembered(window(), 60)
    assert decide(journal, 200) == Send(ResetAp(MAC))


def test_unreadable_tables_are_no_absence():
    journal = remembered(window(), 60, STUCK)
    unread = replace(in_the_past(200, aps=()), unknown={Topic.AP_JOIN: "no answer"})
    for seen in (unread, in_the_past(200, aps=None)):
        move = STEP.decide(journal.run(), seen, moment(200))
        assert isinstance(move, Hold)
        assert not move.remember


def test_unreadable_tables_end_at_the_limit_too():
    assert isinstance(STEP.decide(window().run(), in_the_past(1300, aps=None), moment(1300)), Done)


# -- disturbances ------------------------------------------------------------------------------


def why(journal: Journal, at: float, seen: ControllerView) -> str:
    move = STEP.decide(journal.run(), seen, moment(at))
    assert isinstance(move, Fail)
    return move.detail


def test_an_ntp_entry_of_somebody_else_closes_the_window():
    assert "added" in why(window(), 60, in_the_past(60, ntp=NtpConfig((THEIRS,))))


def test_a_clock_that_follows_an_entry_of_somebody_else_is_told_by_that_entry():
    pulled = in_the_past(60, ntp=NtpConfig((THEIRS,)), off_s=90)
    assert THEIRS.label in why(window(), 60, pulled)


def test_a_clock_that_somebody_moved_closes_the_window():
    assert "set the clock" in why(window(), 60, in_the_past(60, off_s=90))


def test_a_canary_that_is_there_again_closes_the_window():
    assert "should be gone" in why(window(), 60, in_the_past(60, timers=timers(GUARDS[0], CANARY)))


def test_a_save_by_somebody_else_closes_the_window():
    assert "saved" in why(window(), 60, in_the_past(60, unsaved=False))


def test_a_box_that_cannot_tell_what_is_saved_is_no_alarm():
    assert isinstance(decide(window(), 60, STUCK, unsaved=None), Hold)


def test_right_after_an_edit_of_ours_a_box_may_still_call_itself_saved():
    journal = window().armed(60, GUARDS[1], "wait-for-aps")
    assert isinstance(decide(journal, 62, STUCK, unsaved=False), Hold)
    assert "saved" in why(journal, 75, in_the_past(75, aps=(STUCK,), unsaved=False))


def test_what_cannot_be_read_closes_the_window():
    for unread in ("clock", "ntp", "timers"):
        assert "cannot be read" in why(window(), 60, in_the_past(60, **{unread: None}))


def test_a_look_that_takes_long_is_no_foreign_clock():
    """Tables of thousands of APs: the clock was read a minute before the decision."""
    move = STEP.decide(window().run(), in_the_past(60, aps=(STUCK,)), moment(120))
    assert isinstance(move, Hold)


def test_renewing_the_switch_is_no_reset():
    journal = remembered(window(), 60, STUCK).sent("wait-for-aps", guard(GUARDS[1], 100), at=100)
    assert decide(journal, 200, STUCK) == Send(ResetAp(MAC))


# -- bystanders --------------------------------------------------------------------------------

FAILS = sighting(OTHER, ApState.NOT_JOINED, failure_phase=JoinPhase.DTLS)


def test_an_ap_that_the_window_keeps_off_closes_it():
    journal = remembered(window(), 60, STUCK, sighting(OTHER, ApState.REGISTERED))
    journal = remembered(journal, 100, STUCK, FAILS)
    assert isinstance(decide(journal, 159, STUCK, FAILS), Hold)
    assert "cannot rejoin" in why(journal, 160, in_the_past(160, aps=(STUCK, FAILS)))


def test_an_ap_that_failed_before_the_window_is_not_its_doing():
    journal = remembered(window(), 60, STUCK, FAILS)
    assert isinstance(decide(journal, 170, STUCK, FAILS), Hold)


def test_an_ap_that_is_merely_gone_may_have_been_unplugged():
    journal = remembered(window(), 60, STUCK, sighting(OTHER, ApState.REGISTERED))
    gone = sighting(OTHER, ApState.NOT_JOINED, failure_phase=JoinPhase.RUN)
    journal = remembered(journal, 100, STUCK, gone)
    assert isinstance(decide(journal, 170, STUCK, gone), Hold)


def test_the_policy_says_how_many_may_be_kept_off():
    journal = window(policy=replace(POLICY, max_at_risk_aps=1))
    journal = remembered(journal, 60, STUCK, sighting(OTHER, ApState.REGISTERED))
    journal = remembered(journal, 100, STUCK, FAILS)
    assert isinstance(decide(journal, 170, STUCK, FAILS), Hold)


def test_an_ap_that_comes_back_is_forgotten():
    journal = remembered(window(), 60, STUCK, sighting(OTHER, ApState.REGISTERED))
    journal = remembered(journal, 100, STUCK, FAILS)
    journal = remembered(journal, 150, STUCK, sighting(OTHER, ApState.REGISTERED))
    assert isinstance(decide(journal, 170, STUCK, sighting(OTHER, ApState.REGISTERED)), Hold)
