"""Requests and replies of SNMPv2c, and the protocol data units that version 3 carries too.

Only what reads is here: GET, GETNEXT and GETBULK. There is no way to write by SNMP in this program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from service.transcripts.ber import (
    OCTETS,
    SEQUENCE,
    MalformedError,
    Oid,
    element,
    elements,
    encoded,
    inside,
    integer,
    number_of,
    oid_content,
    sequence,
)

VERSION_2C = 1
NULL_VALUE = b"\x05\x00"
NO_ERROR, TOO_BIG = 0, 1
REPLY, REPORT = 0xA2, 0xA8
ERRORS = {1: "tooBig", 2: "noSuchName", 5: "genErr", 6: "noAccess", 13: "resourceUnavailable",
          16: "authorizationError"}  # fmt: skip


class Ask(IntEnum):
    """What can be asked."""

    GET = 0xA0
    GET_NEXT = 0xA1
    GET_BULK = 0xA5


class Binding(NamedTuple):
    """One name and its value, not yet decoded: `name` is the content of an object identifier.

    A tuple, for tens of thousands are made in a walk.
    """

    name: bytes
    tag: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply."""

    kind: int
    request: int
    error: int
    bindings: list[Binding]

    @property
    def error_name(self) -> str:
        """The error for people."""
        return ERRORS.get(self.error, f"error {self.error}")


def pdu(ask: Ask, request: int, oids: Sequence[Oid], *, repetitions: int = 0) -> bytes:
    """One request; `repetitions` counts for GETBULK alone."""
    names = b"".join(sequence(encoded(0x06, oid_content(oid)) + NULL_VALUE) for oid in oids)
    return encoded(
        ask, integer(request) + integer(0) + integer(repetitions) + encoded(SEQUENCE, names)
    )


def message(community: bytes, body: bytes) -> bytes:
    """A message of version 2c."""
    return sequence(integer(VERSION_2C), encoded(OCTETS, community), body)


def body_of(datagram: bytes) -> bytes:
    """The data unit in a message of version 2c."""
    parts = list(_parts(inside(datagram)))
    if len(parts) != 3 or number_of(inside(parts[0], 0x02)) != VERSION_2C:  # noqa: PLR2004
        raise MalformedError("no message of SNMPv2c")
    return parts[2]


def reply_of(body: bytes) -> Reply:
    """A reply from its octets."""
    kind, start, end = element(body, 0)
    fields = list(elements(body[start:end]))
    if kind not in (REPLY, REPORT) or len(fields) != 4:  # noqa: PLR2004 - as every data unit
        raise MalformedError(f"no reply (tag {kind:#x})")
    (_, request), (_, error), _, (_, listed) = fields
    return Reply(kind, number_of(request), number_of(error), _bindings(listed))


def _bindings(listed: bytes) -> list[Binding]:
    """Every binding; the innermost loop of a walk."""
    found, at, size = [], 0, len(listed)
    while at < size:
        _, start, at = element(listed, at)
        _, name_at, name_end = element(listed, start)
        tag, value_at, value_end = element(listed, name_end)
        found.append(Binding(listed[name_at:name_end], tag, listed[value_at:value_end]))
    return found


def _parts(content: bytes) -> list[bytes]:
    """Every element with its own tag and length."""
    parts, at = [], 0
    while at < len(content):
        _, _, end = element(content, at)
        parts.append(content[at:end])
        at = end
    return parts
