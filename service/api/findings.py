"""Findings, and what people say of them."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from service.api.bodies import PRINTED, Moment, Strict
from service.api.front import V1, Fronted, PartOperatorCall, PartViewer
from service.api.pages import page, wanted
from service.api.problems import documented
from service.api.queries import Findings
from service.api.shapes import FindingOut, FindingsPage
from service.domain.marks import LONGEST_WORD
from service.usecases.context import Context
from service.usecases.findings import (
    acknowledge,
    forget_acknowledged,
    lift_suppression,
    show_finding,
    show_findings,
    suppress,
)

findings = APIRouter(prefix=V1)
ONE = "/findings/{finding}"


class AcknowledgeIn(Strict):
    """That somebody knows of a finding."""

    note: str = Field(
        default="", max_length=LONGEST_WORD, pattern=PRINTED, examples=["case 4711, Monday"]
    )


class SuppressIn(Strict):
    """That nothing is to begin for a finding by itself, and for how long."""

    reason: str = Field(
        min_length=1, max_length=LONGEST_WORD, pattern=PRINTED, examples=["replaced in May"]
    )
    until: Moment = Field(
        description="RFC 3339, with its zone; at most 366 days from now.",
        examples=["2027-01-31T00:00:00Z"],
    )


@findings.get(
    "/findings",
    summary="The findings of the newest word on each controller",
    tags=["findings"],
    response_model=FindingsPage,
    responses=documented(400),
)
def list_findings(request: Request, front: Fronted, who: PartViewer, query: Findings) -> Response:
    """As in the sweep's document, each with its controller, its sweep and when it was seen.

    `state`: open, acknowledged, or suppressed.
    """
    paged = wanted(request, query, query.sort)
    entries = show_findings(front.context_of(who), paged.part(3), by=query.order, only=query.only)
    return page(request, "findings", entries, paged)


@findings.get(
    ONE,
    summary="One finding; its id is the same in every sweep",
    tags=["findings"],
    response_model=FindingOut,
    responses=documented(404),
)
def get_finding(finding: str, front: Fronted, who: PartViewer) -> Response:
    """404 once the newest sweep of its controller does not see it any more."""
    return JSONResponse({"finding": show_finding(front.context_of(who), finding)})


@findings.post(
    f"{ONE}/acknowledge",
    summary="Say that you know of a finding",
    tags=["findings"],
    response_model=FindingOut,
    responses=documented(404),
)
def post_acknowledgement(
    finding: str, call: PartOperatorCall, body: AcknowledgeIn | None = None
) -> Response:
    """Changes nothing else: what the policy begins, it begins."""
    said = body or AcknowledgeIn()

    def act(context: Context) -> JSONResponse:
        shown = acknowledge(context, finding, who=call.who.name, note=said.note)
        return JSONResponse({"finding": shown})

    return call.once(said, act)


@findings.delete(
    f"{ONE}/acknowledge",
    summary="Take an acknowledgement back",
    tags=["findings"],
    response_model=FindingOut,
    responses=documented(404),
)
def delete_acknowledgement(finding: str, call: PartOperatorCall) -> Response:
    """Nothing happens where there is none."""

    def act(context: Context) -> JSONResponse:
        return JSONResponse({"finding": forget_acknowledged(context, finding, who=call.who.name)})

    return call.once(None, act)


@findings.post(
    f"{ONE}/suppress",
    summary="Have nothing begin for a finding by itself, for a while",
    tags=["findings"],
    response_model=FindingOut,
    responses=documented(404),
)
def post_suppression(finding: str, body: SuppressIn, call: PartOperatorCall) -> Response:
    """It is shown all the same, and people may act on it. It lapses at its end."""

    def act(context: Context) -> JSONResponse:
        shown = suppress(context, finding, who=call.who.name, reason=body.reason, until=body.until)
        return JSONResponse({"finding": shown})

    return call.once(body, act)


@findings.delete(
    f"{ONE}/suppress",
    summary="Let things begin for a finding again",
    tags=["findings"],
    response_model=FindingOut,
    responses=documented(404),
)
def delete_suppression(finding: str, call: PartOperatorCall) -> Response:
    """Nothing happens where it is not suppressed."""

    def act(context: Context) -> JSONResponse:
        return JSONResponse({"finding": lift_suppression(context, finding, who=call.who.name)})

    return call.once(None, act)
