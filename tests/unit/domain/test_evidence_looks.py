"""What of a look is kept: what changed, of the access points that count, without secrets."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.ap_homes import ApHomes
from service.domain.evidence.curve import Point, picture, table
from service.domain.evidence.looks import (
    AT_LEAST_EVERY_S,
    Piece,
    changed,
    clock_document,
    is_news,
    known,
    view_document,
)
from service.domain.observation import ClockReading, LogLine
from tests.support.builders import MAC, OTHER, instant, look, sighting
from tests.support.fake_clock import START


def test_only_access_points_of_the_finding_are_kept_and_no_logs():
    homes = (ApHomes(MAC, "one"), ApHomes(OTHER, "two"))
    logs = (LogLine("password Kanarie-1234", "wlc.log:1"),)
    view = replace(look(aps=(sighting(), sighting(OTHER))), homes=homes, logs=logs)
    kept = view_document(view, [MAC])
    assert {key for key in kept if "/" in key} == {f"ap/{MAC}", f"home/{MAC}"}
    assert "Kanarie" not in str(kept)


def test_beside_an_earlier_look_only_what_it_read_otherwise_is_told():
    earlier = replace(look(aps=(sighting(),)), clients=7)
    later = replace(earlier, clients=8)
    assert view_document(later, [MAC], unlike=later).keys() == {f"ap/{MAC}"}
    assert view_document(later, [], unlike=earlier) == {"clients": 8}
    assert view_document(later, [], unlike=replace(earlier, ntp=None)).keys() == {"clients", "ntp"}


def test_what_is_known_is_not_kept_again_and_the_newest_counts():
    first, second = {"a": 1, "b": 2}, {"a": 1, "b": 3}
    assert changed(first, second) == {"b": 3}
    pieces = [
        Piece(n, START + timedelta(seconds=n), "look", {"step": "x", "seen": seen})
        for n, seen in enumerate((first, changed(first, second)))
    ]
    found = {key: value for key, (_, value) in known(pieces).items()}
    assert found == second
    assert known(pieces)["b"][0] > known(pieces)["a"][0]


@given(st.floats(-1e9, 1e9), st.floats(0, 3 * AT_LEAST_EVERY_S), st.floats(-3, 3))
def test_a_clock_is_news_when_it_moved_or_after_a_while(offset_s, later_s, moved_s):
    now = instant(later_s)
    reading = {"offset_s": offset_s + moved_s}
    assert is_news(None, now, reading)
    assert not is_news(None, now, {})
    new = is_news((instant(0), offset_s), now, reading)
    moved = abs(reading["offset_s"] - offset_s) >= 1
    assert new == (moved or now.seconds_since(instant(0)) >= AT_LEAST_EVERY_S)


def test_an_offset_is_told_only_where_somebody_vouches_for_true_time():
    at = instant(0)
    reading = ClockReading(at.wall - timedelta(days=1), at.wall, 0.5, at)
    view = replace(look(), clock=reading)
    assert clock_document(view, at, at.wall)["offset_s"] == -86_400.0
    assert clock_document(view, at, None)["offset_s"] is None


@given(st.lists(st.one_of(st.none(), st.floats(-1e10, 1e10)), max_size=6), st.text(max_size=20))
def test_every_curve_is_a_picture_of_numbers_and_text_alone(offsets, title):
    readings = [
        Point(START + timedelta(seconds=n), "=cmd|' /C calc'!A0", title, offset)
        for n, offset in enumerate(offsets)
    ]
    drawn = picture(readings, title + "<script>")
    assert "<script" not in drawn
    assert "nan" not in drawn.replace(title, "")
    assert not any(line.split(",")[1].startswith("=") for line in table(readings).split("\n")[1:-1])
