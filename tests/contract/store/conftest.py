"""The stores that the contract is held against: both databases, and the fake that tests use."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.ports.store import Store
from service.store.sql import SqlStore
from service.store.times import BootTime
from tests.contract.store.databases import KINDS
from tests.support.fake_clock import World, store_clock
from tests.support.memory_store import InMemoryStore
from tests.support.stores import MemoryStore, file_store

Open = Callable[[], Store]


def opened(kind: str, folder: Path, world: World, url: str = "") -> Store:
    """One store of a kind that counts on this world's time; `url` is a server's."""
    clock = store_clock(world)
    match kind:
        case "sqlite":
            return file_store(folder / "state" / "aprejoin.db", clock)
        case "sqlite-in-memory":
            return MemoryStore(clock)
        case "postgresql":
            return SqlStore(url, clock, time=BootTime(clock))
        case _:
            return InMemoryStore(clock)


@pytest.fixture
def world() -> World:
    """The time of the test's stores; it passes only when told to."""
    return World()


@pytest.fixture
def open_kind(request, tmp_path: Path, world: World) -> Callable[[str], Store]:
    """Opens one store of a kind, on the same database every time."""

    def open_one(kind: str) -> Store:
        url = request.getfixturevalue("postgres_url") if kind == "postgresql" else ""
        return opened(kind, tmp_path, world, url)

    return open_one


@pytest.fixture(params=["sqlite-in-memory", "memory", *KINDS])
def store(request, open_kind) -> Iterator[Store]:
    """One empty store."""
    found = open_kind(request.param)
    yield found
    found.close()


@pytest.fixture(params=["sqlite-in-memory", "postgresql"])
def sql_store(request, open_kind) -> Iterator[Store]:
    """One empty store of those that also keep what was asked for."""
    found = open_kind(request.param)
    yield found
    found.close()


@pytest.fixture(params=KINDS)
def reopen(request, open_kind) -> Iterator[Open]:
    """Opens the same durable store again and again."""
    again: list[Store] = []

    def once_more() -> Store:
        again.append(open_kind(request.param))
        return again[-1]

    yield once_more
    for one in again:
        one.close()


@pytest.fixture
def reopen_file(open_kind) -> Iterator[Open]:
    """The same for the one that is a file."""
    again: list[Store] = []

    def once_more() -> Store:
        again.append(open_kind("sqlite"))
        return again[-1]

    yield once_more
    for one in again:
        one.close()
