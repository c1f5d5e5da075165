"""Look back: everything that the store knows of one controller. The controller is not asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.box_note import BoxNote
from service.domain.catalogue import Issue
from service.domain.documents import Document
from service.domain.polling.trail import PollSeen
from service.ports.requests import Only
from service.ports.store import RemediationRow
from service.usecases.context import Context
from service.usecases.findings import FindingsOnly, show_findings
from service.usecases.listing import Part, TimedPart
from service.usecases.show import show_controller, show_plans, show_remediations

MOST_FINDINGS, MOST_POLLS, MOST_RUNS = 50, 200, 10


@dataclass(frozen=True, slots=True)
class Past:
    """One controller.

    Attributes:
        shown: its document, with what the newest sweep saw.
        note: its software and certificates; None: it was never polled.
        signing: issues found on it whose certificates sign AP images.
        trail: its polls, newest first.
        open: the remediation that is not finished; None: there is none.
        plans, remediations: the newest.
    """

    now: datetime
    shown: Document
    findings: Sequence[Document]
    note: BoxNote | None
    signing: Sequence[Issue]
    trail: Sequence[PollSeen]
    open: RemediationRow | None
    plans: Sequence[Document]
    remediations: Sequence[Document]


def look_back(context: Context, name: str) -> Past:
    """Everything that is known of one. Raises NotFound."""
    shown, store = show_controller(context, name), context.store
    only = FindingsOnly(controller=name)
    found = show_findings(context, Part(MOST_FINDINGS), by="confidence", only=only)
    findings = [one for _, one in found]
    named = {one["issue"] for one in findings}
    rows, newest = store.remediations(controller=name, unfinished=True), _newest(name)
    return Past(
        now=context.clock.now().wall,
        shown=shown,
        findings=findings[::-1],
        note=next((one for one in store.boxes() if one.controller == name), None),
        signing=[one for one in context.catalogue.issues if one.ends and one.name in named],
        trail=store.poll_trail(name, limit=MOST_POLLS),
        open=rows[0] if rows else None,
        plans=[one for _, one in show_plans(context, newest)],
        remediations=[one for _, one in show_remediations(context, newest)],
    )


def _newest(name: str) -> TimedPart:
    return TimedPart(MOST_RUNS, only=Only(controller=name))
