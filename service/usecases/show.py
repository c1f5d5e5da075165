"""Show: what is known, as documents, from the store alone. No controller is asked."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from service.domain.documents import Document, moment
from service.domain.inventory import Controller
from service.domain.journal import FinalState
from service.domain.remediation import Run
from service.domain.strategies.known import is_for_a_person
from service.errors import NotApproved, NotFound
from service.ports.requests import (
    AskedPlan,
    AskedRemediation,
    AskedSweep,
    Kind,
    Look,
    Only,
    Place,
)
from service.usecases.context import Context
from service.usecases.device_problems import refusals
from service.usecases.findings import listed, looks_of
from service.usecases.guard import with_a_person
from service.usecases.listing import Key, Keyed, Part, TimedPart
from service.usecases.orphans import due
from service.usecases.permits import approver_of
from service.usecases.reject import rejection_of
from service.usecases.report import demanding_document, told_document
from service.usecases.ticket_show import named_ticket
from service.usecases.tickets import change_of

Waiting: TypeAlias = Literal["queued", "awaiting-approval", "cancelled"]
RemediationState: TypeAlias = Waiting | Literal["running"] | FinalState
ControllerOrder: TypeAlias = Literal["name", "site", "platform"]
Placed: TypeAlias = tuple[Place, Document]
"""An entry of a list from new to old, and where it stands in it."""
NOT_SWEPT_YET: Document = {"sweep": {"started": None, "finished": None}, "controllers": []}


# -- the fleet ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ControllersOnly:
    """Which controllers are wanted; None: all. `issue`: on which the newest sweep found it."""

    platform: str | None = None
    site: str | None = None
    tag: str | None = None
    issue: str | None = None
    reachable: bool | None = None


def show_controllers(
    context: Context, part: Part, *, by: ControllerOrder, only: ControllersOnly
) -> list[Keyed]:
    """Controllers, each with the gist of what the newest sweep saw."""
    looks, open_ = looks_of(context), _unfinished(context)
    wanted = (
        one for one in context.inventory.controllers if _is_wanted(one, looks.get(one.name), only)
    )
    return [
        (key, _controller(one, looks.get(one.name), open_.get(one.name), whole=False))
        for key, one in part.of(wanted, lambda one: _controller_key(one, by))
    ]


def _controller_key(one: Controller, by: ControllerOrder) -> Key:
    sorted_by = {"name": "", "site": one.site or "", "platform": one.platform.value}
    return (sorted_by[by], one.name)


def _is_wanted(one: Controller, look: Look | None, only: ControllersOnly) -> bool:
    said = {} if look is None else look.document
    issues = [finding.get("issue") for finding in listed(said, "findings")]
    return (
        only.platform in (None, one.platform.value)
        and only.site in (None, one.site)
        and (only.tag is None or only.tag in one.tags)
        and (only.issue is None or only.issue in issues)
        and (only.reachable is None or said.get("reachable") is only.reachable)
    )


def show_controller(context: Context, name: str) -> Document:
    """One controller with everything that the newest sweep saw. Raises NotFound."""
    controller = context.controller(name)
    look = looks_of(context).get(name)
    return _controller(controller, look, _unfinished(context).get(name), whole=True)


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
        for finding in listed(look.document, "findings")
    ]
    return {**when, **gist, "findings": issues}


def _unfinished(context: Context) -> dict[str, str]:
    return {row.controller: row.id for row in context.store.remediations(unfinished=True)}


# -- sweeps ------------------------------------------------------------------------------------


def show_sweeps(context: Context, part: TimedPart) -> list[Placed]:
    """Sweeps by time, without what they saw; all of whose controllers may be seen."""

    def some(after: Place | None) -> list[tuple[Place, Document | None]]:
        asked = context.store.sweeps(
            limit=part.limit, after=after, only=part.only, oldest_first=part.oldest_first
        )
        return [
            (Place(one.at, one.id), _asked_sweep(one) if _is_seen(context, one) else None)
            for one in asked
        ]

    return part.gone_through(some)


def _is_seen(context: Context, sweep: AskedSweep) -> bool:
    return all(context.sees(one) for one in sweep.controllers)


def show_sweep(context: Context, sweep: str) -> Document:
    """One sweep: how far it is, and once it has ended what it saw. Raises NotFound."""
    asked = context.store.sweep_asked(sweep)
    if asked is None or not _is_seen(context, asked):
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


def show_plans(context: Context, part: TimedPart) -> list[Placed]:
    """Plans that were asked for, by time, without their steps."""

    def some(after: Place | None) -> list[tuple[Place, Document | None]]:
        asked = context.store.plans(
            limit=part.limit, after=after, only=part.only, oldest_first=part.oldest_first
        )
        return [
            (Place(one.at, one.id), _asked_plan(one) if context.sees(one.controller) else None)
            for one in asked
        ]

    return part.gone_through(some)


def show_plan(context: Context, plan: str) -> Document:
    """One plan with its payloads and approvals; also by its digest. Raises NotFound."""
    asked = context.store.plan_asked(plan) or next(iter(context.store.plans_with(plan)), None)
    if asked is None or not context.sees(asked.controller):
        raise NotFound("plan", plan)
    words = context.store.approvals(asked.answer.digest) if asked.answer.digest else ()
    approvals = [
        {"approver": one.approver, "at": moment(one.at), "expires": moment(one.expires)}
        for one in words
    ]
    document = asked.answer.document or {"plan": None, "reason": None}
    change = change_of(context, asked.answer.digest) if asked.answer.digest else None
    ticket = None if change is None else named_ticket(context, change.id)
    said = rejection_of(context, asked)
    no = said and {"by": said.deed.who, "at": moment(said.at), "reason": said.deed.detail}
    return {
        **_asked_plan(asked),
        "approvals": approvals,
        "rejected": no,
        "ticket": ticket,
        **document,
    }


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


def show_remediations(context: Context, part: TimedPart) -> list[Placed]:
    """Remediations by time. What each has come to only its journal tells: they are gone through."""
    orphans = {row.id for row in due(context)}

    def some(after: Place | None) -> list[tuple[Place, Document | None]]:
        places = context.store.remediation_places(
            limit=part.limit, after=after, only=part.only, oldest_first=part.oldest_first
        )
        shown = [(place, _remediation(context, place.id, orphans)) for place in places]
        return [
            (place, one if _fits(one, part.only) and context.sees(str(one["controller"])) else None)
            for place, one in shown
        ]

    return part.gone_through(some)


def _fits(remediation: Document, only: Only) -> bool:
    return all(
        wanted in (None, remediation[key])
        for key, wanted in (("state", only.state), ("issue", only.issue))
    )


def show_remediation(context: Context, remediation: str) -> Document:
    """One remediation, by its journal or, before that, as it was asked for. Raises NotFound."""
    shown = _remediation(context, remediation, {row.id for row in due(context)})
    if not context.sees(str(shown["controller"])):
        raise NotFound("remediation", remediation)
    return shown


def show_report(context: Context, remediation: str) -> Document:
    """One remediation and its journal in words; before it is opened there is none."""
    shown = show_remediation(context, remediation)
    try:
        return told_document(context, remediation)
    except NotFound:
        return {"remediation": shown, "journal": []}


def _remediation(context: Context, remediation: str, orphans: set[str]) -> Document:
    asked = context.store.remediation_asked(remediation)
    try:
        run = Run(context.store.journal(remediation))
    except NotFound:
        if asked is None:
            raise
        return _not_open(context, asked)
    document = demanding_document(context, remediation, run, orphaned=remediation in orphans)
    if document["state"] == "running":
        document["detail"] = _why(context, remediation)
    who = None if asked is None else asked.asked_by
    return {**document, "problems": refusals(run), "asked_by": who}


def _not_open(context: Context, asked: AskedRemediation) -> Document:
    """One that was asked for and did not begin, in the form of the others."""
    plan = context.store.plan_asked(asked.plan)
    told = (plan.answer.document or {}).get("plan") if plan is not None else None
    planned = told if isinstance(told, dict) else {}
    ticket = change_of(context, asked.digest)
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
        "aps": {"recovered": 0, "remaining": len(listed(planned, "aps"))},
        "left": [],
        "mend": [],
        "lift": [],
        "ticket": None if ticket is None else named_ticket(context, ticket.id),
        "problems": [],
        "asked_by": asked.asked_by,
    }


def _waiting(context: Context, asked: AskedRemediation, strategy: str) -> Waiting:
    if asked.refused:
        return "cancelled"
    controller = context.inventory.get(asked.controller)
    if controller is None:  # whose policy nobody knows here: only somebody's word can tell
        words = context.store.approvals(asked.digest)
        given = any(one.approver != asked.asked_by for one in words)
        return "queued" if given else "awaiting-approval"
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
