"""What is peculiar to a database that is one file."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event

from service.config.clock import SystemClock
from service.errors import StoreError
from service.ports.store import Holder
from service.store.line import in_line
from service.store.sql import SqlStore


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path):
    broken = tmp_path / "aprejoin.db"
    broken.write_bytes(b"this is not a database, " * 100)
    with pytest.raises(StoreError, match="not a database"):
        SqlStore(f"sqlite:///{broken}", SystemClock())


def test_a_locked_database_is_a_store_error_and_no_library_s(reopen_file, tmp_path: Path):
    store = reopen_file()
    store.acquire("hq-1", Holder("host-1", "boot-1", 100, "100"), ttl_s=120)
    store._engine.dispose()
    with sqlite3.connect(tmp_path / "state" / "aprejoin.db", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        impatient = SqlStore.__new__(SqlStore)
        impatient._engine, impatient._time = _impatient(tmp_path), store._time
        with pytest.raises(StoreError, match="locked"):
            impatient.lease_of("hq-1")
        impatient.close()
        other.execute("ROLLBACK")
    other.close()


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError):
        SqlStore(f"sqlite:///{tmp_path / 'file' / 'sub' / 'aprejoin.db'}", SystemClock())


def test_the_folder_of_a_new_database_is_its_owners_alone(tmp_path: Path):
    SqlStore(f"sqlite:///{tmp_path / 'state' / 'aprejoin.db'}", SystemClock()).close()
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def _impatient(tmp_path: Path):
    engine = create_engine(
        f"sqlite:///{tmp_path / 'state' / 'aprejoin.db'}", connect_args={"timeout": 0.05}
    )
    event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def test_threads_of_one_process_wait_in_line_for_a_file_and_one_thread_never_for_itself(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'state.db'}")
    entered = threading.Event()

    def enter() -> None:
        with in_line(create_engine(str(engine.url))):
            entered.set()

    other = threading.Thread(target=enter)
    with in_line(engine), in_line(engine):
        other.start()
        assert not entered.wait(0.2)
    other.join()
    assert entered.is_set()


def test_whoever_reads_waits_for_no_writer(reopen_file, tmp_path: Path):
    store = reopen_file()
    store.acquire("hq-1", Holder("host-1", "boot-1", 100, "100"), ttl_s=120)
    with sqlite3.connect(tmp_path / "state" / "aprejoin.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM leases")
        assert store.lease_of("hq-1").holder.host == "host-1"  # as it was committed last
        other.execute("COMMIT")
    other.close()
    assert store.lease_of("hq-1") is None


def test_a_transaction_is_on_the_disk_and_only_that_of_a_place_need_not_be(reopen_file):
    store = reopen_file()
    said = []
    event.listen(store._engine, "before_cursor_execute", lambda *args: said.append(args[2]))

    def durability(work) -> set[str]:
        said.clear()
        work()
        return {one for one in said if "synchronous" in one}

    assert durability(lambda: store.take_slot("at hq-1", limit=1, ttl_s=60)) == {
        "PRAGMA synchronous=NORMAL"
    }
    holder = Holder("host-1", "boot-1", 100, "100")
    assert durability(lambda: store.acquire("hq-1", holder, ttl_s=120)) == {
        "PRAGMA synchronous=FULL"
    }

    def together() -> None:
        with store.together():
            store.take_slot("at hq-1", limit=2, ttl_s=60)
            store.acquire("hq-2", holder, ttl_s=120)

    assert durability(together) == {"PRAGMA synchronous=FULL"}
