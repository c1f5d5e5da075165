"""A save loaded into an empty database, in one transaction.

Tables are made as they were when it was saved, filled, and brought up to date like any database of
an older version. Holders of leases did not come along: whatever was under way is taken for left by
the dead, so whoever takes it up settles what was open and goes home.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Engine, MetaData, Table, func, inspect, select, text, update

from service.domain.audit import Deed
from service.errors import InvalidInput, Refused
from service.ports.saved_state import SavedTable, Value
from service.ports.steering import Halt
from service.store.audits import AuditTable
from service.store.halts import HaltTable
from service.store.opening import bring_to, hold, schema_of
from service.store.sql import engine_of
from service.store.state_out import OF_ALEMBIC
from service.store.tables import SCHEMA, about, leases, remediations
from service.store.transactions import put, together

AT_ONCE = 500
NOBODYS_CLOCK = "loaded"
"""Of no host and no server: what counts on it is past everywhere."""
FIRST_RECORD = 1


class DatabaseTarget(HaltTable, AuditTable):
    """See the port."""

    def __init__(self, url: str) -> None:
        """A database by its address; nothing is opened yet."""
        self._url = url
        self._engine: Engine

    def fill(
        self, schema: int, tables: Iterable[SavedTable], *, halt: Halt, deed: Deed, at: datetime
    ) -> None:
        """See the port."""
        self._engine = engine_of(self._url)
        try:
            with together(self._engine) as connection:
                hold(connection)
                _make(connection, schema)
                _fill(connection, tables)
                bring_to(connection)
                _leave_to_restores(connection)
                self.halt(halt)
                self.record(deed, at=at)
        finally:
            self._engine.dispose()


def _make(connection: Connection, schema: int) -> None:
    if schema > SCHEMA:
        raise InvalidInput(
            f"it is of a newer aprejoin (schema {schema})",
            where="the save",
            expected=f"schema {SCHEMA} at most: update this one",
        )
    there = schema_of(connection)
    if there == 0:
        bring_to(connection, schema)
    elif (busy := _table_with_rows(connection)) is not None:
        raise Refused(
            f"the database is in use: its table {busy} has rows. A save is loaded into an empty one"
        )
    elif there != schema:
        raise Refused(
            f"the database has tables of schema {there}, and the save is of {schema}: load it "
            "into one that has none"
        )


def _table_with_rows(connection: Connection) -> str | None:
    """One that says something beside that it was made; None: all are as new."""
    names = set(inspect(connection).get_table_names()) - {OF_ALEMBIC, about.name}
    for table in _reflected(connection, names):
        as_new = FIRST_RECORD if table.name == "audit" else 0
        if (connection.scalar(select(func.count()).select_from(table)) or 0) > as_new:
            return table.name
    return None


def _reflected(connection: Connection, names: Iterable[str]) -> list[Table]:
    known = MetaData()
    known.reflect(connection, only=sorted(names))
    return list(known.tables.values())


def _fill(connection: Connection, tables: Iterable[SavedTable]) -> None:
    names = set(inspect(connection).get_table_names())
    there = {table.name: table for table in _reflected(connection, names)}
    if "audit" in there:
        _forget_the_beginning(connection)
    for saved in tables:
        table = there.get(saved.name)
        if table is None or not set(saved.columns) <= set(table.columns.keys()):
            raise InvalidInput(
                f"the table {saved.name} with {', '.join(saved.columns)}",
                where="the save",
                expected="the tables of the schema that it names",
            )
        if saved.name == about.name:
            _tell(connection, saved)
            continue
        _insert(connection, table, saved)
        _count_on(connection, table)


def _tell(connection: Connection, saved: SavedTable) -> None:
    for row in saved.rows:
        put(connection, about, dict(zip(saved.columns, row, strict=True)))


def _insert(connection: Connection, table: Table, saved: SavedTable) -> None:
    rows = iter(saved.rows)
    while some := list(islice(rows, AT_ONCE)):
        connection.execute(table.insert(), [_named(saved.columns, row) for row in some])


def _named(columns: Sequence[str], row: Sequence[Value]) -> dict[str, Value]:
    return dict(zip(columns, row, strict=True))


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL's own counters go on after the highest number; SQLite looks by itself."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql" or column.server_default is None:
        return
    highest = connection.scalar(select(func.max(column)))
    if highest is not None:
        counter = func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(select(func.setval(counter, highest)))


def _forget_the_beginning(connection: Connection) -> None:
    """Take off the first record of the chain of a new database: the save has its own chain.

    The triggers that forbid that are set aside within this transaction, and back before it ends.
    """
    if connection.dialect.name == "postgresql":
        for does in ("DISABLE TRIGGER audit_change", "ENABLE TRIGGER audit_change"):
            connection.execute(text(f"ALTER TABLE audit {does}"))
            if does.startswith("DISABLE"):
                connection.execute(text("DELETE FROM audit"))
        return
    made = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = 'audit_delete'")
    statement = str(connection.scalar(made))
    connection.execute(text("DROP TRIGGER audit_delete"))
    connection.execute(text("DELETE FROM audit"))
    connection.exec_driver_sql(statement)


def _leave_to_restores(connection: Connection) -> None:
    """Every lease ran out long ago, and what was under way was left by somebody who died."""
    unfinished = select(remediations.c.controller).where(remediations.c.closed.is_(False))
    left = leases.c.until_s.is_not(None) | leases.c.controller.in_(unfinished)
    connection.execute(update(leases).where(left).values(clock=NOBODYS_CLOCK, until_s=0.0))
