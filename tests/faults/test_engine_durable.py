"""kill -9 with each real database: every process has a connection of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.ports.store import Store
from service.store.sql import SqlStore
from service.store.times import BootTime
from tests.support.fake_clock import World, store_clock
from tests.support.fake_driver import Killed, Trap
from tests.support.promises import broken
from tests.support.stage import Stage
from tests.support.stores import file_store

EVERY = 9


@pytest.fixture(params=["sqlite", "postgresql"])
def stage_on(request, tmp_path: Path) -> Iterator[Callable[[int], Stage]]:
    """Stages on numbered databases; everything opened is closed in the end."""
    opened: list[Store] = []
    server = migrated = None
    if request.param == "postgresql":
        server, migrated = (request.getfixturevalue(name) for name in ("postgres", "migrated"))

    def stage(number: int) -> Stage:
        world = World()
        clock = store_clock(world)
        url = "" if server is None else server.new_database(like=migrated)

        def connect() -> Store:
            file = tmp_path / f"{number}.db"
            time = BootTime(clock)
            opened.append(SqlStore(url, clock, time=time) if url else file_store(file, clock))
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
