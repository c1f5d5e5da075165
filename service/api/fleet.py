"""Controllers, sweeps and findings."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from service.api.bodies import Accepted, Document, SweepIn, accepted
from service.api.front import V1, Fronted, OperatorCall, Viewer
from service.api.pages import (
    Page,
    Paged,
    cursor_of,
    name_of,
    page,
    place_of,
    placed_page,
)
from service.api.problems import documented
from service.usecases.context import Context
from service.usecases.request import request_sweep
from service.usecases.show import (
    finding_place,
    show_controller,
    show_controllers,
    show_findings,
    show_sweep,
    show_sweeps,
)

fleet = APIRouter(prefix=V1)

Narrow = Annotated[str | None, Query(max_length=64)]


@fleet.get(
    "/controllers",
    summary="Controllers by name, with the gist of what the newest sweep saw",
    tags=["controllers"],
    response_model=Page,
    responses=documented(),
)
def list_controllers(request: Request, front: Fronted, _: Viewer, paged: Paged) -> Response:
    """Never credentials: only what they are and how they were last seen.

    `left_out` has the inventory's bad entries: nothing is done for these until they are mended.
    """
    context = front.context
    entries = show_controllers(context, limit=paged.limit, after=name_of(paged.cursor))
    last = cursor_of(str(entries[-1]["name"])) if entries else None
    left_out = [
        {"name": name, "reason": reason} for name, reason in context.inventory.rejected.items()
    ]
    beside = {"left_out": left_out}
    return page(request, "controllers", entries, limit=paged.limit, last=last, beside=beside)


@fleet.get(
    "/controllers/{name}",
    summary="One controller, with everything that the newest sweep saw",
    tags=["controllers"],
    response_model=Document,
    responses=documented(404),
)
def get_controller(name: str, front: Fronted, _: Viewer) -> Response:
    """`seen` is the controller's part of the sweep's document, or null before the first sweep."""
    return JSONResponse({"controller": show_controller(front.context, name)})


@fleet.post(
    "/sweeps",
    summary="Sweep controllers: queued, and made by a worker",
    tags=["sweeps"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404, 409),
)
def post_sweep(call: OperatorCall, body: SweepIn | None = None) -> Response:
    """Reads controllers and changes nothing on them."""
    wanted = body or SweepIn()

    def act(context: Context) -> JSONResponse:
        asked = request_sweep(
            context,
            call.front.queue,
            who=call.who.name,
            names=tuple(wanted.names),
            tags=tuple(wanted.tags),
        )
        return accepted("sweeps", asked.id, asked.state)

    return call.once(wanted, act)


@fleet.get(
    "/sweeps",
    summary="Sweeps, newest first, without what they saw",
    tags=["sweeps"],
    response_model=Page,
    responses=documented(),
)
def list_sweeps(request: Request, front: Fronted, _: Viewer, paged: Paged) -> Response:
    """Also those made by schedules and by command."""
    entries = show_sweeps(front.context, limit=paged.limit, after=place_of(paged.cursor))
    return placed_page(request, "sweeps", entries, limit=paged.limit)


@fleet.get(
    "/sweeps/{sweep}",
    summary="One sweep: how far it is, and what it saw",
    tags=["sweeps"],
    response_model=Document,
    responses=documented(404),
)
def get_sweep(sweep: str, front: Fronted, _: Viewer) -> Response:
    """`sweep.state`: queued, running, finished or failed; `controllers` is filled at the end."""
    return JSONResponse(show_sweep(front.context, sweep))


@fleet.get(
    "/findings",
    summary="The findings of the newest word on each controller",
    tags=["findings"],
    response_model=Page,
    responses=documented(),
)
def list_findings(
    request: Request,
    front: Fronted,
    _: Viewer,
    paged: Paged,
    controller: Narrow = None,
    issue: Narrow = None,
) -> Response:
    """As in the sweep's document, each with its controller, its sweep and when it was seen."""
    entries = show_findings(
        front.context,
        limit=paged.limit,
        after=name_of(paged.cursor),
        controller=controller,
        issue=issue,
    )
    last = cursor_of(finding_place(entries[-1])) if entries else None
    return page(request, "findings", entries, limit=paged.limit, last=last)
