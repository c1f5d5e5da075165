from datetime import UTC, datetime, timedelta

import pytest

from service.domain.wallclock import (
    US_RULE,
    ClockZone,
    DatedSummer,
    RecurringEdge,
    RecurringSummer,
    clock_set_text,
)

EU = RecurringSummer(RecurringEdge("last", 6, 3, 2, 0), RecurringEdge("last", 6, 10, 3, 0))
AUSTRALIA = RecurringSummer(RecurringEdge("first", 6, 10, 2, 0), RecurringEdge("first", 6, 4, 3, 0))
PARIS, NEW_YORK = ClockZone(60, EU, "CET"), ClockZone(-300, US_RULE, "EST")
SYDNEY = ClockZone(600, AUSTRALIA, "AEST")


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc]


def wall(*when: int) -> datetime:
    return datetime(*when)  # type: ignore[misc] # noqa: DTZ001


@pytest.mark.parametrize(
    ("edge", "year", "day"),
    [
        (RecurringEdge("last", 6, 10, 3, 0), 2026, 25),
        (RecurringEdge("last", 6, 12, 3, 0), 2026, 27),  # in December: over the end of the year
        (RecurringEdge("first", 6, 11, 2, 0), 2026, 1),
        (RecurringEdge("1", 6, 11, 2, 0), 2026, 1),
        (RecurringEdge("2", 6, 3, 2, 0), 2026, 8),
        (RecurringEdge("4", 3, 2, 2, 0), 2026, 26),
        (RecurringEdge("last", 5, 2, 2, 0), 2028, 26),  # a leap year
    ],
)
def test_a_yearly_edge_falls_on_its_weekday(edge, year, day):
    assert edge.in_year(year) == datetime(year, edge.month, day, edge.hour)  # noqa: DTZ001


def test_without_summer_time_local_time_is_an_offset():
    assert ClockZone(330).local(utc(2026, 7, 1, 12)) == wall(2026, 7, 1, 17, 30)
    assert ClockZone(-570).local(utc(2026, 1, 1, 2)) == wall(2025, 12, 31, 16, 30)


def test_summer_time_is_in_force_between_its_edges():
    assert PARIS.local(utc(2026, 3, 29, 0, 59)) == wall(2026, 3, 29, 1, 59)
    assert PARIS.local(utc(2026, 3, 29, 1, 0)) == wall(2026, 3, 29, 3, 0)
    assert PARIS.local(utc(2026, 10, 25, 0, 59)) == wall(2026, 10, 25, 2, 59)
    assert PARIS.local(utc(2026, 10, 25, 1, 0)) == wall(2026, 10, 25, 2, 0)


def test_the_southern_summer_spans_the_new_year():
    assert SYDNEY.local(utc(2026, 1, 1, 0)) == wall(2026, 1, 1, 11)
    assert SYDNEY.local(utc(2026, 7, 1, 0)) == wall(2026, 7, 1, 10)
    assert SYDNEY.local(utc(2025, 12, 31, 23, 59)) == wall(2026, 1, 1, 10, 59)


def test_a_dated_summer_happens_once():
    once = DatedSummer(wall(2026, 3, 29, 2), wall(2026, 10, 25, 3))
    zone = ClockZone(60, once)
    assert zone.local(utc(2026, 7, 1, 12)) == wall(2026, 7, 1, 14)
    assert zone.local(utc(2027, 7, 1, 12)) == wall(2027, 7, 1, 13)
    assert zone.local(utc(2022, 7, 1, 12)) == wall(2022, 7, 1, 13)
    assert not zone.is_plain(utc(2026, 10, 25, 1, 30))


def test_a_skipped_spring_hour_is_shown_at_no_moment():
    with pytest.raises(ValueError, match="no moment"):
        PARIS.to_utc(wall(2026, 3, 29, 2, 30))


def test_a_repeated_autumn_hour_is_shown_at_two():
    for minute in (0, 30, 59):
        with pytest.raises(ValueError, match="two moments"):
            PARIS.to_utc(wall(2026, 10, 25, 2, minute))
    assert PARIS.to_utc(wall(2026, 10, 25, 1, 59)) == utc(2026, 10, 24, 23, 59)
    assert PARIS.to_utc(wall(2026, 10, 25, 3, 0)) == utc(2026, 10, 25, 2, 0)


def test_both_hours_of_the_repetition_are_ambiguous_and_their_neighbours_plain():
    first, last = utc(2026, 11, 1, 5, 0), utc(2026, 11, 1, 6, 59, 59)
    assert not NEW_YORK.is_plain(first)
    assert not NEW_YORK.is_plain(last)
    assert NEW_YORK.is_plain(first - timedelta(seconds=1))
    assert NEW_YORK.is_plain(last + timedelta(seconds=1))


def test_half_an_hour_of_summer_time_repeats_half_an_hour():
    lord_howe = ClockZone(
        630,
        RecurringSummer(
            RecurringEdge("first", 6, 10, 2, 0), RecurringEdge("first", 6, 4, 2, 0), 30
        ),
    )
    assert lord_howe.local(utc(2026, 1, 1)) == wall(2026, 1, 1, 11)
    assert lord_howe.local(utc(2026, 7, 1)) == wall(2026, 7, 1, 10, 30)
    with pytest.raises(ValueError, match="two moments"):
        lord_howe.to_utc(wall(2026, 4, 5, 1, 45))
    assert lord_howe.to_utc(wall(2026, 4, 5, 1, 29)) == utc(2026, 4, 4, 14, 29)


def test_a_summer_of_no_shift_changes_nothing():
    zone = ClockZone(60, RecurringSummer(EU.start, EU.end, 0))
    assert zone.to_utc(wall(2026, 10, 25, 2, 30)) == utc(2026, 10, 25, 1, 30)


def test_the_command_takes_the_day_without_a_zero_and_the_month_by_name():
    assert clock_set_text(wall(2022, 12, 4, 7, 5, 9)) == "07:05:09 4 Dec 2022"
