"""A receiver of webhooks on loopback that does what a test tells it to."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

ENOUGH = b"\r\n\r\n"
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Call:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What it answers, in turn; the last answer goes on. None: it hangs up without one.

    Attributes:
        hangs: it answers nothing and keeps the connection until it is closed.
        dribbles: meanwhile it says a word of an answer now and then.
        called: set once a whole request came.
    """

    port: int
    answers: list[bytes | None] = field(default_factory=lambda: [OK])
    hangs: bool = False
    dribbles: bool = False
    tls: ssl.SSLContext | None = None
    calls: list[Call] = field(default_factory=list)
    called: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def answer(self, raw: socket.socket) -> None:
        with suppress(OSError), self._wrapped(raw) as connection:
            connection.settimeout(60)
            call = _read(connection)
            if call is None:
                return
            self.calls.append(call)
            self.called.set()
            if self.hangs:
                self._hang(connection)
                return
            said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if said is not None:
                connection.sendall(said)

    def _wrapped(self, connection: socket.socket) -> socket.socket:
        if self.tls is None:
            return connection
        try:
            return self.tls.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            raise

    def _hang(self, connection: socket.socket) -> None:
        connection.settimeout(0.05)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" if self.dribbles else b"")
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                connection.sendall(b"X: y\r\n" if self.dribbles else b"")


def _read(connection: socket.socket) -> Call | None:
    data = b""
    while ENOUGH not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(ENOUGH)
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Call(first, headers, body)


@contextmanager
def receiving(**settings) -> Iterator[Receiver]:
    """A receiver that listens on loopback as long as the block runs."""
    listener = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(listener.getsockname()[1], **settings)
    threads: list[threading.Thread] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=receiver.answer, args=(connection,)))
            threads[-1].start()

    main = threading.Thread(target=serve)
    main.start()
    try:
        yield receiver
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        main.join()
        for thread in threads:
            thread.join()
