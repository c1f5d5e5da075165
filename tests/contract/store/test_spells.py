"""Spells in both databases: found by index, whatever the size of the tables; dropped in parts."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from service.domain.observation import ApState
from service.domain.spells import ABSENT
from tests.contract.store.watching import plans
from tests.support.builders import MAC, OPENED, look, sighting

SERVES, AWAY = sighting(state=ApState.REGISTERED), sighting(state=ApState.NOT_JOINED)
OTHERS = (
    (
        "INSERT INTO ap_history (controller, mac, document, state, since, away_since) "
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 3000) "
        "SELECT 'dc-' || n % 7, 'ap-' || n, '{}', CASE n % 9 WHEN 0 THEN 'absent' ELSE "
        "'registered' END, '2026', CASE n % 9 WHEN 0 THEN '2026' END FROM i"
    ),
    (
        "INSERT INTO ap_spells (mac, controller, until, since, state, changes, folded) "
        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 3000) "
        "SELECT 'ap-' || n, 'dc-' || n % 7, '2026-01-' || n, '2026', 'registered', 0, n % 9 > 0 "
        "FROM i"
    ),
    "ANALYZE",
)


def at(day: float):
    return OPENED + timedelta(days=day)


@pytest.fixture
def store(sql_store):
    """A store with an access point that left, came, and is away."""
    for day, ap in enumerate((SERVES, AWAY, SERVES, AWAY, sighting())):
        sql_store.add_poll(look(day * 86_400.0, aps=(ap,)))
    return sql_store


@pytest.fixture
def large(store):
    """The same beside many others; the database knows how many."""
    with store._engine.begin() as connection:
        for statement in OTHERS:
            connection.execute(text(statement))
    return store


def test_since_when_it_is_away_is_told_with_the_states_before(store):
    spell = store.spell(MAC, on="hq-1")
    assert (spell.state, spell.since, spell.away_since) == ("downloading", at(4), at(3))
    past = store.past_spells(MAC, on="hq-1", limit=2)
    assert [(one.spell.state, one.until) for one in past] == [
        ("not-joined", at(4)),
        ("registered", at(3)),
    ]
    assert store.spell(MAC, on="hq-2") is None


def test_none_of_it_goes_through_all_access_points(large):
    asked = {
        "spell": lambda: large.spell(MAC, on="hq-1"),
        "past": lambda: large.past_spells(MAC, on="hq-1", limit=9),
        "fold": lambda: large.fold_spells(before=at(-9999), most=5),
        "forget": lambda: large.forget_spells(before=at(-9999), most=5),
        "absent": lambda: large.forget_absent(before=at(-9999), most=5),
    }
    for name, ask in asked.items():
        told = plans(large, ask)
        assert told, name
        assert not [line for line in told if "Seq Scan" in line or line.startswith("SCAN")], name


def test_old_spells_are_folded_and_dropped_so_many_at_once(store):
    assert store.fold_spells(before=at(9), most=1) == 1
    assert store.fold_spells(before=at(9), most=5) == 1
    assert store.fold_spells(before=at(9), most=5) == 0
    assert [store.forget_spells(before=at(9), most=3) for _ in range(3)] == [3, 1, 0]
    assert store.spell(MAC, on="hq-1").away_since == at(3)


def test_who_is_absent_for_long_is_dropped_and_begins_anew(store):
    other = sighting(mac=type(MAC)("00:00:00:00:00:10"), state=ApState.REGISTERED)
    store.add_poll(look(5 * 86_400.0, aps=(other,)))
    assert store.spell(MAC, on="hq-1").state == ABSENT
    assert store.forget_absent(before=at(5), most=5) == 0
    assert store.forget_absent(before=at(6), most=5) == 1
    assert set(store.histories("hq-1")) == {other.mac}
    store.add_poll(look(6 * 86_400.0, aps=(other, SERVES)))
    assert store.histories("hq-1")[MAC].polls == 1
