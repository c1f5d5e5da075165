"""Events: brought by callers and monitoring systems, and listed."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials

from service.api.alert_forms import AnyIn
from service.api.bodies import Accepted, Document, accepted
from service.api.front import (
    V1,
    Call,
    Fronted,
    Key,
    Needs,
    PartViewer,
    bearer,
    called,
    caller_of,
)
from service.api.pages import Filter, Page, TimedQuery, placed_page, wanted
from service.api.problems import answer, documented
from service.api.signatures import body_bytes, signed_of
from service.domain.events.messages import Sense
from service.domain.events.signing import Signed
from service.door.sorts import INVALID
from service.ports.requests import ALL
from service.ports.tokens import Role, Token
from service.usecases.admit import digest_of
from service.usecases.context import Context
from service.usecases.events import (
    EventsOnly,
    admit_signed,
    show_event,
    show_events,
    take_signature,
)
from service.usecases.hear import hear
from service.usecases.held_jobs import HeldJobs

events = APIRouter(prefix=V1)

NOBODYS = (
    "body: no event tells a controller of the inventory; expected its name, host or address, or "
    "an access point that polls saw"
)


class EventsQuery(TimedQuery):
    """Events."""

    controller: Filter = None
    sense: Sense | None = None
    via: Literal["syslog-udp", "syslog-tcp", "syslog-tls", "snmp", "netconf", "http"] | None = None

    @property
    def only(self) -> EventsOnly:
        """Which are wanted."""
        sense = None if self.sense is None else self.sense.value
        return EventsOnly(self.controller, sense, self.via)


@dataclass(frozen=True, slots=True)
class Bringing:
    """One call that brings events, and what it was signed with, if it was."""

    call: Call
    signed: Signed | None


def _who(
    request: Request,
    front: Fronted,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    signed: Annotated[Signed | None, Depends(signed_of)],
    body: Annotated[bytes, Depends(body_bytes)],
) -> Token:
    """Who brings events. Raises TokenRefused, RoleNeeded."""
    if signed is None:
        return Needs(Role.OPERATOR, parts=True)(request, front, given)
    if front.rate is not None:
        front.rate.take(digest_of(f"key {signed.key}"))
    context = replace(front.context, caller=caller_of(request, None))
    return admit_signed(context, front.secrets, signed, body, call=called(request))


def _bringing(
    request: Request,
    front: Fronted,
    who: Annotated[Token, Depends(_who)],
    signed: Annotated[Signed | None, Depends(signed_of)],
    key: Key = None,
) -> Bringing:
    return Bringing(Call(request, front, who, key, HeldJobs(front.queue)), signed)


@events.post(
    "/events",
    summary="Bring events: each has its controller looked at, if it tells whose it is",
    tags=["events"],
    status_code=202,
    response_model=Accepted,
    responses=documented(409),
)
def post_events(bringing: Annotated[Bringing, Depends(_bringing)], body: AnyIn) -> Response:
    """Our own form, or what Alertmanager, LibreNMS or Catalyst Center sends.

    With a bearer token, or signed with one of the inventory's `event_keys`. They are durable when
    this is answered; `untied` is how many told no controller of the inventory.
    """
    call, signed = bringing.call, bringing.signed

    def act(context: Context) -> JSONResponse:
        if signed is not None:
            take_signature(context, call.who, signed)
        places = call.front.places(context.inventory)
        hearing = hear(context, call.queue, places, body.said(call.who.name))
        if not hearing.events:  # an answer, not an error: what it says is known and nobody's
            return answer(call.request, INVALID, NOBODYS)
        return accepted("events", hearing.events[0].id, "heard")

    return call.once(body, act)


@events.get(
    "/events",
    summary="What was heard, by when it first came",
    tags=["events"],
    response_model=Page,
    responses=documented(400),
)
def list_events(
    request: Request, front: Fronted, who: PartViewer, query: Annotated[EventsQuery, Query()]
) -> Response:
    """What is the same within five minutes is one event with a `count`."""
    paged = wanted(request, query, query.sort)
    entries = show_events(front.context_of(who), paged.by_time(ALL), query.only)
    return placed_page(request, "events", entries, paged)


@events.get(
    "/events/{event}",
    summary="One event, with the look that answers it and what that found",
    tags=["events"],
    response_model=Document,
    responses=documented(404),
)
def get_event(event: str, front: Fronted, who: PartViewer) -> Response:
    """`findings` is null until the look has ended, and once a newer one has replaced its word."""
    return JSONResponse({"event": show_event(front.context_of(who), event)})
