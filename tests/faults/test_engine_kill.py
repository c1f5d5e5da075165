"""kill -9 at every point around a journal write or device call; then another process, or nobody."""

import pytest

from service.domain.journal import Closed
from service.usecases.recover import due
from tests.support.fake_driver import Killed, Trap
from tests.support.stage import Stage

AT_ONCE, SOON, AFTER_THE_GUARD = 0.0, 40.0, 900.0


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


def broken_promises(stage: Stage, closed: Closed | None) -> list[str]:
    """What section 6 of the design forbids and this stage shows."""
    found = [] if closed is None or closed.state != "needs-attention" else [f"{closed}"]
    found += stage.box.differences()
    if stage.box.saved_dirty:
        found.append("temporary state was saved")
    if due(stage.process().context):
        found.append("a restore is still due")
    return found


@pytest.mark.parametrize("after_s", [AT_ONCE, SOON, AFTER_THE_GUARD])
@pytest.mark.parametrize("in_flight", [False, True], ids=["", "in-flight"])
def test_whoever_restores_after_a_kill_brings_everything_home(after_s, in_flight):
    failures = {}
    for number, name in enumerate(points()):
        if in_flight and not name.startswith("before "):
            continue
        stage = killed_at(number, in_flight=in_flight)
        stage.settle(after_s)
        closed = stage.restore()
        stage.settle(120)  # whatever is still in flight arrives
        if broken := broken_promises(stage, closed):
            failures[f"{number} {name}"] = broken
    assert not failures


def test_a_box_that_nobody_restores_comes_home_by_itself():
    failures = {}
    for number, name in enumerate(points()):
        stage = killed_at(number, in_flight=True)
        stage.settle()
        if broken := stage.box.differences():
            failures[f"{number} {name}"] = broken
    assert not failures
