"""Somebody at the page, without a socket: cookies are kept, forms carry what a browser adds."""

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from http.cookies import SimpleCookie
from typing import Any

import anyio
import httpx
from fastapi import FastAPI
from starlette.datastructures import State

from service.door.front import Front
from service.web.app import make_pages

HOST = "page.example"
FORM_KEY = re.compile(r'name="form_key" value="([0-9a-f]{64})"')


@cache
def _application() -> FastAPI:
    return make_pages()


def pages(front: Front) -> FastAPI:
    """The pages over one front."""
    app = copy(_application())
    app.state = State()
    app.state.front = front
    return app


@dataclass
class Browser:
    """One browser.

    Attributes:
        scheme: how it comes; over https the cookies are the safe ones.
        form_key: of the newest page that had one.
    """

    app: FastAPI
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)
    form_key: str = ""

    def sign_in(self, token: str, *, to: str = "/") -> httpx.Response:
        answer = self.post("/sign-in", {"token": token, "next": to}, with_key=False)
        if answer.status_code == 303:
            self.get("/")
        return answer

    def get(self, path: str, *, headers: Mapping[str, str] | None = None, **query: Any):
        params = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", path, headers or {}, params=params or None)

    def post(
        self,
        path: str,
        fields: Mapping[str, str] | None = None,
        *,
        with_key: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        data = {**({"form_key": self.form_key} if with_key else {}), **(fields or {})}
        origin = {"Origin": f"{self.scheme}://{HOST}"}
        return self._ask("POST", path, {**origin, **(headers or {})}, data=data)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], **settings: Any):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        told = {k: v for k, v in {**headers, "Cookie": cookie}.items() if v}

        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            base = f"{self.scheme}://{HOST}"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, headers=told, **settings)

        answer = anyio.run(go)
        self._keep(answer)
        return answer

    def _keep(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        found = FORM_KEY.search(answer.text)
        self.form_key = found[1] if found else self.form_key


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())
