"""A NETCONF server on loopback that says what a test tells it to, and counts what it is told.

It knows no model. The lab is the strict judge; this is for what a lab would never send: other legal
ways to write the same thing, and illegal ones.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Self

import asyncssh
from lxml import etree

from service.drivers.links.netconf import NC
from service.drivers.links.netconf_connect import NetconfTarget
from service.lab.netconf.framing import Reader, frames
from tests.support.patience import REPLY_S

BASE = ("urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:base:1.1")
RUNNING = "urn:ietf:params:netconf:capability:writable-running:1.0"
ROLLBACK = "urn:ietf:params:netconf:capability:rollback-on-error:1.0"
CANDIDATE = "urn:ietf:params:netconf:capability:candidate:1.0"
PASSWORD = "right-and-secret"  # noqa: S105


@dataclass(frozen=True)
class Then:
    """A reply with something around it.

    Attributes:
        after_s: wait before it.
        drop: end the session after it (and after `part` of its bytes).
    """

    text: str | bytes = ""
    after_s: float = 0.0
    drop: bool = False
    part: float = 1.0


HANG = Then(after_s=3600)
DROP = Then(drop=True)
Answer = Callable[[etree._Element], "str | bytes | Then"]


def hello(*capabilities: str, session: str = "7") -> str:
    listed = "".join(f"<capability>{uri}</capability>" for uri in (*BASE, *capabilities))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><hello xmlns="{NC}"><capabilities>{listed}'
        f"</capabilities><session-id>{session}</session-id></hello>"
    )


def replied(rpc: etree._Element, inside: str) -> str:
    return f'<rpc-reply xmlns="{NC}" message-id="{rpc.get("message-id")}">{inside}</rpc-reply>'


def ok(rpc: etree._Element) -> str:
    return replied(rpc, "<ok/>")


def data(rpc: etree._Element, inside: str) -> str:
    return replied(rpc, f"<data>{inside}</data>")


def error(tag: str, message: str = "no", severity: str = "error", more: str = "") -> str:
    return (
        f"<rpc-error><error-type>application</error-type><error-tag>{tag}</error-tag>"
        f"<error-severity>{severity}</error-severity><error-message>{message}</error-message>"
        f"{more}</rpc-error>"
    )


def refuses(tag: str, **settings: str) -> Answer:
    return lambda rpc: replied(rpc, error(tag, **settings))


def operation(rpc: etree._Element) -> str:
    """The local name of what is asked for."""
    return etree.QName(rpc[0]).localname


@dataclass
class ScriptedServer:
    """Use as a context manager; every connection follows the same script.

    Attributes:
        greeting: the server's hello, as it stands; None: never said.
        sizes: lengths of chunks, over and over.
        subsystem_s: how long it takes to grant the subsystem.
        logins: passwords tried; rpcs: every rpc element received, over all sessions.
    """

    answer: Answer = ok
    greeting: str | None = field(default_factory=lambda: hello(RUNNING, ROLLBACK))
    chunked: bool = True
    sizes: tuple[int, ...] = (4000,)
    subsystem_s: float = 0.0
    only_keys: bool = False
    key_algorithm: str = "ssh-ed25519"
    first_key_algorithm: str | None = None
    logins: list[str] = field(default_factory=list)
    rpcs: list[etree._Element] = field(default_factory=list)
    sessions: int = 0
    port: int = 0

    def __enter__(self) -> Self:
        self.key = asyncssh.generate_private_key(self.key_algorithm)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._await(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._await(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(REPLY_S)
        self._loop.close()

    @property
    def fingerprint(self) -> str:
        return self.key.get_fingerprint()

    @property
    def key_line(self) -> str:
        """The host key as a line of known_hosts."""
        return f"[127.0.0.1]:{self.port} {self.key.export_public_key().decode().strip()}"

    def target(self, **settings: Any) -> NetconfTarget:
        given = {"password": PASSWORD, "host_key": self.fingerprint, "connect_timeout_s": 10.0}
        return NetconfTarget("box", "127.0.0.1", self.port, "admin", **{**given, **settings})

    @property
    def operations(self) -> list[str]:
        """The names of everything that was asked for."""
        return [operation(rpc) for rpc in self.rpcs]

    def _await(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(REPLY_S)

    async def _open(self) -> None:
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Login(self),
            server_host_keys=self._keys(),
            process_factory=self._serve,
            encoding=None,
            line_editor=False,
        )
        self.port = self._acceptor.get_port()

    def _keys(self) -> list[asyncssh.SSHKey]:
        first = self.first_key_algorithm
        return [*([asyncssh.generate_private_key(first)] if first else []), self.key]

    async def _close(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()
        for connection in list(self._connections):
            connection.abort()
            await connection.wait_closed()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        self.sessions += 1
        try:
            if self.greeting is not None:
                process.stdout.write(self.greeting.encode() + b"]]>]]>")
            await self._converse(process)
        except (asyncssh.Error, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            process.exit(0)
            process.channel.get_connection().close()

    async def _converse(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        reader, greeted = Reader(), False
        while received := await process.stdin.read(65536):
            for message in reader.feed(received):
                if not greeted:
                    greeted, reader.chunked = True, self.chunked
                    continue
                rpc = etree.fromstring(message.strip())
                self.rpcs.append(rpc)
                if not await self._give(process, self.answer(rpc)):
                    return

    async def _give(
        self, process: asyncssh.SSHServerProcess[bytes], answer: "str | bytes | Then"
    ) -> bool:
        then = answer if isinstance(answer, Then) else Then(answer)
        if then.after_s:
            await asyncio.sleep(then.after_s)
        text = then.text.encode() if isinstance(then.text, str) else then.text
        if text:
            lengths = iter(self.sizes * (len(text) // min(self.sizes) + 2))
            stream = b"".join(frames(text, lengths, chunked=self.chunked))
            process.stdout.write(stream[: int(len(stream) * then.part)])
            await process.stdout.drain()
        return not then.drop


class _Login(asyncssh.SSHServer):
    def __init__(self, server: ScriptedServer) -> None:
        self._server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._server._connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return not self._server.only_keys

    def public_key_auth_supported(self) -> bool:
        return self._server.only_keys

    def kbdint_auth_supported(self) -> bool:
        return False

    async def validate_password(self, username: str, password: str) -> bool:  # noqa: ARG002
        self._server.logins.append(password)
        await asyncio.sleep(self._server.subsystem_s)
        return password == PASSWORD
