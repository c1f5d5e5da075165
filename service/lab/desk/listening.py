"""A desk behind HTTP on loopback, and how its troubles look from outside."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

from service.lab.desk.desk import Desk, Reply, Request

D = TypeVar("D", bound=Desk)
LONGEST_HANG_S = 60.0


@contextmanager
def listening(desk: D) -> Iterator[D]:
    """The desk on a port of loopback (`desk.url`), gone afterwards."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"desk": desk}))
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="aprejoin-lab-desk")
    thread.start()
    try:
        yield desk
    finally:
        desk.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that died is no error here."""


class _Handler(BaseHTTPRequestHandler):
    desk: ClassVar[Desk]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet: `Desk.asked` keeps it."""

    def _serve(self) -> None:
        desk = self.desk
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        desk.asked.append((self.command, self.path))
        fault = desk.fault(self.command, self.path)
        if desk.away or (fault and fault.act == "drop"):
            self._hang_up()
        elif fault is None:
            self._give(self._answered(raw))
        elif isinstance(fault.act, tuple):
            self._give(Reply(*fault.act))
        else:
            self._answered(raw)
            desk.stored.set()
            if fault.act == "hang":
                desk.released.wait(LONGEST_HANG_S)  # the other side gives up meanwhile
            self._hang_up()

    def _answered(self, raw: bytes) -> Reply:
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            with self.desk.lock:
                return self.desk.answer(Request(self.command, parts.path, query, headers, raw))
        except (KeyError, TypeError, ValueError) as err:
            return Reply(HTTPStatus.BAD_REQUEST, {"error": {"message": str(err)}})

    def _give(self, reply: Reply) -> None:
        data = b"" if reply.document is None else json.dumps(reply.document).encode()
        self.send_response(reply.status)
        for name, value in _headers(reply, len(data)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PATCH = do_PUT = _serve  # noqa: N815 - the library's names


def _headers(reply: Reply, size: int) -> Mapping[str, str]:
    kind = {} if reply.document is None else {"Content-Type": "application/json"}
    length = {} if reply.status == HTTPStatus.NO_CONTENT else {"Content-Length": str(size)}
    return {**reply.headers, **kind, **length}
