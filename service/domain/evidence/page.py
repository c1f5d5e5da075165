"""The page that a person opens first: everything on it is text, nothing in it runs."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

Row = Sequence[object]
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = (
    "body{font-family:sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.2em .5em;text-align:left;vertical-align:top}"
    "td{overflow-wrap:anywhere}.bad{background:#b00;color:#fff;padding:.5em}"
)


def page(
    title: str,
    verdict: Mapping[str, object],
    picture: str,
    tables: Iterable[tuple[str, Row, Sequence[Row]]],
) -> str:
    """The page.

    Args:
        title: its heading.
        verdict: what came of it, in order.
        picture: an SVG of ours.
        tables: heading, head and rows of each.
    """
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        f"<title>{_text(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{_text(title)}</h1>",
        _table(("", ""), [(key, _told(value)) for key, value in verdict.items()]),
        f"<h2>Clock of the controller against true time</h2>{picture}",
    ]
    for heading, head, rows in tables:
        parts.append(f"<h2>{_text(heading)}</h2>")
        parts.append(_table(head, rows) if rows else "<p>nothing</p>")
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _text(text: str) -> str:
    """A text of anybody: no mark-up, nothing that turns or hides what follows it."""
    return escape("".join(char if char.isprintable() else "?" for char in text))


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value))
    return "" if value is None else str(value)


def _table(head: Row, rows: Iterable[Row]) -> str:
    def line(cells: Row, tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{_text(_told(one))}</{tag}>" for one in cells) + "</tr>"

    top = line(head, "th") if any(head) else ""
    return "<table>" + top + "".join(line(row, "td") for row in rows) + "</table>"
