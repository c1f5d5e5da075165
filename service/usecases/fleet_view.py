"""The fleet at a glance and every stuck access point, from the store alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.false_time import FalseTime, false_time
from service.domain.gist import Gist, StuckAp
from service.domain.inventory import Controller
from service.domain.remediation import Run
from service.domain.standing import Standing, is_clock_wrong, standing_of
from service.ports.fleet_view import CauseCount, StuckOnly, StuckOrder
from service.ports.store import RemediationRow
from service.usecases.context import Context
from service.usecases.listing import Key, Part
from service.usecases.orphans import due

ALL_STANDINGS = tuple(Standing)


@dataclass(frozen=True, slots=True)
class Line:
    """One controller of the fleet.

    Attributes:
        gist: None: it was never swept.
        remediation: the id of the one that is open there; None: none is.
    """

    controller: Controller
    gist: Gist | None
    standing: Standing
    remediation: str | None = None


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A controller in false time right now."""

    controller: str
    remediation: str
    strategy: str
    false: FalseTime


@dataclass(frozen=True, slots=True)
class LinesOnly:
    """Which controllers are wanted; None: all. `text`: a part of name, site, tag or release."""

    standing: Standing | None = None
    site: str | None = None
    platform: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The fleet at one moment.

    Attributes:
        now: this host's clock.
        standings: how many controllers stand how; every word is there.
        aps: how many access points stand how, by the newest word on each controller.
        causes: what keeps access points off, by how many.
        windows: false time right now, the one that ends first in front.
        clocks: controllers whose clock is wrong, the worst in front.
        oldest: the oldest word on a reachable controller; None: there is none.
        attention: open remediations that nobody works on.
        left_out: entries of the inventory that are bad, each with the reason.
    """

    now: datetime
    controllers: int
    standings: Mapping[Standing, int]
    aps: Mapping[str, int]
    causes: Sequence[CauseCount]
    windows: Sequence[OpenWindow]
    clocks: Sequence[Gist]
    newest: datetime | None
    oldest: datetime | None
    attention: Sequence[RemediationRow]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Fleet:
    """What a look at the fleet reads once."""

    lines: Sequence[Line]
    windows: Sequence[OpenWindow]
    attention: Sequence[RemediationRow]


def fleet_page(
    context: Context, part: Part, only: LinesOnly
) -> tuple[Overview, list[tuple[Key, Line]]]:
    """The whole fleet as the caller may see it, counted; some controllers, the worst in front."""
    fleet = _fleet(context)
    wanted = (line for line in fleet.lines if _is_wanted(line, only))
    lines = part.of(wanted, lambda line: (_rank(line.standing), line.controller.name))
    return _overview(context, fleet), lines


def _overview(context: Context, fleet: _Fleet) -> Overview:
    gists = [line.gist for line in fleet.lines if line.gist is not None]
    counted = Counter(line.standing for line in fleet.lines)
    names = ("total", "registered", "downloading", "not_joined", "stuck")
    seen = [gist.at for gist in gists if gist.reachable]
    wrong = [gist for gist in gists if is_clock_wrong(gist)]
    return Overview(
        context.clock.now().wall,
        len(fleet.lines),
        {word: counted[word] for word in Standing},
        {name: sum(getattr(gist, name) for gist in gists) for name in names},
        context.store.stuck_by_cause(context.inventory.names),
        fleet.windows,
        sorted(wrong, key=lambda gist: -abs(gist.offset_s or 0.0)),
        max(seen, default=None),
        min(seen, default=None),
        fleet.attention,
        context.inventory.rejected,
    )


@dataclass(frozen=True, slots=True)
class StuckPage:
    """A page of stuck access points.

    Attributes:
        aps: each with where it stands in the list.
        wanted: how many there are of those that are wanted.
        causes: of all that the caller may see, whatever is wanted.
    """

    now: datetime
    aps: Sequence[tuple[Key, StuckAp]]
    wanted: int
    causes: Sequence[CauseCount]

    @property
    def total(self) -> int:
        """How many there are in all; one that two causes keep off counts twice."""
        return sum(one.aps for one in self.causes)


def stuck_page(context: Context, part: Part, only: StuckOnly, *, by: StuckOrder) -> StuckPage:
    """Every access point that cannot serve; `only.on` is narrowed to what the caller may see."""
    store = context.store
    page = store.stuck_page(
        only, by=by, backwards=part.backwards, after=part.after, limit=part.limit
    )
    causes = store.stuck_by_cause(context.inventory.names)
    return StuckPage(context.clock.now().wall, page, store.count_stuck(only), causes)


def _fleet(context: Context) -> _Fleet:
    gists = {gist.controller: gist for gist in context.store.gists()}
    rows = [r for r in context.store.remediations(unfinished=True) if context.sees(r.controller)]
    windows = sorted(_windows(context, rows), key=_ends)
    left = {row.id for row in due(context)}
    attention = [row for row in rows if row.id in left]
    false = {one.controller for one in windows}
    open_ = {row.controller: row.id for row in rows}
    stranded = {row.controller for row in attention}
    lines = [
        Line(
            one,
            gists.get(one.name),
            standing_of(
                gists.get(one.name),
                in_false_time=one.name in false,
                needs_attention=one.name in stranded,
                mending=one.name in open_,
            ),
            open_.get(one.name),
        )
        for one in context.inventory.controllers
    ]
    return _Fleet(lines, windows, attention)


def _windows(context: Context, rows: Sequence[RemediationRow]) -> list[OpenWindow]:
    now, found = context.clock.now(), []
    for row in rows:
        run = Run(context.store.journal(row.id))
        false = false_time(run, now)
        if false is not None:
            found.append(OpenWindow(row.controller, row.id, run.charter.purpose, false))
    return found


def _ends(window: OpenWindow) -> float:
    return float("-inf") if window.false.switch_in_s is None else window.false.switch_in_s


def _rank(standing: Standing) -> str:
    return str(ALL_STANDINGS.index(standing))


def _is_wanted(line: Line, only: LinesOnly) -> bool:
    one = line.controller
    told = (one.name, one.site or "", *one.tags, one.host, (line.gist and line.gist.release) or "")
    return (
        only.standing in (None, line.standing)
        and only.site in (None, one.site)
        and only.platform in (None, one.platform.value)
        and (only.text is None or any(only.text.lower() in text.lower() for text in told))
    )
