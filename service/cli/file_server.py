"""A file server for controllers: the files of one listing, over HTTP or HTTPS, and nothing else.

A request is answered by looking its path up among names that were listed, so there is no path to
climb out by. A file that changed since is not served any more: its checksum was another one. Who
fetches is not asked: the address it listens on, and a firewall, say who may.
"""

import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

import uvicorn
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from service.errors import InvalidInput, Refused

GRACE_S = 5
MOST_AT_ONCE = 64
"""Transfers at a time; the next one is told to come again (503)."""
STOPPING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Served:
    """One file as it was when it was listed."""

    path: Path
    seen: os.stat_result

    def is_unchanged(self) -> bool:
        """Whether the same file still stands there."""
        try:
            now = self.path.lstat()
        except OSError:
            return False
        return _mark(now) == _mark(self.seen)


@dataclass(frozen=True, slots=True)
class FileServer:
    """The application: GET and HEAD of names, with ranges.

    Attributes:
        tell: takes a line for people for every request, when it has ended.
    """

    files: Mapping[str, Served]
    tell: Callable[[str], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        sent = _Sent(send)
        began = monotonic()
        try:
            await self._answer(scope)(scope, receive, sent)
        finally:
            self.tell(_line(scope, sent, monotonic() - began))

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("GET and HEAD alone\n", 405, {"allow": "GET, HEAD"})
        found = self.files.get(scope["path"].removeprefix("/"))
        if found is None:
            return PlainTextResponse("no such file here\n", 404)
        if not found.is_unchanged():
            return PlainTextResponse("it changed since it was looked at\n", 404)
        return FileResponse(
            found.path, media_type="application/octet-stream", stat_result=found.seen
        )


class _Sent:
    """What of an answer went out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status, self.sent_bytes, self.length = 0, 0, b"0"

    async def __call__(self, message: Message) -> None:
        await self._send(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.length = dict(message["headers"]).get(b"content-length", b"0")
        elif message["type"] == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))


def listening(where: str, *, to_the_network: bool) -> socket.socket:
    """The socket to serve on.

    Args:
        where: HOST:PORT, `[::1]:8080` with an IPv6 address; port 0: any that is free.
        to_the_network: whether others than this host may fetch.

    Raises:
        InvalidInput: it is not of that form, or reaches beyond this host without a word of it.
        Refused: nothing can listen there.
    """
    host, _, port = where.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not bare or not (port.isascii() and port.isdigit()) or (":" in bare and bare == host):
        raise InvalidInput(
            f"found {where!r}", where="--serve", expected="HOST:PORT, such as 127.0.0.1:8080"
        )
    try:
        found = socket.getaddrinfo(bare, int(port), type=socket.SOCK_STREAM)
        family, _, _, _, address = found[0]
        local = ip_address(str(address[0]).partition("%")[0]).is_loopback
        if not local and not to_the_network:
            raise InvalidInput(
                f"{host} is reached from elsewhere, and everybody there could fetch these files",
                where="--serve",
                expected="an address of this host alone (127.0.0.1, ::1), or --to-the-network",
            )
        return socket.create_server((str(address[0]), int(port)), family=family, backlog=128)
    except (OSError, OverflowError, UnicodeError) as err:
        why = err.strerror if isinstance(err, OSError) else None
        raise Refused(f"cannot listen on {where}: {why or err}") from err


def check_certificate(certificate: Path, key: Path) -> None:
    """Whether TLS can be spoken with them. Raises InvalidInput."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password="")  # a key under a password is refused
    except (OSError, ValueError) as err:  # SSLError is an OSError
        why = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
        raise InvalidInput(
            f"cannot be used with {key} ({why})",
            where=str(certificate),
            expected="a certificate (with its chain) and its key in PEM, without a password",
        ) from None


def serve(
    app: FileServer,
    listener: socket.socket,
    *,
    tls: tuple[Path, Path] | None,
    on_ready: Callable[[str], None],
) -> None:
    """Serve until Ctrl-C or SIGTERM; transfers under way get a moment to end.

    Args:
        app: what is served.
        listener: where.
        tls: certificate and key; None: plain HTTP.
        on_ready: told the address.
    """
    certificate, key = tls or (None, None)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    with closing(listener), _quiet_signals():
        host, port = listener.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        on_ready(f"{'https' if tls else 'http'}://{shown}:{port}/")
        uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def _quiet_signals() -> Iterator[None]:
    """At its end uvicorn raises the signal again that ended it: to us that is a good end."""
    before = {number: signal.signal(number, lambda *_: None) for number in STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _line(scope: Scope, sent: _Sent, seconds: float) -> str:
    client = scope.get("client") or ("?", 0)
    path = scope["path"] if scope["path"].isprintable() else ascii(scope["path"])
    headers = dict(scope["headers"])
    part = f" {headers[b'range'].decode('ascii', 'replace')!r}" if b"range" in headers else ""
    return (
        f"{client[0]} {scope['method']} {path[:200]}{part}: {sent.status}, "
        f"{sent.sent_bytes} of {sent.length.decode('ascii', 'replace')} bytes in {seconds:.1f} s"
    )


def _mark(seen: os.stat_result) -> tuple[int, ...]:
    return (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)
