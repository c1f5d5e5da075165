"""Schedules: when the fleet is swept by itself, what came of the last time, and one more now.

Beside them the freezes, in which nothing is changed.
"""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.usecases.context import Context
from service.usecases.freezes import agenda_of_freezes
from service.usecases.listing import Part
from service.usecases.schedule import run_now, show_agenda
from service.web.forms import OperatorForm
from service.web.rendering import render
from service.web.visitor import Viewer

schedules = APIRouter()
MOST = 500


@schedules.get("/schedules")
def get_schedules(request: Request, visitor: Viewer) -> Response:
    """All of them, by name, when nothing is changed, and the newest sweeps."""
    context = visitor.context
    values = {
        "agenda": [one for _, one in show_agenda(context, Part(MOST))],
        "freezes": agenda_of_freezes(context),
        "sweeps": context.store.sweeps(limit=20),
        "live": "schedules",
    }
    return render(request, "schedules.html", values, visitor=visitor)


@schedules.post("/schedules/{name}/run")
def post_run(name: str, form: OperatorForm) -> Response:
    """Ask for what it would ask for, now; its own next turn stays what it was."""

    def act(context: Context) -> str:
        return run_now(context, form.queue, name, who=form.visitor.who.name).id

    form.whole(act)
    return RedirectResponse("/schedules", 303)
