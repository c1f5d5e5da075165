"""The stores that the contract is held against. A database server is one more line here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.ports.store import Store
from service.store.sql import SqlStore
from tests.support.memory_store import InMemoryStore

Open = Callable[[], Store]


@pytest.fixture(params=["sqlite", "sqlite-in-memory", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """One empty store."""
    match request.param:
        case "sqlite":
            opened: Store = SqlStore(f"sqlite:///{tmp_path / 'state' / 'aprejoin.db'}")
        case "sqlite-in-memory":
            opened = SqlStore("sqlite:///:memory:")
        case _:
            opened = InMemoryStore()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same durable store again and again."""
    assert request.param == "sqlite"
    opened: list[Store] = []

    def again() -> Store:
        opened.append(SqlStore(f"sqlite:///{tmp_path / 'state' / 'aprejoin.db'}"))
        return opened[-1]

    yield again
    for one in opened:
        one.close()
