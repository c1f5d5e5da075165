"""Requests and replies of SNMPv2c, and the protocol data units that version 3 carries too.

Only what reads is here: GET, GETNEXT and GETBULK. There is no way to write by SNMP in this program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from service.transcripts.ber import (
    LONG_FORM,
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
LONGEST_SHORT = 2 + LONG_FORM - 1
"""Octets of an element whose length is in one of them."""
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
    """Every binding; the innermost loop of a walk.

    Nearly all are shorter than 128 octets: of those each length is the octet after the tag, which
    is read here; the others are taken apart as any element.
    """
    found, at, size = [], 0, len(listed)
    while at < size:
        name_at = at + 4  # behind the tags and lengths of the pair and of its name
        end = at + 2 + listed[at + 1] if name_at < size else size + 1
        value_at = name_at + listed[at + 3] + 2 if end <= size else size
        is_short = value_at <= end <= size and end - at <= LONGEST_SHORT
        if is_short and value_at + listed[value_at - 1] == end:
            tag = listed[value_at - 2]
            found.append(Binding(listed[name_at : value_at - 2], tag, listed[value_at:end]))
            at = end
        else:
            binding, at = _long_binding(listed, at)
            found.append(binding)
    return found


def _long_binding(listed: bytes, at: int) -> tuple[Binding, int]:
    """One binding of any length, and where the next begins."""
    _, start, end = element(listed, at)
    _, name_at, name_end = element(listed, start)
    tag, value_at, value_end = element(listed, name_end)
    return Binding(listed[name_at:name_end], tag, listed[value_at:value_end]), end


def _parts(content: bytes) -> list[bytes]:
    """Every element with its own tag and length."""
    parts, at = [], 0
    while at < len(content):
        _, _, end = element(content, at)
        parts.append(content[at:end])
        at = end
    return parts
