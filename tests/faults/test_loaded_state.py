"""A save is loaded on another host, at once or long after: workers bring home what it says is open.

What the first host did after the save is not in it: it may have died, or have finished.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.config.state_file import StateArchive
from service.domain.audit import SERVICE
from service.store.state_in import DatabaseTarget
from service.store.state_out import DatabaseSource
from service.usecases.state import load, save
from tests.support.crew import Crew
from tests.support.fake_clock import FakeClock, store_clock
from tests.support.promises import broken
from tests.support.stage import Process
from tests.support.stores import ROLLBACK_JOURNAL, MemoryStore

FORWARD = {"prove-timer", "arm-dead-man", "remove-ntp", "set-clock-back", "wait-for-aps"}


@pytest.fixture
def crew() -> Iterator[Crew]:
    found = Crew()
    found.ask()
    yield found
    found.stage.store.close()


def saved(crew: Crew, tmp_path: Path) -> StateArchive:
    (tmp_path / "first.db").write_bytes(crew.stage.store.data())
    file = StateArchive(tmp_path / "it.state")
    source = DatabaseSource(f"sqlite:///{tmp_path / 'first.db'}")
    save(source, file, crew.stage.clock, program="1", secrets_key=None)
    return file


def loaded_elsewhere(crew: Crew, file: StateArchive, tmp_path: Path) -> Process:
    """A worker of another host, on what was loaded there."""
    url = f"sqlite:///{tmp_path / 'second.db'}"
    load(file, DatabaseTarget(url), crew.stage.clock, who="ann", caller=SERVICE)
    crew.stage.store.close()
    data = bytearray((tmp_path / "second.db").read_bytes())
    data[18:20] = ROLLBACK_JOURNAL
    crew.stage.store = MemoryStore(store_clock(crew.stage.world), bytes(data))
    crew.seen.clear()
    clock = FakeClock(crew.stage.world, boot_id="boot-of-host-2")
    return crew.stage.process(host="host-2", clock=clock, servers={"192.0.2.1": 0.0})


def test_workers_bring_home_what_a_save_says_is_open_though_it_has_ended_since(crew, tmp_path):
    first = crew.stage.process()
    crew.until(first, "wait-for-aps")
    file = saved(crew, tmp_path)
    assert crew.until_over(first).state == "succeeded"
    crew.stage.kill(first)
    other = loaded_elsewhere(crew, file, tmp_path)
    closed = crew.until_over(other)
    crew.stage.settle(120)
    assert broken(crew.stage, closed) == []
    assert closed.state in {"rolled-back", "succeeded"}
    assert not FORWARD & {name for _, name, _ in crew.seen}


def test_what_was_approved_and_not_begun_waits_until_a_person_has_looked(crew, tmp_path):
    other = loaded_elsewhere(crew, saved(crew, tmp_path), tmp_path)
    for _ in range(3):
        crew.beat(other)
        crew.stage.settle(60)
    assert crew.run() is None
    assert crew.stage.box.differences() == []
    other.context.store.resume(by="ann", at=crew.now(other))
    assert crew.until_over(other).state == "succeeded"
