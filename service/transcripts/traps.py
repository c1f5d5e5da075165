"""One SNMP trap or inform, read; the acknowledgement of an inform of version 2c, written.

What version 3 wraps around them is unwrapped elsewhere. A community is no secret and is not
looked at: whose a trap is, is told by the address that it came from.

Source: RFC 1157 section 4.1.6, RFC 3416 sections 4.2.6 and 4.2.7, RFC 3584 section 3.1 (what a trap
of version 1 is called in version 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.transcripts.ber import (
    INTEGER,
    IP_ADDRESS,
    OCTETS,
    MalformedError,
    Value,
    dotted,
    elements,
    encoded,
    inside,
    number_of,
    sequence,
    value_of,
)

V1, V2C, V3 = 0, 1, 3
TRAP_V1, INFORM, TRAP, RESPONSE = 0xA4, 0xA6, 0xA7, 0xA2
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"
GENERIC = "1.3.6.1.6.3.1.1.5"
ENTERPRISE_SPECIFIC = 6
MOST_BINDINGS = 64


@dataclass(frozen=True, slots=True)
class Trap:
    """One trap.

    Attributes:
        oid: which one it is.
        agent: version 1: the address that it says it is from; empty else.
        values: by the names of the bindings.
        reply: what acknowledges an inform; empty: nothing does.
    """

    oid: str
    agent: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    reply: bytes = b""


def read(datagram: bytes) -> Trap:
    """Read a datagram. Raises MalformedError."""
    try:
        return _read(datagram)
    except ValueError as err:  # a number, a name or an address that ends too soon
        raise MalformedError(str(err)) from err


def _read(datagram: bytes) -> Trap:
    parts = list(elements(inside(datagram)))
    if len(parts) != 3 or parts[1][0] != OCTETS:  # noqa: PLR2004 - version, community, data unit
        raise MalformedError("no message of SNMP 1 or 2c")
    (_, version), (_, community), (kind, body) = parts
    fields = list(elements(body))
    if number_of(version) == V1 and kind == TRAP_V1:
        return _first(fields)
    if number_of(version) != V2C or kind not in (TRAP, INFORM) or len(fields) != 4:  # noqa: PLR2004
        raise MalformedError("no trap and no inform")
    reply = _acknowledgement(community, body) if kind == INFORM else b""
    return _second(fields, reply)


def is_third(datagram: bytes) -> bool:
    """Whether it says that it is a message of version 3."""
    try:
        tag, version = next(elements(inside(datagram)), (0, b""))
    except ValueError:
        return False
    return tag == INTEGER and number_of(version) == V3


def read_unit(kind: int, body: bytes) -> Trap:
    """A trap or an inform of version 2 from its data unit, as version 3 carries it.

    Raises:
        ValueError: it is neither; a MalformedError, or a number that ends too soon.
    """
    fields = list(elements(body))
    if kind not in (TRAP, INFORM) or len(fields) != 4:  # noqa: PLR2004
        raise MalformedError("no trap and no inform")
    return _second(fields, b"")


def _second(fields: list[tuple[int, bytes]], reply: bytes) -> Trap:
    """A trap of version 2; it names itself in its bindings."""
    values = _values(fields[3][1])
    oid = values.get(TRAP_OID)
    if not isinstance(oid, str):
        raise MalformedError("a trap that does not say which one it is")
    return Trap(oid, "", values, reply)


def _first(fields: list[tuple[int, bytes]]) -> Trap:
    """A trap of version 1, under the name that version 2 has for it."""
    if len(fields) != 6:  # noqa: PLR2004 - enterprise, address, generic, specific, time, bindings
        raise MalformedError("no trap of version 1")
    (_, enterprise), (tag, address), (_, generic), (_, specific), _, (_, bindings) = fields
    if number_of(generic) == ENTERPRISE_SPECIFIC:
        oid = f"{dotted(enterprise)}.0.{number_of(specific)}"
    else:
        oid = f"{GENERIC}.{number_of(generic) + 1}"
    agent = value_of(tag, address) if tag == IP_ADDRESS else None
    return Trap(oid, agent if isinstance(agent, str) else "", _values(bindings))


def _values(bindings: bytes) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for _, binding in elements(bindings):
        parts = list(elements(binding))
        if len(parts) != 2 or len(found) >= MOST_BINDINGS:  # noqa: PLR2004 - name and value
            raise MalformedError("a binding without name and value, or too many of them")
        (_, name), (tag, content) = parts
        if not name:
            raise MalformedError("a binding without a name")
        found[dotted(name)] = value_of(tag, content)
    return found


def _acknowledgement(community: bytes, body: bytes) -> bytes:
    """The same request and bindings, as a response (RFC 3416, section 4.2.7)."""
    return sequence(
        encoded(0x02, bytes((V2C,))), encoded(OCTETS, community), encoded(RESPONSE, body)
    )
