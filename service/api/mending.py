"""Plans, approvals and remediations."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from service.api.bodies import (
    Accepted,
    ApprovalDocument,
    PlanIn,
    RejectionDocument,
    RejectionIn,
    RemediationIn,
    accepted,
)
from service.api.front import V1, Call, Fronted, PartApproverCall, PartOperatorCall, PartViewer
from service.api.pages import placed_page, wanted
from service.api.problems import documented
from service.api.queries import Plans, Remediations
from service.api.shapes import PlanOut, PlansPage, RemediationOut, RemediationsPage, ReportOut
from service.domain.documents import moment
from service.door.versions import IfMatch, check_match, tagged
from service.ports.store import Approval
from service.usecases.context import Context
from service.usecases.decide import Verb, approve_plan, approve_remediation, want_back
from service.usecases.evidence import make_bundle
from service.usecases.reject import reject_plan
from service.usecases.request import request_plan, request_remediation
from service.usecases.show import (
    show_plan,
    show_plans,
    show_remediation,
    show_remediations,
    show_report,
)

mending = APIRouter(prefix=V1)
ARCHIVE = "application/zip"

Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="The plan's digest.")]


@mending.post(
    "/plans",
    summary="Plan for one controller: queued, and worked out by a worker",
    tags=["plans"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_plan(body: PlanIn, call: PartOperatorCall) -> Response:
    """Reads the controller and changes nothing on it."""

    def act(context: Context) -> JSONResponse:
        asked = request_plan(context, call.queue, body.wish(), who=call.who.name)
        return accepted("plans", asked.id, asked.answer.state)

    return call.once(body, act)


@mending.get(
    "/plans",
    summary="Plans that were asked for, by time, without their steps",
    tags=["plans"],
    response_model=PlansPage,
    responses=documented(400),
)
def list_plans(request: Request, front: Fronted, who: PartViewer, query: Plans) -> Response:
    """Plans made by command are not kept. `issue` is the one that was asked for by name."""
    paged = wanted(request, query, query.sort)
    entries = show_plans(front.context_of(who), paged.by_time(query.only))
    return placed_page(request, "plans", entries, paged)


@mending.get(
    "/plans/{plan}",
    summary="One plan by its id or digest, with every payload",
    tags=["plans"],
    response_model=PlanOut,
    responses=documented(404),
)
def get_plan(plan: str, front: Fronted, who: PartViewer) -> Response:
    """`state`: queued, done or failed. A plan of null with a `reason` is an answer: no plan.

    Where a controller refused to be read, `problem` has its words, in the form of errors.
    """
    return tagged(show_plan(front.context_of(who), plan))


@mending.post(
    "/plans/{digest}/approve",
    summary="Give your word for a plan that somebody else asked for",
    tags=["plans"],
    response_model=ApprovalDocument,
    responses=documented(404, 409, 412),
)
def post_plan_approval(digest: Digest, call: PartApproverCall, match: IfMatch = None) -> Response:
    """It binds to the digest, and lapses when the plan expires or is another one.

    The digest says what was read; `If-Match` also rules out a word that was given meanwhile.
    """

    def act(context: Context) -> JSONResponse:
        check_match(match, show_plan(context, digest))
        approval = approve_plan(context, call.queue, digest, who=call.who.name)
        return _approved(approval)

    return call.once(None, act)


@mending.post(
    "/plans/{digest}/reject",
    summary="Say no to a plan, with the reason",
    tags=["plans"],
    response_model=RejectionDocument,
    responses=documented(404, 409, 412),
)
def post_plan_rejection(
    digest: Digest, body: RejectionIn, call: PartApproverCall, match: IfMatch = None
) -> Response:
    """What waits to be carried out by it never begins; one that has begun is cancelled instead.

    It counts until somebody asks for a plan again. Who asked for it may take it back so, too.
    """

    def act(context: Context) -> JSONResponse:
        check_match(match, show_plan(context, digest))
        plan = reject_plan(context, digest, who=call.who.name, reason=body.reason)
        said = {"digest": digest, "by": call.who.name, "reason": body.reason}
        return JSONResponse({"rejection": {"controller": plan.controller, **said}})

    return call.once(body, act)


@mending.post(
    "/remediations",
    summary="Carry a plan out: workers begin when it is approved and may run",
    tags=["remediations"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_remediation(body: RemediationIn, call: PartOperatorCall) -> Response:
    """It waits for an approval, a window or another remediation as long as the plan is valid."""

    def act(context: Context) -> JSONResponse:
        asked = request_remediation(context, call.queue, body.plan_digest, who=call.who.name)
        return accepted("remediations", asked.id, "queued")

    return call.once(body, act)


@mending.get(
    "/remediations",
    summary="Remediations, by time",
    tags=["remediations"],
    response_model=RemediationsPage,
    responses=documented(400),
)
def list_remediations(
    request: Request, front: Fronted, who: PartViewer, query: Remediations
) -> Response:
    """Also those carried out by command, but for `asked_by`: nobody asked for these."""
    paged = wanted(request, query, query.sort)
    entries = show_remediations(front.context_of(who), paged.by_time(query.only))
    return placed_page(request, "remediations", entries, paged)


@mending.get(
    "/remediations/{remediation}",
    summary="One remediation: how far it is, and how it ended",
    tags=["remediations"],
    response_model=RemediationOut,
    responses=documented(404),
)
def get_remediation(remediation: str, front: Fronted, who: PartViewer) -> Response:
    """`state`: awaiting-approval, queued, running, then one of the four that it may end with.

    What the controller refused is in `problems`, in the form of errors, each with its step.
    """
    return tagged({"remediation": show_remediation(front.context_of(who), remediation)})


@mending.get(
    "/remediations/{remediation}/report",
    summary="One remediation with its journal in words; as an archive, all evidence of it",
    tags=["remediations"],
    response_model=ReportOut,
    responses={200: {"content": {ARCHIVE: {}}}, **documented(404)},
)
def get_report(remediation: str, request: Request, front: Fronted, who: PartViewer) -> Response:
    """Every intent, outcome and observation, oldest first.

    With `Accept: application/zip` it is the evidence bundle, which `aprejoin report verify` checks.
    """
    context = front.context_of(who)
    shown = show_report(context, remediation)
    if takes_archive(request.headers.get("accept", "")):
        made = make_bundle(context, remediation)
        name = f'attachment; filename="aprejoin-{made.remediation}.zip"'
        return Response(made.archive, 200, {"Content-Disposition": name}, ARCHIVE)
    return JSONResponse(shown)


@mending.post(
    "/remediations/{remediation}/approve",
    summary="Give your word for a remediation that somebody else asked for",
    tags=["remediations"],
    response_model=ApprovalDocument,
    responses=documented(404, 409, 412),
)
def post_approval(remediation: str, call: PartApproverCall, match: IfMatch = None) -> Response:
    """The same as approving its plan by digest. `If-Match` says which state of it was read."""

    def act(context: Context) -> JSONResponse:
        read = {"remediation": show_remediation(context, remediation)}
        check_match(match, read)
        approval = approve_remediation(context, call.queue, remediation, who=call.who.name)
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
def post_cancel(remediation: str, call: PartOperatorCall) -> Response:
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
def post_rollback(remediation: str, call: PartOperatorCall) -> Response:
    """The way home begins at once, or afresh."""
    return _want_back(remediation, call, "rollback")


def takes_archive(accept: str) -> bool:
    """Whether an archive is named among what a caller takes, and not as what they never want."""
    for said in accept.split(","):
        kind, *parameters = (one.strip().lower() for one in said.split(";"))
        if kind == ARCHIVE:
            weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
            return weight.strip("0.") != ""
    return False


def _want_back(remediation: str, call: Call, verb: Verb) -> Response:
    def act(context: Context) -> JSONResponse:
        want_back(context, call.queue, remediation, verb, who=call.who.name)
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
