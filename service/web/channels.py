"""Channels to people: how each stands, a try-out, and what was put aside sent once more."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.usecases.channels import ask_try_out, send_again, show_channels
from service.usecases.listing import Part
from service.web.forms import AdminForm
from service.web.rendering import render
from service.web.states import MESSAGES
from service.web.visitor import Admin

channels = APIRouter()
MOST = 200


@channels.get("/channels")
def get_channels(request: Request, visitor: Admin) -> Response:
    """All of them, by name; where they lead is shown to nobody."""
    found = [one for _, one in show_channels(visitor.context, Part(MOST))]
    values = {"channels": found, "words": MESSAGES}
    return render(request, "channels.html", values, visitor=visitor)


@channels.post("/channels/{name}/test")
def post_try_out(name: str, form: AdminForm) -> Response:
    """Have a try-out sent."""
    form.whole(lambda context: ask_try_out(context, name, who=form.visitor.who.name))
    return RedirectResponse("/channels", 303)


@channels.post("/channels/{name}/messages/{message}/again")
def post_again(name: str, message: str, form: AdminForm) -> Response:
    """Have a message that was put aside sent once more."""
    form.whole(lambda context: send_again(context, name, message, who=form.visitor.who.name))
    return RedirectResponse("/channels", 303)
