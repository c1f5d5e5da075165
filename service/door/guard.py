"""Around every request: a body that is too large is refused, and no answer is kept by a cache."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY_BYTES = 1_000_000
HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""What every answer of the API says."""


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = HEADERS) -> None:
        self.app, self.headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes, mark what goes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY_BYTES:
                raise HTTPException(413, f"a body holds at most {LARGEST_BODY_BYTES} bytes")
            return message

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    told.setdefault(name, value)
            await send(message)

        await self.app(scope, counted, marked)


def install(app: FastAPI, headers: Mapping[str, str] = HEADERS) -> None:
    """Put it around an application; what an answer says itself of these headers stays."""
    app.add_middleware(Guard, headers=headers)
