"""As much of HTTP/1.1 as a RESTCONF server needs: requests in, answers out, connections kept."""

from asyncio import IncompleteReadError, LimitOverrunError, StreamReader, StreamWriter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

YANG_JSON = "application/yang-data+json"
LONGEST_BODY = 1_000_000
WHOLE_UP_TO = 4096  # a longer body is sent in chunks, as a proxy in front of a box does
_REQUEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        target: as it was sent, without the query; not decoded.
        headers: names in lower case.
    """

    method: str
    target: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; without a body it is sent without a content type."""

    status: int
    body: bytes = b""
    content_type: str = YANG_JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class BadRequestError(Exception):
    """What came is no HTTP request."""


async def read_request(reader: StreamReader) -> Request | None:
    """The next request of a connection; None at its end.

    Raises:
        BadRequestError: what came is none.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except IncompleteReadError as err:
        if err.partial.strip():
            raise BadRequestError("cut off") from err
        return None
    except LimitOverrunError as err:
        raise BadRequestError("headers without an end") from err
    request = _parsed(head.decode("latin-1"))
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LONGEST_BODY:
        raise BadRequestError(f"content-length {length[:20]}")
    await reader.readexactly(int(length))
    return request


def _parsed(head: str) -> Request:
    first, *lines = head.rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != _REQUEST_WORDS or not words[2].startswith("HTTP/1."):
        raise BadRequestError(first[:80])
    target, _, query = words[1].partition("?")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(line[:80])
        headers[name.strip().lower()] = value.strip()
    pairs = parse_qsl(query, keep_blank_values=True, separator="&")
    return Request(words[0], target, dict(pairs), headers)


def segments(target: str) -> list[str]:
    """The parts of a path, each as it was sent."""
    return [part for part in target.split("/") if part]


def decoded(text: str) -> str:
    """Percent-encoding undone."""
    return unquote(text)


def head_of(answer: Answer) -> bytes:
    """Status line and headers."""
    phrase = HTTPStatus(answer.status).phrase
    lines = [
        f"HTTP/1.1 {answer.status} {phrase}",
        *(f"{k}: {v}" for k, v in answer.headers.items()),
    ]
    if answer.body:
        lines.append(f"Content-Type: {answer.content_type}")
    if len(answer.body) > WHOLE_UP_TO:
        lines.append("Transfer-Encoding: chunked")
    elif answer.status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {len(answer.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


async def write(writer: StreamWriter, answer: Answer, sizes: Iterable[int], part: float) -> None:
    """Send an answer, or the first part of it: then whoever calls ends the connection."""
    writer.write(head_of(answer))
    whole, chunked = len(answer.body), len(answer.body) > WHOLE_UP_TO
    end, at = int(whole * part), 0
    pieces = iter(sizes)
    while at < end:
        piece = answer.body[at : min(end, at + next(pieces))]
        writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        await writer.drain()
        at += len(piece)
    if chunked and part >= 1:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
