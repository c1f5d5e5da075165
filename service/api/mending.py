"""Plans, approvals and remediations."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from service.api.bodies import (
    Accepted,
    ApprovalDocument,
    Document,
    PlanIn,
    RemediationIn,
    accepted,
)
from service.api.front import V1, ApproverCall, Call, Fronted, OperatorCall, Viewer
from service.api.pages import Page, Paged, place_of, placed_page
from service.api.problems import documented
from service.domain.documents import moment
from service.ports.store import Approval
from service.usecases.context import Context
from service.usecases.decide import Verb, approve_plan, approve_remediation, want_back
from service.usecases.request import request_plan, request_remediation
from service.usecases.show import (
    show_plan,
    show_plans,
    show_remediation,
    show_remediations,
    show_report,
)

mending = APIRouter(prefix=V1)

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="The plan's digest.")]


@mending.post(
    "/plans",
    summary="Plan for one controller: queued, and worked out by a worker",
    tags=["plans"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_plan(body: PlanIn, call: OperatorCall) -> Response:
    """Reads the controller and changes nothing on it."""

    def act(context: Context) -> JSONResponse:
        asked = request_plan(context, call.front.queue, body.wish(), who=call.who.name)
        return accepted("plans", asked.id, asked.answer.state)

    return call.once(body, act)


@mending.get(
    "/plans",
    summary="Plans that were asked for, newest first, without their steps",
    tags=["plans"],
    response_model=Page,
    responses=documented(),
)
def list_plans(request: Request, front: Fronted, _: Viewer, paged: Paged) -> Response:
    """Plans made by command are not kept."""
    entries = show_plans(front.context, limit=paged.limit, after=place_of(paged.cursor))
    return placed_page(request, "plans", entries, limit=paged.limit)


@mending.get(
    "/plans/{plan}",
    summary="One plan by its id or digest, with every payload",
    tags=["plans"],
    response_model=Document,
    responses=documented(404),
)
def get_plan(plan: str, front: Fronted, _: Viewer) -> Response:
    """`state`: queued, done or failed. A plan of null with a `reason` is an answer: no plan."""
    return JSONResponse(show_plan(front.context, plan))


@mending.post(
    "/plans/{digest}/approve",
    summary="Give your word for a plan that somebody else asked for",
    tags=["plans"],
    response_model=ApprovalDocument,
    responses=documented(404, 409),
)
def post_plan_approval(digest: Digest, call: ApproverCall) -> Response:
    """It binds to the digest, and lapses when the plan expires or is another one."""

    def act(context: Context) -> JSONResponse:
        approval = approve_plan(context, call.front.queue, digest, who=call.who.name)
        return _approved(approval)

    return call.once(None, act)


@mending.post(
    "/remediations",
    summary="Carry a plan out: workers begin when it is approved and may run",
    tags=["remediations"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_remediation(body: RemediationIn, call: OperatorCall) -> Response:
    """It waits for an approval, a window or another remediation as long as the plan is valid."""

    def act(context: Context) -> JSONResponse:
        asked = request_remediation(context, call.front.queue, body.plan_digest, who=call.who.name)
        return accepted("remediations", asked.id, "queued")

    return call.once(body, act)


@mending.get(
    "/remediations",
    summary="Remediations, newest first",
    tags=["remediations"],
    response_model=Page,
    responses=documented(),
)
def list_remediations(request: Request, front: Fronted, _: Viewer, paged: Paged) -> Response:
    """Also those carried out by command."""
    entries = show_remediations(front.context, limit=paged.limit, after=place_of(paged.cursor))
    return placed_page(request, "remediations", entries, limit=paged.limit)


@mending.get(
    "/remediations/{remediation}",
    summary="One remediation: how far it is, and how it ended",
    tags=["remediations"],
    response_model=Document,
    responses=documented(404),
)
def get_remediation(remediation: str, front: Fronted, _: Viewer) -> Response:
    """`state`: awaiting-approval, queued, running, then one of the four that it may end with."""
    return JSONResponse({"remediation": show_remediation(front.context, remediation)})


@mending.get(
    "/remediations/{remediation}/report",
    summary="One remediation with its journal in words",
    tags=["remediations"],
    response_model=Document,
    responses=documented(404),
)
def get_report(remediation: str, front: Fronted, _: Viewer) -> Response:
    """Every intent, outcome and observation, oldest first."""
    return JSONResponse(show_report(front.context, remediation))


@mending.post(
    "/remediations/{remediation}/approve",
    summary="Give your word for a remediation that somebody else asked for",
    tags=["remediations"],
    response_model=ApprovalDocument,
    responses=documented(404, 409),
)
def post_approval(remediation: str, call: ApproverCall) -> Response:
    """The same as approving its plan by digest."""

    def act(context: Context) -> JSONResponse:
        approval = approve_remediation(context, call.front.queue, remediation, who=call.who.name)
        return _approved(approval)

    return call.once(None, act)


@mending.post(
    "/remediations/{remediation}/cancel",
    summary="Stop a remediation: whatever was changed is put back",
    tags=["remediations"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_cancel(remediation: str, call: OperatorCall) -> Response:
    """One that has ended already is refused."""
    return _want_back(remediation, call, "cancel")


@mending.post(
    "/remediations/{remediation}/rollback",
    summary="Put everything back, also where a remediation ended as needs-attention",
    tags=["remediations"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_rollback(remediation: str, call: OperatorCall) -> Response:
    """The way home begins at once, or afresh."""
    return _want_back(remediation, call, "rollback")


def _want_back(remediation: str, call: Call, verb: Verb) -> Response:
    def act(context: Context) -> JSONResponse:
        want_back(context, call.front.queue, remediation, verb, who=call.who.name)
        return accepted("remediations", remediation, "queued")

    return call.once(None, act)


def _approved(approval: Approval) -> JSONResponse:
    return JSONResponse(
        {
            "approval": {
                "controller": approval.controller,
                "digest": approval.digest,
                "approver": approval.approver,
                "expires": moment(approval.expires),
            }
        }
    )
