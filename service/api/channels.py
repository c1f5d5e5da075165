"""Channels to people: how each stands, a try-out, and what was put aside sent once more.

Which channels there are, and where they lead, is in the inventory file alone; no address is told.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.bodies import Accepted
from service.api.front import V1, Admin, AdminCall, Fronted, accepted_headers
from service.api.pages import Page, PageQuery, number_after, page, wanted
from service.api.problems import documented
from service.api.queries import Deliveries
from service.ports.webhooks import Delivery
from service.usecases.channels import (
    ask_try_out,
    channel_document,
    message_document,
    send_again,
    show_channels,
    show_messages,
    the_channel,
)
from service.usecases.context import Context

channels = APIRouter(prefix=V1)


class ChannelsQuery(PageQuery):
    """Channels."""

    sort: Literal["name", "-name"] = "name"


class ChannelOut(BaseModel):
    """A channel."""

    model_config = ConfigDict(extra="allow")
    channel: dict[str, Any] = Field(examples=[{"name": "noc", "rules": ["alarms"], "waiting": 0}])


@channels.get(
    "/channels",
    summary="Channels to people, without their addresses",
    tags=["channels"],
    response_model=Page,
    responses=documented(400),
)
def list_channels(
    request: Request, front: Fronted, _: Admin, query: Annotated[ChannelsQuery, Query()]
) -> Response:
    """None where the inventory has no `notify`."""
    paged = wanted(request, query, query.sort)
    return page(request, "channels", show_channels(front.context, paged.part(1)), paged)


@channels.get(
    "/channels/{channel}",
    summary="How one channel stands: what waits, is held back, was sent, was put aside",
    tags=["channels"],
    response_model=ChannelOut,
    responses=documented(404),
)
def get_channel(channel: str, front: Fronted, _: Admin) -> Response:
    """`held`: of what nothing more is told for a while; `last`: what was taken last."""
    context = front.context
    return JSONResponse({"channel": channel_document(context, the_channel(context, channel))})


@channels.get(
    "/channels/{channel}/messages",
    summary="Messages to one channel, newest first; `state=dead`: what was put aside",
    tags=["channels"],
    response_model=Page,
    responses=documented(400, 404),
)
def list_messages(
    channel: str, request: Request, front: Fronted, _: Admin, query: Deliveries
) -> Response:
    """Those that ended are kept for 30 days."""
    paged = wanted(request, query, query.sort)
    found = show_messages(
        front.context,
        channel,
        state=query.state,
        limit=paged.limit,
        before=number_after(paged.after),
    )
    entries = [((str(one.number),), message_document(one)) for one in found]
    return page(request, "messages", entries, paged)


@channels.post(
    "/channels/{channel}/test",
    summary="Have a try-out sent to a channel",
    tags=["channels"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404),
)
def post_test(channel: str, call: AdminCall) -> Response:
    """Its message tells how that went: `delivered`, or why not."""

    def act(context: Context) -> JSONResponse:
        return _accepted(channel, ask_try_out(context, channel, who=call.who.name))

    return call.once(None, act)


@channels.post(
    "/channels/{channel}/messages/{message}/redeliver",
    summary="Send once more a message that has ended",
    tags=["channels"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404),
)
def post_message(channel: str, message: str, call: AdminCall) -> Response:
    """It is tried for another day where it has to be. One that is still tried stays as it is."""

    def act(context: Context) -> JSONResponse:
        return _accepted(channel, send_again(context, channel, message, who=call.who.name))

    return call.once(None, act)


def _accepted(channel: str, message: Delivery) -> JSONResponse:
    href = f"{V1}/channels/{channel}/messages"
    body = {"id": message.id, "state": message.state, "href": href}
    return JSONResponse(body, 202, accepted_headers(202, href))
