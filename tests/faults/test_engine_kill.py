"""kill -9 at every point around a journal write or device call; then another process, or nobody."""

import pytest

from tests.support.fake_clock import FakeClock
from tests.support.fake_driver import Killed, Trap
from tests.support.kill_points import effects, effects_and_sends, sends
from tests.support.promises import broken
from tests.support.stage import Stage

AT_ONCE, SOON, AFTER_THE_GUARD = 0.0, 40.0, 900.0
LEASE_S = 121.0


def points() -> list[str]:
    """Every point of one undisturbed remediation, in order."""
    stage = Stage()
    process = stage.process()
    stage.remediate(process)
    return process.trap.names


def killed_at(point: int, *, in_flight: bool = False) -> Stage:
    """A stage whose remediating process died there."""
    stage = Stage()
    process = stage.process(trap=Trap(point, in_flight))
    with pytest.raises(Killed):
        stage.remediate(process)
    stage.kill(process)
    return stage


@pytest.mark.parametrize("after_s", [AT_ONCE, SOON, AFTER_THE_GUARD])
@pytest.mark.parametrize("in_flight", [False, True], ids=["", "in-flight"])
def test_whoever_restores_after_a_kill_brings_everything_home(after_s, in_flight):
    failures = {}
    tried = sends if in_flight else effects
    for number, name in tried(points()).items():
        stage = killed_at(number, in_flight=in_flight)
        stage.settle(after_s)
        closed = stage.restore()
        stage.settle(120)  # whatever is still in flight arrives
        if found := broken(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_a_box_that_nobody_restores_comes_home_by_itself():
    failures = {}
    for number, name in effects_and_sends(points()).items():
        stage = killed_at(number, in_flight=True)
        stage.settle()
        if found := stage.box.differences():
            failures[f"{number} {name}"] = found
    assert not failures


def test_another_host_restores_when_the_lease_has_run_out():
    failures = {}
    for number, name in effects_and_sends(points()).items():
        stage = killed_at(number, in_flight=True)
        stage.settle(LEASE_S)
        clock = FakeClock(stage.world, boot_id="boot-of-host-2")
        other = stage.process(host="host-2", clock=clock, servers={"192.0.2.1": 0.0})
        closed = stage.restore(other)
        stage.settle(120)
        if found := broken(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


@pytest.mark.parametrize("first", ["after remove-ntp", "after set-clock", "before set-clock"])
def test_a_restore_that_is_killed_anywhere_is_finished_by_the_next_one(first):
    start = points().index(first)
    restoring = _points_of_a_restore(start)
    failures = {}
    for number, name in effects_and_sends(restoring).items():
        stage = killed_at(start, in_flight=True)
        stage.settle(10)
        process = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.restore(process)
        stage.kill(process)
        stage.settle(SOON)
        closed = stage.restore()
        stage.settle(120)
        if found := broken(stage, closed):
            failures[f"{number} {name}"] = found
    assert len(restoring) > 20
    assert not failures


def _points_of_a_restore(start: int) -> list[str]:
    stage = killed_at(start, in_flight=True)
    stage.settle(10)
    process = stage.process()
    stage.restore(process)
    return process.trap.names


def test_an_interrupt_at_any_moment_puts_everything_back():
    """Ctrl-C between any two moves."""
    failures = {}
    for seconds in range(0, 200, 3):
        stage = Stage()
        began = stage.world.elapsed

        def interrupted(stage=stage, after=began + seconds) -> str | None:
            return "interrupted" if stage.world.elapsed >= after else None

        closed = stage.remediate(interrupted=interrupted)
        if found := broken(stage, closed):
            failures[seconds] = found
    assert not failures


def test_a_remediation_that_is_opened_and_never_moved_is_cancelled():
    stage = Stage()
    process = stage.process()
    stage.open(process)
    stage.kill(process)
    closed = stage.restore()
    assert closed is not None
    assert closed.state == "cancelled"
    assert stage.line.sent == []


def test_a_remediation_that_never_moved_touches_nothing_however_much_changed_meanwhile():
    stage = Stage()
    process = stage.process()
    stage.open(process)
    stage.kill(process)
    stage.settle(86400)
    stage.box.set_ntp(stage.box.ntp.entries[1:])
    stage.box.offset_s = -300
    closed = stage.restore()
    assert closed is not None
    assert closed.state == "cancelled"
    assert stage.line.sent == []
