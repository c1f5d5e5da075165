"""As much of BER as SNMP needs. RFC 3417 section 8: definite lengths, minimal integers."""

from collections.abc import Iterator

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER, GAUGE, TICKS = 0x40, 0x41, 0x42, 0x43
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82
HIGH = 0x80

Oid = tuple[int, ...]


class MalformedError(ValueError):
    """Bytes that are no SNMP message; they are dropped, as RFC 3412 section 7.2 says."""


def tlv(tag: int, content: bytes) -> bytes:
    """One element."""
    size = len(content)
    if size < HIGH:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, HIGH | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A signed integer, or an unsigned one under another tag."""
    size = max(1, (value.bit_length() + 8) // 8)
    return tlv(tag, value.to_bytes(size, "big", signed=True))


def octets(value: bytes | str) -> bytes:
    """A string; text as UTF-8."""
    return tlv(OCTETS, value.encode() if isinstance(value, str) else value)


def address(dotted: str) -> bytes:
    """An IPv4 address."""
    return tlv(IP_ADDRESS, bytes(int(part) for part in dotted.split(".")))


def arcs(oid: Oid) -> bytes:
    """A name from its root, without tag; the arcs of an index may be joined to it."""
    first, second = (*oid, 0, 0)[:2]
    return index_arcs((first * 40 + second, *oid[2:]))


def index_arcs(index: Oid) -> bytes:
    """Sub-identifiers that don't begin at the root."""
    out = bytearray()
    for arc in index:
        if arc < HIGH:
            out.append(arc)
            continue
        parts = [arc & 0x7F]
        while arc := arc >> 7:
            parts.append((arc & 0x7F) | HIGH)
        out.extend(reversed(parts))
    return bytes(out)


def object_id(oid: Oid) -> bytes:
    """An object identifier."""
    return tlv(OID, arcs(oid))


def dotted(text: str) -> Oid:
    """An object identifier from its text."""
    return tuple(int(arc) for arc in text.strip(".").split("."))


class Reader:
    """Takes elements off the front of some bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    @property
    def done(self) -> bool:
        """Is nothing left?"""
        return self.at >= len(self._data)

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self.at

    def rest(self) -> bytes:
        """Everything that is left, untaken."""
        return self._data[self.at :]

    def any(self) -> tuple[int, bytes]:
        """Tag and content of the next element.

        Raises:
            MalformedError: it ends too early.
        """
        data, at = self._data, self.at
        if at + 2 > len(data):
            raise MalformedError("an element is cut off")
        tag, size = data[at], data[at + 1]
        at += 2
        if size & HIGH:
            many = size & 0x7F
            size = int.from_bytes(data[at : at + many], "big")
            at += many
        if at + size > len(data):
            raise MalformedError("an element is cut off")
        self.at = at + size
        return tag, data[at : self.at]

    def want(self, tag: int) -> bytes:
        """Content of the next element, which must have this tag.

        Raises:
            MalformedError: it has another.
        """
        found, content = self.any()
        if found != tag:
            raise MalformedError(f"tag {found:#x} where {tag:#x} is wanted")
        return content

    def integer(self) -> int:
        """The next element as an integer."""
        return int.from_bytes(self.want(INTEGER), "big", signed=True)

    def inside(self, tag: int = SEQUENCE) -> "Reader":
        """A reader of the next element's content."""
        return Reader(self.want(tag))

    def oids(self) -> Iterator[Oid]:
        """Names of a variable-bindings list."""
        while not self.done:
            yield to_oid(self.inside().want(OID))


def to_oid(content: bytes) -> Oid:
    """An object identifier's arcs."""
    out = []
    arc = 0
    for byte in content:
        arc = (arc << 7) | (byte & 0x7F)
        if not byte & HIGH:
            out.append(arc)
            arc = 0
    if not out:
        raise MalformedError("an empty object identifier")
    first = min(out[0] // 40, 2)
    return (first, out[0] - 40 * first, *out[1:])
