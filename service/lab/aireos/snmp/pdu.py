"""Requests to responses: GET, GETNEXT, GETBULK; a SET is refused. RFC 3416."""

from dataclasses import dataclass

from service.lab.aireos.snmp import ber
from service.lab.aireos.snmp.view import View, end_of_view

GET, GET_NEXT, RESPONSE, SET, GET_BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8
TOO_BIG, NOT_WRITABLE = 1, 17
ENVELOPE = 200  # bytes around a list of bindings, generously


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one answer may hold."""

    max_bytes: int
    max_varbinds: int  # 0: no such limit


@dataclass(frozen=True, slots=True)
class Pdu:
    """One request."""

    kind: int
    request_id: int
    first: int  # error status, or non-repeaters
    second: int  # error index, or max-repetitions
    names: tuple[ber.Oid, ...]


def read(reader: ber.Reader) -> Pdu:
    """The next element as a request.

    Raises:
        MalformedError: it is none.
    """
    kind, content = reader.any()
    inside = ber.Reader(content)
    numbers = [inside.integer() for _ in range(3)]
    return Pdu(kind, numbers[0], numbers[1], numbers[2], tuple(inside.inside().oids()))


def write(kind: int, request_id: int, bindings: bytes, *, error: int = 0, index: int = 0) -> bytes:
    """A response or report."""
    head = ber.integer(request_id) + ber.integer(error) + ber.integer(index)
    return ber.tlv(kind, head + ber.tlv(ber.SEQUENCE, bindings))


def answer(view: View, request: Pdu, limits: Limits) -> bytes | None:
    """The response; None where none is due."""
    match request.kind:
        case 0xA0:
            return _given(request, [view.exact(name) for name in request.names], limits)
        case 0xA1:
            return _given(request, [_next(view, name)[1] for name in request.names], limits)
        case 0xA5:
            return _bulk(view, request, limits)
        case 0xA3:
            return write(RESPONSE, request.request_id, b"", error=NOT_WRITABLE, index=1)
        case _:
            return None


def _given(request: Pdu, bindings: list[bytes], limits: Limits) -> bytes:
    joined = b"".join(bindings)
    if len(joined) + ENVELOPE > limits.max_bytes:
        return write(RESPONSE, request.request_id, b"", error=TOO_BIG)
    return write(RESPONSE, request.request_id, joined)


def _next(view: View, name: ber.Oid) -> tuple[ber.Oid | None, bytes]:
    found = view.behind(name)
    return found if found is not None else (None, end_of_view(name))


def _bulk(view: View, request: Pdu, limits: Limits) -> bytes:
    """As many repetitions as were asked for and fit; a box with a limit says tooBig instead."""
    once = max(0, request.first)
    repeated: list[ber.Oid] = list(request.names[once:])
    asked = len(request.names[:once]) + len(repeated) * max(0, request.second)
    if limits.max_varbinds and asked > limits.max_varbinds:
        return write(RESPONSE, request.request_id, b"", error=TOO_BIG)
    bindings = [_next(view, name)[1] for name in request.names[:once]]
    room = limits.max_bytes - ENVELOPE - sum(map(len, bindings))
    ended = [False] * len(repeated)
    for _ in range(max(0, request.second)):
        row = []
        for place, name in enumerate(repeated):
            behind, binding = _next(view, name)
            ended[place] = behind is None
            repeated[place] = behind or name
            row.append(binding)
        room -= sum(map(len, row))
        if room < 0 and bindings:
            break
        bindings += row
        if all(ended):
            break
    return write(RESPONSE, request.request_id, b"".join(bindings))
