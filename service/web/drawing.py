"""Pictures as SVG that the service draws itself: no script, no link, no colour of its own.

Colours are classes of the style sheet, so that a picture is right in the dark, in the light and on
paper. Every text goes through `shown`: names come from devices, and devices say anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

LONGEST = 60
"""Characters of a device's text in a picture; the table beside it has all of it."""


@dataclass(frozen=True, slots=True)
class Svg:
    """A picture that templates put in as it is."""

    markup: str

    def __html__(self) -> str:
        """What templates look for: it is markup already."""
        return self.markup


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's place: its own units, and what is kept free for words around the drawing."""

    width: float
    height: float
    left: float = 64
    right: float = 16
    top: float = 12
    bottom: float = 28

    @property
    def across(self) -> float:
        """Units that are left for drawing, from left to right."""
        return self.width - self.left - self.right

    @property
    def down(self) -> float:
        """The same from top to bottom."""
        return self.height - self.top - self.bottom


def shown(text: str, most: int = LONGEST) -> str:
    """A text of anybody: no markup, nothing that turns or hides what follows, no longer than so."""
    plain = "".join(char if char.isprintable() else "?" for char in text)
    return escape(plain if len(plain) <= most else f"{plain[: most - 1]}…")


def text(
    x: float, y: float, words: str, *, kind: str, anchor: str = "start", most: int = LONGEST
) -> str:
    """Words at a place, cut after so many characters. `kind` is a class."""
    place = f'class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text {place}>{shown(words, most)}</text>"


def line(x1: float, y1: float, x2: float, y2: float, *, kind: str) -> str:
    """A line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def box(x: float, y: float, width: float, height: float, *, kind: str, told: str = "") -> str:
    """A box; `told` is what a pointer over it says."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" rx="2"'
    return f'<rect class="{kind}" {place}>{_told(told)}</rect>'


def dot(x: float, y: float, *, kind: str, told: str = "") -> str:
    """A point; `told` is what a pointer over it says."""
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3">{_told(told)}</circle>'


def path(places: Iterable[tuple[float, float]], *, kind: str) -> str:
    """A line through places."""
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline class="{kind}" points="{drawn}"/>'


def picture(size: Size, parts: Iterable[str], *, kind: str, title: str, told: str) -> Svg:
    """The picture, named and described for those who do not see it."""
    return Svg(
        f'<svg class="chart {kind}" viewBox="0 0 {size.width:.0f} {size.height:.0f}" role="img" '
        f'aria-label="{shown(title, 200)}: {shown(told, 600)}">'
        f"<title>{shown(title, 200)}</title><desc>{shown(told, 600)}</desc>{''.join(parts)}</svg>"
    )


def _told(words: str) -> str:
    return f"<title>{shown(words, 200)}</title>" if words else ""
