"""Charts: whatever is to be shown comes out as a picture and a table, and nothing in it runs."""

import math
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from service.domain.box_note import BoxNote
from service.domain.evidence.curve import Point
from service.domain.observation import Certificate, CertificateKind, Platform
from service.domain.polling.trail import PollSeen
from service.web.charts import MOST_DOTS, Chart
from service.web.curves import (
    Joined,
    certificates_chart,
    joined_chart,
    joined_of,
    look_chart,
    polls_chart,
)
from service.web.scales import ago, lasted, moments, offset_marks, offset_words
from service.web.timeline import Span, timeline

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOSTILE = '</svg><script>alert(1)</script>" onload="x\x00\u202e\ud800' + "A" * 1000
NUMBER = re.compile(r"[-\d.]+")
OFFSETS = st.one_of(st.none(), st.floats(-4e9, 4e9), st.sampled_from([math.nan, math.inf]))

ANY_TIME = st.datetimes(timezones=st.just(UTC))


def polls(*offsets):
    return tuple(
        PollSeen(NOW - timedelta(minutes=5 * n), f"s{n}", offset_s=one)
        for n, one in enumerate(offsets)
    )


def is_whole(made: Chart) -> bool:
    """Whether both pictures are well-formed, named, described, and inside of their own borders."""
    for svg in (made.wide, made.narrow):
        root = etree.fromstring(svg.markup)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        assert [one.tag for one in root][:2] == ["title", "desc"]
        for one in root.iter():
            assert one.tag in {"svg", "title", "desc", "text", "line", "rect", "circle", "polyline"}
            assert not {name for name in one.attrib if name.startswith("on")} | {
                name for name in one.attrib if name in ("style", "href", "fill", "stroke")
            }
            for name, limit in (("x", width), ("x1", width), ("cx", width), ("cy", height)):
                assert 0 <= float(one.attrib.get(name, 0)) <= limit
            places = NUMBER.findall(one.attrib.get("points", ""))
            assert all(math.isfinite(float(place)) for place in places)
    return True


@settings(max_examples=50)
@given(st.lists(OFFSETS, max_size=8))
def test_whatever_the_clock_showed_there_is_a_whole_picture_and_every_poll_in_words(offsets):
    made = polls_chart(polls(*offsets))
    assert is_whole(made)
    assert len(made.table.rows) == len(offsets)
    assert "nan" not in made.wide.markup.lower()


def test_nothing_kept_is_said_and_not_drawn():
    made = polls_chart(())
    assert made.is_empty
    assert is_whole(made)
    assert "nothing to show yet" in made.wide.markup
    assert "polyline" not in made.wide.markup


def test_one_reading_is_a_point_in_the_middle():
    made = polls_chart(polls(0.4))
    assert is_whole(made)
    assert "polyline" not in made.wide.markup
    assert made.wide.markup.count("<circle") == 1
    assert made.told == "right: +0.4 s from true time at the last look"


def test_a_clock_four_years_back_and_home_again_shows_both():
    readings = [
        Point(NOW + timedelta(seconds=n), "s", "2022", o) for n, o in enumerate((0.1, -1.2e8, 0.2))
    ]
    made = look_chart(readings)
    assert is_whole(made)
    assert "\u22121 year" in made.wide.markup
    assert made.table.rows[1][1] == "\u22123 y 293 d"


def test_many_readings_are_a_line_alone():
    made = polls_chart(polls(*[0.1] * (MOST_DOTS + 1)))
    assert "<circle" not in made.wide.markup
    assert "<polyline" in made.wide.markup


@pytest.mark.parametrize("name", [HOSTILE, "", "\u202eevil", "&amp;"])
def test_a_name_of_anybody_is_text_and_no_longer_than_its_place(name):
    made = timeline(name, [Span(name, NOW - timedelta(days=9), None, name)], NOW)
    assert is_whole(made)
    assert "<script" not in made.wide.markup
    assert not any(char in made.wide.markup for char in "\x00\u202e\ud800")
    assert len(made.wide.markup) < 4000
    assert made.table.rows[0][0] == name


@settings(max_examples=50)
@given(st.lists(st.tuples(st.none() | ANY_TIME, st.none() | ANY_TIME), max_size=5))
def test_certificates_of_any_age_fit_on_the_line(spans):
    dated = [Span(f"c{n}", begins, ends) for n, (begins, ends) in enumerate(spans)]
    made = timeline("Certificates", dated, NOW)
    assert is_whole(made)
    assert len(made.table.rows) == len(spans)


def test_a_certificate_says_how_long_it_is_good_and_for_what():
    day = timedelta(days=1)
    own = (
        Certificate("old", not_before=NOW - 9 * day, not_after=NOW - day, for_join=True),
        Certificate("soon", "CN=c", NOW - day, NOW + 30 * day, CertificateKind.MIC),
        Certificate("ca", not_before=NOW - day, not_after=NOW + 3000 * day, is_ca=True),
        Certificate("early", not_before=NOW + day, not_after=NOW + 300 * day),
        Certificate("silent"),
    )
    note = BoxNote("hq-1", Platform.IOSXE, NOW, certificates=own)
    made = certificates_chart(note, (), NOW)
    words = {row[0]: (row[1], row[4]) for row in made.table.rows}
    assert words["old"] == ("shown to access points", "ran out 1 d ago")
    assert words["soon CN=c"] == ("MIC", "good for 30 d")
    assert words["ca"][0] == "trust anchor"
    assert words["early"][1] == "begins in 1 d"
    assert words["silent"][1] == "its end is not known"
    assert certificates_chart(None, (), NOW).is_empty


def test_access_points_that_come_back_are_counted_whenever_one_moved():
    first, second = {"state": "downloading"}, {"state": "registered"}
    looks = [
        (NOW, {"a": first, "b": first}),
        (NOW + timedelta(seconds=30), {}),
        (NOW + timedelta(seconds=60), {"a": second}),
        (NOW + timedelta(seconds=90), {"b": second, "c": {}}),
    ]
    found = joined_of(looks)
    assert [(one.registered, one.downloading, one.total) for one in found] == [
        (0, 2, 2),
        (1, 1, 2),
        (2, 0, 3),
    ]
    made = joined_chart(found)
    assert is_whole(made)
    assert made.told == "2 of 3 access points registered"
    assert is_whole(joined_chart([]))


@settings(max_examples=30)
@given(st.integers(0, 20_000), st.integers(1, 20_000))
def test_however_many_access_points_the_axis_is_short(registered, total):
    made = joined_chart([Joined(NOW, min(registered, total), 0, total)])
    assert is_whole(made)
    assert made.wide.markup.count('class="grid"') <= 8


@given(st.datetimes(timezones=st.just(UTC)), st.floats(0, 4e9), st.integers(2, 8))
def test_moments_of_an_axis_are_few_in_order_and_within(begins, span_s, most):
    assume(begins.year < 9000)
    ends = begins + timedelta(seconds=span_s)
    found = [at for at, _ in moments(begins, ends, most)]
    assert found == sorted(found)
    assert len(found) <= most + 2
    assert all(begins <= at <= ends for at in found)


@given(st.lists(st.floats(-4e9, 4e9), max_size=5), st.integers(2, 8))
def test_an_axis_of_offsets_has_its_zero_and_few_others(offsets, most):
    found = [place for place, _ in offset_marks(offsets, most)]
    assert 0.0 in found
    assert found == sorted(found)
    assert len(found) <= most + 2


def test_spans_are_said_in_their_two_largest_parts():
    assert lasted(0.4) == "0 s"
    assert lasted(3661) == "1 h 1 min"
    assert ago(NOW - timedelta(days=2, hours=3), NOW) == "2 d 3 h ago"
    assert ago(NOW + timedelta(minutes=5), NOW) == "in 5 min"
    assert [offset_words(one) for one in (None, 1.25, -3600.0)] == [
        "not known",
        "+1.2 s",
        "\u22121 h",
    ]
