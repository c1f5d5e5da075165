"""Schedules, added, changed, paused and removed in the inventory file."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from service.api.entries import EntryGone, EntryOut, ScheduleIn, SchedulePatch
from service.api.front import V1, AdminCall, Fronted, Viewer
from service.api.inventory import CHANGED, added, patched, removed, replaced
from service.api.problems import documented
from service.api.shapes import ScheduleOut
from service.door.versions import IfMatch, tag_of
from service.ports.fleet_file import Part
from service.usecases.edit_fleet import Spot, shown_entry
from service.usecases.schedule import show_schedule

schedules = APIRouter(prefix=V1)
ONE = "/schedules/{name}"


@schedules.post(
    "/schedules",
    summary="Add a schedule to the inventory",
    tags=["schedules"],
    status_code=201,
    response_model=EntryOut,
    responses=documented(409),
)
def post_schedule(body: ScheduleIn, call: AdminCall) -> Response:
    """One that was never seen before counts as missed: an interval begins at once."""
    return added(call, Spot(Part.SCHEDULES, body.name), body, f"{V1}/schedules/{body.name}")


@schedules.get(
    ONE,
    summary="One schedule, with the sweep that it asked for last",
    tags=["schedules"],
    response_model=ScheduleOut,
    responses=documented(404),
)
def get_schedule(name: str, front: Fronted, _: Viewer) -> Response:
    """`entry` is what the inventory says of it, and `ETag` is of that alone."""
    context = front.context
    entry = shown_entry(context, Spot(Part.SCHEDULES, name))
    return JSONResponse(
        {"schedule": show_schedule(context, name), "entry": dict(entry)},
        headers={"ETag": tag_of(entry)},
    )


@schedules.put(
    ONE,
    summary="Replace a schedule",
    tags=["schedules"],
    response_model=EntryOut,
    responses=CHANGED,
)
def put_schedule(name: str, body: ScheduleIn, call: AdminCall, match: IfMatch = None) -> Response:
    """It counts at once. A sweep that it asked for goes on."""
    return replaced(call, Spot(Part.SCHEDULES, name), body, match)


@schedules.patch(
    ONE,
    summary="Change keys of a schedule; `paused` stops it for now",
    tags=["schedules"],
    response_model=EntryOut,
    responses=CHANGED,
)
def patch_schedule(
    name: str, body: SchedulePatch, call: AdminCall, match: IfMatch = None
) -> Response:
    """A merge patch (RFC 7396): what is not said stays, null takes away."""
    return patched(call, Spot(Part.SCHEDULES, name), body, match)


@schedules.delete(
    ONE,
    summary="Remove a schedule",
    tags=["schedules"],
    response_model=EntryGone,
    responses=CHANGED,
)
def delete_schedule(name: str, call: AdminCall, match: IfMatch = None) -> Response:
    """A sweep that it asked for goes on."""
    return removed(call, Spot(Part.SCHEDULES, name), match)
