"""staging-controller over two fake controllers: kills, lost replies, foreign hands, lost APs."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from service.domain.ap_homes import ApHomes
from service.domain.changes import ResetAp, SetApHome
from service.domain.observation import ApState, Topic
from service.errors import NotApproved, Refused
from service.ports.jobs import AdvanceRemediation
from service.ports.requests import Kind
from service.usecases.carry import carry
from service.usecases.dispatch import waiting
from service.usecases.permits import check_beside
from service.usecases.progress import Progress
from service.usecases.recover import take_up
from service.usecases.remediate import carry_out
from tests.support.builders import THEIRS
from tests.support.fake_clock import FakeClock
from tests.support.fake_controller import FakeAp
from tests.support.fake_driver import Killed, Trap
from tests.support.kill_points import Points, ends
from tests.support.stage import Process
from tests.support.staging_stage import (
    ELSEWHERE,
    SHORT,
    STAGE,
    StagingStage,
    broken_staging,
    two_waves,
)

EVERY = 97
"""Beside the first and the last point of each name, every so many points are drawn, and a part of
them tried; all 849 of them were tried by hand when this was written."""
LEASE_S, BEAT_S, LONGEST_S = 121.0, 4.0, 7200.0


def points(made: Callable[[], StagingStage] = two_waves) -> list[str]:
    """Every point of one undisturbed remediation, in order."""
    stage = made()
    process = stage.process()
    stage.remediate(process)
    return process.trap.names


def chosen() -> Points:
    """The points that are tried."""
    return ends(points(), every=EVERY)


def guarded() -> StagingStage:
    """Two controllers without timers; this host guards the one next door, alone."""
    return two_waves(timers=False, policy=replace(SHORT, aireos_guardians=1))


def killed_at(point: int, made: Callable[[], StagingStage] = two_waves) -> StagingStage:
    """A stage whose process died there, a request of it perhaps still on its way."""
    stage = made()
    process = stage.process(trap=Trap(point, in_flight=True))
    with pytest.raises(Killed):
        stage.remediate(process)
    stage.kill(process)
    return stage


def windows(stage: StagingStage) -> int:
    """How many windows were opened next door."""
    return len(stage.store.remediations(controller=STAGE))


# -- it works ----------------------------------------------------------------------------------


def test_it_mends_every_ap_in_waves_and_leaves_both_controllers_as_they_were():
    stage = two_waves()
    closed = stage.remediate()
    assert (closed.state, closed.recovered, closed.remaining) == ("succeeded", 3, 0)
    assert broken_staging(stage, closed) == []
    assert stage.next.false_s > 0
    assert windows(stage) == 2  # one AP first, then the others


def test_only_primary_controllers_are_ever_written():
    stage = two_waves()
    stage.remediate()
    orders = [c for c in (*stage.line.sent, *stage.next_line.sent) if isinstance(c, SetApHome)]
    assert {order.place for order in orders} == {"primary"}


# -- somebody dies -----------------------------------------------------------------------------


@pytest.mark.parametrize("after_s", [0.0, 900.0])
def test_whoever_restores_after_a_kill_brings_every_ap_home_and_tells_it_as_before(after_s):
    failures = {}
    for number, name in list(chosen().items())[:: 5 if not after_s else 15]:
        stage = killed_at(number)
        stage.settle(after_s)
        closed = stage.restore()
        stage.settle(120)
        if found := broken_staging(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_another_host_does_it_when_the_leases_have_run_out():
    failures = {}
    for number, name in list(chosen().items())[2::13]:
        stage = killed_at(number)
        stage.settle(LEASE_S)
        clock = FakeClock(stage.world, boot_id="boot-of-host-2")
        other = stage.process(host="host-2", clock=clock, servers={"192.0.2.1": 0.0})
        closed = stage.restore(other)
        stage.settle(120)
        if found := broken_staging(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_a_staging_controller_whose_window_nobody_closes_comes_home_by_itself():
    failures = {}
    for number, name in list(chosen().items())[3::16]:
        stage = killed_at(number)
        stage.settle()
        if found := [*stage.box.differences(), *stage.next.differences()]:
            failures[f"{number} {name}"] = found
    assert not failures


def test_a_controller_without_timers_is_brought_home_by_whoever_restores():
    names, failures = points(guarded), {}
    for number in range(0, len(names), len(names) // 6):
        stage = killed_at(number, guarded)
        stage.settle(5)
        closed = stage.restore()
        stage.settle(120)
        if found := broken_staging(stage, closed):
            failures[f"{number} {names[number]}"] = found
    assert not failures


def test_a_window_that_was_restored_by_itself_first_is_no_trouble_for_its_parent():
    names = points()
    stage = killed_at(names.index("after set-clock"))
    process = stage.process()
    work = take_up(process.context, STAGE)
    assert work is not None
    there = carry_out(work, interrupted=lambda: None, on_progress=lambda _: None)
    assert there.state == "rolled-back"
    assert stage.next.differences() == []
    closed = stage.restore()
    assert broken_staging(stage, closed) == []
    assert windows(stage) == 1


# -- workers carry it --------------------------------------------------------------------------


def handed_to_workers(stage: StagingStage) -> str:
    """A remediation that was opened, and that workers carry from there; its id."""
    work = stage.open(stage.process())
    stage.store.set_due(Kind.REMEDIATION, work.remediation, in_s=0.0)
    stage.store.release(work.lease)
    return work.remediation


def carried(stage: StagingStage, process: Process) -> None:
    """Every job that a dispatcher sends, worked on by one process, until nothing is due."""
    began = stage.world.elapsed
    while stage.store.remediations(unfinished=True):
        for job in waiting(process.context):
            assert isinstance(job, AdvanceRemediation)
            carry(process.context, job.remediation, on_progress=lambda *_: None)
        assert stage.world.elapsed - began < LONGEST_S, "it never ends"
        stage.world.advance(BEAT_S)


def test_workers_carry_the_window_next_door_as_they_carry_its_parent():
    stage = two_waves()
    remediation = handed_to_workers(stage)
    carried(stage, stage.process())
    (row,) = stage.store.remediations(controller="hq-1")
    assert row.id == remediation
    assert row.closed is not None
    assert row.closed.state == "succeeded"
    assert broken_staging(stage, row.closed) == []
    assert windows(stage) == 2


def test_workers_that_die_anywhere_are_followed_by_others_that_bring_everything_home():
    stage = two_waves()
    handed_to_workers(stage)
    process = stage.process()
    carried(stage, process)
    names, failures = process.trap.names, {}
    for number in range(0, len(names), len(names) // 5):
        stage = two_waves()
        handed_to_workers(stage)
        worker = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            carried(stage, worker)
        stage.kill(worker)
        stage.settle(20)
        carried(stage, stage.process())
        stage.settle(120)
        if found := broken_staging(stage, None):
            failures[f"{number} {names[number]}"] = found
    assert not failures


# -- replies and people ------------------------------------------------------------------------


@pytest.mark.parametrize("fate", ["refused", "lost-after", "late"])
def test_an_order_to_an_ap_that_goes_wrong_once_does_no_harm(fate):
    undisturbed = two_waves()
    undisturbed.remediate()
    for line in ("line", "next_line"):
        orders = getattr(undisturbed, line).sent
        for number in [n for n, one in enumerate(orders) if isinstance(one, SetApHome)][:1]:
            stage = two_waves()
            getattr(stage, line).changes[number] = fate
            closed = stage.remediate()
            stage.settle(120)
            assert broken_staging(stage, closed) == [], (line, number)


def test_an_interrupt_at_any_moment_brings_every_ap_home():
    failures = {}
    for seconds in range(0, 420, 60):
        stage = two_waves()
        began = stage.world.elapsed

        def interrupted(stage=stage, after=began + seconds) -> str | None:
            return "interrupted" if stage.world.elapsed >= after else None

        closed = stage.remediate(interrupted=interrupted)
        if found := broken_staging(stage, closed):
            failures[seconds] = found
    assert not failures


@pytest.mark.parametrize("where", ["line", "next_line"])
def test_an_ap_that_hangs_is_restarted_once_and_then_goes_where_it_was_told(where):
    """At home it hangs before it leaves; next door it hangs once it is told to come home."""
    stage = two_waves()
    (first,) = [fake for fake in stage.box.aps if fake.name == "AP1"]

    def hang(fake: FakeAp) -> None:
        fake.turn, fake.state, fake.began = fake.turn + 1, ApState.DOWNLOADING, stage.box.now
        fake.download_s = 1e9

    def change(number: int, change: object) -> None:
        del number
        if isinstance(change, ResetAp) and change.mac == first.mac:
            first.download_s = 60.0
        elif isinstance(change, SetApHome) and change.mac == first.mac and not first.resets:
            first.homes = first.homes or ApHomes(first.mac, first.name)
            hang(first)

    getattr(stage, where).on_change = change
    closed = stage.remediate()
    assert first.resets == 1
    assert closed.state == "succeeded"
    assert broken_staging(stage, closed) == []


def test_guests_that_are_turned_away_end_it_before_any_window():
    stage = two_waves()
    stage.takes = False
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "no AP arrived on stage-1" in closed.detail
    assert windows(stage) == 0
    assert broken_staging(stage, closed) == []


def test_an_ap_that_never_comes_back_is_named_with_where_it_was_seen_last():
    stage = two_waves()

    def vanish(number: int, change: object) -> None:
        del number
        if isinstance(change, SetApHome):  # it is told to go home, and nobody hears of it again
            fake = next(one for one in stage.next.aps if one.mac == change.mac)
            fake.turn, fake.state = fake.turn + 99, ApState.NOT_JOINED
            stage.next.choice = lambda _: stage.next

    stage.next_line.on_change = vanish
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert any(
        "AP1" in line and "last seen on stage-1 (registered)" in line for line in closed.left
    )
    assert any(line.startswith("ap name AP1") for line in closed.mend)
    assert stage.next.differences() == stage.box.differences() == []


def test_an_ap_that_is_away_at_the_last_look_is_waited_for():
    """As one that nobody mended is for a part of its time: it was read back as it is to be."""
    stage = two_waves()
    (one,) = [fake for fake in stage.box.aps if fake.name == "AP1"]
    waits: list[str] = []

    def leave(progress: Progress) -> None:
        if progress.step == "restore-homes" and one in stage.box.aps:
            stage.box.aps.remove(one)
            stage.box.later(40.0, lambda: stage.box.aps.append(one))
        if progress.step == "verify" and one not in stage.box.aps:
            waits.append(progress.text)

    work = stage.open(stage.process())
    closed = carry_out(work, interrupted=lambda: None, on_progress=leave)
    assert waits
    assert set(waits) == {"waiting for 1 AP(s)"}
    assert (closed.state, closed.left) == ("succeeded", ())
    assert broken_staging(stage, closed) == []


def test_an_ap_that_leaves_between_the_readings_of_the_last_look_is_waited_for():
    """It is listed then, and what it is told is not: one look is several readings."""
    stage = two_waves()
    waits: list[str] = []

    def leave(progress: Progress) -> None:
        if progress.step == "restore-homes":
            stage.line.gone[Topic.AP_HOMES] = {"AP1"}
        if progress.step == "verify" and stage.line.gone:
            waits.append(progress.text)
            if len(waits) > 2:
                stage.line.gone.clear()

    work = stage.open(stage.process())
    closed = carry_out(work, interrupted=lambda: None, on_progress=leave)
    assert set(waits) == {"waiting for 1 AP(s)"}
    assert (closed.state, closed.left) == ("succeeded", ())
    assert broken_staging(stage, closed) == []


def test_what_somebody_else_told_an_ap_meanwhile_stays_and_is_told():
    stage = two_waves()

    def meddle(number: int, change: object) -> None:
        del number
        for fake in stage.next.aps if isinstance(change, SetApHome) else ():
            fake.homes = replace(fake.homes or ApHomes(fake.mac), secondary=ELSEWHERE)

    stage.next_line.on_change = meddle
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert any("AP1" in line and "secondary controller is far-1" in line for line in closed.left)
    (one,) = [fake for fake in stage.box.aps if fake.name == "AP1"]
    assert one.homes == ApHomes(one.mac, one.name, secondary=ELSEWHERE)


def test_a_staging_controller_that_is_cut_off_keeps_nobody_from_coming_home():
    for reads in (3, 12, 30, 45):
        stage = two_waves()

        def cut(number: int, stage=stage, reads=reads) -> None:
            if number == reads and not stage.next.unreachable:
                stage.lose_next()

        stage.next_line.on_read = cut
        closed = stage.remediate()
        stage.settle()
        assert broken_staging(stage, closed, loud=True) == [], reads
        assert not stage.next.aps


def test_an_ap_whose_primary_is_a_third_controller_may_leave_for_it_in_the_end():
    stage = two_waves()

    def depart(number: int, change: object) -> None:
        del number
        if isinstance(change, SetApHome) and change.home == ELSEWHERE:
            stage.world.moved.append(lambda: gone(change.mac))

    def gone(mac) -> None:
        stage.box.aps[:] = [
            one
            for one in stage.box.aps
            if one.mac != mac or one.homes is None or one.homes.primary != ELSEWHERE
        ]

    stage.line.on_change = depart
    closed = stage.remediate()
    assert closed.state == "rolled-back"  # it is not registered here any more, as before
    assert (closed.recovered, closed.left) == (2, ())


def test_a_reply_that_is_lost_with_its_controller_keeps_nobody_from_coming_home():
    stage = two_waves()

    def lose(number: int, change: object) -> None:
        if isinstance(change, SetApHome):
            stage.next_line.changes[number] = "lost-after"
            stage.world.moved.append(lambda: stage.next.unreachable or stage.lose_next())

    stage.next_line.on_change = lose
    closed = stage.remediate()
    stage.settle()
    assert broken_staging(stage, closed, loud=True) == []
    assert not stage.next.aps


def test_a_window_that_needed_a_person_is_tried_anew_by_the_next_restore():
    stage = two_waves()

    def cut(number: int) -> None:
        if number == 30 and not stage.next.unreachable:
            stage.lose_next()

    stage.next_line.on_read = cut
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert any(line.startswith("stage-1: ") for line in closed.left)
    assert any("aprejoin restore stage-1" in line for line in closed.mend)
    stage.next.unreachable = False
    again = stage.restore()
    assert again is not None
    assert again.state == "rolled-back"
    assert broken_staging(stage, again) == []


# -- one approval ------------------------------------------------------------------------------


def test_another_window_than_the_one_that_was_approved_is_not_opened():
    stage = two_waves()
    work = stage.open(stage.process())
    stage.next.set_ntp((*stage.next.ntp.entries, THEIRS))
    stage.next.save()
    stage.store.release(work.lease)
    stage.store.set_due(Kind.REMEDIATION, work.remediation, in_s=0.0)
    carried(stage, stage.process())
    (row,) = stage.store.remediations(controller="hq-1")
    assert row.closed is not None
    assert "the approved plan" in row.closed.detail
    assert row.closed.state == "rolled-back"
    assert windows(stage) == 0


def test_what_the_staging_controller_asks_of_an_approver_counts_for_both():
    stage = two_waves(policy=replace(SHORT, approval="none"))
    strict = replace(SHORT, approval="four-eyes")
    stage.next_policy = strict
    with pytest.raises(NotApproved, match="somebody else"):
        stage.remediate()


# -- one at a time -----------------------------------------------------------------------------


def test_nobody_else_opens_a_window_where_guests_are():
    stage = two_waves()
    work = stage.open(stage.process())
    context = stage.process().context
    rows = stage.store.remediations(unfinished=True)
    with pytest.raises(Refused, match="has APs of hq-1 there"):
        check_beside(context, stage.companion, rows)
    job = work.run().charter.staging
    with pytest.raises(Refused, match="aprejoin restore hq-1"):
        check_beside(context, replace(stage.controller, name="hq-2"), rows, staging=job)
    check_beside(context, replace(stage.controller, name="hq-2"), rows)


def test_its_window_is_no_second_remediation_for_the_limit():
    stage = two_waves(policy=replace(SHORT, max_parallel_remediations=1))
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert broken_staging(stage, closed) == []
