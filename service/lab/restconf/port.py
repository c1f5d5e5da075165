"""A box's RESTCONF port: HTTPS on loopback with one account, and what goes wrong there."""

import asyncio
import base64
import random
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from hmac import compare_digest
from http import HTTPStatus

from lxml import etree

from service.lab.errors import RpcRefusedError
from service.lab.faults import Fault
from service.lab.netconf.host import BoxHost
from service.lab.restconf.answers import answer, refusal
from service.lab.restconf.http import (
    YANG_JSON,
    Answer,
    BadRequestError,
    Request,
    read_request,
    segments,
    write,
)
from service.lab.ssh import USERNAME
from service.lab.yang.paths import Element

OPERATION = "restconf"  # what faults call a request here
LOGIN_PAGE = b"<!DOCTYPE html><html><body><form action='/login'></form></body></html>"
BUSY_PAGE = b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
OPEN_TO_ALL = "/.well-known/"


class RestconfPort:
    """Listens on a port of its own, and on the same one again after having been down."""

    def __init__(
        self,
        host: BoxHost,
        *,
        address: str,
        password: str,
        tls: ssl.SSLContext,
        refuses: Callable[[], bool],
    ) -> None:
        self._host, self._address, self._tls, self._refuses = host, address, tls, refuses
        login = base64.b64encode(f"{USERNAME}:{password}".encode()).decode()
        self._login = f"Basic {login}"
        self._chance = random.Random(host.box.spec.seed)  # noqa: S311  # sizes of chunks
        self._server: asyncio.Server | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> None:
        """Start listening; the first time on any free port."""
        self._server = await asyncio.start_server(
            self._connected, self._address, self.port, ssl=self._tls, ssl_handshake_timeout=60
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and end every connection."""
        if self._timer is not None:
            self._timer.cancel()
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End every connection at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    def down(self, seconds: float) -> None:
        """Close the port for a while; connections are cut."""
        self.cut()
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._reopen)

    def _reopen(self) -> None:
        self._keep(asyncio.get_running_loop().create_task(self.open()))

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._keep(task)
        self._writers.add(writer)
        with suppress(
            OSError, BadRequestError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            while (request := await read_request(reader)) is not None:
                if not await self._served(request, writer):
                    break
        self._writers.discard(writer)
        writer.transport.abort()

    async def _served(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False ends the connection."""
        host, box = self._host, self._host.box
        faults = host.faults.take(_as_rpc(request))
        kinds = {fault.kind for fault in faults}
        if "drop_before" in kinds:
            return False
        given = self._answer(request, faults)
        told = [*(fault.kind for fault in faults)]
        query = request.query.get("fields")
        box.log.add(
            box.advance(), OPERATION, request.target, status=given.status, fields=query, faults=told
        )
        host.on_touched()
        pause = box.spec.timings.latency_s
        pause += sum(f.seconds for f in faults if f.kind in {"hang", "latency"})
        await asyncio.sleep(pause)
        alive = "drop_after" not in kinds and await self._give(given, kinds, writer)
        host.after(faults)
        host.on_touched()
        return alive

    def _answer(self, request: Request, faults: list[Fault]) -> Answer:
        if not self._admits(request):
            refused = RpcRefusedError("access-denied", "the login is refused", type="protocol")
            return refusal(refused, HTTPStatus.UNAUTHORIZED)
        for fault in faults:
            if fault.kind == "refuse":
                return refusal(RpcRefusedError(fault.tag, fault.message))
            if fault.kind == "unavailable":
                return Answer(HTTPStatus.SERVICE_UNAVAILABLE, BUSY_PAGE, "text/html")
            if fault.kind == "login_page":
                return Answer(HTTPStatus.OK, LOGIN_PAGE, "text/html")
        given = answer(self._host.box, self._host.sessions, request)
        if "garbage_enum" in {fault.kind for fault in faults}:
            garbled = given.body.replace(b'"downloading"', b'"garbage-of-the-lab"')
            return Answer(given.status, garbled, given.content_type)
        return given

    def _admits(self, request: Request) -> bool:
        if request.target.startswith(OPEN_TO_ALL) and "authorization" not in request.headers:
            return True
        shown = request.headers.get("authorization", "")
        return not self._refuses() and compare_digest(shown.encode(), self._login.encode())

    async def _give(self, given: Answer, kinds: set[str], writer: asyncio.StreamWriter) -> bool:
        part = 0.5 if "truncate" in kinds else 1.0
        await write(writer, given, self._sizes(), part)
        return part >= 1

    def _sizes(self) -> Iterator[int]:
        while True:
            yield self._chance.randint(2_000, 32_000)


def _as_rpc(request: Request) -> Element:
    """A request in the form in which faults look for the rpc that they concern."""
    rpc = etree.Element("rpc")
    inside = etree.SubElement(rpc, OPERATION)
    for part in segments(request.target):
        name = part.partition("=")[0].rpartition(":")[2]
        if name.replace("-", "").replace("_", "").isalnum():
            etree.SubElement(inside, name)
    return rpc


__all__ = ["OPERATION", "YANG_JSON", "RestconfPort"]
