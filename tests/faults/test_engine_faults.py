"""Replies that are lost, late, refused or busy, and sessions that drop, at every device call."""

import pytest

from service.errors import DeviceBusy, DeviceUnreachable, ReplyMalformed
from service.usecases.remediate import carry_out
from tests.support.promises import broken
from tests.support.stage import Stage, ap, quiet

FATES = ["busy", "refused", "unsent", "lost-before", "lost-after", "late"]


def calls() -> tuple[int, int]:
    """How many changes and looks an undisturbed remediation takes."""
    stage = Stage()
    stage.remediate()
    return len(stage.line.sent), stage.line.reads_done


@pytest.mark.parametrize("fate", FATES)
def test_any_change_may_meet_any_fate(fate):
    failures = {}
    for number in range(calls()[0]):
        stage = Stage()
        stage.line.changes[number] = fate
        closed = stage.remediate()
        stage.settle(200)
        if found := broken(stage, closed):
            failures[f"{number} {stage.line.sent[number].kind}"] = found
    assert not failures


@pytest.mark.parametrize("fate", FATES)
def test_the_same_fate_twice_in_a_row(fate):
    failures = {}
    for number in range(calls()[0] - 1):
        stage = Stage()
        stage.line.changes.update({number: fate, number + 1: fate})
        closed = stage.remediate()
        stage.settle(200)
        if found := broken(stage, closed):
            failures[f"{number} {stage.line.sent[number].kind}"] = found
    assert not failures


@pytest.mark.parametrize("error", [DeviceUnreachable, DeviceBusy, ReplyMalformed])
def test_any_look_may_fail(error):
    failures = {}
    for number in range(1, calls()[1]):
        stage = Stage()
        stage.line.reads[number] = error
        closed = stage.remediate()
        if closed.state != "succeeded" or (found := broken(stage, closed)):
            failures[number] = [closed.state, *found]
    assert not failures


@pytest.mark.parametrize("fate", ["refused", "lost-before", "lost-after", "late"])
def test_a_box_that_does_it_from_some_call_on_ends_loudly_or_well_and_never_turns_in_circles(fate):
    failures = {}
    for first in range(calls()[0]):
        stage = Stage()
        stage.line.changes.update(dict.fromkeys(range(first, 2000), fate))
        closed = stage.remediate()
        stage.settle()
        if found := broken(stage, closed, loud=True):
            failures[first] = found
    assert not failures


def test_a_locked_box_is_waited_for_at_home_until_its_own_switch_went_another_way():
    stage = Stage()

    def lock(number, _change) -> None:
        stage.box.locked = number >= 4  # from the setting of the true time on, nobody may edit

    stage.line.on_change = lock
    closed = stage.remediate()
    stage.settle()
    assert broken(stage, closed, loud=True) == []
    assert abs(stage.box.offset_s) < 2
    assert {e.host for e in stage.box.ntp.entries} == {"192.0.2.1", "192.0.2.2", "192.0.2.9"}


def test_a_box_that_is_never_heard_again_needs_attention_and_comes_home_by_itself():
    failures = {}
    for number in range(1, calls()[1]):
        stage = Stage()

        def cut(at, stage=stage, number=number) -> None:
            if at == number:
                stage.box.unreachable = True

        stage.line.on_read = cut
        closed = stage.remediate()
        stage.settle()
        if closed.state == "cancelled" and not stage.line.sent:
            continue
        if found := [*broken(stage, closed, loud=True), *stage.box.differences()]:
            failures[number] = found
        if closed.state != "needs-attention":
            failures[number] = [closed.state]
    assert not failures


def test_a_refused_login_is_never_tried_again():
    failures = {}
    for number in range(1, calls()[1]):
        stage = Stage()
        stage.line.reads[number] = DeviceUnreachable

        def refuse(at, stage=stage, number=number) -> None:
            stage.line.refuse_login = at >= number

        stage.line.on_read = refuse
        before = stage.line.logins
        closed = stage.remediate()
        logins = stage.line.logins - before
        if logins != 3 or closed.state not in ("needs-attention", "cancelled"):
            failures[number] = (logins, closed.state)
    assert not failures


def test_a_refused_login_while_a_lost_reply_is_settled_is_not_tried_again_either():
    stage = Stage()
    stage.line.changes[2] = "lost-before"

    def refuse(number, _change) -> None:
        stage.line.refuse_login = number >= 2

    stage.line.on_change = refuse
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert stage.line.logins == 3


def test_a_lost_request_is_not_decided_on_before_its_session_is_dead():
    """The box is cut off with our request in its queue; it must not act on it later."""
    for number in range(calls()[0]):
        stage = Stage()
        stage.line.changes[number] = "late"

        def cut(at, _change, stage=stage, number=number) -> None:
            if at == number:
                stage.box.unreachable = True
                stage.box.later(40, lambda: setattr(stage.box, "unreachable", False))

        stage.line.on_change = cut
        stage.remediate()
        late = [line for line in stage.box.log if "late" in line]
        assert late == []


def test_looks_that_take_longer_than_a_minute_end_it_before_anything_is_written():
    stage = Stage()
    work = stage.open(stage.process())
    stage.line.slow_tables_s = 70
    closed = carry_out(work, interrupted=lambda: None, on_progress=quiet)
    assert closed.state == "cancelled"
    assert "too old to act on" in closed.detail
    assert stage.line.sent == []


def test_slow_tables_of_aps_do_not_keep_the_switch_from_being_renewed():
    stage = Stage(aps=[ap(1, download_s=1000)])
    work = stage.open(stage.process())
    stage.line.slow_aps_s = 70
    closed = carry_out(work, interrupted=lambda: None, on_progress=quiet)
    assert closed.state == "succeeded"
    assert sum("guard" in getattr(c, "name", "") for c in stage.line.sent) >= 3
