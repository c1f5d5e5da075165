"""Show: what is known, as documents, from the store alone. No controller is asked."""

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias, TypeVar

from service.domain.documents import Document, moment, remediation_document
from service.domain.inventory import Controller
from service.domain.remediation import Run
from service.domain.strategies.known import is_for_a_person
from service.errors import NotApproved, NotFound
from service.ports.requests import AskedPlan, AskedRemediation, AskedSweep, Kind, Look, Place
from service.usecases.context import Context
from service.usecases.guard import with_a_person
from service.usecases.permits import approver_of
from service.usecases.recover import due
from service.usecases.report import told_document

T = TypeVar("T")
Waiting: TypeAlias = Literal["queued", "awaiting-approval", "cancelled"]
Placed: TypeAlias = tuple[Place, Document]
"""An entry of a list from new to old, and where it stands in it."""
NOT_SWEPT_YET: Document = {"sweep": {"started": None, "finished": None}, "controllers": []}


# -- the fleet ---------------------------------------------------------------------------------


def show_controllers(context: Context, *, limit: int, after: str | None) -> list[Document]:
    """Controllers by name, each with the gist of what the newest sweep saw."""
    looks, open_ = _looks(context), _unfinished(context)
    ordered = sorted(context.inventory.controllers, key=lambda one: one.name)
    return [
        _controller(one, looks.get(one.name), open_.get(one.name), whole=False)
        for one in _page(ordered, lambda one: one.name, limit, after)
    ]


def show_controller(context: Context, name: str) -> Document:
    """One controller with everything that the newest sweep saw. Raises NotFound."""
    controller = context.controller(name)
    look = _looks(context).get(name)
    return _controller(controller, look, _unfinished(context).get(name), whole=True)


def show_findings(
    context: Context, *, limit: int, after: str | None, controller: str | None, issue: str | None
) -> list[Document]:
    """The findings of the newest word on each controller, by controller and id."""
    found = [
        {**finding, "controller": look.controller, "sweep": look.sweep, "seen": moment(look.at)}
        for look in _looks(context).values()
        if controller in (None, look.controller)
        for finding in _listed(look.document, "findings")
        if issue in (None, finding.get("issue"))
    ]
    return list(_page(sorted(found, key=finding_place), finding_place, limit, after))


def finding_place(finding: Document) -> str:
    """Where a finding stands in their list."""
    return f"{finding['controller']}/{finding['id']}"


def _controller(
    controller: Controller, look: Look | None, remediation: str | None, *, whole: bool
) -> Document:
    return {
        "name": controller.name,
        "platform": controller.platform.value,
        "site": controller.site,
        "tags": list(controller.tags),
        "mobility_group": controller.mobility_group,
        "ha_peer": controller.ha_peer,
        "insecure": controller.netconf.insecure,
        "policy": {
            "approval": controller.policy.approval,
            "on_finding": controller.policy.on_finding,
        },
        "remediation": remediation,
        "seen": None if look is None else _seen(look, whole=whole),
    }


def _seen(look: Look, *, whole: bool) -> Document:
    when: Document = {"at": moment(look.at), "sweep": look.sweep}
    if whole:
        return {**look.document, **when}
    gist = {key: look.document.get(key) for key in ("release", "reachable", "error", "aps")}
    issues = [
        {"issue": finding.get("issue"), "confidence": finding.get("confidence")}
        for finding in _listed(look.document, "findings")
    ]
    return {**when, **gist, "findings": issues}


def _looks(context: Context) -> dict[str, Look]:
    """The newest word on each controller that the inventory still has."""
    known = set(context.inventory.names)
    return {look.controller: look for look in context.store.looks() if look.controller in known}


def _unfinished(context: Context) -> dict[str, str]:
    return {row.controller: row.id for row in context.store.remediations(unfinished=True)}


# -- sweeps ------------------------------------------------------------------------------------


def show_sweeps(context: Context, *, limit: int, after: Place | None) -> list[Placed]:
    """Sweeps, newest first, without what they saw."""
    asked = context.store.sweeps(limit=limit, after=after)
    return [(Place(one.at, one.id), _asked_sweep(one)) for one in asked]


def show_sweep(context: Context, sweep: str) -> Document:
    """One sweep: how far it is, and once it has ended what it saw. Raises NotFound."""
    asked = context.store.sweep_asked(sweep)
    if asked is None:
        raise NotFound("sweep", sweep)
    document = context.store.sweep_document(sweep) or NOT_SWEPT_YET
    told = document.get("sweep")
    times = told if isinstance(told, dict) else {}
    return {**document, "sweep": {**times, **_asked_sweep(asked)}}


def _asked_sweep(asked: AskedSweep) -> Document:
    return {
        "id": asked.id,
        "state": asked.state,
        "detail": asked.detail,
        "asked_by": asked.asked_by,
        "at": moment(asked.at),
        "asked": list(asked.controllers),
    }


# -- plans -------------------------------------------------------------------------------------


def show_plans(context: Context, *, limit: int, after: Place | None) -> list[Placed]:
    """Plans that were asked for, newest first, without their steps."""
    asked = context.store.plans(limit=limit, after=after)
    return [(Place(one.at, one.id), _asked_plan(one)) for one in asked]


def show_plan(context: Context, plan: str) -> Document:
    """One plan with its payloads and approvals; also by its digest. Raises NotFound."""
    asked = context.store.plan_asked(plan) or next(iter(context.store.plans_with(plan)), None)
    if asked is None:
        raise NotFound("plan", plan)
    words = context.store.approvals(asked.answer.digest) if asked.answer.digest else ()
    approvals = [
        {"approver": one.approver, "at": moment(one.at), "expires": moment(one.expires)}
        for one in words
    ]
    document = asked.answer.document or {"plan": None, "reason": None}
    return {**_asked_plan(asked), "approvals": approvals, **document}


def _asked_plan(asked: AskedPlan) -> Document:
    answer = asked.answer
    return {
        "id": asked.id,
        "state": answer.state,
        "detail": answer.detail,
        "controller": asked.controller,
        "issue": asked.issue,
        "strategy": asked.strategy,
        "asked_by": asked.asked_by,
        "at": moment(asked.at),
        "digest": answer.digest or None,
        "expires": moment(answer.expires),
    }


# -- remediations ------------------------------------------------------------------------------


def show_remediations(context: Context, *, limit: int, after: Place | None) -> list[Placed]:
    """Remediations, newest first."""
    orphans = {row.id for row in due(context)}
    places = context.store.remediation_places(limit=limit, after=after)
    return [(place, _remediation(context, place.id, orphans)) for place in places]


def show_remediation(context: Context, remediation: str) -> Document:
    """One remediation, by its journal or, before that, as it was asked for. Raises NotFound."""
    return _remediation(context, remediation, {row.id for row in due(context)})


def show_report(context: Context, remediation: str) -> Document:
    """One remediation and its journal in words; before it is opened there is none."""
    asked = context.store.remediation_asked(remediation)
    try:
        return told_document(context, remediation)
    except NotFound:
        if asked is None:
            raise
        return {"remediation": show_remediation(context, remediation), "journal": []}


def _remediation(context: Context, remediation: str, orphans: set[str]) -> Document:
    asked = context.store.remediation_asked(remediation)
    try:
        run = Run(context.store.journal(remediation))
    except NotFound:
        if asked is None:
            raise
        return _not_open(context, asked)
    document = remediation_document(remediation, run, orphaned=remediation in orphans)
    if document["state"] == "running":
        document["detail"] = _why(context, remediation)
    return {**document, "asked_by": None if asked is None else asked.asked_by}


def _not_open(context: Context, asked: AskedRemediation) -> Document:
    """One that was asked for and did not begin, in the form of the others."""
    plan = context.store.plan_asked(asked.plan)
    told = (plan.answer.document or {}).get("plan") if plan is not None else None
    planned = told if isinstance(told, dict) else {}
    return {
        "id": asked.id,
        "controller": asked.controller,
        "issue": planned.get("issue"),
        "strategy": planned.get("strategy"),
        "state": _waiting(context, asked, str(planned.get("strategy"))),
        "detail": asked.refused or _why(context, asked.id),
        "approved_by": None,
        "opened": None,
        "steps": [],
        "aps": {"recovered": 0, "remaining": len(_listed(planned, "aps"))},
        "left": [],
        "mend": [],
        "asked_by": asked.asked_by,
    }


def _waiting(context: Context, asked: AskedRemediation, strategy: str) -> Waiting:
    if asked.refused:
        return "cancelled"
    controller = context.inventory.get(asked.controller)
    if controller is None:
        return "queued"
    if is_for_a_person(strategy):
        controller = with_a_person(controller)
    try:
        approver_of(context, asked.digest, controller, who=asked.asked_by, runs=False)
    except NotApproved:
        return "awaiting-approval"
    return "queued"


def _why(context: Context, remediation: str) -> str:
    """What was said last of what it waits for."""
    found = context.store.due_of(Kind.REMEDIATION, remediation)
    return "" if found is None else found.why


# -- parts -------------------------------------------------------------------------------------


def _page(
    ordered: Sequence[T], key: Callable[[T], str], limit: int, after: str | None
) -> Sequence[T]:
    rest = [one for one in ordered if after is None or key(one) > after]
    return rest[:limit]


def _listed(document: object, key: str) -> list[Document]:
    found = document.get(key, ()) if isinstance(document, dict) else ()
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
