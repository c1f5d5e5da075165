"""Certificates on a time line: a bar from the first to the last moment each is good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.web.charts import NARROW_MARKS, WIDE_MARKS, Chart, Row, Table
from service.web.drawing import Size, box, line, picture, text
from service.web.scales import Scale, lasted, moments

SOON = timedelta(days=90)
ROW, HEAD = 34.0, 8.0
OPEN = timedelta(days=3650)
"""How far a bar is drawn whose beginning or end nobody told."""
FAR = timedelta(days=30 * 365)
"""How far the line goes: some certificates are good until the year 9999."""
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Something that is good for a time; None: nobody told from when, or until when.

    Attributes:
        used: what it is for, in a word or two; empty: not known.
    """

    name: str
    begins: datetime | None
    ends: datetime | None
    used: str = ""

    def state(self, now: datetime) -> str:
        """One of `good`, `soon`, `over`, `early`, `open`."""
        if self.ends is None:
            return "open"
        if self.ends <= now:
            return "over"
        if self.begins is not None and self.begins > now:
            return "early"
        return "soon" if self.ends - now <= SOON else "good"

    def words(self, now: datetime) -> str:
        """The same for people."""
        match self.state(now):
            case "over" if self.ends:
                return f"ran out {lasted((now - self.ends).total_seconds())} ago"
            case "early" if self.begins:
                return f"begins in {lasted((self.begins - now).total_seconds())}"
            case "soon" | "good" if self.ends:
                return f"good for {lasted((self.ends - now).total_seconds())}"
            case _:
                return "its end is not known"


HEADS = ("Certificate", "Used for", "From", "Until", "State")


def timeline(title: str, spans: Sequence[Span], now: datetime) -> Chart:
    """Every certificate, the one that ends first on top."""
    ordered = sorted(spans, key=lambda one: (one.ends or NEVER, one.name))
    over = sum(one.state(now) == "over" for one in ordered)
    soon = sum(one.state(now) == "soon" for one in ordered)
    number = "1 certificate" if len(ordered) == 1 else f"{len(ordered)} certificates"
    told = f"{number}; {over} ran out, {soon} will within {SOON.days} days"
    told = told if ordered else "none was read yet"
    rows = [_row(one, now) for one in ordered]
    height = HEAD + ROW * max(len(ordered), 1) + 26
    wide = Size(600, height, left=8, right=8, top=HEAD, bottom=26)
    narrow = Size(340, height, left=8, right=8, top=HEAD, bottom=26)
    sizes = ((wide, WIDE_MARKS, "wide"), (narrow, NARROW_MARKS, "narrow"))
    drawn = [
        picture(size, _parts(ordered, now, size, marks), kind=kind, title=title, told=told)
        for size, marks, kind in sizes
    ]
    return Chart(title, told, drawn[0], drawn[1], Table(HEADS, rows))


def _row(one: Span, now: datetime) -> Row:
    return (one.name, one.used or "not told", _day(one.begins), _day(one.ends), one.words(now))


def _day(at: datetime | None) -> str:
    return "not told" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def _parts(spans: Sequence[Span], now: datetime, size: Size, marks: int) -> list[str]:
    if not spans:
        words = "no certificate was read yet"
        return [text(size.width / 2, size.height / 2, words, kind="none", anchor="middle")]
    first = max(min([one.begins for one in spans if one.begins] + [now]), now - FAR)
    last = min(max([one.ends for one in spans if one.ends] + [now]), now + FAR)
    first, last = first - SOON, last + SOON
    x = Scale(first.timestamp(), last.timestamp(), size.left, size.across)
    floor = size.top + ROW * len(spans)
    parts = []
    for at, name in moments(first, last, marks):
        place = x(at.timestamp())
        parts.append(line(place, size.top, place, floor, kind="grid"))
        parts.append(text(place, floor + 18, name, kind="mark", anchor="middle"))
    for number, one in enumerate(spans):
        parts += _bar(one, now, size, x, size.top + ROW * number)
    for number in range(len(spans)):
        top = size.top + ROW * number
        parts.append(line(x(now.timestamp()), top + 15, x(now.timestamp()), top + 28, kind="now"))
    return parts


def _bar(one: Span, now: datetime, size: Size, x: Scale, top: float) -> list[str]:
    begins, ends = one.begins or now - OPEN, one.ends or now + OPEN
    left, right = x(begins.timestamp()), x(ends.timestamp())
    said = f"{one.name}: {_day(one.begins)} to {_day(one.ends)}"
    most = 62 if size.width > 400 else 26  # noqa: PLR2004 - characters that fit
    name = one.name if len(one.name) <= most else f"{one.name[: most - 1]}…"
    return [
        text(size.left, top + 12, name, kind="label", most=most),
        text(size.width - size.right, top + 12, one.words(now), kind="mark", anchor="end"),
        box(left, top + 17, right - left, 9, kind=one.state(now), told=said),
    ]
