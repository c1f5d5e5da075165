"""A database read for a save: every row of one moment, while others go on writing.

A reader of SQLite's write-ahead log, and a repeatable-read transaction of PostgreSQL, see the
database as it was when they began, and hold nobody up. Nothing is brought up to date here: a
database of an older aprejoin is saved as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from service.errors import NotFound, StoreError
from service.ports.saved_state import Reading, SavedTable, Value
from service.store.connecting import postgresql_engine
from service.store.opening import schema_of
from service.store.transactions import reason

OF_ALEMBIC = "alembic_version"
"""Says what `about` says; made anew where a save is loaded."""
AT_ONCE = 1000


class DatabaseSource:
    """See the port."""

    def __init__(self, url: str) -> None:
        """A database by its address; nothing is opened yet."""
        self._url = url

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """See the port."""
        shown = make_url(self._url).render_as_string(hide_password=True)
        engine = self._engine(shown)
        try:
            with engine.begin() as connection:
                yield _reading(connection, shown)
        except SQLAlchemyError as err:
            raise StoreError(f"{shown}: {reason(err)}") from err
        finally:
            engine.dispose()

    def _engine(self, shown: str) -> Engine:
        if not self._url.startswith("sqlite"):
            engine = postgresql_engine(self._url)
            return engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        file = make_url(self._url).database
        if not file or not Path(file).is_file():  # opening it would make it
            raise NotFound("database of aprejoin", shown)
        engine = create_engine(self._url)
        event.listen(engine, "connect", _leave_transactions_to_us)
        event.listen(engine, "begin", _begin_reading)
        return engine


def _leave_transactions_to_us(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")  # the first read below fixes the moment


def _reading(connection: Connection, shown: str) -> Reading:
    schema = schema_of(connection)
    if schema == 0:
        raise NotFound("database of aprejoin", shown)
    known = MetaData()
    known.reflect(connection)
    tables = [table for name, table in sorted(known.tables.items()) if name != OF_ALEMBIC]
    return Reading(schema, connection.dialect.name, (_saved(connection, one) for one in tables))


def _saved(connection: Connection, table: Table) -> SavedTable:
    return SavedTable(table.name, tuple(table.columns.keys()), _rows(connection, table))


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Value, ...]]:
    query = select(table).order_by(*table.primary_key)
    with connection.execution_options(yield_per=AT_ONCE).execute(query) as result:
        for row in result:
            yield tuple(row)
