"""An NTP server on loopback that tells this host's own time.

NTP has one port, and only the privileged may listen on it: whoever may not is told so.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from service.config.clock import SystemClock

EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
PACKET = struct.Struct("!BBbb II 4s QQQQ")
SERVER_V4, STRATUM, PORT = 0x24, 2, 123
A_LITTLE = 0x0000_1000


class NoPort(Exception):
    """This account may not listen where time servers do."""


@contextmanager
def time_server(address: str) -> Iterator[None]:
    """Answer on one loopback address until the end. Raises NoPort."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        try:
            link.bind((address, PORT))
        except OSError as err:
            raise NoPort(f"cannot listen on {address} port {PORT}: {err.strerror}") from err
        link.settimeout(0.2)
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(link, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _serve(link: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        try:
            question, client = link.recvfrom(1024)
        except TimeoutError:
            continue
        if len(question) >= PACKET.size:
            link.sendto(_answer(question), client)


def _answer(question: bytes) -> bytes:
    now = int((SystemClock().now().wall - EPOCH) / timedelta(seconds=1) * 2**32) % 2**64
    origin = PACKET.unpack_from(question)[-1]
    reference = b"\x7f\x00\x00\x01"
    return PACKET.pack(
        SERVER_V4, STRATUM, 6, -20, A_LITTLE, A_LITTLE, reference, now, origin, now, now
    )
