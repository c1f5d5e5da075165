"""Other processes and other people: two at once, a lost lease, foreign edits at every moment."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from service.domain.journal import Closed
from service.errors import LeaseHeld, LeaseLost, Refused, StoreError
from service.usecases.recover import take_up
from service.usecases.remediate import carry_out
from tests.support.builders import THEIRS
from tests.support.fake_controller import FakeController
from tests.support.promises import broken
from tests.support.stage import Stage, quiet


def never() -> None:
    """Nobody interrupts."""


# -- two processes -----------------------------------------------------------------------------


def test_a_second_remediation_of_the_same_controller_is_refused():
    stage = Stage()
    stage.open(stage.process())
    with pytest.raises(Refused, match="not finished"):
        stage.open(stage.process())


def test_a_restore_of_a_controller_that_is_worked_on_is_refused():
    stage = Stage()
    stage.open(stage.process())
    with pytest.raises(LeaseHeld):
        take_up(stage.process().context, "hq-1")


def test_taken_up_twice_only_the_first_works_on_it():
    stage = Stage()
    process = stage.process()
    stage.open(process)
    stage.kill(process)
    first = stage.process()
    assert take_up(first.context, "hq-1") is not None
    with pytest.raises(LeaseHeld):
        take_up(stage.process().context, "hq-1")
    with pytest.raises(LeaseHeld, match="this very process"):
        take_up(first.context, "hq-1")


def test_a_process_whose_own_lease_ran_out_may_take_it_up_again():
    stage = Stage()
    process = stage.process()
    stage.open(process)
    stage.settle(121)
    work = take_up(process.context, "hq-1")
    assert work is not None
    assert carry_out(work, interrupted=never, on_progress=quiet).state == "cancelled"


def test_what_was_finished_while_we_waited_for_the_lease_is_not_begun_again():
    stage = Stage()
    process = stage.process()
    work = stage.open(process)
    other = stage.process()

    class Late:
        """Between our look at the list and our lease, the other one finishes."""

        def __getattr__(self, name: str):
            if name == "lease_of":
                carry_out(work, interrupted=never, on_progress=quiet)
            return getattr(other.context.store, name)

    context = replace(other.context, store=Late())
    assert take_up(context, "hq-1") is None
    assert stage.store.lease_of("hq-1") is None


def test_whoever_loses_the_lease_sends_nothing_more():
    """Taken over at every single point, as by an operator who declared us dead."""
    stage = Stage()
    stage.remediate()
    for number in range(1, stage.line.reads_done):
        stage = Stage()
        process, thief = stage.process(), stage.process(host="host-2")
        sent_at_theft: list[int] = []

        def steal(at, stage=stage, thief=thief, number=number, sent=sent_at_theft) -> None:
            lease = stage.store.lease_of("hq-1")
            if at == number and lease is not None:
                sent.append(len(stage.line.sent))
                stage.store.take_over("hq-1", thief.holder, dead=lease, ttl_s=120)

        stage.line.on_read = steal
        with pytest.raises(LeaseLost):
            stage.remediate(process)
        assert [len(stage.line.sent)] == sent_at_theft
        stage.line.on_read = lambda _: None
        stage.dead.add(thief.holder)
        stage.settle(1)
        closed = stage.restore(stage.process(host="host-2"))
        stage.settle(120)
        assert broken(stage, closed) == []


def test_a_look_that_outlasts_the_lease_loses_nothing_where_nobody_took_it():
    stage = Stage()

    def dawdle(number) -> None:
        if number == 20:
            stage.world.advance(130)

    stage.line.on_read = dawdle
    closed = stage.remediate()
    assert broken(stage, closed) == []


def test_a_needs_attention_is_taken_up_again_and_ends_well_once_the_cause_is_gone():
    stage = Stage()
    stage.box.quirks.ntp_settle_s = 5000
    stage.box.synced = True
    first = stage.remediate()
    assert first.state == "needs-attention"
    stage.box.quirks.ntp_settle_s = 5
    stage.box.ntp_moved()
    again = stage.restore()
    assert again is not None
    assert again.state == "succeeded"
    assert broken(stage, again) == []
    assert stage.restore() is None  # all is well: nothing is taken up any more


# -- a store that fails ------------------------------------------------------------------------


def _failing(stage: Stage, first: int, times: int, error: type[StoreError] = StoreError):
    """A process whose store fails some writes in a row."""
    process = stage.process()
    calls = iter(range(10_000))

    def fail(_name: str) -> None:
        if first <= next(calls) < first + times:
            raise error("disk full")

    process.context.store.fail = fail  # type: ignore[attr-defined]
    return process


def test_a_store_that_fails_for_a_moment_costs_nothing():
    failures = {}
    for first in range(4, 140, 3):
        stage = Stage()
        closed = stage.remediate(_failing(stage, first, 2))
        stage.settle(60)
        if found := broken(stage, closed):
            failures[first] = found
    assert not failures


def test_a_store_that_stays_broken_is_told_and_the_box_comes_home_by_itself():
    for first in (20, 40, 60, 80):
        stage = Stage()
        with pytest.raises(StoreError):
            stage.remediate(_failing(stage, first, 10_000))
        stage.settle()
        assert stage.box.differences() == []
        stage.settle(130)
        closed = stage.restore(stage.process(host="host-2"))
        assert broken(stage, closed) == []


def test_a_display_that_broke_does_not_leave_a_controller_in_the_past():
    stage = Stage()
    work = stage.open(stage.process())

    def gone(_) -> None:
        raise BrokenPipeError

    closed = carry_out(work, interrupted=never, on_progress=gone)
    assert broken(stage, closed) == []


# -- foreign hands -----------------------------------------------------------------------------


def add(box: FakeController) -> None:
    box.set_ntp((*box.ntp.entries, THEIRS))


def remove(box: FakeController) -> None:
    box.set_ntp(box.ntp.entries[1:])


def alter(box: FakeController) -> None:
    if box.ntp.entries:
        box.set_ntp((replace(box.ntp.entries[0], leaves=(("key", "9"),)), *box.ntp.entries[1:]))


def move_clock(box: FakeController) -> None:
    box.offset_s += 3600
    box.ntp_moved()


def save(box: FakeController) -> None:
    box.save()


def disarm(box: FakeController) -> None:
    for name in box.ours:
        if "guard" in name:
            box.delete(name)


def reload(box: FakeController) -> None:
    box.reload()


def meddled(hand: Callable[[FakeController], None], number: int) -> Stage:
    """A stage where somebody puts a hand in just before a look."""
    stage = Stage()

    def on_read(at: int) -> None:
        if at == number:
            hand(stage.box)

    stage.line.on_read = on_read
    return stage


def looks() -> range:
    stage = Stage()
    stage.remediate()
    return range(1, stage.line.reads_done - 1)


@pytest.mark.parametrize("hand", [move_clock, disarm, reload])
def test_after_a_foreign_hand_everything_is_as_it_was(hand):
    failures = {}
    for number in looks():
        stage = meddled(hand, number)
        closed = stage.remediate()
        stage.settle(200)
        if found := broken(stage, closed):
            failures[number] = found
    assert not failures


def test_a_foreign_save_at_any_moment_is_followed_by_a_clean_one():
    failures = {}
    for number in looks():
        stage = meddled(save, number)
        closed = stage.remediate()
        if closed.state == "needs-attention" or stage.box.differences():
            failures[number] = [closed.detail, *stage.box.differences()]
    assert not failures


def test_a_foreign_save_inside_of_the_window_ends_it_and_is_reported():
    stage = Stage()
    saved: list[int] = []

    def on_read(number: int) -> None:
        if abs(stage.box.offset_s) > 1000 and number > 19 and not saved:
            stage.box.save()
            saved.append(len(stage.line.sent))

    stage.line.on_read = on_read
    closed = stage.remediate()
    assert saved
    assert "somebody else saved" in closed.detail
    assert stage.box.differences() == []


@pytest.mark.parametrize("hand", [add, alter, remove])
def test_what_somebody_else_did_to_ntp_is_never_undone_and_never_hidden(hand):
    """True time comes home first; the captured entries are there; the foreign edit stays."""
    failures = {}
    for number in looks():
        stage = meddled(hand, number)
        closed = stage.remediate()
        stage.settle(200)
        if found := list(_wronged(stage, closed, hand)):
            failures[number] = [closed.state, *found]
    assert not failures


def _wronged(stage: Stage, closed: Closed, hand: Callable[[FakeController], None]) -> Iterator[str]:
    yield from (line for line in stage.box.differences() if "clock" in line or "applet" in line)
    if stage.box.saved_dirty:
        yield "saved what is not as it was"
    if hand is add and THEIRS not in stage.box.ntp.entries:
        yield "their entry is gone"
    if stage.box.config.ntp != stage.box.began_with.ntp and closed.state == "succeeded":
        yield "hidden"
    if closed.state == "needs-attention" and not (closed.left and closed.mend):
        yield "no word of what is left"
