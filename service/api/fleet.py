"""Controllers and sweeps."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from service.api.bodies import Accepted, SweepIn, accepted
from service.api.front import V1, Fronted, PartOperatorCall, PartViewer
from service.api.pages import page, placed_page, wanted
from service.api.problems import documented
from service.api.queries import Controllers, Sweeps
from service.api.shapes import ControllerOut, ControllersPage, SweepOut, SweepsPage
from service.door.versions import tag_of
from service.ports.fleet_file import Part
from service.usecases.context import Context
from service.usecases.edit_fleet import Spot, shown_entry
from service.usecases.request import request_sweep
from service.usecases.show import (
    show_controller,
    show_controllers,
    show_sweep,
    show_sweeps,
)

fleet = APIRouter(prefix=V1)


@fleet.get(
    "/controllers",
    summary="Controllers, with the gist of what the newest sweep saw",
    tags=["controllers"],
    response_model=ControllersPage,
    responses=documented(400),
)
def list_controllers(
    request: Request, front: Fronted, who: PartViewer, query: Controllers
) -> Response:
    """Never credentials: only what they are and how they were last seen.

    `left_out` has the inventory's bad entries: nothing is done for these until they are mended.
    """
    context, paged = front.context_of(who), wanted(request, query, query.sort)
    entries = show_controllers(context, paged.part(2), by=query.order, only=query.only)
    left_out = [
        {"name": name, "reason": reason} for name, reason in context.inventory.rejected.items()
    ]
    return page(request, "controllers", entries, paged, {"left_out": left_out})


@fleet.get(
    "/controllers/{name}",
    summary="One controller, with everything that the newest sweep saw",
    tags=["controllers"],
    response_model=ControllerOut,
    responses=documented(404),
)
def get_controller(name: str, front: Fronted, who: PartViewer) -> Response:
    """`seen` is the controller's part of the sweep's document, or null before the first sweep.

    `entry` is what the inventory says of it, and `ETag` is of that alone: it goes with a change.
    """
    context = front.context_of(who)
    entry = shown_entry(context, Spot(Part.CONTROLLERS, name))
    return JSONResponse(
        {"controller": show_controller(context, name), "entry": dict(entry)},
        headers={"ETag": tag_of(entry)},
    )


@fleet.post(
    "/sweeps",
    summary="Sweep controllers: queued, and made by a worker",
    tags=["sweeps"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_sweep(call: PartOperatorCall, body: SweepIn | None = None) -> Response:
    """Reads controllers and changes nothing on them."""
    wanted = body or SweepIn()

    def act(context: Context) -> JSONResponse:
        asked = request_sweep(
            context,
            call.queue,
            who=call.who.name,
            names=tuple(wanted.names),
            tags=tuple(wanted.tags),
        )
        return accepted("sweeps", asked.id, asked.state)

    return call.once(wanted, act)


@fleet.get(
    "/sweeps",
    summary="Sweeps by time, without what they saw",
    tags=["sweeps"],
    response_model=SweepsPage,
    responses=documented(400),
)
def list_sweeps(request: Request, front: Fronted, who: PartViewer, query: Sweeps) -> Response:
    """Also those made by schedules and by command."""
    paged = wanted(request, query, query.sort)
    entries = show_sweeps(front.context_of(who), paged.by_time(query.only))
    return placed_page(request, "sweeps", entries, paged)


@fleet.get(
    "/sweeps/{sweep}",
    summary="One sweep: how far it is, and what it saw",
    tags=["sweeps"],
    response_model=SweepOut,
    responses=documented(404),
)
def get_sweep(sweep: str, front: Fronted, who: PartViewer) -> Response:
    """`sweep.state`: queued, running, finished or failed; `controllers` is filled at the end."""
    return JSONResponse(show_sweep(front.context_of(who), sweep))
