"""The fleet at a glance in both databases: nobody is missing from its pages, whatever the order."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from service.domain.finding import Confidence
from service.ports.fleet_view import CauseCount, StuckOnly, StuckOrder
from service.store.codec import moment_text
from service.store.fleet_view_tables import gists, stuck
from service.store.tables import looks, poll_trail
from tests.support.builders import OPENED
from tests.support.seeded_fleet import finding, mac_of, word

NAMES = ["AP-b", "ap-a", "Ap_C", "äp-d", "", "AP-%"]
FLEET = ("br-1", "dc-1", "hq-1")


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def of(name: str, *, own: str | None = None) -> dict[str, object]:
    """What a sweep says of one controller: a finding, and one that something else keeps off."""
    found = finding(name, "FN72524", aps=NAMES, own=own)
    off = [{"mac": mac_of(f"{name}-off"), "cause": "ap-limit", "evidence": []}]
    return word(name, findings=[found], explained=off)


@pytest.fixture
def store(sql_store):
    """Three controllers, of which one is as sure of its access points as their own evidence."""
    sql_store.keep_looks("s1", [of("hq-1")], at=at(0))
    sql_store.keep_looks("s2", [of("dc-1", own="suspected")], at=at(60))
    sql_store.keep_looks("s3", [of("br-1")], at=at(120))
    return sql_store


def macs(store, only: StuckOnly, **how) -> list[tuple[str, str]]:
    """All of them, three at a time."""
    found, after = [], None
    while True:
        page = store.stuck_page(only, after=after, limit=3, **how)
        found += [(ap.controller, ap.mac) for _, ap in page]
        if len(page) < 3:
            return found
        after = page[-1][0]


@pytest.mark.parametrize("by", StuckOrder)
def test_page_by_page_everyone_comes_once_and_backwards_the_other_way_round(store, by):
    forth = macs(store, StuckOnly(FLEET), by=by, backwards=False)
    assert len(forth) == len(set(forth)) == 21
    assert macs(store, StuckOnly(FLEET), by=by, backwards=True) == forth[::-1]


@pytest.mark.parametrize(
    ("only", "number"),
    [
        (StuckOnly(()), 0),
        (StuckOnly(("hq-1",)), 7),
        (StuckOnly(FLEET, cause="ap-limit"), 3),
        (StuckOnly(FLEET, explained=True), 3),
        (StuckOnly(FLEET, confidence=Confidence.SUSPECTED), 6),
        (StuckOnly(FLEET, confidence=Confidence.PROBABLE), 12),
        (StuckOnly(FLEET, text="AP-A"), 3),
        (StuckOnly(FLEET, text="%"), 3),
        (StuckOnly(FLEET, text="p_c"), 3),
        (StuckOnly(FLEET, text="DC-1"), 7),
        (StuckOnly(FLEET, text=mac_of("hq-1-off").upper()), 1),
        (StuckOnly(FLEET, text="'; --"), 0),
    ],
)
def test_what_is_wanted_is_counted_as_it_is_listed(store, only, number):
    assert store.count_stuck(only) == number
    assert len(macs(store, only, by=StuckOrder.SINCE, backwards=False)) == number


def test_the_longest_stuck_comes_first_with_all_that_is_known_of_it(store):
    ((_, first), *_) = store.stuck_page(
        StuckOnly(FLEET, cause="FN72524"), by=StuckOrder.SINCE, backwards=False, after=None, limit=1
    )
    assert (first.controller, first.since, first.mend) == ("hq-1", at(0), "fixed-software")
    assert (first.cause, first.confidence, first.state) == (
        "FN72524",
        Confidence.PROBABLE,
        "downloading",
    )


def test_causes_are_counted_by_how_sure_each_access_point_is(store):
    assert store.stuck_by_cause(FLEET) == (
        CauseCount("FN72524", Confidence.PROBABLE, 12),
        CauseCount("FN72524", Confidence.SUSPECTED, 6),
        CauseCount("ap-limit", None, 3),
    )


def test_each_controller_has_a_line_and_one_that_is_silent_keeps_what_was_seen(store):
    away = word("dc-1", reachable=False, error="no route", aps=0)
    mark = store.fleet_mark()
    store.keep_looks("s4", [away], at=at(180))
    assert store.fleet_mark() != mark
    silent = store.gists()[1]
    assert [one.controller for one in store.gists()] == list(FLEET)
    assert (silent.reachable, silent.error, silent.at, silent.seen) == (
        False,
        "no route",
        at(180),
        at(60),
    )
    assert (silent.stuck, silent.offset_s, silent.issues) == (7, 0.2, ("FN72524",))
    assert store.count_stuck(StuckOnly(("dc-1",))) == 7


def test_what_came_back_is_stuck_no_more(store):
    store.keep_looks("s4", [word("hq-1")], at=at(180))
    assert store.count_stuck(StuckOnly(("hq-1",))) == 0
    assert store.gists()[2].stuck == 0


# -- kept by a version that had no such tables ---------------------------------------------------


def view_of(store) -> tuple[object, ...]:
    """All that pages read of the fleet."""
    pages = store.stuck_page(
        StuckOnly(FLEET), by=StuckOrder.SINCE, backwards=False, after=None, limit=99
    )
    return store.gists(), pages, [store.poll_trail(name, limit=9) for name in FLEET]


def forget_view(store) -> None:
    with store._engine.begin() as connection:
        for table in (gists, stuck, poll_trail):
            connection.execute(delete(table))


def test_words_of_an_older_version_fill_the_view_as_if_they_were_kept_now(store):
    whole = view_of(store)
    forget_view(store)
    assert store.gists() == ()
    assert store.fill_fleet_view(most=2) == 2
    assert [one.controller for one in store.gists()] == ["br-1", "dc-1"]
    assert store.fill_fleet_view(most=2) == 1
    assert view_of(store) == whole
    assert store.fill_fleet_view(most=2) == 0


def test_a_word_that_an_older_version_kept_since_is_made_up_for(store):
    with store._engine.begin() as connection:
        newer = looks.update().where(looks.c.controller == "hq-1")
        connection.execute(newer.values(sweep="s9", at=moment_text(at(900))))
    assert store.fill_fleet_view(most=9) == 1
    assert store.gists()[2].at == at(900)
    assert store.fill_fleet_view(most=9) == 0


def test_nobody_is_filled_in_twice_where_a_silent_controller_is_told_of(store):
    store.keep_looks("s4", [word("dc-1", reachable=False, error="no route")], at=at(180))
    assert store.fill_fleet_view(most=9) == 0
    with store._engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(gists)) == 3
