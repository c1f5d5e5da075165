"""A chosen moment lies inside of every certificate with its margins, or two of them say why."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.strategies.clock_window_plan import usable_moment
from service.domain.wallclock import US_RULE, ClockZone
from service.domain.window import MARGIN_ABOVE, MARGIN_BELOW, Bound, NoWindow, Window, find_window

MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
BOUNDS = st.builds(Bound, MOMENTS, st.text(min_size=1, max_size=20))
STARTS = st.lists(BOUNDS, max_size=6)
ENDS = st.lists(BOUNDS, min_size=1, max_size=6)
LONGEST = st.timedeltas(timedelta(), timedelta(hours=12))
ZONES = st.sampled_from(
    [ClockZone(), ClockZone(330), ClockZone(-300, US_RULE), ClockZone(-480, US_RULE)]
)


@given(STARTS, ENDS, LONGEST)
def test_a_chosen_moment_lies_inside_of_every_certificate_with_its_margins(starts, ends, longest):
    found = find_window(starts, ends, longest=longest)
    if isinstance(found, Window):
        assert all(bound.moment + MARGIN_BELOW <= found.moment for bound in starts)
        assert all(found.moment + longest + MARGIN_ABOVE <= bound.moment for bound in ends)


@given(STARTS, ENDS, LONGEST)
def test_the_newest_usable_moment_wins(starts, ends, longest):
    found = find_window(starts, ends, longest=longest)
    if isinstance(found, Window):
        later = found.moment + timedelta(minutes=1)
        assert any(later + longest + MARGIN_ABOVE > bound.moment for bound in ends)


@given(STARTS, ENDS, LONGEST)
def test_an_empty_answer_names_two_certificates_that_exclude_each_other(starts, ends, longest):
    found = find_window(starts, ends, longest=longest)
    if isinstance(found, NoWindow):
        assert found.lower in starts
        assert found.upper in ends
        room = found.upper.moment - found.lower.moment
        assert room < longest + MARGIN_ABOVE + MARGIN_BELOW + timedelta(minutes=1)
        assert found.lower.owner in found.reason
        assert found.upper.owner in found.reason


@given(STARTS, ENDS, LONGEST, st.randoms())
def test_the_same_certificates_give_the_same_answer_in_any_order(starts, ends, longest, random):
    one = find_window(starts, ends, longest=longest)
    assert find_window(starts, ends, longest=longest) == one
    random.shuffle(starts)
    random.shuffle(ends)
    other = find_window(starts, ends, longest=longest)
    if isinstance(one, Window) and isinstance(other, Window):
        assert (one.moment, one.earliest) == (other.moment, other.earliest)
    else:
        assert type(one) is type(other)


@given(STARTS, ENDS, LONGEST, ZONES)
def test_what_is_set_in_a_zone_keeps_to_the_window_and_is_plain(starts, ends, longest, zone):
    window = find_window(starts, ends, longest=longest)
    if not isinstance(window, Window):
        return
    moment = usable_moment(window, zone, longest)
    if moment is not None:
        assert moment <= window.latest
        assert window.earliest is None or moment >= window.earliest
        assert zone.is_plain(moment)
        assert zone.local(moment).year == zone.local(moment + longest).year
