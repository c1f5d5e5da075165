"""The sockets: one thread with one event loop serves them all, and fills the intake.

Sockets are bound before anything is started, so that a port in use or a privileged one is told at
once, in words.
"""

import asyncio
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from service.errors import InvalidInput, Refused
from service.listeners.drops import dropped
from service.listeners.intake import Intake, Line
from service.listeners.senders import Senders
from service.listeners.streams import Stream, Streams
from service.transcripts.traps import is_third

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
"""Asked for; the system grants what its own limit allows (Linux: net.core.rmem_max)."""
PRIVILEGED_BELOW = 1024
UDP, TCP, TLS, SNMP = "syslog-udp", "syslog-tcp", "syslog-tls", "snmp"
DATAGRAMS = (UDP, SNMP)
HANDSHAKE_S = 20.0
DROPS_EVERY_S = 1.0
CLOSING_S = 0.01
STOP_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen, and how.

    Attributes:
        via: `syslog-udp`, `syslog-tcp`, `syslog-tls` or `snmp`.
        port: 0: any free one.
    """

    via: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """What TLS takes.

    Attributes:
        client_ca: who vouches for senders, which then need a certificate; None: anybody may send.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later (RFC 5425, RFC 9662). Raises InvalidInput: names the file."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            made.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ValueError) as err:
            where = f"{self.certificate} and {self.key}"
            expected = "a certificate and its key without a password, both PEM"
            raise InvalidInput(f"not usable ({err})", where=where, expected=expected) from None
        if self.client_ca is not None:
            try:
                made.load_verify_locations(self.client_ca)
            except OSError as err:
                raise InvalidInput(
                    f"not usable ({err})", where=str(self.client_ca), expected="certificates, PEM"
                ) from None
            made.verify_mode = ssl.CERT_REQUIRED
        return made


def _no_password() -> str:
    """Nobody is asked at a terminal that a service may not have."""
    raise ValueError("the key has a password")


def bound(place: Place) -> socket.socket:
    """A socket bound to a place.

    Raises:
        Refused: it cannot be bound; says why and what to do.
    """
    kind = socket.SOCK_DGRAM if place.via in DATAGRAMS else socket.SOCK_STREAM
    try:
        family, _, _, _, address = socket.getaddrinfo(place.host, place.port, type=kind)[0]
        if kind == socket.SOCK_STREAM:
            return socket.create_server((str(address[0]), place.port), family=family, backlog=128)
        return _datagram_socket(family, address)
    except PermissionError as err:
        raise Refused(_privileged(place)) from err
    except OSError as err:
        raise Refused(f"cannot listen on {place} ({place.via}): {err.strerror or err}") from err


def _datagram_socket(family: socket.AddressFamily, address: tuple[object, ...]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        made.bind(address)
    except OSError:
        made.close()
        raise
    made.settimeout(0.0)
    return made


def _privileged(place: Place) -> str:
    words = f"cannot listen on {place} ({place.via}): not permitted"
    if place.port >= PRIVILEGED_BELOW:
        return words
    return (
        f"{words}; ports below {PRIVILEGED_BELOW} need a privilege (CAP_NET_BIND_SERVICE, as the "
        "systemd unit grants) or a redirection from there to a port above, such as 5514"
    )


class Listeners(threading.Thread):
    """Every socket of one process."""

    def __init__(
        self,
        places: Sequence[Place],
        intake: Intake,
        tls: ssl.SSLContext | None = None,
        *,
        senders: Senders | None = None,
    ) -> None:
        """Bind them all. Raises Refused; none is left bound then.

        Args:
            places: where.
            intake: what comes goes there.
            tls: for those that speak it.
            senders: who may send what proves nothing; None: everybody.
        """
        super().__init__(name="listeners", daemon=True)
        self.senders = senders
        self._intake, self._tls = intake, tls
        self._sockets: list[tuple[Place, socket.socket]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._up, self._ended = threading.Event(), asyncio.Event()
        try:
            self._sockets.extend((place, bound(place)) for place in places)
        except Refused:
            self._close()
            raise

    @property
    def addresses(self) -> dict[str, list[str]]:
        """Where they really listen, by how."""
        found: dict[str, list[str]] = {}
        for place, made in self._sockets:
            host, port = made.getsockname()[:2]
            found.setdefault(place.via, []).append(str(Place(place.via, host, port)))
        return found

    def start(self) -> None:
        """Begin to listen; they do when this returns."""
        super().start()
        self._up.wait()

    def run(self) -> None:
        """Serve until told to end."""
        try:
            asyncio.run(self._serve())
        finally:
            self._up.set()
            self._close()

    def close(self) -> None:
        """End: no more lines are taken; what was taken is in the intake."""
        loop = self._loop
        if loop is not None and self.is_alive():
            with suppress(RuntimeError):  # it has just ended
                loop.call_soon_threadsafe(self._ended.set)
            self.join(STOP_WITHIN_S)
        self._close()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        streams = Streams(self._intake, self.senders)
        proven = Streams(self._intake)
        has_proof = self._tls is not None and self._tls.verify_mode == ssl.CERT_REQUIRED
        opened = [
            await self._open(place, made, proven if place.via == TLS and has_proof else streams)
            for place, made in self._sockets
        ]
        self._up.set()
        await self._count_drops_until_ended()
        for one in opened:
            one.close()
        streams.end()
        proven.end()
        await asyncio.sleep(CLOSING_S)  # transports close in the loop

    async def _open(
        self, place: Place, made: socket.socket, streams: Streams
    ) -> asyncio.BaseTransport | asyncio.Server:
        loop = asyncio.get_running_loop()
        if place.via in DATAGRAMS:
            made_by = partial(_Datagrams, self._intake, place.via, self.senders)
            return (await loop.create_datagram_endpoint(made_by, sock=made))[0]
        is_tls = place.via == TLS
        return await loop.create_server(
            partial(Stream, streams, place.via),
            sock=made,
            ssl=self._tls if is_tls else None,
            ssl_handshake_timeout=HANDSHAKE_S if is_tls else None,
        )

    async def _count_drops_until_ended(self) -> None:
        """Look every second what the system dropped for want of room."""
        descriptors = [made.fileno() for place, made in self._sockets if place.via in DATAGRAMS]
        seen = dropped(descriptors)
        while not self._ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), DROPS_EVERY_S)
            now = dropped(descriptors)
            lost = sum(count - seen.get(one, 0) for one, count in now.items())
            if lost > 0:
                self._intake.count_lost("datagrams (by the system)", lost)
            seen = now

    def _close(self) -> None:
        for _, made in self._sockets:
            made.close()


class _Datagrams(asyncio.DatagramProtocol):
    """One line is one datagram (RFC 5426), and so is a trap."""

    def __init__(self, intake: Intake, via: str, senders: Senders | None) -> None:
        self._intake, self._via, self._senders = intake, via, senders
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)  # asyncio's is no subclass

    def datagram_received(self, data: bytes, sender: tuple[object, ...]) -> None:
        """Queue it, unless a stranger sent it; what does not fit is counted.

        A message of version 3 may prove who sent it, wherever it comes from: that is seen later.
        """
        may_prove = self._via == SNMP and is_third(data)
        if self._senders and not may_prove and not self._senders.allows(str(sender[0])):
            return
        answer = None
        if self._via == SNMP and self._transport is not None:
            loop = asyncio.get_running_loop()
            answer = partial(_answer, loop, self._transport, sender)
        self._intake.put(Line(data, self._via, str(sender[0]), answer=answer))


def _answer(
    loop: asyncio.AbstractEventLoop,
    transport: asyncio.DatagramTransport,
    sender: tuple[object, ...],
    data: bytes,
) -> None:
    """Send something back; nothing where the listener has ended."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(transport.sendto, data, sender)
