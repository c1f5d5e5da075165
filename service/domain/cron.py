"""Cron lines: five fields, in UTC, read as Celery reads them.

A range may run over the end (`22-4`), and a line that names days of the month and days of the week
means days that are both. UTC on purpose: in local time a line between two and three is missed or
doubled twice a year.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FARTHEST = timedelta(days=41 * 366)
"""A 29th of February that is a given day of the week comes every 40 years at the rarest."""

_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """One line.

    Attributes:
        weekdays: 0 is Sunday.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Parse a line; ValueError says which field is wrong and why."""
        words = text.lower().split()
        if len(words) != len(_FIELDS):
            names = ", ".join(field[0] for field in _FIELDS)
            raise ValueError(f"{len(words)} fields instead of {len(_FIELDS)} ({names})")
        line = cls(*(_expand(word, *field) for word, field in zip(words, _FIELDS, strict=True)))
        if min(line.days) > max(_LONGEST[month - 1] for month in line.months):
            raise ValueError(f"day {min(line.days)}, which none of the months has")
        return line

    def newest(self, now: datetime) -> datetime | None:
        """The newest moment of this line that is not after `now`; None: none in forty years."""
        now = now.astimezone(UTC)
        today, latest = now.date(), now.time()
        for back in range(_FARTHEST.days):
            day = _before(today, back)
            if day is None:
                return None
            if not self._is_on(day):
                continue
            found = self._newest_of_day(latest if back == 0 else time.max)
            if found is not None:
                return datetime.combine(day, found, UTC)
        return None

    def next_after(self, now: datetime) -> datetime | None:
        """The first moment of this line that is after `now`; None: none in forty years."""
        now = now.astimezone(UTC)
        for ahead in range(_FARTHEST.days):
            day = _after(now.date(), ahead)
            if day is None:
                return None
            found = (
                self._first_of_day(now.time() if ahead == 0 else None) if self._is_on(day) else None
            )
            if found is not None:
                return datetime.combine(day, found, UTC)
        return None

    def _first_of_day(self, later_than: time | None) -> time | None:
        moments = (
            time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes)
        )
        return next((one for one in moments if later_than is None or one > later_than), None)

    def _is_on(self, day: date) -> bool:
        is_in_month = day.month in self.months and day.day in self.days
        return is_in_month and day.isoweekday() % 7 in self.weekdays

    def _newest_of_day(self, latest: time) -> time | None:
        for hour in sorted(self.hours, reverse=True):
            for minute in sorted(self.minutes, reverse=True):
                if time(hour, minute) <= latest:
                    return time(hour, minute)
        return None


def _before(day: date, back: int) -> date | None:
    """So many days before; None before the beginning of the calendar."""
    try:
        return day - timedelta(days=back)
    except OverflowError:
        return None


def _after(day: date, ahead: int) -> date | None:
    """So many days later; None after the end of the calendar."""
    try:
        return day + timedelta(days=ahead)
    except OverflowError:
        return None


def _expand(word: str, name: str, low: int, high: int, names: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, slash, step = part.partition("/")
        values = _span(span, name, low, high, names)
        if not slash:
            found.update(values)
            continue
        if not (_is_number(step) and int(step) > 0) or (span != "*" and "-" not in span):
            raise ValueError(f"{part!r} as {name}")
        found.update(values[:: int(step)])
    return frozenset(found)


def _span(span: str, name: str, low: int, high: int, names: tuple[str, ...]) -> list[int]:
    if span == "*":
        return list(range(low, high + 1))
    first, dash, last = span.partition("-")
    start = _number(first, name, low, high, names)
    if not dash:
        return [start]
    stop = _number(last, name, low, high, names)
    if start <= stop:
        return list(range(start, stop + 1))
    return [*range(start, high + 1), *range(low, stop + 1)]


def _number(word: str, name: str, low: int, high: int, names: tuple[str, ...]) -> int:
    if word in names:
        return names.index(word) + low
    if not _is_number(word) or not low <= int(word) <= high:
        raise ValueError(f"{word!r} as {name} ({low}-{high})")
    return int(word)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()
