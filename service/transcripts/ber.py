"""The little of BER that SNMP needs: tight, since a walk decodes tens of thousands of values.

Indices of table rows are kept as the tuple of numbers behind the column; the same row comes once
for each column, so its index is decoded once.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Final, TypeAlias

Value: TypeAlias = int | bytes | str | None
"""Octets stay octets; object identifiers and IP addresses are dotted text; None is NULL."""
Oid: TypeAlias = tuple[int, ...]

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS = 0x40
UNSIGNED: Final = frozenset({0x41, 0x42, 0x43, 0x46})  # counter, gauge, time ticks, counter 64
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = 0x80, 0x81, 0x82
LONG_FORM, SEVEN_BITS = 0x80, 0x7F


class MalformedError(ValueError):
    """Octets that are no BER of the kind that is expected."""


def encoded(tag: int, content: bytes) -> bytes:
    """One tag, its length and content."""
    size = len(content)
    if size < LONG_FORM:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, LONG_FORM | len(octets))) + octets + content


def integer(number: int, tag: int = INTEGER) -> bytes:
    """A whole number."""
    size = max(1, (number.bit_length() + 8) // 8)
    return encoded(tag, number.to_bytes(size, "big", signed=True))


def sequence(*parts: bytes) -> bytes:
    """A sequence of encoded parts."""
    return encoded(SEQUENCE, b"".join(parts))


@lru_cache(maxsize=512)
def oid_content(oid: Oid) -> bytes:
    """The content octets of an object identifier."""
    content = bytearray((oid[0] * 40 + oid[1],))
    for number in oid[2:]:
        content += _sub_identifier(number)
    return bytes(content)


def _sub_identifier(number: int) -> bytes:
    septets = [number & SEVEN_BITS]
    while number := number >> 7:
        septets.append(LONG_FORM | number & SEVEN_BITS)
    return bytes(reversed(septets))


def oid_of(text: str) -> Oid:
    """An object identifier from its dotted text."""
    return tuple(int(part) for part in text.strip(".").split("."))


def dotted(content: bytes) -> str:
    """The dotted text of an object identifier's content."""
    first, *rest = sub_identifiers(content)
    return ".".join(map(str, (min(first // 40, 2), first - 40 * min(first // 40, 2), *rest)))


@lru_cache(maxsize=32768)
def sub_identifiers(content: bytes) -> Oid:
    """The numbers that the octets of (a part of) an object identifier stand for."""
    numbers, number = [], 0
    for octet in content:
        number = number << 7 | octet & SEVEN_BITS
        if octet < LONG_FORM:
            numbers.append(number)
            number = 0
    if content and content[-1] >= LONG_FORM:
        raise MalformedError("an object identifier ends within a number")
    return tuple(numbers)


def element(data: bytes, at: int) -> tuple[int, int, int]:
    """(tag, start of content, end of content) of the element that begins at `at`."""
    try:
        tag, size = data[at], data[at + 1]
        start = at + 2
        if size >= LONG_FORM:
            octets = size & SEVEN_BITS
            size = int.from_bytes(data[start : start + octets], "big")
            start += octets
    except IndexError as err:
        raise MalformedError("the message is cut short") from err
    if start + size > len(data):
        raise MalformedError("the message is cut short")
    return tag, start, start + size


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of every element of some content."""
    at = 0
    while at < len(data):
        tag, start, at = element(data, at)
        yield tag, data[start:at]


def inside(data: bytes, tag: int = SEQUENCE) -> bytes:
    """The content of the one element that data is."""
    found, start, end = element(data, 0)
    if found != tag:
        raise MalformedError(f"tag {found:#x} where {tag:#x} is expected")
    return data[start:end]


def number_of(content: bytes) -> int:
    """A signed whole number from its content."""
    return int.from_bytes(content, "big", signed=True)


def value_of(tag: int, content: bytes) -> Value:
    """A value from its tag and content; the three exceptions of SNMPv2 are for the caller."""
    if tag == OCTETS:
        return content
    if tag == INTEGER:
        return int.from_bytes(content, "big", signed=True)
    if tag in UNSIGNED:
        return int.from_bytes(content, "big")
    if tag == IP_ADDRESS and len(content) == 4:  # noqa: PLR2004 - IPv4
        return str(IPv4Address(content))
    if tag == OID:
        return dotted(content)
    return None if tag == NULL else content
