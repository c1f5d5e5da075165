"""Server-sent events (HTML standard, section 9.2), for calls and for pages."""

import json
from collections.abc import AsyncIterator, Callable

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from service.domain.documents import Document

EVENTS = "text/event-stream"


class EventStream(StreamingResponse):
    """A stream that gives its place back, however it ends."""

    def __init__(self, lines: AsyncIterator[str], give_back: Callable[[], None]) -> None:
        super().__init__(lines, media_type=EVENTS, headers={"X-Accel-Buffering": "no"})
        self._give_back = give_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._give_back()


def event(name: str, document: Document, *, item: str = "") -> str:
    """One event; JSON has no line ends of its own."""
    number = f"id: {item}\n" if item else ""
    return f"{number}event: {name}\ndata: {json.dumps(document, separators=(',', ':'))}\n\n"
