"""Webhooks: who is told what happens, and what could not be delivered."""

import json
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.bodies import Accepted, Document, Name, Strict
from service.api.front import V1, Admin, AdminCall, Fronted, accepted_headers
from service.api.pages import Page, PageQuery, number_after, page, wanted
from service.api.problems import documented
from service.api.queries import Deliveries
from service.domain.targets import LONGEST_URL
from service.domain.webhooks import EventKind, Interest
from service.door.versions import IfMatch, check_match, tag_of
from service.ports.webhooks import Webhook
from service.usecases.context import Context
from service.usecases.webhooks import (
    WebhookWish,
    add_webhook,
    change_webhook,
    check_target,
    delivery_document,
    redeliver,
    remove_webhook,
    show_deliveries,
    show_webhooks,
    the_webhook,
    webhook_document,
)

webhooks = APIRouter(prefix=V1)
Some: TypeAlias = Annotated[list[Name], Field(max_length=100)]


class WebhookIn(Strict):
    """Who is to be told of what."""

    name: Name = Field(examples=["chat of the NOC"])
    url: str = Field(max_length=LONGEST_URL, examples=["https://noc.example.net/aprejoin"])
    events: list[EventKind] = Field(default=[], max_length=20, description="None: every event.")
    sites: Some = Field(default=[], description="Only of controllers of one of these sites.")
    tags: Some = Field(default=[], description="Only of controllers with one of these tags.")

    def wish(self) -> WebhookWish:
        """The same, for the use case."""
        kinds = tuple(dict.fromkeys(self.events))
        return WebhookWish(
            self.name, self.url, Interest(kinds, tuple(self.sites), tuple(self.tags))
        )


class WebhookPatch(Strict):
    """What is to be another; what is not there stays."""

    name: Name | None = None
    url: str | None = Field(default=None, max_length=LONGEST_URL)
    events: Annotated[list[EventKind], Field(max_length=20)] | None = Field(
        default=None, description="An empty list: every event."
    )
    sites: Some | None = None
    tags: Some | None = None

    def over(self, old: Webhook) -> WebhookWish:
        """The whole, for the use case."""
        held = old.interest
        kinds = held.kinds if self.events is None else tuple(dict.fromkeys(self.events))
        sites = held.sites if self.sites is None else tuple(self.sites)
        tags = held.tags if self.tags is None else tuple(self.tags)
        name, url = self.name or old.name, old.url if self.url is None else self.url
        return WebhookWish(name, url, Interest(kinds, sites, tags))


class WebhooksQuery(PageQuery):
    """Webhooks."""

    sort: Literal["created", "-created"] = "created"


class WebhookOut(BaseModel):
    """A webhook."""

    model_config = ConfigDict(extra="allow")
    webhook: dict[str, Any] = Field(examples=[{"id": "3f2a9c0d1e4b", "key_id": "9c41d2f0a7b3e856"}])


class WebhookMade(WebhookOut):
    """A new webhook, with its secret."""

    secret: str | None = Field(
        examples=["whsec_…"],
        description="Signs deliveries; shown this once. Null in an answer that is given again.",
    )


@webhooks.post(
    "/webhooks",
    summary="Be told by HTTP what happens, from now on",
    tags=["webhooks"],
    status_code=201,
    response_model=WebhookMade,
    responses=documented(409),
)
def post_webhook(body: WebhookIn, call: AdminCall) -> Response:
    """The receiver's address is checked now and at every sending. 409: no key to keep secrets."""
    check_target(call.front.context, body.url)
    secrets: list[str] = []

    def act(context: Context) -> JSONResponse:
        made, secret = add_webhook(context, body.wish(), who=call.who.name)
        secrets.append(secret)
        href = {"Location": f"{V1}/webhooks/{made.id}"}
        return JSONResponse({"webhook": webhook_document(made), "secret": None}, 201, href)

    answered = call.once(body, act)
    if not secrets:
        return answered
    told = json.loads(bytes(answered.body)) | {"secret": secrets[0]}  # never kept with the answer
    return JSONResponse(told, 201, {"Location": answered.headers["location"]})


@webhooks.get(
    "/webhooks",
    summary="Webhooks, oldest first, without their secrets",
    tags=["webhooks"],
    response_model=Page,
    responses=documented(400),
)
def list_webhooks(
    request: Request, front: Fronted, _: Admin, query: Annotated[WebhooksQuery, Query()]
) -> Response:
    """There are a hundred at most."""
    paged = wanted(request, query, query.sort)
    return page(request, "webhooks", show_webhooks(front.context, paged.part(2)), paged)


@webhooks.get(
    "/webhooks/{webhook}",
    summary="One webhook, without its secret",
    tags=["webhooks"],
    response_model=WebhookOut,
    responses=documented(404),
)
def get_webhook(webhook: str, front: Fronted, _: Admin) -> Response:
    """`key_id` is what deliveries name their secret by."""
    return _tagged(the_webhook(front.context, webhook))


@webhooks.patch(
    "/webhooks/{webhook}",
    summary="Change a webhook's name, address or interest",
    tags=["webhooks"],
    response_model=WebhookOut,
    responses=documented(404, 412),
)
def patch_webhook(
    webhook: str, body: WebhookPatch, call: AdminCall, match: IfMatch = None
) -> Response:
    """What is not said stays, and so does its secret. What waits goes to the new address."""
    if body.url:
        check_target(call.front.context, body.url)

    def act(context: Context) -> JSONResponse:
        old = the_webhook(context, webhook)
        check_match(match, webhook_document(old))
        new = change_webhook(context, old, body.over(old), who=call.who.name)
        return _tagged(new)

    return call.once(body, act)


@webhooks.delete(
    "/webhooks/{webhook}",
    summary="Tell it nothing more, and forget what was not delivered",
    tags=["webhooks"],
    response_model=Document,
    responses=documented(404),
)
def delete_webhook(webhook: str, call: AdminCall) -> Response:
    """One that is being sent right now may still arrive."""

    def act(context: Context) -> JSONResponse:
        remove_webhook(context, webhook, who=call.who.name)
        return JSONResponse({"removed": webhook})

    return call.once(None, act)


@webhooks.get(
    "/webhooks/{webhook}/deliveries",
    summary="What one webhook was told, newest first; `state=dead`: what it never took",
    tags=["webhooks"],
    response_model=Page,
    responses=documented(400, 404),
)
def list_deliveries(
    webhook: str,
    request: Request,
    front: Fronted,
    _: Admin,
    query: Deliveries,
) -> Response:
    """Those that ended are kept for 30 days."""
    paged = wanted(request, query, query.sort)
    found = show_deliveries(
        front.context,
        webhook,
        state=query.state,
        limit=paged.limit,
        before=number_after(paged.after),
    )
    entries = [((str(one.number),), delivery_document(one)) for one in found]
    return page(request, "deliveries", entries, paged)


@webhooks.post(
    "/webhooks/{webhook}/deliveries/{delivery}/redeliver",
    summary="Send once more what has ended, under the same id",
    tags=["webhooks"],
    status_code=202,
    response_model=Accepted,
    responses=documented(404),
)
def post_redelivery(webhook: str, delivery: str, call: AdminCall) -> Response:
    """It is tried for another day where it has to be. One that is still tried stays as it is."""

    def act(context: Context) -> JSONResponse:
        found = redeliver(context, webhook, delivery, who=call.who.name)
        href = f"{V1}/webhooks/{webhook}/deliveries"
        body = {"id": found.id, "state": found.state, "href": href}
        return JSONResponse(body, 202, accepted_headers(202, href))

    return call.once(None, act)


def _tagged(webhook: Webhook) -> JSONResponse:
    """One with its tag."""
    told = webhook_document(webhook)
    return JSONResponse({"webhook": told}, headers={"ETag": tag_of(told)})
