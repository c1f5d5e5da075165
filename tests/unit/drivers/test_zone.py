"""Time zone and summer time as boxes are configured with them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drivers.iosxe.documents import Record
from service.drivers.iosxe.zone import zone_of
from service.lab.box.zone import BoxZone
from tests.unit.lab.support import Bench

EUROPE = {
    "summer_zone": "CEST",
    "from_week": "last",
    "from_day": "Sun",
    "from_month": "Mar",
    "from_time": "2:00",
    "to_week": "last",
    "to_day": "Sun",
    "to_month": "Oct",
    "to_time": "3:00",
}


def zone(**values: str):
    return zone_of(Record(values))


def hour(zone_, *numbers: int) -> tuple[int, int]:
    local = zone_.local(datetime(*numbers, tzinfo=UTC))
    return local.hour, local.minute


def test_nothing_configured_is_utc():
    assert zone_of(None).offset_min == 0
    assert zone_of(Record()).summer is None


@pytest.mark.parametrize(
    ("hours", "minutes", "offset"),
    [("1", "0", 60), ("-3", "30", -210), ("5", "45", 345), ("-5", "", -300), ("0", "30", 30)],
)
def test_minutes_count_away_from_utc(hours, minutes, offset):
    assert zone(zone="X", hours=hours, minutes=minutes).offset_min == offset


def test_central_europe_at_both_dates():
    here = zone(zone="CET", hours="1", minutes="0", recurring="", **EUROPE)
    assert hour(here, 2022, 12, 2, 12) == (13, 0)
    assert hour(here, 2026, 7, 1, 12) == (14, 0)
    assert not here.is_plain(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


def test_bare_recurring_is_the_rule_of_the_united_states():
    here = zone(zone="EST", hours="-5", summer_zone="EDT", recurring="")
    assert hour(here, 2026, 3, 8, 6, 59) == (1, 59)
    assert hour(here, 2026, 3, 8, 7, 0) == (3, 0)
    assert hour(here, 2026, 11, 1, 7, 0) == (2, 0)


def test_the_south_has_summer_over_the_new_year():
    here = zone(
        zone="AEST", hours="10", summer_zone="AEDT", from_week="first", from_day="Sun",
        from_month="Oct", from_time="2:00", to_week="first", to_day="Sun", to_month="Apr",
        to_time="3:00",
    )  # fmt: skip
    assert hour(here, 2022, 12, 2, 0) == (11, 0)
    assert hour(here, 2026, 7, 1, 0) == (10, 0)


def test_another_shift_and_a_dated_summer():
    half = zone(zone="LHST", hours="10", minutes="30", recurring_shift="30", **EUROPE)
    assert half.summer.shift_min == 30
    once = zone(
        zone="X", hours="0", summer_zone="XS", date="", start_day="1", start_month="Jun",
        start_year="2026", start_time="2:00", end_day="1", end_month="Sep", end_year="2026",
        end_time="3:00", offset="120",
    )  # fmt: skip
    assert hour(once, 2026, 7, 1, 12) == (14, 0)
    assert hour(once, 2027, 7, 1, 12) == (12, 0)


@pytest.mark.parametrize(
    "broken",
    [
        {**EUROPE, "from_week": "fifth"},
        {**EUROPE, "to_month": "Brumaire"},
        {**EUROPE, "from_day": ""},
        {**EUROPE, "to_time": "late"},
        {"summer_zone": "X"},
        {"hours": "one"},
        {"date": "", "start_day": "31", "start_month": "Feb", "start_year": "2026"},
    ],
)
def test_what_cannot_be_understood_is_refused_never_guessed(broken):
    with pytest.raises(ValueError, match=r".+"):
        zone(**broken)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
edges = st.tuples(
    st.sampled_from(["first", "2", "3", "last"]),
    st.sampled_from(["Sun", "Fri", "Sat"]),
    st.sampled_from(MONTHS[2:5]),
    st.integers(1, 3),
)


summers = st.tuples(edges, edges, st.booleans())
moments = st.integers(1_356_998_400, 2_019_686_400).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(st.integers(-11, 12), st.sampled_from([0, 15, 30, 45]), summers, moments)
def test_the_driver_and_the_lab_show_the_same_wall_time(hours, minutes, summer, moment):
    """Two readings of one configuration that share no code."""
    autumn = {"Mar": "Sep", "Apr": "Oct", "May": "Nov"}
    one, two, south = summer
    start, end = one, (two[0], two[1], autumn[two[2]], two[3])
    start, end = (end, start) if south else (start, end)
    ours = zone(
        zone="AAA", hours=str(hours), minutes=str(minutes), summer_zone="BBB",
        from_week=start[0], from_day=start[1], from_month=start[2], from_time=f"{start[3]}:00",
        to_week=end[0], to_day=end[1], to_month=end[2], to_time=f"{end[3]}:00",
    )  # fmt: skip
    theirs = lab_zone(hours, minutes, start, end)
    wall, _ = theirs.local(moment)
    assert ours.local(moment) == wall


def lab_zone(hours, minutes, start, end) -> BoxZone:
    def rule(edge):
        return f"{edge[0]} {edge[1]} {edge[2]} {edge[3]}:00"

    summer = {"name": "BBB", "start": rule(start), "end": rule(end)}
    bench = Bench(timezone={"name": "AAA", "hours": hours, "minutes": minutes, "summer": summer})
    return bench.box.zone
