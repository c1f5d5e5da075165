"""What is kept of polls for people who look back: the newest, of each controller by itself."""

from datetime import timedelta

import pytest

from service.domain.polling.trail import KEPT, poll_seen
from tests.support.builders import OPENED

GOOD = {
    "name": "hq-1",
    "reachable": True,
    "error": None,
    "clock": {"offset_seconds": 0.4, "reference": "this host"},
    "ntp": {"servers": ["192.0.2.1"], "synchronised": True},
    "aps": {"total": 12, "registered": 9, "downloading": 2, "not_joined": 1},
    "findings": [{"issue": "FN72524", "confidence": "probable"}],
}
AWAY = {"name": "dc-1", "reachable": False, "error": "no route", "clock": None, "aps": None}


@pytest.fixture
def store(sql_store):
    return sql_store


def at(seconds):
    return OPENED + timedelta(seconds=seconds)


def test_each_poll_leaves_a_row_and_the_newest_comes_first(store):
    store.keep_looks("s1", [GOOD, AWAY], at=at(0))
    store.keep_looks("s2", [GOOD | {"findings": []}], at=at(60))
    newest, before = store.poll_trail("hq-1", limit=10)
    assert (before.at, before.sweep, before.error) == (at(0), "s1", "")
    assert (before.offset_s, before.synchronised, before.issues) == (0.4, True, ("FN72524",))
    counted = (before.aps, before.registered, before.downloading, before.not_joined)
    assert counted == (12, 9, 2, 1)
    assert (newest.at, newest.sweep, newest.issues) == (at(60), "s2", ())
    (away,) = store.poll_trail("dc-1", limit=10)
    assert (away.error, away.offset_s, away.synchronised, away.aps) == ("no route", None, None, 0)
    assert store.poll_trail("hq-1", limit=1) == (newest,)
    assert store.poll_trail("br-9", limit=10) == ()


def test_a_sweep_that_is_kept_whole_after_its_parts_adds_nothing_twice(store):
    store.keep_looks("s1", [GOOD], at=at(5))
    store.keep_sweep("s1", {"sweep": {"id": "s1"}, "controllers": [GOOD]}, at=at(9))
    assert [one.at for one in store.poll_trail("hq-1", limit=10)] == [at(5)]


def test_only_the_newest_are_kept_and_each_controller_has_its_own(store):
    store.keep_looks("s0", [AWAY], at=at(0))
    with store.together():
        for number in range(KEPT + 3):
            store.keep_looks(f"s{number}", [{"name": "hq-1"}], at=at(number))
    found = store.poll_trail("hq-1", limit=KEPT * 2)
    assert [one.sweep for one in found] == [f"s{n}" for n in range(KEPT + 2, 2, -1)]
    assert len(store.poll_trail("dc-1", limit=10)) == 1


@pytest.mark.parametrize("said", [{}, AWAY, {"clock": 3, "aps": [], "findings": "x", "ntp": None}])
def test_whatever_a_document_does_not_say_is_no_number(said):
    seen = poll_seen("s1", said, OPENED)
    assert (seen.offset_s, seen.aps, seen.issues) == (None, 0, ())
