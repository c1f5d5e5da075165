"""One transaction of the database; what the library raises stops here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Insert, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from service.errors import StoreError


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Everything inside of it is durable, or nothing is.

    Raises:
        StoreError: the database could not do it; where it was lost while committing, nobody knows.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as err:
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"{where}: {reason(err)}") from err


def reason(err: SQLAlchemyError) -> str:
    """The database's own words, without the statement and its values."""
    return str(getattr(err, "orig", None) or err).splitlines()[0]


def inserted(engine: Engine, statement: Insert) -> bool:
    """Insert in a transaction of its own; False where a row of that key is there already.

    Raises:
        StoreError: the database could not do it.
    """
    try:
        with engine.begin() as connection:
            connection.execute(statement)
    except IntegrityError:
        return False
    except SQLAlchemyError as err:
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"{where}: {reason(err)}") from err
    return True


def put(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Insert a row, or replace what the row of that key says."""
    keys = [column.name for column in table.primary_key]
    rest = {name: value for name, value in row.items() if name not in keys}
    statement = _insert(connection, table).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=rest))


def alone(connection: Connection, subject: str) -> None:
    """Until this transaction ends nobody else is in one about the same subject.

    For what is read, worked on and written back where there may be no row yet to lock. SQLite has
    one transaction at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(f"aprejoin {subject}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def add_if_missing(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert a row; False where one of that key is there already."""
    statement = _insert(connection, table).values(**row).on_conflict_do_nothing()
    counted = statement.execution_options(preserve_rowcount=True)
    return connection.execute(counted).rowcount == 1


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what happens on a conflict: both databases word it the same."""
    of_dialect = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return of_dialect(table)
