"""A state saved from one database and loaded into another: both kinds, each way, of one moment."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from service.config.clock import SystemClock
from service.config.state_file import StateArchive
from service.domain.audit import SERVICE, Act, Deed
from service.domain.journal import Opened
from service.errors import InvalidInput, NotFound, Refused
from service.ports.requests import Kind
from service.ports.saved_state import SavedTable
from service.ports.steering import Halt
from service.ports.store import Holder
from service.store.opening import bring_to, hold
from service.store.state_in import DatabaseTarget
from service.store.state_out import DatabaseSource
from service.store.tables import SCHEMA
from service.usecases.audit import verify
from service.usecases.state import load, save
from tests.contract.store.databases import KINDS, opened, tell
from tests.support.builders import charter, instant
from tests.support.stores import file_store

AT = datetime(2026, 11, 22, tzinfo=UTC)
HALT, DEED = Halt("ann", AT, "loaded"), Deed(Act.STATE_LOAD, "ann", SERVICE)
WORKER = Holder("host-1", "boot-1", 100, "100")
CHANGED = {"leases", "halts", "audit", "about"}
"""What a load says anew, beside the rows that it takes over."""
Make = Callable[..., str]
ONLY_MADE, LIVED_IN = "only made", "lived in"


@pytest.fixture
def make(request, tmp_path: Path) -> Iterator[Make]:
    """Makes databases without anything in them, or with a past; their addresses."""
    made: list[str] = []
    numbers = count()

    def one(kind: str, past: str = "") -> str:
        if kind == "sqlite":
            path = tmp_path / f"{next(numbers)}.db"
            url = f"sqlite:///{path}"
            if past:
                file_store(path, SystemClock()).close()
        else:
            like = request.getfixturevalue("migrated") if past else None
            url = request.getfixturevalue("postgres").new_database(like=like)
            made.append(url)
        if past == LIVED_IN:
            live(url)
        return url

    yield one
    for url in made:
        request.getfixturevalue("postgres").drop(url)


def live(url: str) -> None:
    """A database with a remediation that a worker carries, one that has ended, and more."""
    store = opened(url)
    for number, name in enumerate(("hq-1", "hq-2")):
        lease = store.acquire(name, WORKER, ttl_s=1e6)
        store.open_remediation(
            f"r{number}", Opened(charter(controller=name)), at=instant(), lease=lease
        )
        store.release(lease)
    store.set_due(Kind.REMEDIATION, "r0", in_s=60.0, why="waiting")
    store.record(Deed(Act.HALT, "bob", SERVICE), at=AT)
    store.close()
    tell(
        url,
        "INSERT INTO containments (number, id, controller, kind, place, note, applied_by, at) "
        "VALUES (7, 'c7', 'hq-1', 'switch-port', 'Gi1', 'ü\n\"', 'ann', '2026-11-22')",
    )
    tell(url, "UPDATE remediations SET closed = :yes WHERE id = 'r1'", yes=True)


def all_rows(url: str) -> dict[str, list]:
    with DatabaseSource(url).reading() as reading:
        return {
            one.name: [dict(zip(one.columns, r, strict=True)) for r in one.rows]
            for one in reading.tables
        }


def moved(source: str, target: str, path: Path) -> None:
    clock = SystemClock()
    save(DatabaseSource(source), StateArchive(path), clock, program="1", secrets_key=None)
    load(StateArchive(path), DatabaseTarget(target), clock, who="ann", caller=SERVICE)


@pytest.mark.parametrize(
    ("one", "other"), [KINDS, KINDS[::-1]], ids=["sqlite-first", "postgresql-first"]
)
def test_everything_is_there_again_and_whatever_was_under_way_counts_as_left(
    make, tmp_path, one, other
):
    source, target = make(one, LIVED_IN), make(other)
    moved(source, target, tmp_path / "it.state")
    before, after = all_rows(source), all_rows(target)
    assert before.keys() == after.keys()
    assert {n: r for n, r in after.items() if n not in CHANGED} == {
        n: r for n, r in before.items() if n not in CHANGED
    }
    store = opened(target)
    assert store.halted().by == "ann"
    assert verify(store).broken is None
    assert [one.deed.act for one in store.records(limit=9)] == ["state.load", "halt", "audit.begin"]
    assert store.due_of(Kind.REMEDIATION, "r0").is_due
    assert store.acquire("hq-1", Holder("host-2", "b", 1, "1"), ttl_s=60).was_left
    assert not store.acquire("hq-2", Holder("host-2", "b", 1, "1"), ttl_s=60).was_left
    store.close()
    tell(target, "INSERT INTO halts (asked_by, at, reason) VALUES ('bob', '2026', 'counts on')")


@pytest.mark.parametrize("kind", KINDS)
def test_a_save_is_of_one_moment_and_holds_nobody_up(make, kind):
    url = make(kind, LIVED_IN)
    with DatabaseSource(url).reading() as reading:
        seen = [next(reading.tables).name]
        tell(url, "DELETE FROM remediations", "UPDATE containments SET note = 'later'")
        rows = {one.name: list(one.rows) for one in reading.tables}
    assert len(rows["remediations"]) == 2
    assert "later" not in str(rows["containments"])
    assert seen == ["about"]


def test_a_save_of_an_older_version_is_loaded_and_brought_up_to_date(make, tmp_path):
    source, target = make("sqlite"), make("sqlite")
    engine = create_engine(source)
    with engine.begin() as connection:
        hold(connection)
        bring_to(connection, 8)
    engine.dispose()
    tell(source, "INSERT INTO leases VALUES ('hq-1', 7, 'boot-1', 5.0, '{}')")
    moved(source, target, tmp_path / "old.state")
    assert tell(target, "SELECT value FROM about WHERE key = 'schema'")[0].value == str(SCHEMA)
    assert tell(target, "SELECT fencing, clock FROM leases") == [(7, "loaded")]
    store = opened(target)
    assert verify(store).broken is None
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_load_that_breaks_off_leaves_the_database_empty(make, kind):
    def breaking() -> Iterator[SavedTable]:
        yield SavedTable(
            "remediations", ("id", "controller", "opened", "closed"), [("r", "hq-1", "", False)]
        )
        yield SavedTable("nonsense", ("it",), [(1,)])

    url = make(kind)
    with pytest.raises(InvalidInput, match="nonsense"):
        DatabaseTarget(url).fill(SCHEMA, breaking(), halt=HALT, deed=DEED, at=AT)
    assert tell_tables(url) == []


def tell_tables(url: str) -> list:
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if url.startswith("sqlite")
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return tell(url, catalogue)


def test_what_is_in_use_newer_or_not_there_is_refused(make, tmp_path):
    used, empty = make("sqlite", LIVED_IN), make("sqlite")
    before = all_rows(used)
    with pytest.raises(Refused, match="the database is in use"):
        DatabaseTarget(used).fill(SCHEMA, (), halt=HALT, deed=DEED, at=AT)
    assert all_rows(used) == before
    with pytest.raises(InvalidInput, match="newer aprejoin"):
        DatabaseTarget(empty).fill(SCHEMA + 1, (), halt=HALT, deed=DEED, at=AT)
    absent = f"sqlite:///{tmp_path / 'absent.db'}"
    with pytest.raises(NotFound), DatabaseSource(absent).reading():
        pass
    assert not (tmp_path / "absent.db").exists()


def test_a_database_that_was_only_made_counts_as_empty(make, tmp_path):
    source, target = make("sqlite", LIVED_IN), make("sqlite", ONLY_MADE)
    moved(source, target, tmp_path / "it.state")
    assert len(all_rows(target)["remediations"]) == 2
