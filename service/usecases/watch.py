"""Watch: a remediation as somebody follows it: its steps, its curves, and what brings it home."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from service.domain.documents import Document
from service.domain.evidence.curve import Point, points
from service.domain.evidence.looks import ap_news
from service.domain.false_time import FalseTime, false_time
from service.domain.instants import Instant
from service.domain.journal_words import entry_document
from service.domain.remediation import Run
from service.errors import NotFound
from service.ports.requests import Recall
from service.usecases.context import Context
from service.usecases.show import show_remediation

ApNews: TypeAlias = list[tuple[datetime, dict[str, Mapping[str, object]]]]


@dataclass(frozen=True, slots=True)
class Switch:
    """The controller's own dead-man's switch.

    Attributes:
        fires_at: by this host's clock, at the earliest.
        left_s: seconds until then; below 0: it was due.
    """

    fires_at: datetime
    left_s: float


@dataclass(frozen=True, slots=True)
class Watched:
    """One remediation at one moment.

    Attributes:
        shown: its document.
        journal: its journal in words, oldest first; empty before it is opened.
        readings: what its controller's clock showed, oldest first.
        aps: its access points, as they changed.
        false: whether the clock is false now; None: it is not.
        switch: the controller's own dead-man's switch; None: none may be ticking.
        phase: forward, home or closed; None before it is opened.
        recall: who wants it back, and nobody has begun to.
        plan: the id of its plan; None: it was begun by command.
    """

    now: datetime
    shown: Document
    journal: list[Document]
    readings: list[Point]
    aps: ApNews
    false: FalseTime | None
    switch: Switch | None
    phase: str | None
    recall: Recall | None
    plan: str | None


def watch(context: Context, remediation: str) -> Watched:
    """How one stands. Raises NotFound."""
    shown = show_remediation(context, remediation)
    store, now = context.store, context.clock.now()
    asked, pieces = store.remediation_asked(remediation), store.pieces(remediation)
    run = _run(context, remediation)
    return Watched(
        now=now.wall,
        shown=shown,
        journal=[] if run is None else [entry_document(entry) for entry in run.journal],
        readings=points(pieces),
        aps=ap_news(pieces),
        false=None if run is None else false_time(run, now),
        switch=None if run is None else _switch(run, now),
        phase=None if run is None else run.phase,
        recall=store.recalled(remediation),
        plan=None if asked is None else asked.plan,
    )


def _run(context: Context, remediation: str) -> Run | None:
    try:
        return Run(context.store.journal(remediation))
    except NotFound:
        return None


def _switch(run: Run, now: Instant) -> Switch | None:
    """The first that fires of those that may be ticking."""
    left = [run.remaining_s(guard, now) for guard in run.guards()]
    if run.closed is not None or not left:
        return None
    return Switch(now.wall + timedelta(seconds=min(left)), min(left))
