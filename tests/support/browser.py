"""A client of the API without a socket: requests go straight into the application."""

from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import anyio
import httpx
from fastapi import FastAPI
from starlette.datastructures import State

from service.api.app import make_app
from service.door.front import Front
from service.door.limits import Rate
from service.ports.tokens import Role
from service.usecases.admit import create_token
from service.usecases.context import Context
from tests.support.recording_queue import RecordingQueue

ROLES = {"vera": Role.VIEWER, "ann": Role.OPERATOR, "bob": Role.APPROVER, "root": Role.ADMIN}


@cache
def _application() -> FastAPI:
    """The routes of every application: working them out takes longer than most tests.

    Its lifespan is not run: who copies it sets a front of their own.
    """
    return make_app(nullcontext)


@dataclass
class Api:
    """The application over one context, and callers of every role."""

    context: Context
    queue: RecordingQueue = field(default_factory=RecordingQueue)
    checks: dict[str, bool] = field(default_factory=lambda: {"database": True})
    app: FastAPI = field(init=False)
    clear: dict[str, str] = field(init=False)

    def __post_init__(self):
        self.app = copy(_application())
        self.app.state = State()
        self.set_front(self.context)
        self.clear = {
            name: create_token(self.context, name, role, valid_s=None)[1]
            for name, role in ROLES.items()
        }

    def set_front(self, context: Context, *, rate: Rate | None = None) -> None:
        self.app.state.front = Front(
            context, self.queue, lambda: context.inventory, self.found, rate
        )

    def found(self) -> dict[str, str]:
        """Why each check failed that is to fail."""
        return {name: "" if works else "it is away" for name, works in self.checks.items()}

    def as_(self, name: str | None, *, token: str | None = None) -> "Caller":
        return Caller(self.app, token if token is not None else self.clear.get(name or ""))


@dataclass(frozen=True)
class Caller:
    """Somebody with a token, or none."""

    app: FastAPI
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    def with_key(self, key: str) -> "Caller":
        return replace(self, headers={**self.headers, "Idempotency-Key": key})

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.request("GET", path, params=params)

    def post(self, path: str, body: Any = None, **settings: Any) -> httpx.Response:
        return self.request("POST", path, json=body, **settings)

    def approve(self, where: str) -> httpx.Response:
        """Read it, and give one's word for just that."""
        read = self.get(where).headers.get("ETag")
        return self.post(f"{where}/approve", headers={} if read is None else {"If-Match": read})

    def request(self, method: str, path: str, **settings: Any) -> httpx.Response:
        headers = {**self.headers, **settings.pop("headers", {})}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                return await client.request(method, path, headers=headers, **settings)

        return anyio.run(go)
