"""Which charts the pages have, and what each says in words."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.box_note import BoxNote
from service.domain.catalogue import Issue
from service.domain.evidence.curve import Point, scaled
from service.domain.observation import Certificate
from service.domain.polling.trail import PollSeen
from service.web.charts import Chart, Drawing, Line, Table, chart
from service.web.scales import offset_marks, offset_words
from service.web.timeline import Span, timeline

AGREES_S = 2.0
"""A clock that is no further away than this is right (DESIGN.md, section 6.3)."""


@dataclass(frozen=True, slots=True)
class Joined:
    """How many of a finding's access points were registered at a moment."""

    at: datetime
    registered: int
    downloading: int
    total: int


def polls_chart(trail: Sequence[PollSeen]) -> Chart:
    """A controller's clock, poll by poll; `trail` is newest first."""
    known = [(one.at, one.offset_s) for one in reversed(trail) if one.offset_s is not None]
    rows = [
        (_moment(one.at), offset_words(one.offset_s), _synchronised(one.synchronised))
        for one in trail
    ]
    head = ("Poll", "Offset", "NTP")
    return _clock("Clock offset from true time", known, Table(head, rows))


def look_chart(readings: Sequence[Point]) -> Chart:
    """A controller's clock while it was mended; oldest first."""
    known = [(one.at, one.offset_s) for one in readings if one.offset_s is not None]
    rows = [
        (_moment(one.at), offset_words(one.offset_s), one.device, one.step)
        for one in reversed(readings)
    ]
    head = ("Read", "Offset", "The controller showed", "Step")
    return _clock("Clock offset while it is mended", known, Table(head, rows))


def joined_chart(seen: Sequence[Joined], *, until: datetime | None = None) -> Chart:
    """How the access points came back; oldest first."""
    total = max((one.total for one in seen), default=0)
    last = seen[-1] if seen else None
    told = "nobody looked yet" if last is None else _back(last, total)
    rows = [
        (_moment(one.at), str(one.registered), str(one.downloading), str(one.total))
        for one in reversed(seen)
    ]

    def say(point: tuple[datetime, float]) -> str:
        return f"{_moment(point[0])}: {point[1]:.0f} of {total} registered"

    lines = [
        Line([(one.at, one.downloading) for one in seen], "second", "steps"),
        Line([(one.at, one.registered) for one in seen], "line", "steps", say),
    ]
    made = Drawing("Access points back", told, lines, lambda most: _counts(total, most), until)
    head = ("Seen", "Registered", "Downloading", "Of the finding")
    return chart(made, Table(head, rows))


def certificates_chart(note: BoxNote | None, issues: Iterable[Issue], now: datetime) -> Chart:
    """A controller's certificates, and those that sign the images of the issues found on it."""
    own = note.certificates if note is not None and note.certificates else ()
    signing = [one for issue in issues for one in issue.ends]
    spans = [
        *(Span(_named(one), one.not_before, one.not_after, _used(one)) for one in own),
        *(Span(one.name, one.not_before, one.not_after, "signs AP images") for one in signing),
    ]
    return timeline("Certificates", spans, now)


def joined_of(news: Iterable[tuple[datetime, Mapping[str, Mapping[str, object]]]]) -> list[Joined]:
    """The curve from what looks saw change: each AP's newest state, whenever one moved.

    Args:
        news: when somebody looked, and each AP that had changed, by MAC; oldest first.
    """
    states: dict[str, str] = {}
    found: list[Joined] = []
    for at, aps in news:
        states |= {mac: str(said.get("state", "")) for mac, said in aps.items()}
        now = list(states.values())
        one = Joined(at, now.count("registered"), now.count("downloading"), len(now))
        if now and (not found or _counted(found[-1]) != _counted(one)):
            found.append(one)
    return found


def _back(last: Joined, total: int) -> str:
    downloading = f", {last.downloading} downloading (dashed)" if last.downloading else ""
    return f"{last.registered} of {total} access points registered{downloading}"


def _counted(one: Joined) -> tuple[int, int, int]:
    return (one.registered, one.downloading, one.total)


def _clock(title: str, known: Sequence[tuple[datetime, float]], table: Table) -> Chart:
    known = [one for one in known if math.isfinite(one[1])]
    offsets = [offset_s for _, offset_s in known]
    told = _judged(offsets[-1]) if offsets else "no reading of the clock was kept"

    def say(point: tuple[datetime, float]) -> str:
        exact = min(known, key=lambda one: abs(one[0] - point[0]))
        return f"{_moment(exact[0])}: {offset_words(exact[1])}"

    scaled_line = Line([(at, scaled(offset_s)) for at, offset_s in known], told=say)
    return chart(
        Drawing(title, told, [scaled_line], lambda most: offset_marks(offsets, most)), table
    )


def _judged(offset_s: float) -> str:
    if abs(offset_s) <= AGREES_S:
        return f"right: {offset_words(offset_s)} from true time at the last look"
    return f"wrong by {offset_words(offset_s)} at the last look"


def _counts(total: int, most: int) -> list[tuple[float, str]]:
    step = max(1, -(-total // max(most - 1, 1)))
    return [(float(one), str(one)) for one in {*range(0, total + 1, step), total}]


def _synchronised(said: bool | None) -> str:  # noqa: FBT001 - what a poll says
    return "not told" if said is None else "in sync" if said else "not in sync"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _named(one: Certificate) -> str:
    return f"{one.label} {one.subject}".strip()


def _used(one: Certificate) -> str:
    if one.is_ca:
        return "trust anchor"
    return (
        "shown to access points" if one.for_join else (one.kind.value.upper() if one.kind else "")
    )
