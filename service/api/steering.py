"""The stop switch, and campaigns: what steers the fleet as a whole."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from service.api.bodies import PRINTED, Accepted, Document, Name, Names, Strict, accepted
from service.api.front import V1, ApproverCall, Fronted, OperatorCall, Viewer
from service.api.pages import placed_page, wanted
from service.api.problems import documented
from service.api.queries import Campaigns
from service.api.shapes import CampaignOut, CampaignsPage
from service.usecases.campaigns import (
    cancel_campaign,
    request_campaign,
    resume_campaign,
    show_campaign,
    show_campaigns,
)
from service.usecases.context import Context
from service.usecases.halt import LONGEST_REASON, halt, halt_document, resume

steering = APIRouter(prefix=V1)


class HaltIn(Strict):
    """Why everything is to stop."""

    reason: str = Field(
        min_length=1,
        max_length=LONGEST_REASON,
        pattern=PRINTED,
        examples=["until the outage is understood"],
    )


class CampaignIn(Strict):
    """Which controllers to mend; all with findings where neither names nor tags are given."""

    names: Names = Field(default=[], examples=[["hq-1", "hq-2"]])
    tags: Names = Field(default=[], examples=[["production"]])
    issue: Name | None = Field(default=None, examples=["FN72524"])


@steering.get(
    "/halt",
    summary="Whether all new changes are halted, by whom and why",
    tags=["halt"],
    response_model=Document,
    responses=documented(),
)
def get_halt(front: Fronted, _: Viewer) -> Response:
    """`halt` is null where nothing is halted."""
    return JSONResponse({"halt": halt_document(front.context.store.halted())})


@steering.put(
    "/halt",
    summary="Halt all new changes in the whole fleet, at once",
    tags=["halt"],
    response_model=Document,
    responses=documented(409),
)
def put_halt(body: HaltIn, call: OperatorCall) -> Response:
    """No remediation begins; those under way put everything back. Restores go on."""

    def act(context: Context) -> JSONResponse:
        holds = halt(context, who=call.who.name, reason=body.reason)
        return JSONResponse({"halt": halt_document(holds)})

    return call.once(body, act)


@steering.delete(
    "/halt",
    summary="Lift the halt: what waits to begin goes on by itself",
    tags=["halt"],
    response_model=Document,
    responses=documented(409),
)
def delete_halt(call: ApproverCall) -> Response:
    """Takes an approver, for from then on controllers are changed again."""

    def act(context: Context) -> JSONResponse:
        lifted = resume(context, who=call.who.name)
        return JSONResponse({"halt": None, "lifted": halt_document(lifted)})

    return call.once(None, act)


@steering.post(
    "/campaigns",
    summary="Mend many controllers: one first, then in waves",
    tags=["campaigns"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_campaign(body: CampaignIn, call: OperatorCall) -> Response:
    """Those of the controllers named that the newest sweep found something on; one at a time."""

    def act(context: Context) -> JSONResponse:
        asked = request_campaign(
            context,
            call.queue,
            who=call.who.name,
            names=tuple(body.names),
            tags=tuple(body.tags),
            issue=body.issue,
        )
        return accepted("campaigns", asked.id, asked.state)

    return call.once(body, act)


@steering.get(
    "/campaigns",
    summary="Campaigns by time, without their controllers",
    tags=["campaigns"],
    response_model=CampaignsPage,
    responses=documented(400),
)
def list_campaigns(request: Request, front: Fronted, _: Viewer, query: Campaigns) -> Response:
    """Also those that schedules and findings began."""
    paged = wanted(request, query, query.sort)
    entries = show_campaigns(front.context, paged.by_time(query.only))
    return placed_page(request, "campaigns", entries, paged)


@steering.get(
    "/campaigns/{campaign}",
    summary="One campaign: how each of its controllers fares",
    tags=["campaigns"],
    response_model=CampaignOut,
    responses=documented(404),
)
def get_campaign(campaign: str, front: Fronted, _: Viewer) -> Response:
    """`state`: running, stopped (too many failed: a person has to look), finished, cancelled."""
    return JSONResponse({"campaign": show_campaign(front.context, campaign)})


@steering.post(
    "/campaigns/{campaign}/resume",
    summary="Let a campaign that stopped go on: somebody has looked at what failed",
    tags=["campaigns"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_campaign_resume(campaign: str, call: OperatorCall) -> Response:
    """It goes on as after a canary that failed: with one controller, until one succeeds."""

    def act(context: Context) -> JSONResponse:
        found = resume_campaign(context, call.queue, campaign, who=call.who.name)
        return accepted("campaigns", found.id, "running")

    return call.once(None, act)


@steering.post(
    "/campaigns/{campaign}/cancel",
    summary="End a campaign: nothing more begins",
    tags=["campaigns"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_campaign_cancel(campaign: str, call: OperatorCall) -> Response:
    """Remediations of it that are under way go on; each may be cancelled itself."""

    def act(context: Context) -> JSONResponse:
        found = cancel_campaign(context, campaign, who=call.who.name)
        return accepted("campaigns", found.id, "cancelled")

    return call.once(None, act)
