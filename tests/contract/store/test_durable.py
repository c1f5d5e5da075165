"""What a durable store owes beyond one connection: reopening, company, broken files."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event

from service.config.clock import SystemClock
from service.domain.journal import HomeCalled, Opened
from service.errors import JournalConflict, StoreError
from service.ports.store import Holder
from service.store.sql import SqlStore
from tests.support.builders import charter, instant, look

ME = Holder("host-1", "boot-1", 100, "100")


def begun(store):
    lease = store.acquire("hq-1", ME, ttl_s=120)
    store.open_remediation("r1", Opened(charter()), at=instant(), lease=lease)
    return lease


def test_everything_is_there_after_reopening(reopen):
    store = reopen()
    lease = begun(store)
    grown = store.add_poll(look(0))
    store.close()
    again = reopen()
    assert again.journal("r1")[0].event == Opened(charter())
    assert again.lease_of("hq-1") == lease
    assert again.histories("hq-1") == grown


def test_two_connections_see_each_others_writes_and_conflict_where_they_must(reopen):
    one, two = reopen(), reopen()
    lease = begun(one)
    assert len(two.journal("r1")) == 1
    two.append("r1", HomeCalled("two"), after=1, at=instant(1), lease=lease)
    with pytest.raises(JournalConflict):
        one.append("r1", HomeCalled("one"), after=1, at=instant(1), lease=lease)


def test_of_two_that_append_at_the_same_time_one_wins_every_time(reopen):
    lease = begun(reopen())
    outcomes: list[str] = []

    def append(store, number: int) -> None:
        try:
            store.append("r1", HomeCalled(str(number)), after=1, at=instant(1), lease=lease)
            outcomes.append("written")
        except JournalConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=append, args=(reopen(), n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 3 + ["written"]


def test_many_may_open_a_new_database_at_once(reopen):
    failed: list[Exception] = []

    def open_one() -> None:
        try:
            reopen().clocks()
        except StoreError as err:
            failed.append(err)

    threads = [threading.Thread(target=open_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_file_that_is_no_database_is_told_as_such(tmp_path: Path):
    broken = tmp_path / "aprejoin.db"
    broken.write_bytes(b"this is not a database, " * 100)
    with pytest.raises(StoreError, match="not a database"):
        SqlStore(f"sqlite:///{broken}", SystemClock())


def test_a_database_that_breaks_while_it_is_open_is_a_store_error(reopen, tmp_path: Path):
    store = reopen()
    begun(store)
    _run(tmp_path, "DROP TABLE journal")
    with pytest.raises(StoreError, match="no such table"):
        store.journal("r1")


@pytest.mark.parametrize("text", ["not JSON", '{"type": "unheard-of"}', '{"type": "opened"}'])
def test_an_entry_that_cannot_be_read_back_is_a_store_error(reopen, tmp_path: Path, text: str):
    store = reopen()
    begun(store)
    _run(tmp_path, "UPDATE journal SET event = ?", text)
    with pytest.raises(StoreError, match="cannot be read back"):
        store.journal("r1")


def test_a_lease_that_cannot_be_read_back_is_a_store_error(reopen, tmp_path: Path):
    store = reopen()
    begun(store)
    _run(tmp_path, "UPDATE leases SET holder = 'nobody'")
    with pytest.raises(StoreError, match="cannot be read back"):
        store.lease_of("hq-1")


def test_a_locked_database_is_a_store_error_and_no_library_s(reopen, tmp_path: Path):
    store = reopen()
    begun(store)
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


def test_a_password_in_the_address_is_not_repeated():
    with pytest.raises(StoreError) as failed:
        SqlStore("postgresql+nosuchdriver://ann:topsecret@localhost/aprejoin", SystemClock())
    assert "topsecret" not in str(failed.value)


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError):
        SqlStore(f"sqlite:///{tmp_path / 'file' / 'sub' / 'aprejoin.db'}", SystemClock())


def test_the_folder_of_a_new_database_is_its_owners_alone(reopen, tmp_path: Path):
    reopen()
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def _run(tmp_path: Path, statement: str, *values: str) -> None:
    connection = sqlite3.connect(tmp_path / "state" / "aprejoin.db")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def _impatient(tmp_path: Path):
    engine = create_engine(
        f"sqlite:///{tmp_path / 'state' / 'aprejoin.db'}", connect_args={"timeout": 0.05}
    )
    event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
