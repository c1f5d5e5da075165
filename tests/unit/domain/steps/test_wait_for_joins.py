from datetime import timedelta

import pytest

from service.domain.changes import SetJoinPolicy
from service.domain.identity import EthernetMac
from service.domain.join_policy import JoinPolicies, Rule, Switch
from service.domain.observation import ApState, JoinPhase, LogLine
from service.domain.steps.protocol import Done, Fail, Hold
from service.domain.steps.wait_for_joins import (
    DOES_NOT_HELP,
    HANDSHAKE_UNDER_WAY_S,
    REFUSED_LATE_S,
    UNHELPED,
    WaitForJoins,
)
from tests.support.builders import (
    MAC,
    OPENED,
    OTHER,
    POLICY,
    Journal,
    affected,
    look,
    moment,
    sighting,
)

STEP = WaitForJoins()
IGNORE = Rule.IGNORE_MIC_EXPIRY
OFF, ON = Switch(IGNORE, enabled=False), Switch(IGNORE, enabled=True)
BOTH = (affected(), affected(OTHER, name="AP2"))
HOME, HOME_TOO = (sighting(mac, ApState.REGISTERED) for mac in (MAC, OTHER))
AWAY, AWAY_TOO = (sighting(mac, ApState.NOT_JOINED) for mac in (MAC, OTHER))
SET_AT, LIMIT = 20.0, POLICY.wait_for_aps_s
WIRED = "58:8d:09:03:12:34"


def turned(**fields) -> Journal:
    given = {"strategy": "expired-cert-override", "switches": (OFF,), "overrides": (ON,), **fields}
    journal = Journal(**given)
    journal.sent("set-policy", SetJoinPolicy(IGNORE, before=False, after=True), at=SET_AT - 1)
    return journal.done("set-policy", SET_AT)


def decide(journal: Journal, at: float, *aps, on: bool = True, **fields):
    given = {"policies": JoinPolicies((Switch(IGNORE, enabled=on),)), "aps": aps, **fields}
    return STEP.decide(journal.run(), look(at, **given), moment(at))


def refused(at: float, mac: str = str(MAC), text: str = "#DTLS-3-HANDSHAKE_FAILURE: no") -> LogLine:
    return LogLine(text, "show msglog:1", OPENED + timedelta(seconds=at), mac)


def since(*seconds: float, **fields) -> tuple[LogLine, ...]:
    return tuple(refused(SET_AT + HANDSHAKE_UNDER_WAY_S + s, **fields) for s in seconds)


def failed(at: float, phase: JoinPhase = JoinPhase.DTLS):
    """An AP whose last failure the join statistics date so long after the policy was set."""
    moment_ = OPENED + timedelta(seconds=SET_AT + at)
    return sighting(MAC, ApState.NOT_JOINED, failure_phase=phase, last_failure_at=moment_)


def test_a_handshake_that_fails_long_after_the_policy_was_set_ends_the_wait():
    journal, at = turned(), SET_AT + REFUSED_LATE_S + 30
    noting = decide(journal, at, failed(REFUSED_LATE_S + 1))
    assert isinstance(noting, Hold)
    assert UNHELPED in noting.remember
    journal.noted(STEP.name, at, **noting.remember)
    ended = decide(journal, at, failed(REFUSED_LATE_S + 1))
    assert isinstance(ended, Fail)
    assert "handshakes are still refused" in ended.detail


@pytest.mark.parametrize(
    "seen",
    [
        failed(REFUSED_LATE_S - 1),
        failed(REFUSED_LATE_S + 3600),  # dated in the future: its clock is read wrongly
        failed(REFUSED_LATE_S + 1, JoinPhase.RUN),
        sighting(MAC, ApState.NOT_JOINED, failure_phase=JoinPhase.DTLS),
    ],
    ids=["early", "in the future", "another phase", "not dated"],
)
def test_other_failures_do_not_end_the_wait(seen):
    waiting = decide(turned(), SET_AT + REFUSED_LATE_S + 30, seen)
    assert isinstance(waiting, Hold)
    assert UNHELPED not in waiting.remember


def test_joined_is_not_enough_they_have_to_stay():
    journal = turned()
    first = decide(journal, 60, HOME)
    assert isinstance(first, Hold)
    journal.noted(STEP.name, 60, **first.remember)
    staying = decide(journal, 60 + POLICY.stay_registered_s - 1, HOME)
    assert isinstance(staying, Hold)
    assert isinstance(decide(journal, 60 + POLICY.stay_registered_s, HOME), Done)


def test_an_ap_that_goes_again_starts_the_staying_anew():
    journal = turned().noted(STEP.name, 60, stage="joined")
    gone = decide(journal, 90, AWAY)
    assert isinstance(gone, Hold)
    journal.noted(STEP.name, 90, **gone.remember)
    back = decide(journal, 100, HOME)
    assert isinstance(back, Hold)
    journal.noted(STEP.name, 100, **back.remember)
    assert isinstance(decide(journal, 60 + POLICY.stay_registered_s + 10, HOME), Hold)


def test_at_the_limit_who_did_not_come_is_noted_and_then_it_fails():
    journal = turned(aps=BOTH)
    noting = decide(journal, SET_AT + LIMIT, HOME, AWAY_TOO)
    assert isinstance(noting, Hold)
    assert noting.remember == {UNHELPED: str(OTHER)}
    journal.noted(STEP.name, SET_AT + LIMIT, **noting.remember)
    failed = decide(journal, SET_AT + LIMIT + 1, HOME, AWAY_TOO)
    assert isinstance(failed, Fail)
    assert DOES_NOT_HELP in failed.detail
    assert f"AP2 ({OTHER})" in failed.detail
    assert f"at their next rejoin: AP1 ({MAC})" in failed.detail


def test_before_the_limit_a_silent_ap_is_waited_for():
    assert isinstance(decide(turned(), SET_AT + LIMIT - 1, AWAY), Hold)


def test_handshakes_refused_again_and_again_end_it_before_the_limit():
    move = decide(turned(), 200, AWAY, logs=since(1, 10, 20))
    assert isinstance(move, Hold)
    assert move.remember == {UNHELPED: str(MAC)}
    journal = turned().noted(STEP.name, 200, **move.remember)
    failed = decide(journal, 201, AWAY, logs=since(1, 10, 20))
    assert isinstance(failed, Fail)
    assert "handshakes are still refused" in failed.detail


@pytest.mark.parametrize(
    "logs",
    [
        since(1, 10),
        since(-1, 10, 20),
        since(1, 10, 20, mac=str(OTHER)),
        since(1, 10, 20, text="#CAPWAP-3-ECHO_ERR: no echo"),
        tuple(LogLine(one.text, one.source, None, one.mac) for one in since(1, 10, 20)),
    ],
    ids=["too few", "begun before", "of another AP", "of another kind", "of no known time"],
)
def test_other_lines_end_nothing(logs):
    move = decide(turned(), 200, AWAY, logs=logs)
    assert isinstance(move, Hold)
    assert UNHELPED not in move.remember


def test_a_log_may_name_an_ap_by_its_wired_mac():
    away = sighting(MAC, ApState.NOT_JOINED, ethernet_mac=EthernetMac(WIRED))
    move = decide(turned(), 200, away, logs=since(1, 10, 20, mac=WIRED))
    assert isinstance(move, Hold)
    assert UNHELPED in move.remember


def test_one_hopeless_ap_does_not_end_the_wait_for_another_that_is_not_heard_of():
    move = decide(turned(aps=BOTH), 200, AWAY, AWAY_TOO, logs=since(1, 10, 20))
    assert isinstance(move, Hold)
    assert UNHELPED not in move.remember


def test_a_switch_that_is_off_again_ends_the_wait():
    failed = decide(turned(), 60, AWAY, on=False)
    assert isinstance(failed, Fail)
    assert "somebody else turned it back" in failed.detail


@pytest.mark.parametrize(
    "fields", [{"policies": None}, {"policies": JoinPolicies()}, {"aps": None}]
)
def test_what_cannot_be_read_is_asked_again_until_the_limit(fields):
    assert isinstance(decide(turned(), 60, AWAY, **fields), Hold)
    failed = decide(turned(), SET_AT + LIMIT, AWAY, **fields)
    assert isinstance(failed, Fail)
    assert DOES_NOT_HELP not in failed.detail  # nobody saw that


def test_a_longer_host_clock_jump_is_no_waiting():
    """Elapsed time counts on the boot-time clock; without true time no log line is dated."""
    policies = JoinPolicies((ON,))
    view = look(200, policies=policies, aps=(AWAY,), logs=since(1, 10, 20))
    move = STEP.decide(turned().run(), view, moment(200, true=False))
    assert isinstance(move, Hold)
    assert UNHELPED not in move.remember
