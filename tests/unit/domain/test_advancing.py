from dataclasses import replace

import pytest

from service.domain.advancing import (
    MOST_BLIND,
    Finish,
    Turn,
    conclusion,
    current_step,
    needs,
    next_move,
)
from service.domain.changes import CLOCK, GUARDS, AddNtp, ArmGuard, RemoveNtp
from service.domain.journal import StepFailed
from service.domain.observation import ApState, Topic
from service.domain.steps.protocol import Fail, Hold, Send
from service.domain.steps.verify import SEEN_DIFFERENT
from tests.support.builders import (
    NO_NTP,
    NTP,
    POLICY,
    REMEDIATION,
    Journal,
    affected,
    in_the_past,
    look,
    moment,
    sighting,
    timers,
)

A, B = GUARDS
HOME = sighting(state=ApState.REGISTERED)


def move(journal: Journal, at: float, seen, **fields):
    return next_move(REMEDIATION, journal.run(), seen, moment(at, **fields))


def home_again(journal: Journal, verified: bool = True) -> Journal:  # noqa: FBT001, FBT002
    for step in ("set-true-time", "restore-ntp", "ntp-in-sync", "disarm", "save"):
        if step not in journal.run().finished():
            journal.done(step, 400)
    return journal.done("verify", 410) if verified else journal.failed("verify", 410, "something")


def ended(journal: Journal, *aps):
    return conclusion(journal.run(), look(420, aps=aps or (HOME,)))


# -- the sequence ------------------------------------------------------------------------------


def test_steps_come_in_their_order_and_the_way_home_follows():
    journal = Journal()
    for name in ("prove-timer", "arm-dead-man", "remove-ntp", "set-clock-back", "wait-for-aps"):
        step = current_step(REMEDIATION, journal.run())
        assert step is not None
        assert step.name == name
        journal.done(name)
    turned = move(journal, 100, look(100))
    assert isinstance(turned, Turn)
    assert not turned.event.goal_missed
    journal.home(100)
    for name in ("set-true-time", "restore-ntp", "ntp-in-sync", "disarm", "save", "verify"):
        step = current_step(REMEDIATION, journal.run())
        assert step is not None
        assert step.name == name
        journal.done(name)
    assert isinstance(move(journal, 100, look(100)), Finish)


def test_a_failed_step_of_the_way_home_is_remembered_and_passed():
    journal = Journal().in_the_past().home(100).failed("set-true-time", 110)
    step = current_step(REMEDIATION, journal.run())
    assert step is not None
    assert step.name == "restore-ntp"


@pytest.mark.parametrize("missing", [Topic.TIMERS, Topic.CLOCK])
def test_time_goes_home_though_a_look_or_more_are_refused(missing):
    journal = Journal().in_the_past().home(100)
    field = {Topic.TIMERS: "timers", Topic.CLOCK: "clock"}[missing]
    refused = look(110, **{field: None, "unknown": {missing: "access-denied"}})
    for number in range(MOST_BLIND):
        held = move(journal, 110, refused)
        assert isinstance(held, Hold), number
        journal.noted("set-true-time", 110, **held.remember)
    assert isinstance(move(journal, 110, refused), Fail)
    assert isinstance(move(journal.home(120), 120, refused), Hold)  # called again, it looks again


def test_called_home_again_every_step_looks_again():
    journal = home_again(Journal().in_the_past().home(100)).home(500)
    step = current_step(REMEDIATION, journal.run())
    assert step is not None
    assert step.name == "set-true-time"


def test_every_step_under_the_switch_looks_at_the_timers():
    journal = Journal().in_the_past()
    assert Topic.TIMERS in needs(current_step(REMEDIATION, journal.run()))
    assert needs(None) == {Topic.AP_JOIN, Topic.AP_JOIN_STATS}


# -- under the switch --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("journal", "seen"),
    [
        (Journal().under_guard(), look(20)),
        (Journal().without_ntp(), look(30, ntp=NO_NTP)),
        (Journal().in_the_past(), in_the_past(60, timers=())),
    ],
)
def test_nothing_is_done_forward_without_a_switch_on_the_controller(journal, seen):
    found = move(journal, 60, seen)
    assert isinstance(found, Fail)
    assert "dead-man's switch is gone" in found.detail


def test_the_switch_is_renewed_before_anything_else():
    found = move(Journal().in_the_past(30), 400, in_the_past(400, aps=(HOME,)))
    assert isinstance(found, Send)
    assert isinstance(found.change, ArmGuard)


def test_a_wait_ends_in_time_for_the_renewal():
    policy = replace(POLICY, poll_every_s=200)
    journal = Journal(policy=policy).in_the_past(30)
    found = move(journal, 250, in_the_past(250))
    assert isinstance(found, Hold)
    assert found.seconds == pytest.approx(15 + 300 - 250)


def test_a_wait_is_never_shorter_than_a_second():
    journal = Journal(policy=replace(POLICY, poll_every_s=200)).in_the_past(30)
    found = move(journal, 314.9, in_the_past(314.9))
    assert isinstance(found, Hold)
    assert found.seconds == 1


# -- a busy controller -------------------------------------------------------------------------


def busy(journal: Journal, step: str, change, *, first: float, last: float) -> Journal:
    for at in range(int(first), int(last) + 1, 10):
        journal.sent(step, change, "busy", at=at, detail="lock-denied")
    return journal


def test_a_busy_controller_is_asked_again_after_a_while():
    journal = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "busy", at=20)
    seen = look(21, timers=timers(A))
    assert isinstance(move(journal, 21, seen), Hold)
    assert isinstance(move(journal, 22.1, seen), Send)


def test_a_session_that_was_gone_counts_like_a_busy_one():
    journal = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "unsent", at=20)
    assert isinstance(move(journal, 21, look(21, timers=timers(A))), Hold)


def test_forward_a_lock_of_two_minutes_turns_us_home():
    journal = busy(Journal().under_guard(), "remove-ntp", RemoveNtp(NTP), first=20, last=130)
    found = move(journal, 141, look(141, timers=timers(A)))
    assert isinstance(found, Fail)
    assert "lock-denied" in found.detail


def test_at_home_we_ask_longer_than_the_switch_takes_and_then_tell_a_person():
    journal = Journal().in_the_past(30).home(100).done("set-true-time", 110)
    busy(journal, "restore-ntp", AddNtp(NTP), first=120, last=700)
    seen = look(719, ntp=NO_NTP)
    assert isinstance(move(journal, 719, seen), Send)
    found = move(journal, 120 + 721, seen)
    assert isinstance(found, Fail)
    assert found.left
    assert any(line.startswith("ntp server 192.0.2.1") for line in found.mend)


# -- the end -----------------------------------------------------------------------------------


def test_all_put_back_and_all_aps_home_is_success():
    closed = ended(home_again(Journal().in_the_past().home(100)))
    assert (closed.state, closed.recovered, closed.remaining) == ("succeeded", 1, 0)


def test_all_put_back_and_an_ap_missing_is_rolled_back():
    journal = home_again(Journal(aps=(affected(),)).in_the_past().home(100))
    closed = ended(journal, sighting())
    assert (closed.state, closed.recovered, closed.remaining) == ("rolled-back", 0, 1)


def test_nothing_sent_is_cancelled_whatever_else_was_found():
    journal = Journal().sent("prove-timer", RemoveNtp(NTP), "refused").home(10)
    journal.add(11, StepFailed("disarm", "unreadable", ("something",), ("look",)))
    closed = ended(home_again(journal))
    assert (closed.state, closed.left) == ("cancelled", ())


def test_what_failed_on_the_way_and_is_right_at_the_last_look_is_no_trouble():
    journal = Journal().in_the_past().home(100)
    for step in ("set-true-time", "restore-ntp", "disarm"):
        journal.failed(step, 300, "something")
    assert ended(home_again(journal)).state == "succeeded"


def test_what_the_last_look_does_not_see_remains_trouble():
    for step in ("ntp-in-sync", "save"):
        journal = Journal().in_the_past().home(100).failed(step, 300, "something")
        closed = ended(home_again(journal))
        assert (closed.state, closed.left) == ("needs-attention", ("something",))


def test_a_last_look_that_saw_the_difference_says_it_alone():
    journal = Journal().in_the_past().home(100).failed("restore-ntp", 300, "two entries missing")
    for step in ("set-true-time", "ntp-in-sync", "disarm", "save"):
        journal.done(step, 400)
    journal.add(410, StepFailed("verify", SEEN_DIFFERENT, ("one entry missing",), ("ntp x",)))
    closed = ended(journal)
    assert (closed.state, closed.left) == ("needs-attention", ("one entry missing",))
    assert "restore-ntp" in closed.detail


def test_what_failed_counts_where_the_last_look_saw_nothing():
    journal = Journal().in_the_past().home(100).failed("set-true-time", 300, "clock")
    closed = ended(home_again(journal, verified=False))
    assert closed.state == "needs-attention"
    assert closed.left == ("clock", "something")


def test_trouble_of_an_earlier_way_home_is_forgotten():
    journal = Journal().in_the_past().home(100).failed("ntp-in-sync", 300, "no sync").home(500)
    assert ended(home_again(journal)).state == "succeeded"


def test_a_foreign_timer_is_no_reason_to_delete_it_on_the_way_home():
    """Another installation's window refused us: what ticks there is its own."""
    journal = Journal().failed("prove-timer", 5).home(6)
    found = move(journal, 7, look(7, timers=timers(CLOCK, A, about="aprejoin another")))
    assert not isinstance(found, Send)
