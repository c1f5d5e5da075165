"""Access points and what polls saw of them, and the schedules by which the fleet is swept."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from service.api.front import V1, Fronted, PartViewer, Viewer
from service.api.pages import page, wanted
from service.api.problems import documented
from service.api.queries import Aps, Schedules
from service.api.shapes import ApOut, ApsPage, SchedulesPage
from service.usecases.aps import show_ap, show_aps
from service.usecases.schedule import show_schedules

aps = APIRouter(prefix=V1)


@aps.get(
    "/controllers/{name}/aps",
    summary="The access points that polls of one controller saw",
    tags=["access points"],
    response_model=ApsPage,
    responses=documented(400, 404),
)
def list_aps(name: str, request: Request, front: Fronted, who: PartViewer, query: Aps) -> Response:
    """By base radio MAC. Also those that are away: `seen` says when a poll saw each last."""
    paged = wanted(request, query, query.sort)
    state = None if query.state is None else query.state.value
    entries = show_aps(front.context_of(who), name, paged.part(1), state=state)
    return page(request, "aps", entries, paged)


@aps.get(
    "/aps/{mac}",
    summary="One access point on every controller that saw it, with its history",
    tags=["access points"],
    response_model=ApOut,
    responses=documented(404),
)
def get_ap(mac: str, front: Fronted, who: PartViewer) -> Response:
    """`mac` is the base radio MAC, in any of the usual forms. Restarts are those of the streak."""
    return JSONResponse({"aps": show_ap(front.context_of(who), mac)})


@aps.get(
    "/schedules",
    summary="The inventory's schedules, with the sweep that each asked for last",
    tags=["schedules"],
    response_model=SchedulesPage,
    responses=documented(400),
)
def list_schedules(request: Request, front: Fronted, _: Viewer, query: Schedules) -> Response:
    """`cron` is UTC. `last` is null before the first."""
    paged = wanted(request, query, query.sort)
    return page(request, "schedules", show_schedules(front.context, paged.part(1)), paged)
