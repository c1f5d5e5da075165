"""The page of one controller, and of one access point: what is known of it, and what was done."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.domain.observation import ApState
from service.usecases.aps import show_ap, show_aps
from service.usecases.context import Context
from service.usecases.look_back import look_back
from service.usecases.request import request_sweep
from service.web.addresses import at, topic
from service.web.curves import certificates_chart, polls_chart
from service.web.forms import PartOperatorForm
from service.web.queries import Chosen, ListQuery
from service.web.rendering import render
from service.web.states import APS, CONFIDENCES, PLANS, REMEDIATIONS
from service.web.visitor import PartViewer

controllers = APIRouter()


class ApsQuery(ListQuery):
    """Which access points are listed."""

    state: Annotated[ApState | None, Chosen] = None


Wanted: TypeAlias = Annotated[ApsQuery, Query()]


@controllers.get("/controllers/{name}")
def get_controller(request: Request, name: str, visitor: PartViewer, query: Wanted) -> Response:
    """Everything that is known of it."""
    context = visitor.context
    past = look_back(context, name)
    state = None if query.state is None else query.state.value
    aps = show_aps(context, name, query.part(request, 1), state=state)
    values = {
        "past": past,
        "seen": past.shown["seen"],
        "clock_chart": polls_chart(past.trail),
        "certificates": certificates_chart(past.note, past.signing, past.now),
        "aps": [one for _, one in aps],
        "query": query,
        "next_page": query.next_page(request, [key for key, _ in aps]),
        "first_page": at("controllers", name),
        "states": list(ApState),
        "words": {"ap": APS, "sure": CONFIDENCES, "plan": PLANS, "run": REMEDIATIONS},
        "live": topic("controller", name),
    }
    return render(request, "controller.html", values, visitor=visitor)


@controllers.post("/controllers/{name}/sweep")
def post_sweep(name: str, form: PartOperatorForm) -> Response:
    """Have it polled now."""

    def act(context: Context) -> str:
        return request_sweep(context, form.queue, who=form.visitor.who.name, names=(name,)).id

    form.whole(act)
    return RedirectResponse(at("controllers", name), 303)


@controllers.get("/aps/{mac}")
def get_ap(request: Request, mac: str, visitor: PartViewer) -> Response:
    """One access point, on every controller that saw it."""
    found = show_ap(visitor.context, mac)
    newest = max(found, key=lambda one: str(one["seen"]))
    values = {"seen_by": found, "ap": newest, "words": APS}
    return render(request, "ap.html", values, visitor=visitor)
