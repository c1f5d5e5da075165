"""A poll of many access points is written in a few statements: each one is a way to the server."""

from dataclasses import replace

from sqlalchemy import event

from service.domain.identity import BaseRadioMac
from service.store.sql import SqlStore
from tests.support.builders import look, sighting

COUNT = 1200


def test_many_changed_histories_take_few_statements(sql_store: SqlStore):
    aps = tuple(
        replace(sighting(), mac=BaseRadioMac(f"00:00:00:00:{n >> 8:02x}:{n & 255:02x}"))
        for n in range(COUNT)
    )
    sql_store.add_poll(look(0, aps=aps))
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_: object) -> None:
        statements.append(statement)

    event.listen(sql_store._engine, "before_cursor_execute", note)
    try:
        known = sql_store.add_poll(look(60, aps=aps))
    finally:
        event.remove(sql_store._engine, "before_cursor_execute", note)
    assert {past.polls for past in known.values()} == {2}
    assert sql_store.histories("hq-1") == known
    assert len(statements) < 20
