"""Polls that are counted once for a controller: what they write, and databases of before."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import cycle

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event

from service.domain.identity import BaseRadioMac
from service.domain.observation import ApState
from service.store.ap_rows import Kept, read, row_of
from service.store.codec import history_of
from service.store.growing import grow
from service.store.opening import MIGRATIONS
from tests.contract.store.databases import KINDS, opened, tell
from tests.support.builders import look, sighting

SPELLS = "0020"
MACS = [BaseRadioMac(f"00:00:00:00:00:{n}0") for n in range(3)]
AWAY, ALSO = (sighting(mac, ApState.NOT_JOINED) for mac in MACS[1:])
SERVING = sighting(MACS[0], ApState.REGISTERED)


@pytest.fixture(params=KINDS)
def url(request, tmp_path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'aprejoin.db'}"
        return
    server = request.getfixturevalue("postgres")
    made = server.new_database()
    yield made
    server.drop(made)


def migrate(url: str, to: str) -> None:
    """Bring a database to a revision: backwards where it has a later one."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        go = (
            command.downgrade
            if connection.dialect.has_table(connection, "about")
            else command.upgrade
        )
        go(config, to)
    engine.dispose()


@contextmanager
def statements(store) -> Iterator[list[str]]:
    """What a store tells its database meanwhile."""
    told: list[str] = []

    def note(_connection, _cursor, statement, *_: object) -> None:
        told.append(statement)

    event.listen(store._engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(store._engine, "before_cursor_execute", note)


def test_a_poll_that_changed_nothing_reads_and_writes_nobody_who_serves(sql_store):
    others = [BaseRadioMac(f"00:00:00:00:01:{n}0") for n in range(8)]
    aps = (AWAY, *(sighting(mac, ApState.REGISTERED) for mac in others))
    for at in (0, 60):
        sql_store.add_poll(look(at, aps=aps))
    with statements(sql_store) as told:
        known = sql_store.add_poll(look(120, aps=aps))
    assert not [one for one in told if "INTO ap_history" in one]
    assert set(known) == {AWAY.mac}
    assert {past.polls for past in sql_store.histories("hq-1").values()} == {3}


def test_what_only_gets_older_writes_nobody_either(sql_store):
    """Between whole polls most access points are remembered, and as old as the last whole one."""
    whole = look(0)
    for at in (0, 60):
        sql_store.add_poll(look(at, aps=(SERVING,)))
    old = sighting(MACS[0], ApState.REGISTERED, details_at=whole.read_at)
    with statements(sql_store) as told:
        sql_store.add_poll(look(120, aps=(old,)))
        assert sql_store.histories("hq-1")[MACS[0]].last == old
        sql_store.add_poll(look(180, aps=(SERVING,)))
    assert sql_store.histories("hq-1")[MACS[0]].last == SERVING
    assert not [one for one in told if "INTO ap_history" in one]


def test_times_that_are_counted_back_write_nobody_who_serves_unless_they_moved(sql_store):
    """As AireOS tells them: by how long ago, to within the way that the answer took."""
    began = look(-5000).read_at
    noise = cycle((0.0, 0.9, -0.7, 0.04, -1.0, 1.0, 0.3))
    macs = [BaseRadioMac(f"00:00:00:00:{one:02x}:00") for one in range(60)]

    def told(moved_s=0.0):
        def at(one, off_s):
            return began + timedelta(seconds=7.3 * one + off_s + next(noise))

        served = [
            sighting(mac, ApState.REGISTERED, boot_time=at(one, 0), counted_back=True,
                     join_time=at(one, 60 + (moved_s if one == 7 else 0)))
            for one, mac in enumerate(macs)
        ]  # fmt: skip
        return (replace(AWAY, boot_time=at(0, 0), counted_back=True), *served)

    first = told()
    sql_store.add_poll(look(0, aps=first))
    for at_s in (60, 120, 180):
        seen = told()
        known = sql_store.add_poll(look(at_s, aps=seen))
        assert set(known) == {AWAY.mac}
        assert known[AWAY.mac].last == seen[0]  # restarts are told by its times: as they are
    kept = sql_store.histories("hq-1")
    assert [kept[ap.mac].last for ap in first[1:]] == list(first[1:])
    assert {past.polls for past in kept.values()} == {4}
    assert set(sql_store.add_poll(look(240, aps=told(45.0)))) == {AWAY.mac, macs[7]}


def test_rows_of_an_older_database_stay_right(url):
    migrate(url, "0016")
    seen = opened("sqlite://")
    for at in (0, 60):
        seen.add_poll(look(at, aps=(SERVING, AWAY, ALSO)))
    expected = seen.histories("hq-1")
    tell(url, "INSERT INTO about VALUES ('schema', '16'), ('compatible_from', '5')")
    for history in expected.values():
        row = row_of("hq-1", Kept(history, None), poll=None, mark=None)
        old = "INSERT INTO ap_history (controller, mac, document) VALUES (:a, :b, :c)"
        tell(url, old, a="hq-1", b=row["mac"], c=row["document"])
    store = opened(url)
    assert store.histories("hq-1") == expected
    for at in (30, 120, 180):
        later = look(at, aps=(SERVING, AWAY))
        seen.add_poll(later)
        store.add_poll(later)
        assert store.histories("hq-1") == seen.histories("hq-1")
    assert [store.histories("hq-1")[mac].polls for mac in MACS] == [4, 4, 2]
    store.close()
    seen.close()


def test_the_way_back_counts_every_row_up_to_date_and_forwards_again_loses_nothing(url):
    migrate(url, SPELLS)
    tell(url, "INSERT INTO about VALUES ('schema', '20'), ('compatible_from', '17')")
    engine = create_engine(url)
    with engine.begin() as connection:
        for at in (0, 60, 120, 180):
            aps = (SERVING, AWAY, ALSO) if at < 120 else (SERVING, AWAY)
            grow(connection, look(at, aps=aps))
        expected = {mac: kept.history for mac, kept in read(connection, "hq-1").items()}
    engine.dispose()
    assert [history.polls for history in expected.values()] == [4, 4, 2]
    migrate(url, "0016")
    rows = tell(url, "SELECT * FROM ap_history ORDER BY mac")
    assert {row.mac: history_of(row.document) for row in rows} == expected
    assert rows[0]._fields == ("controller", "mac", "document", "ethernet", "address", "name")
    said = {row.key: row.value for row in tell(url, "SELECT * FROM about")}
    assert said == {"schema": "16", "compatible_from": "5"}
    again = opened(url)
    assert {str(mac): history for mac, history in again.histories("hq-1").items()} == expected
    again.close()
