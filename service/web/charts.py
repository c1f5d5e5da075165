"""Charts over time, each in two sizes and with a table that says the same.

One picture for wide screens and one for narrow ones: scaled down, a wide one's words are too small
to read. The style sheet shows one of them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from service.web.drawing import Size, Svg, dot, line, path, picture, text
from service.web.scales import Scale, moments

WIDE, NARROW = Size(600, 230), Size(340, 200, left=56, right=12)
WIDE_MARKS, NARROW_MARKS = 6, 3
MOST_DOTS = 120
"""More points than that are a line alone."""

Point: TypeAlias = tuple[datetime, float]
Row: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart.

    Attributes:
        kind: its class.
        form: steps hold their value until the next point.
        told: what a pointer over a point says.
    """

    points: Sequence[Point]
    kind: str = "line"
    form: Literal["straight", "steps"] = "straight"
    told: Callable[[Point], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Table:
    """The same in words."""

    head: Row
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as templates show it.

    Attributes:
        told: what it shows, in a sentence.
    """

    title: str
    told: str
    wide: Svg
    narrow: Svg
    table: Table

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.table.rows


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn, whatever the size.

    Attributes:
        marks: heights that are named on the axis, for so many of them at most.
        until: how far the axis of time goes; None: to the last point.
        beneath: moments that are marked by an upright line, with their names.
    """

    title: str
    told: str
    lines: Sequence[Line]
    marks: Callable[[int], Sequence[tuple[float, str]]]
    until: datetime | None = None
    beneath: Sequence[tuple[datetime, str]] = field(default=())


def chart(drawing: Drawing, table: Table) -> Chart:
    """A drawing in both sizes."""
    return Chart(
        drawing.title,
        drawing.told,
        _drawn(drawing, WIDE, WIDE_MARKS, "wide"),
        _drawn(drawing, NARROW, NARROW_MARKS, "narrow"),
        table,
    )


def _drawn(drawing: Drawing, size: Size, across: int, kind: str) -> Svg:
    lines = [_finite(one) for one in drawing.lines]
    known = [point for one in lines for point in one.points]
    parts: list[str] = []
    if not known:
        middle = size.left + size.across / 2
        parts.append(
            text(middle, size.height / 2, "nothing to show yet", kind="none", anchor="middle")
        )
        return picture(size, parts, kind=kind, title=drawing.title, told=drawing.told)
    first = min(at for at, _ in known)
    last = max([at for at, _ in known] + [one for one in (drawing.until,) if one is not None])
    marks = drawing.marks(6)
    heights = [height for _, height in known] + [height for height, _ in marks]
    x = Scale(first.timestamp(), last.timestamp(), size.left, size.across)
    y = Scale(max(heights), min(heights), size.top, size.down)
    parts += _grid(size, marks, y)
    parts += _times(size, first, last, across, x)
    for at, name in drawing.beneath:
        parts.append(
            line(x(at.timestamp()), size.top, x(at.timestamp()), size.top + size.down, kind="event")
        )
        parts.append(text(x(at.timestamp()) + 3, size.top + 9, name, kind="event"))
    for one in lines:
        parts += _line(one, x, y, last)
    return picture(size, parts, kind=kind, title=drawing.title, told=drawing.told)


def _finite(one: Line) -> Line:
    """The line without what no picture can show."""
    points = sorted((point for point in one.points if math.isfinite(point[1])), key=lambda p: p[0])
    return Line(points, one.kind, one.form, one.told)


def _grid(size: Size, marks: Sequence[tuple[float, str]], y: Scale) -> list[str]:
    parts = []
    for height, name in marks:
        kind = "zero" if height == 0 else "grid"
        parts.append(line(size.left, y(height), size.width - size.right, y(height), kind=kind))
        parts.append(text(size.left - 8, y(height) + 4, name, kind="mark", anchor="end"))
    return parts


def _times(size: Size, first: datetime, last: datetime, most: int, x: Scale) -> list[str]:
    floor = size.top + size.down
    parts = [text(2, floor + 18, "UTC", kind="mark")]
    for at, name in moments(first, last, most):
        place = x(at.timestamp())
        parts.append(line(place, floor, place, floor + 4, kind="tick"))
        anchor = "end" if place > size.width - size.right - 20 else "middle"
        parts.append(text(place, floor + 18, name, kind="mark", anchor=anchor))
    return parts


def _line(one: Line, x: Scale, y: Scale, last: datetime) -> list[str]:
    places = [(x(at.timestamp()), y(height)) for at, height in one.points]
    drawn = places if one.form == "straight" else _stepped(places, x(last.timestamp()))
    parts = [path(drawn, kind=one.kind)] if len(drawn) > 1 else []
    if len(places) <= MOST_DOTS:
        pairs = zip(places, one.points, strict=True)
        parts += [dot(*place, kind=one.kind, told=one.told(point)) for place, point in pairs]
    return parts


def _stepped(places: Sequence[tuple[float, float]], end: float) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for x, y in places:
        if found:
            found.append((x, found[-1][1]))
        found.append((x, y))
    return [*found, (end, found[-1][1])] if found else []
