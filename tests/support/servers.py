"""Real servers for tests: PostgreSQL, one for a session, and Redis.

`deploy/test-servers.sh` starts them. `APREJOIN_TEST_POSTGRES` names a server that runs already:
databases are made there and dropped. Where there is none to be had, tests are skipped.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, inspect, make_url, text

from service.config.clock import SystemClock
from service.store.sql import SqlStore

SCRIPT = Path(__file__).parents[2] / "deploy" / "test-servers.sh"
NOT_INSTALLED = 3
POSTGRES, BROKER = "APREJOIN_TEST_POSTGRES", "APREJOIN_TEST_BROKER"
SESSIONS_OF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
KEPT = ("about", "alembic_version")
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A database server.

    Attributes:
        url: a database of it that always is there.
        folder: what the script started it in; None: it was there before.
    """

    url: str
    folder: Path | None = None

    def new_database(self, *, like: str | None = None) -> str:
        """An empty database, or one like another that nobody is connected to; its address."""
        name = f"aprejoin_test_{os.getpid()}_{next(_numbers)}"
        template = "" if like is None else f" TEMPLATE {make_url(like).database}"
        self.tell(f"CREATE DATABASE {name}{template}")
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.tell(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def cut_connections(self, url: str) -> int:
        """End every session of a database, as a network that resets does; how many there were."""
        return len(self.tell(SESSIONS_OF, name=make_url(url).database))

    def kill(self) -> None:
        """End the server at once, as a power cut does."""
        assert self.folder is not None, "a server of somebody else's is not killed"
        _run("kill", str(self.folder), "postgres")

    def again(self) -> None:
        """Start it again on what it kept."""
        _run("again", str(self.folder), "postgres")

    def tell(self, statement: str, **values: object) -> list[object]:
        """Have the server do something."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(text(statement), values)
                return list(result.all()) if result.returns_rows else []
        finally:
            engine.dispose()


@contextmanager
def own_postgres() -> Iterator[Postgres]:
    """A server that may be killed: nobody else uses it."""
    with _started("postgres") as (folder, said):
        yield Postgres(said[POSTGRES], folder)


@dataclass(frozen=True, slots=True)
class Redis:
    """A broker on a loopback port."""

    url: str
    folder: Path

    def kill(self) -> None:
        """End it at once."""
        _run("kill", str(self.folder), "broker")

    def again(self) -> None:
        """Start it again on what it kept."""
        _run("again", str(self.folder), "broker")


@contextmanager
def own_broker() -> Iterator[Redis]:
    """A Redis, or a Valkey, that nobody else uses."""
    with _started("broker") as (folder, said):
        yield Redis(said[BROKER], folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One database server for all tests of this session."""
    if found := os.environ.get(POSTGRES):
        yield Postgres(found)
        return
    with own_postgres() as started:
        yield started


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> str:
    """A database with every table and nothing in them; only to be copied."""
    url = postgres.new_database()
    SqlStore(url, SystemClock()).close()
    return url


@pytest.fixture(scope="session")
def shared(postgres: Postgres, migrated: str) -> str:
    """One database that tests use one after the other: making one takes longer than most tests."""
    return postgres.new_database(like=migrated)


@pytest.fixture
def postgres_url(postgres: Postgres, shared: str) -> Iterator[str]:
    """A database with every table and nothing in them, for one test."""
    yield shared
    postgres.cut_connections(shared)
    _empty(shared)


def _empty(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in inspect(connection).get_table_names():
            if table == "audit":
                _cut(connection)
            elif table not in KEPT:
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - its own names
    engine.dispose()


def _cut(connection: Connection) -> None:
    """The audit trail as it was when the tables were made: only their owner can do that."""
    for statement in (
        "ALTER TABLE audit DISABLE TRIGGER audit_change",
        "DELETE FROM audit WHERE seq > 1",
        "ALTER TABLE audit ENABLE TRIGGER audit_change",
    ):
        connection.execute(text(statement))


@contextmanager
def _started(name: str) -> Iterator[tuple[Path, dict[str, str]]]:
    folder = Path(tempfile.mkdtemp(prefix="aprejoin-servers-"))
    try:
        done = _run("start", str(folder), name)
        lines = (line.partition("=") for line in done.splitlines())
        yield folder, {key: value for key, _, value in lines}
    finally:
        _run("stop", str(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _run(*arguments: str) -> str:
    done = subprocess.run(
        ["bash", str(SCRIPT), *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode == NOT_INSTALLED:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return done.stdout
