"""Plans: what would be done, looked at by those who give their word or say no."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.domain.documents import moment
from service.door.versions import check_match, tag_of
from service.ports.requests import Only
from service.usecases.context import Context
from service.usecases.decide import approve_plan
from service.usecases.reject import LONGEST_REASON, reject_plan
from service.usecases.request import PlanWish, request_plan, request_remediation
from service.usecases.review import review
from service.usecases.show import show_plan, show_plans
from service.web.addresses import at, topic
from service.web.forms import Form, PartApproverForm, PartOperatorForm
from service.web.queries import ListQuery, Text
from service.web.rendering import render
from service.web.states import PLANS
from service.web.timed import next_page, timed
from service.web.visitor import PartViewer, Visitor

plans = APIRouter()
FLAGS = ("accept_suspected", "save_pending", "accept_reload", "accept_stranded")


class PlansQuery(ListQuery):
    """Which plans are listed."""

    controller: Text = None
    asked_by: Text = None


Wanted: TypeAlias = Annotated[PlansQuery, Query()]


@plans.get("/plans")
def get_plans(request: Request, visitor: PartViewer, query: Wanted) -> Response:
    """Plans that were asked for, newest first."""
    only = Only(controller=query.controller, asked_by=query.asked_by)
    found = show_plans(visitor.context, timed(request, query, only))
    values = {
        "plans": [(one, standing(one, visitor)) for _, one in found],
        "query": query,
        "next_page": next_page(request, query, found),
        "words": PLANS,
    }
    return render(request, "plans.html", values, visitor=visitor)


@plans.get("/plans/{plan}")
def get_plan(request: Request, plan: str, visitor: PartViewer) -> Response:
    """One plan, with every payload."""
    seen = review(visitor.context, plan)
    values = {
        "seen": seen,
        "shown": seen.shown,
        "plan": seen.shown.get("plan"),
        "standing": standing(seen.shown, visitor),
        "tag": tag_of(seen.shown),
        "own": seen.shown["asked_by"] == visitor.who.name,
        "longest_reason": LONGEST_REASON,
        "words": PLANS,
        "live": topic("plan", str(seen.shown["id"])),
    }
    return render(request, "plan.html", values, visitor=visitor)


@plans.post("/plans")
def post_plan(form: PartOperatorForm) -> Response:
    """Ask for one; it reads the controller and changes nothing."""
    said = {flag: form.has(flag) for flag in FLAGS}
    wish = PlanWish(
        form.text("controller"),
        form.text("issue") or None,
        form.text("strategy") or None,
        **said,
    )

    def act(context: Context) -> str:
        return request_plan(context, form.queue, wish, who=form.visitor.who.name).id

    return RedirectResponse(at("plans", form.whole(act)), 303)


@plans.post("/plans/{plan}/approve")
def post_plan_approval(plan: str, form: PartApproverForm) -> Response:
    """Give one's word for what was read: for another state of it, it is refused."""

    def act(context: Context) -> None:
        approve_plan(context, form.queue, _digest(context, plan, form), who=form.visitor.who.name)

    form.whole(act)
    return RedirectResponse(at("plans", plan), 303)


@plans.post("/plans/{plan}/reject")
def post_plan_rejection(plan: str, form: PartApproverForm) -> Response:
    """Say no, with the reason."""

    def act(context: Context) -> None:
        digest, reason = _digest(context, plan, form), form.text("reason")
        reject_plan(context, digest, who=form.visitor.who.name, reason=reason)

    form.whole(act)
    return RedirectResponse(at("plans", plan), 303)


@plans.post("/plans/{plan}/carry-out")
def post_wish(plan: str, form: PartOperatorForm) -> Response:
    """Ask for it to be carried out; workers begin once it is approved and may run."""

    def act(context: Context) -> str:
        digest = _digest(context, plan, form)
        return request_remediation(context, form.queue, digest, who=form.visitor.who.name).id

    return RedirectResponse(at("remediations", form.whole(act)), 303)


def _digest(context: Context, plan: str, form: Form) -> str:
    """The digest of the plan as it was shown. Raises NotFound, MatchFailed."""
    shown = show_plan(context, plan)
    check_match(form.text("tag"), shown)
    return str(shown["digest"] or "")


def standing(plan: Mapping[str, object], visitor: Visitor) -> str:
    """In which of the words of `PLANS` it stands."""
    state = str(plan["state"])
    if state != "done":
        return state
    if plan["digest"] is None:
        return "none"
    if plan.get("rejected"):
        return "rejected"
    expires = str(plan["expires"] or "")
    if expires <= moment_words(visitor):
        return "lapsed"
    return "approved" if plan.get("approvals") else "ready"


def moment_words(visitor: Visitor) -> str:
    """Now, as documents have it."""
    return str(moment(visitor.now))
