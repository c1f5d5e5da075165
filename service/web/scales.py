"""Scales: moments and offsets to places, and where their axes are marked."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.domain.evidence.curve import scaled

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86_400, 31_557_600
STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR),
    *(DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY),
)
MINUS = "\u2212"
"""As wide as a plus."""
OFFSETS_S = (
    *((1.0, "1 s"), (10.0, "10 s"), (60.0, "1 min"), (600.0, "10 min"), (3600.0, "1 h")),
    *((86_400.0, "1 day"), (2_592_000.0, "30 days"), (31_557_600.0, "1 year")),
    (315_576_000.0, "10 years"),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers to places; the first number is at `at`, the last `length` further.

    A scale of one number alone puts it in the middle.
    """

    first: float
    last: float
    at: float
    length: float

    def __call__(self, number: float) -> float:
        """The place of a number; what lies outside is at the rim."""
        if self.last == self.first:
            return self.at + self.length / 2
        part = (number - self.first) / (self.last - self.first)
        return self.at + self.length * min(max(part, 0.0), 1.0)


def moments(first: datetime, last: datetime, most: int) -> list[tuple[datetime, str]]:
    """Round moments in between, with what to call them; UTC."""
    span_s = (last - first).total_seconds()
    if span_s <= 0:
        return [(first, _called(first, 0))]
    if span_s > YEAR:
        return _years(first, last, most)
    step_s = next((one for one in STEPS_S if span_s / one <= most), STEPS_S[-1])
    begin = math.ceil(first.timestamp() / step_s) * step_s
    count = int((last.timestamp() - begin) // step_s) + 1
    found = [datetime.fromtimestamp(begin + step_s * n, UTC) for n in range(max(count, 0))]
    return [(one, _called(one, span_s)) for one in found]


def _years(first: datetime, last: datetime, most: int) -> list[tuple[datetime, str]]:
    years = last.year - first.year + 1
    step = max(1, math.ceil(years / most))
    found = range(first.year + 1, last.year + 1, step)
    return [(datetime(year, 1, 1, tzinfo=UTC), str(year)) for year in found]


def _called(moment: datetime, span_s: float) -> str:
    at = moment.astimezone(UTC)
    if span_s <= 3 * MINUTE:
        return f"{at:%H:%M:%S}"
    if span_s <= DAY:
        return f"{at:%H:%M}"
    return f"{at:%d %b %H:%M}" if span_s <= 3 * DAY else f"{at:%d %b}"


def offset_marks(offsets_s: Iterable[float], most: int) -> list[tuple[float, str]]:
    """Marks of an axis of offsets, by `scaled` place: zero, and what is near the largest."""
    reach = [*offsets_s, 1.0, -1.0]
    low, high = scaled(min(reach)), scaled(max(reach))
    signed = [(-one, f"{MINUS}{name}") for one, name in OFFSETS_S] + [*OFFSETS_S]
    inside = [(scaled(one), name) for one, name in signed if low <= scaled(one) <= high]
    return _thinned([(0.0, "0"), *inside], most)


def _thinned(marks: Sequence[tuple[float, str]], most: int) -> list[tuple[float, str]]:
    """As many as fit: zero, and of each side every second, third ... from the outermost."""
    below = sorted(one for one in marks if one[0] < 0)
    above = sorted((one for one in marks if one[0] > 0), reverse=True)
    step = max(1, math.ceil((len(below) + len(above)) / max(most - 1, 1)))
    return [*below[::step], (0.0, "0"), *reversed(above[::step])]


def lasted(seconds: float) -> str:
    """A span for people: its two largest parts."""
    rest, parts = int(abs(seconds)), []
    for size, name in ((YEAR, "y"), (DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def offset_words(offset_s: float | None) -> str:
    """An offset for people."""
    if offset_s is None or not math.isfinite(offset_s):
        return "not known"
    if abs(offset_s) < MINUTE:
        return f"{offset_s:+.1f} s".replace("-", MINUS)
    return f"{MINUS if offset_s < 0 else '+'}{lasted(offset_s)}"


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, or how far ahead it is."""
    span: timedelta = now - then
    words = lasted(span.total_seconds())
    return f"in {words}" if span < timedelta(0) else f"{words} ago"
