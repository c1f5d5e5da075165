"""The live layer: a page is told that something it shows has changed, and fetches itself anew.

One stream for each page that somebody looks at. It says no more than "changed": what is shown is
made, and judged for who may see it, by the page's own address alone.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import anyio
import structlog
from fastapi import APIRouter
from fastapi.responses import Response

from service.door.streams import EventStream, event
from service.errors import AprejoinError, NotFound
from service.ports.tokens import Role
from service.usecases.context import Context
from service.usecases.visits import visitor as still_there
from service.web.marks import controller_mark, plan_mark, remediation_mark, schedules_mark
from service.web.visitor import PartViewer, Visitor

live = APIRouter()
log = structlog.get_logger(__name__)

Mark: TypeAlias = Callable[[Context, str], str]
"""A text that is another one whenever what a page shows of an item may have changed."""


def fleet_mark(context: Context, _: str) -> str:
    """Of anything in the fleet."""
    return context.store.fleet_mark()


MARKS: Mapping[str, Mark] = {
    "fleet": fleet_mark,
    "controller": controller_mark,
    "plan": plan_mark,
    "remediation": remediation_mark,
    "schedules": schedules_mark,
}
"""By topic. A page names its own: `live = "topic"` or `"topic?item=..."` among its values."""


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds.

    Attributes:
        look_s: between two looks.
        heartbeat_s: how long a stream is silent at most.
        lasts_s: how long it lasts; the page comes again by itself.
    """

    look_s: float = 3.0
    heartbeat_s: float = 15.0
    lasts_s: float = 1800.0


PACE = Pace()


@live.get("/live/{topic}")
def get_live(topic: str, visitor: PartViewer, item: str = "") -> Response:
    """`changed` whenever the page is to be fetched again; the first one says how it stands now."""
    if topic not in MARKS:
        raise NotFound("topic", topic)
    MARKS[topic](visitor.context, item)  # what may not be seen is not there
    streams = visitor.front.streams
    streams.take(visitor.who.name)
    return EventStream(told(visitor, topic, item), lambda: streams.give_back(visitor.who.name))


async def told(visitor: Visitor, topic: str, item: str, *, pace: Pace = PACE) -> AsyncIterator[str]:
    """The lines of one stream; it ends with the session."""
    yield "retry: 3000\n\n"
    before, quiet_s, elapsed_s = "", 0.0, 0.0
    try:
        while elapsed_s < pace.lasts_s:
            mark = await anyio.to_thread.run_sync(_look, visitor, topic, item)
            if mark != before:
                yield event("changed", {"mark": mark})
                before, quiet_s = mark, 0.0
            elif quiet_s >= pace.heartbeat_s:
                yield ": still here\n\n"
                quiet_s = 0.0
            quiet_s += pace.look_s
            elapsed_s += pace.look_s
            await anyio.sleep(pace.look_s)
    except AprejoinError as err:  # the page comes again, and is told then
        log.info("page.stream-ended", topic=topic, reason=str(err))


def _look(visitor: Visitor, topic: str, item: str) -> str:
    still_there(visitor.front.base, visitor.key, Role.VIEWER, touches=False)
    return MARKS[topic](visitor.context, item)
