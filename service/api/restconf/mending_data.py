"""Findings, sweeps, plans and remediations, from documents to the model's names."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeAlias

from service.api.pages import Wanted
from service.api.restconf.fleet_data import part_of
from service.api.restconf.tree import Instance, Key, Rows
from service.domain.documents import Document
from service.errors import NotFound
from service.ports.requests import ALL
from service.usecases.context import Context
from service.usecases.findings import FindingsOnly, listed, show_finding, show_findings
from service.usecases.listing import Part, TimedPart
from service.usecases.show import (
    Placed,
    show_plan,
    show_plans,
    show_remediation,
    show_remediations,
    show_report,
    show_sweep,
    show_sweeps,
)

Told: TypeAlias = Callable[[Context, Document], Instance]
EVERY_FINDING = FindingsOnly()
NEWEST_FIRST = "-at"


def findings(context: Context) -> Rows:
    """What is wrong, by controller."""

    def one(item: str) -> Instance | None:
        try:
            return finding(show_finding(context, item))
        except NotFound:
            return None

    def some(limit: int, after: Key | None) -> Sequence[tuple[Key, Instance]]:
        shown = show_findings(context, Part(limit, after), by="controller", only=EVERY_FINDING)
        return [(key, finding(document)) for key, document in shown]

    return Rows(one, some, parts=3)


def sweeps(context: Context) -> Rows:
    """Sweeps, newest first."""
    return _timed(
        context,
        show_sweeps,
        lambda sweep: part_of(show_sweep(context, sweep), "sweep"),
        lambda _, document: _sweep(document),
    )


def plans(context: Context) -> Rows:
    """Plans that were asked for, newest first."""
    return _timed(context, show_plans, partial(_plan_by_id, context), _plan)


def remediations(context: Context) -> Rows:
    """Remediations, newest first."""
    return _timed(context, show_remediations, partial(show_remediation, context), _remediation)


def _timed(
    context: Context,
    show: Callable[[Context, TimedPart], list[Placed]],
    by_id: Callable[[str], Document],
    told: Told,
) -> Rows:
    """A list by time."""

    def one(item: str) -> Instance | None:
        try:
            return told(context, by_id(item))
        except NotFound:
            return None

    def some(limit: int, after: Key | None) -> Sequence[tuple[Key, Instance]]:
        part = Wanted(limit, NEWEST_FIRST, "", after).by_time(ALL)
        return [
            ((place.at.isoformat(), place.id), told(context, document))
            for place, document in show(context, part)
        ]

    return Rows(one, some, parts=2)


def finding(document: Document) -> Instance:
    """A finding with what was said of it."""
    return {
        **document,
        "access-point": listed(document, "aps"),
        "strategy": listed(document, "strategies"),
    }


def _sweep(document: Document) -> Instance:
    return {**document, "asked-by": document["asked_by"], "controller": document["asked"]}


def _plan_by_id(context: Context, plan: str) -> Document:
    """By its id alone: a digest is no key. Raises NotFound."""
    shown = show_plan(context, plan)
    if shown["id"] != plan:
        raise NotFound("plan", plan)
    return shown


def _plan(context: Context, document: Document) -> Instance:
    plan = str(document["id"])
    return {
        **{key: document[key] for key in ("id", "state", "detail", "controller", "at")},
        "asked-by": document["asked_by"],
        "digest": document["digest"],
        "expires": document["expires"],
        "reason": lambda: show_plan(context, plan).get("reason"),
        "approval": lambda: listed(show_plan(context, plan), "approvals"),
        "rejected": lambda: part_of(show_plan(context, plan), "rejected"),
        "proposal": lambda: _proposal(part_of(show_plan(context, plan), "plan")),
    }


def _proposal(plan: Document) -> Instance:
    return {
        "issue": plan.get("issue"),
        "strategy": plan.get("strategy"),
        "window": part_of(plan, "window"),
        "access-point": listed(plan, "aps"),
        "step": [
            {**one, "payload": one.get("payloads")} for one in _numbered(listed(plan, "steps"))
        ],
        "impact": plan.get("impact"),
        "by-hand": plan.get("by_hand"),
        "alternative": listed(plan, "alternatives"),
    }


def _remediation(context: Context, document: Document) -> Instance:
    remediation = str(document["id"])
    return {
        **document,
        "asked-by": document["asked_by"],
        "approved-by": document["approved_by"],
        "step": _numbered(listed(document, "steps")),
        "access-points": part_of(document, "aps"),
        "problem": [
            {**one, "error-tag": one.get("error_tag")} for one in listed(document, "problems")
        ],
        "journal": lambda: {"entry": _journal(context, remediation)},
    }


def _journal(context: Context, remediation: str) -> list[Document]:
    shown = listed(show_report(context, remediation), "journal")
    return [{**one, "number": one["seq"]} for one in shown]


def _numbered(steps: Iterable[Document]) -> list[Document]:
    return [{**one, "number": number} for number, one in enumerate(steps, start=1)]
