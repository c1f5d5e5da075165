"""One history of tables for both databases: made, adopted, upgraded, shared, refused."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import service.store.steering_tables
from service.errors import LeaseLost, StoreError
from service.ports.requests import Kind
from service.ports.store import Holder
from service.store.opening import MIGRATIONS
from service.store.tables import SCHEMA, metadata
from tests.contract.store.databases import KINDS, opened, tell

ME, YOU = Holder("host-1", "boot-1", 100, "100"), Holder("host-2", "boot-2", 200, "200")
ABOUT = "SELECT value FROM about WHERE key = :key"
SAY = "UPDATE about SET value = :value WHERE key = :key"
HOLDER = '{"host":"host-1","boot_id":"boot-1","pid":100,"started":"100"}'


@pytest.fixture(params=KINDS)
def url(request, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'aprejoin.db'}"
        return
    server = request.getfixturevalue("postgres")
    made = server.new_database()
    yield made
    server.drop(made)


def revisions() -> list:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return list(reversed(list(ScriptDirectory.from_config(config).walk_revisions())))


def of_schema_1(url: str) -> None:
    """What versions made that had no migrations: their tables, and who was at work."""
    first = import_module("service.store.migrations.versions.r0001_first_tables")
    engine = create_engine(url)
    with (
        engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        first.upgrade()
    engine.dispose()
    tell(
        url,
        "INSERT INTO about VALUES ('schema', '1')",
        "INSERT INTO dues VALUES ('remediation', 'r1', '2099-01-01', '2026-01-01', '', 'waiting')",
        "INSERT INTO ticks VALUES ('night', '2099-01-01')",
    )
    lease = "INSERT INTO leases VALUES (:controller, :fencing, :expires, :holder)"
    tell(url, lease, controller="hq-1", fencing=7, expires="2026-11-21", holder=HOLDER)
    tell(url, lease, controller="hq-2", fencing=3, expires="", holder=HOLDER)


def test_a_new_database_has_exactly_the_tables_that_the_code_knows(url):
    opened(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    assert service.store.steering_tables.metadata is metadata


def test_revisions_are_numbered_in_one_line_and_say_how_far_back_they_are_understood():
    line = revisions()
    assert [one.revision for one in line] == [f"{n:04d}" for n in range(1, SCHEMA + 1)]
    backs = [one.module.COMPATIBLE_FROM for one in line]
    assert backs == sorted(backs)
    assert all(1 <= back <= number for number, back in enumerate(backs, 1))


def test_what_was_made_before_there_were_migrations_is_adopted_with_all_that_it_says(url):
    of_schema_1(url)
    store = opened(url)
    held, due = store.lease_of("hq-1"), store.due_of(Kind.REMEDIATION, "r1")
    assert (held.holder, held.fencing, held.left_s) == (ME, 7, float("-inf"))
    assert (due.is_due, due.why) == (True, "waiting")
    assert store.lease_of("hq-2") is None
    assert store.acquire("hq-2", YOU, ttl_s=60).fencing == 4
    assert store.take_tick("night", apart_s=60)
    with pytest.raises(LeaseLost):
        store.append("r1", None, after=1, at=None, lease=held)
    store.close()
    assert tell(url, ABOUT, key="schema")[0].value == str(SCHEMA)


def test_one_that_has_only_some_of_the_first_tables_gets_the_others(url):
    of_schema_1(url)
    tell(url, "DROP TABLE tokens", "DROP TABLE answers")
    store = opened(url)
    assert store.tokens() == ()
    store.close()


def test_many_may_open_a_new_database_at_once(url):
    failed: list[Exception] = []

    def open_one() -> None:
        try:
            opened(url).close()
        except StoreError as err:
            failed.append(err)

    threads = [Thread(target=open_one) for _ in range(4)]
    script = f"from tests.contract.store.databases import opened; opened({url!r}).close()"
    children = [
        subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [child.communicate()[1] for child in children]
    assert (failed, told) == ([], ["", ""])
    assert len(tell(url, "SELECT version_num FROM alembic_version")) == 1


def test_a_revision_that_fails_leaves_the_database_as_it_was(url):
    of_schema_1(url)
    tell(url, "CREATE TABLE clock_notes (in_the_way INTEGER)")
    with pytest.raises(StoreError, match="clock_notes"):
        opened(url)
    assert tell(url, ABOUT, key="schema")[0].value == "1"
    assert tell(url, "SELECT fencing FROM leases WHERE expires <> ''")[0].fencing == 7
    tell(url, "DROP TABLE clock_notes")
    opened(url).close()


def newer(url: str, *, compatible_from: int) -> None:
    """A later version upgraded it: a column more, and its number."""
    opened(url).close()
    tell(url, "ALTER TABLE leases ADD COLUMN rack VARCHAR(64)")
    tell(url, SAY, key="schema", value=str(SCHEMA + 1))
    tell(url, SAY, key="compatible_from", value=str(compatible_from))
    tell(url, "UPDATE alembic_version SET version_num = 'of the future'")


def test_this_version_works_on_beside_a_later_one_that_only_added(url):
    newer(url, compatible_from=SCHEMA)
    store = opened(url)
    lease = store.acquire("hq-1", ME, ttl_s=60)
    store.renew(lease, ttl_s=60)
    store.set_due(Kind.PLAN, "p1", in_s=0)
    assert store.claim_due(Kind.PLAN, "p1", for_s=60)
    store.close()
    assert tell(url, ABOUT, key="schema")[0].value == str(SCHEMA + 1)


def test_a_database_that_only_later_versions_understand_is_refused(url):
    newer(url, compatible_from=SCHEMA + 1)
    with pytest.raises(StoreError, match="newer aprejoin"):
        opened(url)


def test_versions_that_knew_no_migrations_refuse_what_was_migrated(url):
    """They compared `schema` with 1."""
    opened(url).close()
    assert int(tell(url, ABOUT, key="schema")[0].value) > 1


@pytest.mark.parametrize("value", ["", "soon", "-1"])
def test_a_schema_that_is_no_number_is_a_store_error(url, value):
    opened(url).close()
    tell(url, SAY, key="schema", value=value)
    with pytest.raises(StoreError, match="no number"):
        opened(url)
