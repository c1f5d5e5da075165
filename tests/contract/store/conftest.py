"""The stores that the contract is held against.

`APREJOIN_TEST_POSTGRES` names a database that may be emptied, for example
`postgresql+psycopg://postgres@127.0.0.1/aprejoin_test`; without it that server is left out.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from service.ports.store import Store
from service.store.sql import SqlStore
from service.store.tables import metadata
from service.store.times import BootTime
from tests.support.fake_clock import World, store_clock
from tests.support.memory_store import InMemoryStore

Open = Callable[[], Store]
SERVER = os.environ.get("APREJOIN_TEST_POSTGRES", "")
SERVERS = ["postgresql"] if SERVER else []


def emptied_server() -> str:
    """The address of the database server, its tables gone."""
    engine = create_engine(SERVER)
    metadata.drop_all(engine)
    engine.dispose()
    return SERVER


def opened(kind: str, folder: Path, world: World) -> Store:
    """One store that counts on this world's time."""
    clock = store_clock(world)
    match kind:
        case "sqlite":
            return SqlStore(f"sqlite:///{folder / 'state' / 'aprejoin.db'}", clock)
        case "sqlite-in-memory":
            return SqlStore("sqlite:///:memory:", clock)
        case "postgresql":
            return SqlStore(emptied_server(), clock, time=BootTime(clock))
        case _:
            return InMemoryStore(clock)


@pytest.fixture
def world() -> World:
    """The time of the test's stores; it passes only when told to."""
    return World()


@pytest.fixture(params=["sqlite", "sqlite-in-memory", "memory", *SERVERS])
def store(request: pytest.FixtureRequest, tmp_path: Path, world: World) -> Iterator[Store]:
    """One empty store."""
    found = opened(request.param, tmp_path, world)
    yield found
    found.close()


@pytest.fixture(params=["sqlite-in-memory", *SERVERS])
def sql_store(request: pytest.FixtureRequest, tmp_path: Path, world: World) -> Iterator[Store]:
    """One empty store of those that also keep what was asked for."""
    found = opened(request.param, tmp_path, world)
    yield found
    found.close()


@pytest.fixture(params=["sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path, world: World) -> Iterator[Open]:
    """Opens the same durable store again and again."""
    assert request.param == "sqlite"
    again: list[Store] = []

    def once_more() -> Store:
        again.append(opened("sqlite", tmp_path, world))
        return again[-1]

    yield once_more
    for one in again:
        one.close()
