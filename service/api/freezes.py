"""Freezes, in which nothing is changed: added, moved and lifted in the inventory file."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from service.api.entries import EntryGone, EntryOut, FreezeIn, FreezePatch
from service.api.front import V1, AdminCall, Fronted, Viewer
from service.api.inventory import CHANGED, added, patched, removed, replaced
from service.api.pages import PageQuery, page, wanted
from service.api.problems import documented
from service.api.shapes import FreezeOut, FreezesPage
from service.door.versions import IfMatch, tag_of
from service.ports.fleet_file import Part
from service.usecases.edit_fleet import Spot, shown_entry
from service.usecases.freezes import show_freeze, show_freezes

freezes = APIRouter(prefix=V1)
ONE = "/freezes/{name}"


class FreezesQuery(PageQuery):
    """Freezes."""

    sort: Literal["from", "-from"] = "from"


@freezes.get(
    "/freezes",
    summary="The inventory's freezes, and which of them holds now",
    tags=["freezes"],
    response_model=FreezesPage,
    responses=documented(400),
)
def list_freezes(
    request: Request, front: Fronted, _: Viewer, query: Annotated[FreezesQuery, Query()]
) -> Response:
    """Those without a name (null) are changed in the file alone."""
    paged = wanted(request, query, query.sort)
    return page(request, "freezes", show_freezes(front.context, paged.part(2)), paged)


@freezes.post(
    "/freezes",
    summary="Add a freeze to the inventory",
    tags=["freezes"],
    status_code=201,
    response_model=EntryOut,
    responses=documented(409),
)
def post_freeze(body: FreezeIn, call: AdminCall) -> Response:
    """It counts at once, also for what is under way: that is put back, nothing more is begun."""
    return added(call, Spot(Part.FREEZES, body.name), body, f"{V1}/freezes/{body.name}")


@freezes.get(
    ONE,
    summary="One freeze",
    tags=["freezes"],
    response_model=FreezeOut,
    responses=documented(404),
)
def get_freeze(name: str, front: Fronted, _: Viewer) -> Response:
    """`entry` is what the inventory says of it, and `ETag` is of that alone."""
    context = front.context
    told = show_freeze(context, name)
    entry = shown_entry(context, Spot(Part.FREEZES, name))
    return JSONResponse({"freeze": told, "entry": dict(entry)}, headers={"ETag": tag_of(entry)})


@freezes.put(
    ONE,
    summary="Replace a freeze",
    tags=["freezes"],
    response_model=EntryOut,
    responses=CHANGED,
)
def put_freeze(name: str, body: FreezeIn, call: AdminCall, match: IfMatch = None) -> Response:
    """Without sites and tags it holds everywhere."""
    return replaced(call, Spot(Part.FREEZES, name), body, match)


@freezes.patch(
    ONE,
    summary="Change keys of a freeze",
    tags=["freezes"],
    response_model=EntryOut,
    responses=CHANGED,
)
def patch_freeze(name: str, body: FreezePatch, call: AdminCall, match: IfMatch = None) -> Response:
    """A merge patch (RFC 7396): without its last site and tag it holds everywhere."""
    return patched(call, Spot(Part.FREEZES, name), body, match)


@freezes.delete(
    ONE,
    summary="Lift a freeze: take it out of the inventory",
    tags=["freezes"],
    response_model=EntryGone,
    responses=CHANGED,
)
def delete_freeze(name: str, call: AdminCall, match: IfMatch = None) -> Response:
    """What waits for its end may begin at once, under its policy and approval."""
    return removed(call, Spot(Part.FREEZES, name), match)
