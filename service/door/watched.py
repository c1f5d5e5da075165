"""Around every request: it is counted, and what it sets going can be traced back to it.

It is counted by the pattern of its route, never by what was asked. A caller's own id
(`X-Correlation-ID`) and trace (`traceparent`) are taken where they are of the right form; the id
goes back with the answer, and into everything that the request leads to.
"""

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Protocol

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.ports.correlation import Correlation, id_of, traceparent_of
from service.telemetry.traces import traced

CORRELATION = "x-correlation-id"
OURS_ALONE: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""For FastAPI, whose own spans and logs quote errors; those of here name their class alone."""
NO_ROUTE = "none"
"""What no route matches: whatever strangers try is one series."""


class Watched(Protocol):
    """What an API process tells of itself, and of the service."""

    def expose(self, accept: str) -> tuple[bytes, str]:
        """The answer to a scrape, and its media type."""

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        """Count one request."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """Nothing is counted."""

    def expose(self, accept: str) -> tuple[bytes, str]:
        """Nothing."""
        del accept
        return b"", "text/plain"

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        """Forget it."""


class Watch:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what was answered, also where nothing was: a fault is a 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began_s, status = perf_counter(), int(HTTPStatus.INTERNAL_SERVER_ERROR)
        correlation = asked_under(scope)

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[CORRELATION] = correlation.id
            await send(message)

        with traced(scope["method"], SpanKind.SERVER, correlation) as span:
            try:
                await self.app(scope, receive, noted)
            finally:
                route, took_s = route_of(scope), perf_counter() - began_s
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.response.status_code", status)
                front = getattr(scope["app"].state, "front", None)
                if front is not None:
                    front.watched.note(scope["method"], route, status, took_s)


def asked_under(scope: Scope) -> Correlation:
    """The caller's own id and trace, or a new id."""
    headers = Headers(scope=scope)
    own = id_of(headers.get(CORRELATION)) or secrets.token_hex(8)
    return Correlation(own, traceparent_of(headers.get("traceparent")))


def route_of(scope: Scope) -> str:
    """The pattern that matched."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else NO_ROUTE


def install(app: FastAPI) -> None:
    """Put it around an application."""
    app.add_middleware(Watch)
