"""Local time of configured zones against the time zone database, from 2015 to 2035."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.wallclock import US_RULE, ClockZone, RecurringEdge, RecurringSummer

EU = RecurringSummer(RecurringEdge("last", 6, 3, 2, 0), RecurringEdge("last", 6, 10, 3, 0))
LONDON = RecurringSummer(RecurringEdge("last", 6, 3, 1, 0), RecurringEdge("last", 6, 10, 2, 0))
AUSTRALIA = RecurringSummer(RecurringEdge("first", 6, 10, 2, 0), RecurringEdge("first", 6, 4, 3, 0))
LORD_HOWE = RecurringSummer(
    RecurringEdge("first", 6, 10, 2, 0), RecurringEdge("first", 6, 4, 2, 0), 30
)
ZONES = {
    "Europe/Paris": ClockZone(60, EU, "CET"),
    "Europe/London": ClockZone(0, LONDON, "GMT"),
    "America/New_York": ClockZone(-300, US_RULE, "EST"),
    "America/St_Johns": ClockZone(-210, US_RULE, "NST"),
    "Australia/Sydney": ClockZone(600, AUSTRALIA, "AEST"),
    "Australia/Adelaide": ClockZone(570, AUSTRALIA, "ACST"),
    "Australia/Lord_Howe": ClockZone(630, LORD_HOWE, "LHST"),
    "Asia/Kolkata": ClockZone(330, None, "IST"),
    "Asia/Kathmandu": ClockZone(345, None, "NPT"),
    "UTC": ClockZone(),
}
NAMES = st.sampled_from(sorted(ZONES))
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def edges() -> st.SearchStrategy[datetime]:
    """Moments within some hours of a change: half of them would never be met by chance."""
    changes = [
        zone.to_utc(edge.in_year(year) + timedelta(hours=12)) - timedelta(hours=12)
        for zone in ZONES.values()
        if isinstance(zone.summer, RecurringSummer)
        for edge in (zone.summer.start, zone.summer.end)
        for year in range(2015, 2036)
    ]
    near = st.timedeltas(timedelta(hours=-3), timedelta(hours=3))
    return st.builds(lambda change, by: change + by, st.sampled_from(changes), near)


@given(NAMES, MOMENTS | edges())
def test_local_time_is_what_the_time_zone_database_says(name, moment):
    shown = moment.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert ZONES[name].local(moment) == shown


@given(NAMES, MOMENTS | edges())
def test_a_plain_moment_comes_back_from_its_wall_time(name, moment):
    zone = ZONES[name]
    if zone.is_plain(moment):
        assert zone.to_utc(zone.local(moment)) == moment


@given(NAMES, MOMENTS | edges())
def test_a_moment_is_plain_where_its_wall_time_means_one_moment(name, moment):
    there = ZoneInfo(name)
    shown = moment.astimezone(there).replace(tzinfo=None)
    meant = {shown.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)}
    assert ZONES[name].is_plain(moment) == (len(meant) == 1)


@given(NAMES, MOMENTS | edges())
def test_a_skipped_or_repeated_wall_time_is_never_turned_into_a_moment(name, moment):
    """Take any wall time near a change, shown or not."""
    there, wall = ZoneInfo(name), moment.replace(tzinfo=None)
    meant = [wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)]
    showing = {m for m in meant if m.astimezone(there).replace(tzinfo=None) == wall}
    if len(showing) == 1:
        assert ZONES[name].to_utc(wall) == showing.pop()
    else:
        with pytest.raises(ValueError, match="moment"):
            ZONES[name].to_utc(wall)
