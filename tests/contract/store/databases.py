"""Stores on databases of each kind, and what is done to these behind the store's back."""

from typing import Any

from sqlalchemy import create_engine, text

from service.config.clock import SystemClock
from service.store.sql import SqlStore

KINDS = ("sqlite", "postgresql")


def opened(url: str) -> SqlStore:
    return SqlStore(url, SystemClock())


def tell(url: str, *statements: str, **values: object) -> list[Any]:
    """Do something to a database behind the store's back; the rows of the last statement."""
    engine = create_engine(url)
    rows: list[Any] = []
    try:
        with engine.begin() as connection:
            for statement in statements:
                result = connection.execute(text(statement), values)
                rows = list(result.all()) if result.returns_rows else []
    finally:
        engine.dispose()
    return rows
