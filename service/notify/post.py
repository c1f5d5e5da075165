"""One POST to an address that was judged just before: no redirect, no proxy, no second name lookup.

The socket is connected to the very address that was judged, so a name that means another address a
moment later gains nothing. What is answered is read to a small bound and dropped; a receiver that
dribbles is cut off at the deadline. Certificates are checked against this host's authorities
(OpenSSL's SSL_CERT_FILE and SSL_CERT_DIR count) and the name in the URL.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

from service.domain.targets import Address, Network, Target, why_refused
from service.errors import InvalidInput
from service.ports.webhooks import Receipt

Resolve: TypeAlias = Callable[[str, int], tuple[Address, ...]]

CONNECT_S, DEADLINE_S = 5.0, 15.0
MOST_READ_BYTES = 4096
LONGEST_SHOWN = 200


def resolved(host: str, port: int) -> tuple[Address, ...]:
    """Every address of a name, in the order of the resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    texts = dict.fromkeys(str(one[4][0]) for one in found)
    return tuple(ipaddress.ip_address(text) for text in texts)


@dataclass(frozen=True, slots=True)
class HttpSender:
    """The sender port over HTTP.

    Attributes:
        allowed: networks whose private or loopback addresses may be called, also without TLS.
        deadline_s: for one sending, from connecting to the last byte that is read.
    """

    allowed: tuple[Network, ...] = ()
    resolve: Resolve = field(default=resolved)
    deadline_s: float = DEADLINE_S

    def check(self, target: Target) -> None:
        """Resolve a target's name and judge every address."""
        try:
            addresses = self.resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise _refused(f"{target.host!r}, which does not resolve") from None
        for address in addresses:
            if why := why_refused(target, address, self.allowed):
                raise _refused(f"{target.host!r}: {why}")

    def send(self, target: Target, headers: dict[str, str], body: bytes) -> Receipt:
        """Send once."""
        try:
            addresses = self.resolve(target.host, target.port)
        except (OSError, UnicodeError) as err:
            return Receipt(None, f"the name does not resolve: {err}"[:LONGEST_SHOWN])
        for address in addresses:  # one bad address among good ones is a bad name
            if why := why_refused(target, address, self.allowed):
                return Receipt(None, why)
        return self._send(target, addresses[0], headers, body)

    def _send(
        self, target: Target, address: Address, headers: dict[str, str], body: bytes
    ) -> Receipt:
        try:
            with _connected(target, address, self.deadline_s) as (connection, is_over):
                everything = {"Host": target.authority, "Connection": "close", **headers}
                connection.request("POST", target.path, body, everything)
                response = connection.getresponse()
                if is_over.is_set():  # cut within the headers, which reads like their end
                    return Receipt(None, f"no whole answer within {self.deadline_s:g} s")
                return _receipt(response.status, response.headers.get("Retry-After"), response)
        except (OSError, http.client.HTTPException) as err:
            said = str(err) or type(err).__name__
            return Receipt(None, f"no answer within {self.deadline_s:g} s: {said}"[:LONGEST_SHOWN])


def _receipt(status: int, retry_after: str | None, response: http.client.HTTPResponse) -> Receipt:
    with suppress(OSError, http.client.HTTPException):  # it has answered; the rest is politeness
        response.read(MOST_READ_BYTES)
    after = retry_after or ""
    again_s = float(after) if after.isascii() and after.isdigit() and len(after) < 8 else None  # noqa: PLR2004
    taken = Receipt(status)
    return taken if taken.is_taken else Receipt(status, f"answered {status}", again_s)


@contextmanager
def _connected(
    target: Target, address: Address, deadline_s: float
) -> Iterator[tuple[http.client.HTTPConnection, threading.Event]]:
    """A connection to that address and no other; cut at the deadline, whatever it waits for.

    The event says that it was.
    """
    raw = socket.create_connection((str(address), target.port), timeout=min(CONNECT_S, deadline_s))
    raw.settimeout(deadline_s)
    same, is_over = raw.dup(), threading.Event()
    cut = threading.Timer(deadline_s, _cut, [same, is_over])
    cut.daemon = True
    cut.start()
    connection = http.client.HTTPConnection(target.host, target.port)
    try:
        connection.sock = raw
        if target.is_tls:
            connection.sock = _tls().wrap_socket(raw, server_hostname=target.host)
        yield connection, is_over
    finally:
        cut.cancel()
        cut.join()
        same.close()
        connection.close()
        raw.close()


def _cut(sock: socket.socket, is_over: threading.Event) -> None:
    is_over.set()
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _refused(what: str) -> InvalidInput:
    return InvalidInput(f"found {what}", where="url", expected="a receiver that may be called")
