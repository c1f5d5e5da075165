"""One advance: read, decide, do exactly that, write it down."""

from collections.abc import Callable

import pytest

from service.domain.changes import SetClock
from service.domain.journal import Closed, HomeCalled, Intended, Observed, Settled
from service.errors import (
    DeviceUnreachable,
    HostKeyRefused,
    InvalidInput,
    LeaseLost,
    NotFound,
    ReplyMalformed,
)
from service.usecases.advance import AT_ONCE_S, Work, advance, call_home
from service.usecases.orphans import LEASE_TTL_S, due
from service.usecases.recover import take_up
from service.usecases.remediate import carry_out
from tests.support.promises import broken
from tests.support.stage import Stage, quiet


def opened() -> tuple[Stage, Work]:
    stage = Stage()
    return stage, stage.open(stage.process())


def events(work: Work) -> list[object]:
    return [entry.event for entry in work.run().entries]


def test_the_intent_is_durable_before_anything_is_sent_and_the_outcome_before_anything_else():
    stage, work = opened()
    written: list[object] = []
    stage.line.on_change = lambda _n, _c: written.append(events(work)[-1])
    advance(work)
    (intent,) = written
    assert isinstance(intent, Intended)
    assert intent.change == stage.line.sent[0]
    assert intent.session
    assert isinstance(events(work)[-1], Settled)


def test_an_advance_does_one_thing():
    _, work = opened()
    before = len(events(work))
    advance(work)
    assert len(events(work)) == before + 2


def test_not_yet_is_a_time_to_come_back():
    _, work = opened()
    advance(work)
    progress = advance(work)
    assert progress.come_back_s > 0
    assert progress.closed is None


def test_a_closed_remediation_is_left_alone():
    stage, work = opened()
    closed = carry_out(work, interrupted=lambda: None, on_progress=quiet)
    looks = stage.line.reads_done
    assert advance(work).closed == closed
    assert stage.line.reads_done == looks


def test_a_call_home_counts_once_and_never_reopens_what_is_closed():
    stage, work = opened()
    call_home(work, "first")
    call_home(work, "second")
    assert [e.reason for e in events(work) if isinstance(e, HomeCalled)] == ["first"]
    carry_out(work, interrupted=lambda: None, on_progress=quiet)
    again = stage.process()
    lease = stage.store.acquire("hq-1", again.holder, ttl_s=120)
    call_home(Work(again.context, work.remediation, lease), "third")
    assert isinstance(events(work)[-1], Closed)


def test_a_missing_secret_is_the_callers_to_mend_before_the_first_session():
    stage, work = opened()

    def missing(_number: int) -> None:
        raise InvalidInput("env:HQ is not set", where="credentials", expected="a secret")

    stage.line.on_open = missing
    with pytest.raises(InvalidInput):
        advance(work)
    assert work.run().closed is None
    stage.dead.add(work.lease.holder)
    assert [row.id for row in due(stage.process().context)] == [work.remediation]


def test_secrets_that_fail_in_the_middle_of_a_window_are_waited_for():
    """The vault is down for a minute while the session has to be opened anew."""
    stage = Stage()
    stage.line.reads[20] = DeviceUnreachable
    down_until: list[float] = []

    def vault(_number: int) -> None:
        if stage.line.reads_done > 20:
            down_until.append(stage.world.elapsed + 60) if not down_until else None
            if stage.world.elapsed < down_until[0]:
                raise InvalidInput("the vault does not answer", where="vault:hq", expected="x")

    stage.line.on_open = vault
    closed = stage.remediate()
    assert down_until
    assert broken(stage, closed) == []


def test_a_controller_that_left_the_inventory_is_named():
    stage, work = opened()
    stage.dead.add(work.lease.holder)
    process = stage.process()
    taken = take_up(process.context, "hq-1")
    assert taken is not None
    object.__setattr__(process.context, "inventory", type(process.context.inventory)(()))
    with pytest.raises(NotFound):
        advance(taken)


def test_a_host_key_that_changed_is_never_overlooked():
    stage, work = opened()

    def other_key(_number: int) -> None:
        raise HostKeyRefused("hq-1", "connect", "another key")

    stage.line.on_open = other_key
    progress = advance(work)
    assert progress.closed is not None
    assert progress.closed.state == "cancelled"


def test_a_reply_to_a_change_that_makes_no_sense_is_a_fate_unseen():
    stage, work = opened()

    def garbled(_number, _change) -> None:
        stage.line.on_change = lambda _n, _c: None
        raise ReplyMalformed("hq-1", "edit-config", "not XML")

    stage.line.on_change = garbled
    advance(work)
    settled = events(work)[-1]
    assert isinstance(settled, Settled)
    assert settled.outcome == "unknown"
    assert broken(stage, carry_out(work, interrupted=lambda: None, on_progress=quiet)) == []


def test_silence_is_noted_once_and_its_end_too():
    stage, work = opened()
    stage.box.unreachable = True
    for _ in range(3):
        assert advance(work).come_back_s > 0
        stage.settle(5)
    stage.box.unreachable = False
    advance(work)
    answers = [e.facts["answers"] for e in events(work) if isinstance(e, Observed)]
    assert answers == ["no", "yes"]


def test_silence_of_yesterday_does_not_give_up_today():
    stage, work = opened()
    advance(work)
    stage.box.unreachable = True
    work.disconnect()
    advance(work)
    stage.dead.add(work.lease.holder)
    stage.settle(86400)
    taken = take_up(stage.process().context, "hq-1")
    assert taken is not None
    assert advance(taken).closed is None
    stage.settle(299)
    assert advance(taken).closed is None
    stage.settle(10)
    closed = advance(taken).closed
    assert closed is not None
    assert closed.state == "needs-attention"
    assert closed.left
    assert any(line.startswith("ntp server") for line in closed.mend)


def test_a_lost_setting_is_read_after_never_resent_on_a_guess():
    """The false moment is set once, whatever became of the reply."""
    for fate in ("lost-before", "lost-after", "late"):
        stage = Stage()
        stage.line.changes[3] = fate  # type: ignore[assignment]
        stage.remediate()
        false = [c for c in stage.line.sent if isinstance(c, SetClock) and c.canary_s is not None]
        assert len(false) == 1


def stopped_over_the_intent(stage: Stage, work: Work, then: Callable[[], None]) -> None:
    """The process is stopped for long, right after it wrote down what it is about to send."""
    append = work.context.store.append

    def stopping(remediation, event, **rest):
        entry = append(remediation, event, **rest)
        if isinstance(event, Intended):
            work.context.store.append = append
            stage.settle(AT_ONCE_S + 1)
            then()
        return entry

    work.context.store.append = stopping


def test_a_process_that_was_stopped_before_it_could_send_looks_again():
    stage, work = opened()
    stopped_over_the_intent(stage, work, lambda: None)
    advance(work)
    assert stage.line.sent == []
    settled = events(work)[-1]
    assert isinstance(settled, Settled)
    assert settled.outcome == "unsent"
    assert broken(stage, carry_out(work, interrupted=lambda: None, on_progress=quiet)) == []


def test_a_process_that_was_stopped_while_its_lease_passed_on_sends_nothing():
    stage, work = opened()
    thief = stage.process(host="host-2")

    def taken_over() -> None:
        stage.settle(LEASE_TTL_S)
        stage.store.acquire("hq-1", thief.holder, ttl_s=LEASE_TTL_S)

    stopped_over_the_intent(stage, work, taken_over)
    with pytest.raises(LeaseLost):
        advance(work)
    assert stage.line.sent == []
