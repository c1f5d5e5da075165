"""An SNMP agent on loopback that says what a test tells it to, and counts what it is asked.

It shares no code with the link: its BER is its own.
"""

import bisect
import hashlib
import hmac
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

Oid = tuple[int, ...]
INTEGER, OCTETS, IP, TICKS, GAUGE, OID = 0x02, 0x04, 0x40, 0x43, 0x42, 0x06
GET, NEXT, BULK = 0xA0, 0xA1, 0xA5
END, NO_INSTANCE = b"\x82\x00", b"\x81\x00"
ENGINE = b"\x80\x00\x37\x63\x05scripted"
NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST = 2, 3, 4, 5


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    return bytes([tag, 0x82]) + size.to_bytes(2, "big") + content


def number(value: int, tag: int = INTEGER) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def text(value: str) -> bytes:
    return tlv(OCTETS, value.encode())


def name(oid: Oid) -> bytes:
    out = bytearray([oid[0] * 40 + oid[1]])
    for part in oid[2:]:
        digits = [part & 127]
        while part := part >> 7:
            digits.insert(0, part & 127 | 128)
        out += bytes(digits)
    return tlv(OID, bytes(out))


def oid(dotted: str) -> Oid:
    return tuple(int(part) for part in dotted.split("."))


def read(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    tag, size = data[at], data[at + 1]
    at += 2
    if size & 128:
        octets = size & 127
        size = int.from_bytes(data[at : at + octets], "big")
        at += octets
    return tag, data[at : at + size], at + size


def parts(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(data):
        _, content, at = read(data, at)
        found.append(content)
    return found


def parsed(content: bytes) -> Oid:
    out, value = [content[0] // 40, content[0] % 40], 0
    for octet in content[1:]:
        value = value << 7 | octet & 127
        if octet < 128:
            out.append(value)
            value = 0
    return tuple(out)


@dataclass
class Asked:
    kind: int
    names: list[Oid]
    repetitions: int


Bindings = list[tuple[Oid, bytes]]
Spoil = Callable[[Asked, Bindings], "Bindings | int | None"]
"""Answer -> another answer, an error-status, or None for silence."""


@dataclass
class Agent:
    """One agent; `values` are encoded. `secret`: version 3 with SHA-1 and no privacy."""

    values: Mapping[Oid, bytes]
    community: str = "public"
    spoil: Spoil = lambda _, answer: answer
    secret: str | None = None
    user: str = "reader"
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._order = sorted(self.values)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bye:
            bye.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, who = self._socket.recvfrom(65535)
            if not data:
                return
            reply = self._v3(data) if self.secret is not None else self._v2(data)
            if reply is not None:
                self._socket.sendto(reply, who)

    def _v2(self, data: bytes) -> bytes | None:
        version, community, at = parts(read(data)[1])[0], parts(read(data)[1])[1], 0
        body = read(data)[1]
        for _ in range(2):
            _, _, at = read(body, at)
        if version != b"\x01" or community != self.community.encode():
            return None
        answer = self._answer(body[at:])
        return answer and tlv(0x30, number(1) + tlv(OCTETS, community) + answer)

    def _answer(self, pdu: bytes) -> bytes | None:
        kind, content, _ = read(pdu)
        request, _, repetitions, listed = parts(content)
        names = [parsed(parts(binding)[0]) for binding in parts(listed)]
        asked = Asked(kind, names, int.from_bytes(repetitions, "big"))
        self.asked.append(asked)
        answer = self.spoil(asked, self._found(asked))
        if answer is None:
            return None
        error, bindings = (answer, []) if isinstance(answer, int) else (0, answer)
        made = b"".join(tlv(0x30, name(one) + value) for one, value in bindings)
        return tlv(0xA2, tlv(INTEGER, request) + number(error) + number(0) + tlv(0x30, made))

    def _found(self, asked: Asked) -> Bindings:
        if asked.kind == GET:
            return [(one, self.values.get(one, NO_INSTANCE)) for one in asked.names]
        found: Bindings = []
        for one in asked.names:
            at = bisect.bisect_right(self._order, one)
            wanted = asked.repetitions if asked.kind == BULK else 1
            next_ones = self._order[at : at + wanted]
            found += [(each, self.values[each]) for each in next_ones]
            if len(next_ones) < wanted:
                found.append((next_ones[-1] if next_ones else one, END))
        return found

    # -- version 3, SHA-1 alone (RFC 3414) -------------------------------------------------

    def _v3(self, data: bytes) -> bytes | None:
        _, header, parameters, _ = parts(read(data)[1])
        message_id, _, flags, _ = parts(header)
        engine, boots, _, user, proof, _ = parts(parts(parameters)[0])
        body = read(data)[1]
        at = 0
        for _ in range(3):
            _, _, at = read(body, at)
        scoped = read(body, at)[1]
        at = 0
        for _ in range(2):
            _, _, at = read(scoped, at)
        pdu = scoped[at:]
        request = parts(read(pdu)[1])[0]
        if engine != ENGINE:
            return self._message(message_id, self._report(request, UNKNOWN_ENGINE), signed=False)
        if user != self.user.encode():
            return self._message(message_id, self._report(request, UNKNOWN_USER), signed=False)
        blank = data.replace(proof, bytes(12), 1)
        if not flags[0] & 1 or self._proof(blank) != proof:
            return self._message(message_id, self._report(request, WRONG_DIGEST), signed=False)
        if boots != b"\x07":
            return self._message(message_id, self._report(request, NOT_IN_TIME), signed=True)
        answer = self._answer(pdu)
        return answer and self._message(message_id, answer, signed=True)

    def _report(self, request: bytes, which: int) -> bytes:
        counter = tlv(0x30, name((1, 3, 6, 1, 6, 3, 15, 1, 1, which, 0)) + number(1, 0x41))
        return tlv(0xA8, tlv(INTEGER, request) + number(0) + number(0) + tlv(0x30, counter))

    def _proof(self, data: bytes) -> bytes:
        octets = (self.secret or "").encode()
        key = hashlib.sha1((octets * 1048576)[:1048576]).digest()  # noqa: S324 - the protocol's
        key = hashlib.sha1(key + ENGINE + key).digest()  # noqa: S324
        return hmac.new(key, data, "sha1").digest()[:12]

    def _message(self, message_id: bytes, pdu: bytes, *, signed: bool) -> bytes:
        def built(proof: bytes) -> bytes:
            header = tlv(INTEGER, message_id) + number(65507) + tlv(4, bytes([signed])) + number(3)
            told = tlv(4, ENGINE) + number(7) + number(99) + text(self.user) + tlv(4, proof)
            scoped = tlv(4, ENGINE) + tlv(4, b"") + pdu
            return tlv(0x30, number(3) + tlv(0x30, header)
                       + tlv(4, tlv(0x30, told + tlv(4, b""))) + tlv(0x30, scoped))  # fmt: skip

        return built(self._proof(built(bytes(12)))) if signed else built(b"")
