"""Local wall time of a controller: its configured zone and summer time, at any date.

`clock set` takes local wall time, and the zone that counts is the one the box will have at the
date that is being set. A repeated autumn hour names two moments, a skipped spring hour none: both
are refused, never guessed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal, TypeAlias

Week: TypeAlias = Literal["first", "1", "2", "3", "4", "last"]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FIRST_MONTH, MONTHS_IN_YEAR = 1, 12


@dataclass(frozen=True, slots=True)
class RecurringEdge:
    """One yearly change: for example the last Sunday of October at 03:00 local time."""

    week: Week
    weekday: int  # 0 is Monday
    month: int
    hour: int
    minute: int

    def in_year(self, year: int) -> datetime:
        """The local moment (naive) of this change in a year."""
        if self.week == "last":
            after = datetime(  # noqa: DTZ001 - wall time has no offset yet
                year + self.month // MONTHS_IN_YEAR, self.month % MONTHS_IN_YEAR + 1, 1
            )
            day = after - timedelta(days=1)
            day -= timedelta(days=(day.weekday() - self.weekday) % 7)
        else:
            nth = 1 if self.week == "first" else int(self.week)
            first = datetime(year, self.month, 1)  # noqa: DTZ001
            day = first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (nth - 1))
        return day.replace(hour=self.hour, minute=self.minute)


@dataclass(frozen=True, slots=True)
class RecurringSummer:
    """Summer time every year between two edges."""

    start: RecurringEdge
    end: RecurringEdge
    shift_min: int = 60
    name: str = ""


@dataclass(frozen=True, slots=True)
class DatedSummer:
    """Summer time once, between two local moments (naive)."""

    start: datetime
    end: datetime
    shift_min: int = 60
    name: str = ""


# IOS XE without arguments after `recurring` uses the rule of the United States (IOS command
# reference, `clock summer-time`): second Sunday of March to first Sunday of November at 02:00.
US_RULE = RecurringSummer(
    RecurringEdge("2", 6, 3, 2, 0),
    RecurringEdge("first", 6, 11, 2, 0),
)


@dataclass(frozen=True, slots=True)
class ClockZone:
    """The zone that a controller is configured with.

    Attributes:
        offset_min: minutes east of UTC in standard time.
        summer: the summer time rule, or None.
        name: the configured name, for people.
    """

    offset_min: int = 0
    summer: RecurringSummer | DatedSummer | None = None
    name: str = "UTC"

    def local(self, moment: datetime) -> datetime:
        """The wall time (naive) that the controller shows at a moment."""
        standard = (moment.astimezone(UTC) + timedelta(minutes=self.offset_min)).replace(
            tzinfo=None
        )
        if self._is_summer(standard):
            return standard + timedelta(minutes=self._shift_min())
        return standard

    def to_utc(self, wall: datetime) -> datetime:
        """The one moment at which the controller shows this wall time (naive).

        Raises:
            ValueError: no moment shows it (skipped spring hour) or two do (repeated autumn hour).
        """
        shifts = {0, self._shift_min()}
        offsets = [timezone(timedelta(minutes=self.offset_min + shift)) for shift in shifts]
        moments = {wall.replace(tzinfo=zone).astimezone(UTC) for zone in offsets}
        fitting = [moment for moment in moments if self.local(moment) == wall]
        if len(fitting) != 1:
            how_many = "two moments" if fitting else "no moment"
            raise ValueError(f"{how_many} in zone {self.name} show(s) {wall:%Y-%m-%d %H:%M:%S}")
        return fitting[0]

    def is_plain(self, moment: datetime) -> bool:
        """Whether the wall time at a moment names that moment and no other."""
        try:
            return self.to_utc(self.local(moment)) == moment.astimezone(UTC)
        except ValueError:
            return False

    def _shift_min(self) -> int:
        return 0 if self.summer is None else self.summer.shift_min

    def _is_summer(self, standard: datetime) -> bool:
        """Whether summer time is in force, given standard wall time (naive)."""
        if self.summer is None:
            return False
        shift = timedelta(minutes=self.summer.shift_min)
        if isinstance(self.summer, DatedSummer):
            return self.summer.start <= standard < self.summer.end - shift
        start = self.summer.start.in_year(standard.year)
        end = self.summer.end.in_year(standard.year) - shift  # the edge is given in summer time
        if start < end:
            return start <= standard < end
        return standard >= start or standard < end  # southern hemisphere: over the new year


def clock_set_text(wall: datetime) -> str:
    """The argument of IOS `clock set`: `HH:MM:SS D Mon YYYY`."""
    return f"{wall:%H:%M:%S} {wall.day} {MONTHS[wall.month - 1]} {wall.year}"
