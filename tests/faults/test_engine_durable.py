"""kill -9 with the real store on a disk: every process has a connection of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.ports.store import Store
from service.store.sql import SqlStore
from tests.support.fake_clock import World, store_clock
from tests.support.fake_driver import Killed, Trap
from tests.support.promises import broken
from tests.support.stage import Stage

EVERY = 9


@pytest.fixture
def stage_on(tmp_path: Path) -> Iterator[Callable[[int], Stage]]:
    """Stages on numbered databases; everything opened is closed in the end."""
    opened: list[Store] = []

    def stage(number: int) -> Stage:
        world = World()

        def connect() -> Store:
            opened.append(SqlStore(f"sqlite:///{tmp_path / f'{number}.db'}", store_clock(world)))
            return opened[-1]

        return Stage(world=world, store=connect(), open_store=connect)

    yield stage
    for one in opened:
        one.close()


def test_a_killed_remediation_is_found_and_finished_by_another_process(stage_on):
    whole = stage_on(0)
    process = whole.process()
    assert broken(whole, whole.remediate(process)) == []
    failures = {}
    for number in range(0, len(process.trap.names), EVERY):
        stage = stage_on(number + 1)
        victim = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.remediate(victim)
        stage.kill(victim)
        stage.settle(20)
        closed = stage.restore()
        stage.settle(120)
        if found := broken(stage, closed):
            failures[f"{number} {process.trap.names[number]}"] = found
    assert not failures


def test_what_ended_is_told_the_same_by_every_connection(stage_on):
    stage = stage_on(0)
    closed = stage.remediate()
    (row,) = stage.process().context.store.remediations()
    assert row.closed == closed
    assert row.lease is None
