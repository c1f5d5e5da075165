"""Live events of one remediation, as server-sent events (HTML standard, section 9.2).

`entry` has one line of the journal in words, with its number as the event's id, so that a caller
who comes again with `Last-Event-ID` misses none; `state` says how it stands, `end` that nothing
more comes. Streams are few and end by themselves; one whose caller is gone ends with its next line.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, TypeAlias

import anyio
import structlog
from fastapi import APIRouter, Header
from fastapi.responses import Response

from service.api.front import V1, Fronted, PartViewer
from service.api.problems import documented
from service.domain.documents import Document
from service.door.front import Front
from service.door.streams import EVENTS, EventStream, event
from service.errors import InvalidInput, StoreError, TokenRefused
from service.ports.tokens import Token
from service.usecases.admit import still_good
from service.usecases.news import News, news_of

live = APIRouter(prefix=V1)
log = structlog.get_logger(__name__)

LAST = 2**31 - 1
"""No journal has as many entries, and no database takes a larger number."""

LastEventId: TypeAlias = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=20,
        description="The id of the event that was seen last: only what came after it is told.",
        examples=["12"],
    ),
]


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a stream looks, in seconds.

    Attributes:
        state_s: how often it looks how things stand where nothing was journaled.
        heartbeat_s: how long it is silent at most. Nothing is told before it was asked whether the
            token still holds, and no heartbeat sent.
        lasts_s: how long it lasts; the caller comes again by itself.
    """

    look_s: float = 1.0
    state_s: float = 5.0
    heartbeat_s: float = 15.0
    lasts_s: float = 1800.0


PACE = Pace()


@dataclass(slots=True)
class Silence:
    """How long a stream has told nothing: a heartbeat breaks it, for as long as the token holds."""

    front: Front
    who: Token
    pace: Pace
    lasts_s: float = 0.0

    async def heartbeat(self, heard: bool) -> str:  # noqa: FBT001 - what the look before came to
        """What is to be sent after a look; empty: nothing yet. Raises TokenRefused."""
        self.lasts_s = 0.0 if heard else self.lasts_s + self.pace.look_s
        if self.lasts_s < self.pace.heartbeat_s:
            return ""
        await anyio.to_thread.run_sync(still_good, self.front.base, self.who)
        self.lasts_s = 0.0
        return ": still here\n\n"


@live.get(
    "/remediations/{remediation}/events",
    summary="Live events of one remediation (server-sent events)",
    tags=["remediations"],
    response_class=Response,
    responses={
        200: {
            "description": "Events until it has ended; `retry` says when to come again.",
            "content": {EVENTS: {"schema": {"type": "string"}}},
        },
        204: {"description": "It has ended, and the caller has seen everything."},
        **documented(404),
    },
)
def get_events(
    remediation: str, front: Fronted, who: PartViewer, last_event_id: LastEventId = None
) -> Response:
    """`entry`: a line of the journal; `state`: how it stands; `end`: nothing more comes."""
    after = event_number(last_event_id)
    seen = news_of(front.context_of(who), remediation, after=after, whole=True)
    if seen.seq < after:
        raise InvalidInput(
            "no event of this remediation", where="Last-Event-ID", expected=f"0 to {seen.seq}"
        )
    if seen.is_over and after and not seen.entries:
        return Response(status_code=204)
    front.streams.take(who.name)
    lines = told(front, remediation, who, after=after)
    return EventStream(lines, lambda: front.streams.give_back(who.name))


async def told(
    front: Front, remediation: str, who: Token, *, after: int, pace: Pace = PACE
) -> AsyncIterator[str]:
    """The lines of one stream."""
    yield "retry: 2000\n\n"
    elapsed_s, silence = 0.0, Silence(front, who, pace)
    unseen_s, state = pace.state_s, None
    try:
        while elapsed_s < pace.lasts_s:
            whole = unseen_s >= pace.state_s
            seen = await anyio.to_thread.run_sync(_look, front, who, remediation, after, whole)
            lines = _lines(seen, state)
            for line in lines:
                yield line
            if seen.is_over:
                return
            after, state = seen.seq, seen.state or state
            unseen_s = 0.0 if seen.state is not None else unseen_s + pace.look_s
            if beat := await silence.heartbeat(bool(lines)):
                yield beat
            elapsed_s += pace.look_s
            await anyio.sleep(pace.look_s)
    except (StoreError, TokenRefused) as err:  # the caller comes again, and is told then
        log.info("stream.ended", remediation=remediation, reason=str(err))


def _look(front: Front, who: Token, remediation: str, after: int, whole: bool) -> News:  # noqa: FBT001 - by place, for a thread
    seen = news_of(front.context_of(who), remediation, after=after, whole=whole)
    if seen.entries or seen.state is not None:
        still_good(front.base, who)
    return seen


def _lines(seen: News, before: Document | None) -> list[str]:
    lines = [event("entry", one, item=str(one["seq"])) for one in seen.entries]
    if seen.state is not None and seen.state != before:
        lines.append(event("state", seen.state))
    if seen.is_over and seen.state is not None:
        lines.append(event("end", seen.state))
    return lines


def event_number(last: str | None) -> int:
    """The number of the event that was seen last; 0: none. Raises InvalidInput."""
    if last is None or not last.strip():
        return 0
    if not (last.isascii() and last.isdigit()):
        raise InvalidInput("no event's id", where="Last-Event-ID", expected="a number, as told")
    return min(int(last), LAST)
