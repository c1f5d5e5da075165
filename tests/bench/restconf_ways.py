"""Ways to read very many APs over RESTCONF: the driver's, the least possible, and the naive.

Each takes where the controller is and gives a function that reads once and counts the APs.
"""

import ssl
from collections.abc import Callable
from http.client import HTTPSConnection

import orjson
import requests

from service.config.clock import SystemClock
from service.domain.inventory import Controller, Credentials
from service.domain.observation import Platform
from service.drivers.iosxe.commands import CommandLine
from service.drivers.iosxe.reading import Reader
from service.drivers.iosxe.restconf_asking import RestconfAsker
from service.drivers.links.restconf import RestconfLink, RestconfTarget
from service.drivers.paths import contract
from tests.bench.many_aps import KEYS, RELEASE
from tests.bench.many_aps_json import resource, wanted
from tests.bench.netconf_ways import TIMEOUT_S, TOPICS
from tests.support.outside import Secrets


def by_driver(port: int, ca: str) -> Callable[[], int]:
    """What a poll does."""
    link = RestconfLink(RestconfTarget("hq-1", "127.0.0.1", port, "admin", "x", ca=ca))
    box = Controller("hq-1", Platform.IOSXE, "127.0.0.1", Credentials("admin", "env:X"))
    commands = CommandLine(box, Secrets())
    asker = RestconfAsker(link, contract("iosxe"), RELEASE)
    reader = Reader(box, asker, clock=SystemClock(), commands=commands)
    return lambda: len(reader.read(TOPICS, timeout_s=TIMEOUT_S).aps or ())


def by_floor(port: int, ca: str) -> Callable[[], int]:
    """The same bytes over a TLS socket, each answer parsed once by orjson, nothing read."""
    context = ssl.create_default_context(cafile=ca)
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=TIMEOUT_S)
    connection.connect()
    secure = connection.sock

    def read() -> int:
        found = [orjson.loads(_exchange(secure, key)) for key in KEYS]
        return len(next(iter(found[0].values())))

    return read


def by_requests(port: int, ca: str) -> Callable[[], int]:
    """requests as it comes, and its own JSON; nothing read."""
    session = requests.Session()

    def read() -> int:
        base = f"https://127.0.0.1:{port}/restconf/data/"
        places = [f"{base}{resource(key)}?fields={wanted(key)}" for key in KEYS]
        found = [session.get(place, verify=ca, timeout=TIMEOUT_S).json() for place in places]
        return len(next(iter(found[0].values())))

    return read


def _exchange(secure: ssl.SSLSocket, key: str) -> bytes:
    line = f"GET /restconf/data/{resource(key)}?fields={wanted(key)} HTTP/1.1\r\nHost: x\r\n\r\n"
    secure.sendall(line.encode())
    stream = bytearray()
    while not stream.endswith(b"\r\n0\r\n\r\n"):
        stream += secure.recv(1 << 18)
    at, body = stream.index(b"\r\n\r\n") + 4, bytearray()
    view = memoryview(stream)
    while size := int(stream[at : (end := stream.index(b"\r\n", at))], 16):
        body += view[end + 2 : end + 2 + size]
        at = end + size + 4
    return bytes(body)
