"""Ways to read very many APs over NETCONF: the driver's, the least possible, and the naive.

Each takes where the controller is and gives a function that reads once and counts the APs.
"""

import re
from collections.abc import Callable

import paramiko
import xmltodict
from lxml import etree
from ncclient import manager

from service.config.clock import SystemClock
from service.domain.inventory import Controller, Credentials
from service.domain.observation import Platform, Topic
from service.drivers.iosxe.asking import Asker
from service.drivers.iosxe.commands import CommandLine
from service.drivers.iosxe.reading import Reader
from service.drivers.links.netconf import NC, NetconfLink
from service.drivers.links.netconf_connect import NetconfTarget
from service.drivers.paths import contract
from tests.bench.many_aps import KEYS, RELEASE, requests, shape
from tests.contract.drivers.scripted_server import PASSWORD, hello
from tests.support.outside import Secrets

TIMEOUT_S = 300.0
TOPICS = frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS})
END = b"\n##\n"
CHUNK = re.compile(rb"\n#(\d+)\n")


def by_driver(port: int, fingerprint: str) -> Callable[[], int]:
    """What a poll does."""
    target = NetconfTarget("hq-1", "127.0.0.1", port, "admin", PASSWORD, host_key=fingerprint)
    link = NetconfLink.open(target)
    box = Controller("hq-1", Platform.IOSXE, "127.0.0.1", Credentials("admin", "env:X"))
    reader = Reader(
        box,
        Asker(link, contract("iosxe"), RELEASE),
        clock=SystemClock(),
        commands=CommandLine(box, Secrets()),
    )
    return lambda: len(reader.read(TOPICS, timeout_s=TIMEOUT_S).aps or ())


def by_floor(port: int, _fingerprint: str) -> Callable[[], int]:
    """The same bytes over the same SSH library, each reply parsed once by lxml, nothing read."""
    transport = paramiko.Transport(("127.0.0.1", port))
    transport.connect(username="admin", password=PASSWORD)
    channel = transport.open_session()
    channel.invoke_subsystem("netconf")
    channel.sendall(hello().encode() + b"]]>]]>")
    greeting = b""
    while not greeting.endswith(b"]]>]]>"):
        greeting += channel.recv(65536)
    row = "{{{}}}{}".format(*shape(KEYS[0]).steps[-1])

    def read() -> int:
        found = [_exchange(channel, request) for request in requests()]
        return sum(1 for _ in found[0].iter(row))

    return read


def by_dictionaries(port: int, _fingerprint: str) -> Callable[[], int]:
    """ncclient as it comes, and xmltodict."""
    plain = manager.connect(
        host="127.0.0.1",
        port=port,
        username="admin",
        password=PASSWORD,
        hostkey_verify=False,
        look_for_keys=False,
        allow_agent=False,
        timeout=TIMEOUT_S,
    )

    def read() -> int:
        found = [
            xmltodict.parse(plain.dispatch(etree.fromstring(request)).xml) for request in requests()
        ]
        tables = [reply["rpc-reply"]["data"] for reply in found]
        return len(tables[0]["access-point-oper-data"]["capwap-data"])

    return read


def _exchange(channel: paramiko.Channel, request: str) -> etree._Element:
    rpc = f'<rpc xmlns="{NC}" message-id="1">{request}</rpc>'.encode()
    channel.sendall(b"\n#%d\n" % len(rpc) + rpc + END)
    pieces, tail = [], b""
    while tail != END:
        pieces.append(channel.recv(65536))
        tail = (tail + pieces[-1])[-len(END) :]
    stream, body, at = b"".join(pieces), bytearray(), 0
    while header := CHUNK.match(stream, at):
        at = header.end() + int(header[1])
        body += stream[header.end() : at]
    return etree.fromstring(bytes(body), etree.XMLParser(huge_tree=True))
