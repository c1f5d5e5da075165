"""Opening a database: its tables are brought up to what this version uses, or it is refused.

Versions run beside each other while a fleet of workers is updated, so a database that is newer than
this version is used as long as its tables say that they may be (see `migrations`).
"""

import threading
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, select, text

from service.errors import StoreError
from service.store.tables import SCHEMA, about
from service.store.transactions import alone, put, transaction

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA_KEY, COMPATIBLE_KEY = "schema", "compatible_from"
PATIENCE_S = 600
"""For a table of millions of rows, and for another process that upgrades the same database."""

_migrating = threading.Lock()  # Alembic keeps what it works on in globals


@dataclass(frozen=True, slots=True)
class State:
    """What a database says of itself.

    Attributes:
        schema: the newest revision that it has; 0: it is empty.
        compatible_from: the oldest schema whose code may use it.
    """

    schema: int
    compatible_from: int

    @property
    def is_usable(self) -> bool:
        """Whether this version can use it as it is."""
        return self.schema >= SCHEMA >= self.compatible_from


def prepare(engine: Engine) -> None:
    """Make sure that the tables are there.

    Raises:
        StoreError: the database is of a newer aprejoin, or cannot be changed.
    """
    with transaction(engine) as connection:
        state = _state(connection)
    if not state.is_usable:
        with transaction(engine) as connection:
            hold(connection)
            _bring_up(connection, _state(connection))


def schema_of(connection: Connection) -> int:
    """The newest revision that a database has; 0: it is empty."""
    return _state(connection).schema


def why_unusable(connection: Connection) -> str:
    """What is wrong with the tables for this version; empty: nothing."""
    state = _state(connection)
    if state.is_usable:
        return ""
    if state.schema < SCHEMA:
        return f"the database has schema {state.schema}; this version needs {SCHEMA}: restart it"
    return (
        f"the database has schema {state.schema}, for versions of "
        f"{state.compatible_from} and later; this one knows {SCHEMA}: update it"
    )


def _bring_up(connection: Connection, state: State) -> None:
    """Upgrade, unless somebody was faster."""
    if state.schema >= SCHEMA:
        if not state.is_usable:
            raise StoreError(
                f"{connection.engine.url.render_as_string(hide_password=True)} was written by a "
                f"newer aprejoin (schema {state.schema}, for {state.compatible_from} and later; "
                f"known {SCHEMA}): update this one"
            )
        return
    bring_to(connection)


def oldest_beside() -> int:
    """The oldest schema whose code may go on, once this version has brought a database up."""
    alembic = _alembic()
    scripts = alembic.script.ScriptDirectory(str(MIGRATIONS))
    return int(scripts.get_revision("head").module.COMPATIBLE_FROM)


def bring_to(connection: Connection, schema: int = SCHEMA) -> None:
    """Upgrade to a revision, within a transaction that holds the database's migrations."""
    alembic = _alembic()
    config = alembic.config.Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _migrating:
        scripts = alembic.script.ScriptDirectory.from_config(config)
        wanted = scripts.get_revision(f"{schema:04d}")
        alembic.command.upgrade(config, wanted.revision)
    put(connection, about, {"key": SCHEMA_KEY, "value": str(int(wanted.revision))})
    put(connection, about, {"key": COMPATIBLE_KEY, "value": str(wanted.module.COMPATIBLE_FROM)})


@cache
def _alembic() -> Any:  # noqa: ANN401 - a module
    """Alembic, loaded where it is needed: it takes longer than most commands."""
    for part in ("config", "command", "script"):
        import_module(f"alembic.{part}")
    return import_module("alembic")


def hold(connection: Connection) -> None:
    """One process at a time; SQLite's transactions have the write lock from their beginning."""
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "lock_timeout"):
            connection.execute(text(f"SET LOCAL {limit} = '{PATIENCE_S}s'"))
        alone(connection, "migrations")


def _state(connection: Connection) -> State:
    if not inspect(connection).has_table(about.name):
        return State(0, 0)
    said = {row.key: row.value for row in connection.execute(select(about)).all()}
    if SCHEMA_KEY not in said:
        return State(0, 0)
    schema = _number(said[SCHEMA_KEY])
    return State(schema, _number(said.get(COMPATIBLE_KEY, said[SCHEMA_KEY])))


def _number(value: str) -> int:
    if not value.isdecimal():
        raise StoreError(f"what the database says of its schema is no number: {value[:40]!r}")
    return int(value)
