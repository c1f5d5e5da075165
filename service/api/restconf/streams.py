"""The event stream of the model, as server-sent events (RFC 8040 section 6).

What was told is kept, so that `start-time` replays it and `Last-Event-ID` goes on where a caller
was cut off. Each look at the store is short; a stream ends by itself, and its caller comes again.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import anyio
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from service.api.front import Fronted
from service.api.live import PACE, LastEventId, Pace, Silence, event_number
from service.api.restconf.accepting import check_stream
from service.api.restconf.admission import Reader
from service.api.restconf.filters import Filter, filter_of
from service.api.restconf.own_data import STREAM
from service.api.restconf.query import Query
from service.api.restconf.render import rendered
from service.api.restconf.schema import Node, schema
from service.api.restconf_errors import STREAMS, Refusal, bad_value
from service.domain.documents import moment
from service.door.front import Front
from service.door.streams import EventStream
from service.errors import StoreError, TokenRefused
from service.ports.stream import Told
from service.ports.tokens import Token
from service.usecases.admit import still_good
from service.usecases.stream import Heard, heard_after

streams = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)
START, STOP, FILTER = "start-time", "stop-time", "filter"


@dataclass(frozen=True, slots=True)
class Span:
    """Which notifications are wanted.

    Attributes:
        after: the number of the one that was seen last.
        since, until: their moments; None: whatever theirs is, and what is still to come.
        only: which of them; None: all.
    """

    after: int
    since: datetime | None = None
    until: datetime | None = None
    only: Filter | None = None


@streams.get(f"{STREAMS}/{STREAM}")
def stream(
    request: Request, front: Fronted, who: Reader, last_event_id: LastEventId = None
) -> Response:
    """Notifications about controllers that the caller may see."""
    check_stream(request.headers.get("accept", ""))
    span = _span(request, front, event_number(last_event_id) if last_event_id else None)
    front.streams.take(who.name)
    return EventStream(told(front, who, span), lambda: front.streams.give_back(who.name))


def _span(request: Request, front: Front, seen: int | None) -> Span:
    """What is asked for. Raises Refusal."""
    sent = dict(request.query_params)
    if set(sent) - {START, STOP, FILTER} or len(request.query_params.multi_items()) != len(sent):
        raise bad_value(f"expected {START}, {STOP} and {FILTER}, each once")
    since, until = _moment(sent, START), _moment(sent, STOP)
    now = front.context.clock.now().wall
    if since is not None and since > now:
        raise bad_value(f"{START} is still to come")
    if until is not None and (since is None or until <= since):
        raise bad_value(f"{STOP} comes with {START}, and after it")
    only = filter_of(sent[FILTER]) if FILTER in sent else None
    if seen is None:
        seen = front.base.store.last_told() if since is None else 0
    return Span(seen, since, until, only)


def _moment(sent: Mapping[str, str], name: str) -> datetime | None:
    if name not in sent:
        return None
    try:
        found = datetime.fromisoformat(sent[name].replace(" ", "+"))
    except ValueError:
        raise bad_value(f"{name}: expected an RFC 3339 time with its zone") from None
    if found.tzinfo is None:
        raise bad_value(f"{name}: expected an RFC 3339 time with its zone")
    return found


async def told(front: Front, who: Token, span: Span, *, pace: Pace = PACE) -> AsyncIterator[str]:
    """The lines of one stream."""
    yield "retry: 2000\n\n"
    elapsed_s, silence = 0.0, Silence(front, who, pace)
    after = span.after
    try:
        while elapsed_s < pace.lasts_s:
            heard = await anyio.to_thread.run_sync(_look, front, who, span, after)
            after = heard.number
            for one in heard.told:
                if span.until is None or one.notification.at <= span.until:
                    yield _event(one)
            if not heard.is_all:
                continue
            if span.until is not None and front.base.clock.now().wall >= span.until:
                return
            if beat := await silence.heartbeat(bool(heard.told)):
                yield beat
            elapsed_s += pace.look_s
            await anyio.sleep(pace.look_s)
    except (StoreError, TokenRefused, Refusal) as err:  # the caller comes again, and is told then
        log.info("stream.ended", stream=STREAM, reason=str(err))


def _look(front: Front, who: Token, span: Span, after: int) -> Heard:
    heard = heard_after(front.context_of(who), after, since=span.since)
    if heard.told:
        still_good(front.base, who)
    if span.only is None:
        return heard
    return replace(heard, told=tuple(one for one in heard.told if _wants(span.only, one)))


def _wants(only: Filter, one: Told) -> bool:
    node, leaves = _rendered(one)
    return only.wants(node.name, leaves)


def _event(one: Told) -> str:
    """One event; JSON has no line ends of its own."""
    return f"id: {one.number}\ndata: {json.dumps(notification_document(one))}\n\n"


def notification_document(one: Told) -> Mapping[str, object]:
    """A notification in the form of RFC 8040 section 6.4."""
    node, leaves = _rendered(one)
    return {
        "ietf-restconf:notification": {
            "eventTime": moment(one.notification.at),
            node.label: leaves,
        },
    }


def _rendered(one: Told) -> tuple[Node, Mapping[str, object]]:
    """A notification's node in the model, and its leaves as JSON has them."""
    found = one.notification
    node = schema().top[f"aprejoin:{found.name}"]
    inside = rendered(node, {"controller": found.controller, **found.said}, Query())
    return node, cast("Mapping[str, object]", inside)
