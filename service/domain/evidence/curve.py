"""The clock-offset curve: controller minus true time, as a table and as a picture.

Offsets span from milliseconds to years, so the picture's scale is logarithmic beyond a second.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from service.domain.audit import moment_text
from service.domain.evidence.looks import CLOCK, Piece

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 320, 90, 30, 20, 50
TICKS_S = (
    (-31_536_000.0, "-1 year"),
    (-86_400.0, "-1 day"),
    (-3600.0, "-1 h"),
    (-60.0, "-1 min"),
    (0.0, "0"),
    (60.0, "1 min"),
    (3600.0, "1 h"),
    (86_400.0, "1 day"),
    (31_536_000.0, "1 year"),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One reading.

    Attributes:
        offset_s: the controller's clock minus true time; None where nobody vouched for that.
    """

    at: datetime
    step: str
    device: str
    offset_s: float | None


def points(pieces: Iterable[Piece]) -> list[Point]:
    """Every reading that was kept, in order."""
    found = []
    for piece in pieces:
        seen = piece.document.get("seen")
        clock = seen.get(CLOCK) if isinstance(seen, dict) else None
        if piece.kind == "look" and isinstance(clock, dict):
            offset = clock.get("offset_s")
            number = float(offset) if isinstance(offset, int | float) else None
            step = str(piece.document.get("step", ""))
            found.append(Point(piece.at, step, str(clock.get("device", "")), number))
    return found


def table(readings: Iterable[Point]) -> str:
    """The readings as CSV."""
    lines = ["at,step,device_time,offset_s"]
    for one in readings:
        offset = "" if one.offset_s is None else f"{one.offset_s:.3f}"
        lines.append(f"{moment_text(one.at)},{_cell(one.step)},{_cell(one.device)},{offset}")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """A text that is one cell, and no formula for those who open it in a spreadsheet."""
    harmless = text if text[:1] not in "=+-@\t" else f"'{text}"
    return '"' + harmless.replace('"', '""') + '"' if set(harmless) & set(',"\n\r') else harmless


def picture(readings: Sequence[Point], title: str) -> str:
    """The readings as SVG: no scripts, no links, nothing from elsewhere."""
    known = [(one.at, one.offset_s) for one in readings if one.offset_s is not None]
    parts = [_text(LEFT, TOP - 12, title, "start", 14)]
    if not known:
        parts.append(_text(WIDTH / 2, HEIGHT / 2, "no reading of the clock was kept", "middle", 14))
        return _svg(parts)
    first, last = known[0][0], known[-1][0]
    span_s = max((last - first).total_seconds(), 1.0)
    heights = [scaled(offset) for _, offset in known]
    low, high = min(0.0, *heights) - 0.5, max(0.0, *heights) + 0.5

    def x(at: datetime) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at - first).total_seconds() / span_s

    def y(height: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - height) / (high - low)

    for offset_s, label in TICKS_S:
        if low <= scaled(offset_s) <= high:
            at = y(scaled(offset_s))
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
            parts.append(_text(LEFT - 8, at + 4, label, "end", 12))
    drawn = " ".join(f"{x(at):.1f},{y(scaled(offset)):.1f}" for at, offset in known)
    parts.append(f'<polyline points="{drawn}"/>')
    parts += [f'<circle cx="{x(at):.1f}" cy="{y(scaled(o)):.1f}" r="2.5"/>' for at, o in known]
    parts.append(_text(LEFT, HEIGHT - 18, moment_text(first)[:19] + "Z", "start", 12))
    parts.append(_text(WIDTH - RIGHT, HEIGHT - 18, moment_text(last)[:19] + "Z", "end", 12))
    return _svg(parts)


def scaled(offset_s: float) -> float:
    """Seconds up to one, powers of ten beyond."""
    size = abs(offset_s)
    return offset_s if size <= 1 else math.copysign(1 + math.log10(size), offset_s)


def _text(x: float, y: float, text: str, anchor: str, size: int) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f"<text {place}>{escape(text)}</text>"


def _svg(parts: Iterable[str]) -> str:
    style = (
        "line{stroke:#ccc}polyline{fill:none;stroke:#0b62a4;stroke-width:1.5}"
        "circle{fill:#0b62a4}text{font-family:sans-serif;fill:#333}"
    )
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    inside = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><style>{style}</style>{inside}</svg>\n'
