"""Containments: blocks that a person put in force by hand, and their lifting."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from service.api.bodies import Document, Strict
from service.api.front import V1, Fronted, PartOperatorCall, PartViewer
from service.api.problems import documented
from service.domain.contained import LONGEST
from service.usecases.contain import (
    containment_record,
    containments_document,
    note_applied,
    note_lifted,
)
from service.usecases.context import Context

containing = APIRouter(prefix=V1)
PLACE = "/controllers/{name}/containments"


class AppliedIn(Strict):
    """What was put in force."""

    kind: str = Field(max_length=LONGEST, examples=["switch-port"])
    where: str = Field(default="", max_length=LONGEST, examples=["access-1 Gi1/0/7"])
    note: str = Field(default="", max_length=LONGEST)


class LiftedIn(Strict):
    """What was taken back; everything that stands on the controller where no kind is given."""

    kind: str = Field(default="", max_length=LONGEST)
    where: str = Field(default="", max_length=LONGEST)


@containing.get(
    PLACE,
    summary="Containments of one controller, newest first, lifted ones too",
    tags=["containments"],
    response_model=Document,
    responses=documented(404),
)
def list_containments(name: str, front: Fronted, who: PartViewer) -> Response:
    """Each with the lines that take it back."""
    controller = front.context_of(who).controller(name)
    found = front.context_of(who).store.containments(controller.name)
    return JSONResponse({"containments": containments_document(found)})


@containing.post(
    PLACE,
    summary="Note that a block was put in force by hand",
    tags=["containments"],
    response_model=Document,
    responses=documented(404),
)
def post_containment(name: str, body: AppliedIn, call: PartOperatorCall) -> Response:
    """Nothing is sent to any device. One that stands already stays as it was said first."""

    def act(context: Context) -> JSONResponse:
        said = f"{body.kind}:{body.where}" if body.where else body.kind
        made = note_applied(context, name, said, who=call.who.name, note=body.note)
        return JSONResponse({"containment": containment_record(made)})

    return call.once(body, act)


@containing.post(
    f"{PLACE}/lift",
    summary="Note that blocks were lifted",
    tags=["containments"],
    response_model=Document,
    responses=documented(404, 409),
)
def post_lifting(name: str, body: LiftedIn, call: PartOperatorCall) -> Response:
    """409 where none of them stands."""

    def act(context: Context) -> JSONResponse:
        said = f"{body.kind}:{body.where}" if body.where else body.kind or None
        lifted = note_lifted(context, name, said, who=call.who.name)
        return JSONResponse({"lifted": containments_document(lifted)})

    return call.once(body, act)
