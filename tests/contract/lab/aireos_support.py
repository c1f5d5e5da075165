"""A lab with AireOS boxes for a test, a shell client on one (paramiko), and a small SNMP client."""

import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass

import paramiko

from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.support.patience import PATIENCE_S, REPLY_S

FAST = {
    "boot_s": 0.2,
    "download_s": 0.3,
    "retry_s": 0.2,
    "ntp_settle_s": 0.2,
    "reload_s": 0.5,
}
MORE = "--More-- or (q)uit"


def one_wlc(**settings):
    """A fleet mapping of one AireOS box."""
    box = {
        "platform": "aireos",
        "name": "wlc-1",
        "sysname": "HQ WLC",
        "ntp": [{"host": "192.0.2.1"}],
        **settings,
    }
    return {"lab": {"timings": FAST}, "controllers": [box]}


@contextmanager
def started(tmp_path, fleet=None, **settings):
    """A running lab of one AireOS box, or of a fleet mapping."""
    with Lab(from_mapping(fleet or one_wlc(**settings)), state_dir=tmp_path) as lab:
        yield lab


def secret(lab, name="password"):
    """A secret that the lab wrote beside its inventory."""
    return (lab.inventory_path.parent / name).read_text()


class Closed(Exception):  # what happened, not an error of ours
    """The box ended the session."""


class Shell:
    """What a person at a terminal would do: read until a text stands at the end, type."""

    def __init__(self, lab, name="wlc-1", *, password=None, seconds=REPLY_S):
        self.seconds = seconds
        self.password = password or secret(lab)
        self.prompt = f"({lab.wlc(name).summary()['sysname']}) >"
        self.transport = paramiko.Transport(("127.0.0.1", lab.wlc(name).port))
        self.transport.start_client(timeout=REPLY_S)
        self.transport.auth_none("admin")
        self.channel = self.transport.open_session()
        self.channel.get_pty(width=200)
        self.channel.invoke_shell()

    def read_to(self, *ends):
        """What comes, up to one of these ends."""
        got, limit = b"", time.monotonic() + self.seconds
        while not got.decode(errors="replace").endswith(ends):
            assert time.monotonic() < limit, f"{ends} did not come: {got[-300:]!r}"
            self.channel.settimeout(max(0.01, limit - time.monotonic()))
            try:
                piece = self.channel.recv(65536)
            except TimeoutError:
                continue
            if not piece:
                raise Closed(got.decode(errors="replace"))
            got += piece
        return got.decode(errors="replace").replace("\r\n", "\n")

    def type(self, text):
        """Type without Enter."""
        self.channel.sendall(text.encode())

    def login(self):
        """Through the shell's own dialogue."""
        self.read_to("User: ")
        self.type("admin\n")
        self.read_to("Password:")
        self.type(f"{self.password}\n")
        self.read_to(self.prompt)
        return self

    def ask(self, line, *ends):
        """Type a line; what is answered, without its echo and the prompt."""
        self.type(f"{line}\n")
        answer = self.read_to(*(ends or (self.prompt,)))
        return answer.split("\n", 1)[-1].removesuffix(self.prompt).strip("\n")

    def close(self):
        """Hang up."""
        self.transport.close()


@contextmanager
def shell(lab, name="wlc-1", **settings):
    """A logged-in shell."""
    opened = Shell(lab, name, **settings)
    try:
        yield opened.login()
    finally:
        opened.close()


@dataclass
class Reply:
    """An SNMP response, decoded here and not by the lab's own code."""

    error: int
    bindings: list


def _tlv(tag, content):
    size = len(content)
    head = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + head + content


def _number(value):
    return _tlv(2, value.to_bytes(max(1, value.bit_length() // 8 + 1), "big", signed=True))


def _oid(dotted):
    arcs = [int(part) for part in dotted.split(".")]
    out = bytes([arcs[0] * 40 + arcs[1]])
    for arc in arcs[2:]:
        groups = [arc & 127]
        while arc := arc >> 7:
            groups.insert(0, 128 | (arc & 127))
        out += bytes(groups)
    return _tlv(6, out)


def _split(data):
    found, at = [], 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 128:
            many = size & 127
            size, at = int.from_bytes(data[at : at + many], "big"), at + many
        found.append((tag, data[at : at + size]))
        at += size
    return found


def _dotted(content):
    arcs, arc = [content[0] // 40, content[0] % 40], 0
    for byte in content[1:]:
        arc = (arc << 7) | (byte & 127)
        if byte < 128:
            arcs.append(arc)
            arc = 0
    return ".".join(map(str, arcs))


def value(tag, content):
    """A value as Python likes it."""
    if tag in {2, 0x41, 0x42, 0x43}:
        return int.from_bytes(content, "big", signed=True)
    if tag == 0x40:
        return ".".join(map(str, content))
    if tag == 6:
        return _dotted(content)
    return {0x80: "noSuchObject", 0x81: "noSuchInstance", 0x82: "endOfMibView"}.get(tag, content)


class SnmpClient:
    """Version 2c: one request at a time."""

    GET, NEXT, SET, BULK = 0xA0, 0xA1, 0xA3, 0xA5

    def __init__(self, lab, name="wlc-1", community=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", lab.wlc(name).snmp_port))
        self.community = (community or secret(lab, "community")).encode()
        self.number = 100

    def ask(self, kind, *names, repeat=0, seconds=REPLY_S):
        """One request; None when nothing comes back in time."""
        self.number += 1
        bindings = b"".join(_tlv(0x30, _oid(name) + b"\x05\x00") for name in names)
        body = _number(self.number) + _number(0) + _number(repeat) + _tlv(0x30, bindings)
        message = _number(1) + _tlv(4, self.community) + _tlv(kind, body)
        self.socket.settimeout(seconds)
        self.socket.send(_tlv(0x30, message))
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return None
        ((_, inside),) = _split(data)
        (_, _, (_, pdu)) = _split(inside)
        number, error, _, listed = _split(pdu)
        assert value(*number) == self.number
        pairs = [_split(content) for _, content in _split(listed[1])]
        return Reply(value(*error), [(_dotted(n[1]), value(*v)) for n, v in pairs])

    def get(self, *names):
        """Values of names."""
        return [found for _, found in self.ask(self.GET, *names).bindings]

    def walk(self, prefix, repeat=25):
        """Everything below a prefix."""
        found, at = {}, prefix
        while True:
            reply = self.ask(self.BULK, at, repeat=repeat)
            assert reply is not None, "no answer"
            assert reply.error == 0
            for name, what in reply.bindings:
                if not name.startswith(f"{prefix}.") or what == "endOfMibView":
                    return found
                found[name] = what
                at = name

    def close(self):
        """Let go."""
        self.socket.close()


@contextmanager
def snmp(lab, name="wlc-1", **settings):
    """An SNMP client on a box."""
    client = SnmpClient(lab, name, **settings)
    try:
        yield client
    finally:
        client.close()


def until(condition, seconds=PATIENCE_S):
    """Wait for a condition of a box that lives in real time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)  # noqa: TID251  # the lab's boxes live in real time
