"""One transaction of the database; what the library raises stops here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from service.errors import StoreError
from service.store.line import in_line

ONLY_READS, FLEETING = "aprejoin_only_reads", "aprejoin_fleeting"
"""Options of a connection: what is begun on it writes nothing; means nothing after a power cut."""

_whole: ContextVar[Connection | None] = ContextVar("the transaction that others are parts of")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Everything inside of it is durable, or nothing is.

    Within `together` it is a part of that one: undone alone, durable only with the whole.

    Raises:
        StoreError: the database could not do it; where it was lost while committing, nobody knows.
    """
    whole = _whole.get(None)
    try:
        if whole is not None and whole.engine is engine:
            with whole.begin_nested():
                yield whole
        else:
            with in_line(engine), engine.begin() as connection:
                yield connection
    except SQLAlchemyError as err:
        raise _failed(engine, err) from err


@contextmanager
def fleeting(engine: Engine) -> Iterator[Connection]:
    """As `transaction`, for what means nothing once this host has lost its power.

    A SQLite file then need not be on the disk before it goes on. A server outlives its clients, so
    there it is durable like all else.
    """
    if engine.dialect.name != "sqlite" or _whole.get(None) is not None:
        with transaction(engine) as connection:
            yield connection
        return
    with transaction(engine.execution_options(**{FLEETING: True})) as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Look at what is committed, and wait for nobody who writes; nothing can be written in it.

    Within `together` it sees what was done there so far.

    Raises:
        StoreError: the database could not do it.
    """
    whole = _whole.get(None)
    try:
        if whole is not None and whole.engine is engine:
            yield whole
        else:
            with engine.connect() as connection:
                connection.execution_options(**{ONLY_READS: True}, postgresql_readonly=True)
                with connection.begin():
                    yield connection
    except SQLAlchemyError as err:
        raise _failed(engine, err) from err


@contextmanager
def together(engine: Engine) -> Iterator[Connection]:
    """All transactions that this thread begins inside of it are one. No device call belongs there.

    Raises:
        StoreError: as a transaction.
    """
    with transaction(engine) as connection:
        before = _whole.set(connection)
        try:
            yield connection
        finally:
            _whole.reset(before)


def _failed(engine: Engine, err: SQLAlchemyError) -> StoreError:
    return StoreError(f"{engine.url.render_as_string(hide_password=True)}: {reason(err)}")


def reason(err: SQLAlchemyError) -> str:
    """The database's own words, without the statement and its values."""
    return str(getattr(err, "orig", None) or err).splitlines()[0]


def put(connection: Connection, table: Table, row: Mapping[str, object]) -> None:
    """Insert a row, or replace what the row of that key says; plain values, no expressions."""
    connection.execute(_put(connection.dialect.name, table, tuple(row)), dict(row))


@cache
def _put(dialect: str, table: Table, names: tuple[str, ...]) -> postgresql.Insert | sqlite.Insert:
    """Made once: making it takes six times as long as sending it."""
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def alone(connection: Connection, subject: str) -> None:
    """Until this transaction ends nobody else is in one about the same subject.

    For what is read, worked on and written back where there may be no row yet to lock. SQLite has
    one transaction at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_number_of(subject))))


def alone_at_once(connection: Connection, subject: str) -> bool:
    """The same without waiting; False where somebody else is in one."""
    if connection.dialect.name != "postgresql":
        return True
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(_number_of(subject)))))


def _number_of(subject: str) -> ColumnElement[int]:
    return func.hashtextextended(f"aprejoin {subject}", 0)


def add_if_missing(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Insert a row; False where one of that key is there already."""
    statement = _insert(connection.dialect.name, table).values(**row).on_conflict_do_nothing()
    counted = statement.execution_options(preserve_rowcount=True)
    return connection.execute(counted).rowcount == 1


def fold(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    adding: Sequence[str],
    taking: Sequence[str],
) -> None:
    """Insert rows; where one of that key is there, add some of its columns and take others over."""
    if not rows:
        return
    statement = _insert(connection.dialect.name, table)
    new = statement.excluded
    changed = {name: table.c[name] + new[name] for name in adding}
    changed |= {name: new[name] for name in taking}
    keys = [column.name for column in table.primary_key]
    folded = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    connection.execute(folded, [dict(row) for row in rows])


def _insert(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what happens on a conflict: both databases word it the same."""
    of_dialect = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return of_dialect(table)
