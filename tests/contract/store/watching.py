"""What a store tells its database, and how the database goes about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event

EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
EXPLAINED = ("SELECT", "DELETE", "UPDATE")


@contextmanager
def watched(store) -> Iterator[list[tuple[str, object]]]:
    """Its statements meanwhile, with their values."""
    told: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, values, *_: object) -> None:
        told.append((statement, values))

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(store._engine, "before_cursor_execute", note)


def plans(store, ask: Callable[[], object]) -> list[str]:
    """How the database finds the rows of access points that are asked for, in lines."""
    with watched(store) as told:
        ask()
    lines: list[str] = []
    with store._engine.connect() as connection:
        explain = EXPLAIN[connection.dialect.name]
        for statement, values in told:
            if statement.startswith(EXPLAINED) and "FROM ap_" in statement:
                rows = connection.exec_driver_sql(explain + statement, values).all()
                lines += [str(row[-1]).strip() for row in rows]
    return lines
