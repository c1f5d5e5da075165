"""How a box really fetches a file: from HTTP, HTTPS and SCP servers, piece by piece.

A device's own client is not imitated: what counts is what arrives, and what is said when it
doesn't. Source of the words: bforejt/nautobot-upgrades, jobs/install_engine.py ("%Error opening ...
(I/O error)"), measured on IOS XE 17.15; every other text is unverified.
"""

import asyncio
import base64
import ssl
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import asyncssh

PIECE = 64 * 1024
LONGEST_HEAD = 64 * 1024
PORTS = {"http": 80, "https": 443, "scp": 22}
CONNECT_S = 10.0


class TransferError(Exception):
    """The file did not come, or not whole; the text is for people."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is."""

    url: str
    parts: SplitResult
    trusts_any: bool  # does the box take any server's certificate?

    @property
    def host(self) -> str:
        """The server."""
        return self.parts.hostname or ""

    @property
    def port(self) -> int:
        """Its port."""
        return self.parts.port or PORTS[self.parts.scheme]

    @property
    def login(self) -> tuple[str, str]:
        """User and password that stand in the URL."""
        return unquote(self.parts.username or ""), unquote(self.parts.password or "")

    @property
    def shown(self) -> str:
        """The URL without its password."""
        return self.parts._replace(netloc=f"{self.host}:{self.port}").geturl()

    def failed(self, why: str = "I/O error") -> TransferError:
        """What the box says when it doesn't get the file."""
        return TransferError(f"%Error opening {self.shown} ({why})")


def source_of(url: str, *, trusts_any: bool) -> Source | None:
    """A source that the lab can fetch from; None: by another protocol."""
    parts = urlsplit(url)
    return Source(url, parts, trusts_any) if parts.scheme in PORTS else None


async def pieces(source: Source) -> AsyncIterator[bytes]:
    """The bytes of a file.

    Raises:
        TransferError: see its text. What came before it came.
    """
    fetch = _scp if source.parts.scheme == "scp" else _http
    try:
        async for piece in fetch(source):
            yield piece
    except (OSError, asyncssh.Error, TimeoutError, ValueError) as err:
        raise source.failed() from err


async def _http(source: Source) -> AsyncIterator[bytes]:
    tls = None
    if source.parts.scheme == "https":
        tls = ssl.create_default_context()
        if source.trusts_any:
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    opening = asyncio.open_connection(source.host, source.port, ssl=tls, limit=LONGEST_HEAD)
    reader, writer = await asyncio.wait_for(opening, CONNECT_S)
    try:
        writer.write(_asked(source))
        await writer.drain()
        left = _length(source, await reader.readuntil(b"\r\n\r\n"))
        while left > 0 and (piece := await reader.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
        if left > 0:
            raise source.failed()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as err:
        raise source.failed() from err
    finally:
        writer.close()


def _asked(source: Source) -> bytes:
    user, password = source.login
    lines = [f"GET {source.parts.path or '/'} HTTP/1.0", f"Host: {source.host}"]
    if user:
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        lines.append(f"Authorization: Basic {login}")
    return "\r\n".join([*lines, "", ""]).encode()


def _length(source: Source, head: bytes) -> int:
    """How many bytes follow this head."""
    first, *fields = head.decode("latin-1").split("\r\n")
    status = [*first.split(), "", ""][1]
    if status != "200":
        why = {"401": "Permission denied", "403": "Permission denied"}
        raise source.failed(why.get(status, "No such file or directory"))
    named = dict(field.lower().split(":", 1) for field in fields if ":" in field)
    return int(named["content-length"]) if "content-length" in named else 1 << 62


async def _scp(source: Source) -> AsyncIterator[bytes]:
    user, password = source.login
    connecting = asyncssh.connect(
        source.host, source.port, username=user, password=password, known_hosts=None, config=None,
        client_keys=None, agent_path=None,
    )  # fmt: skip
    async with await asyncio.wait_for(connecting, CONNECT_S) as connection:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            await asyncssh.scp((connection, source.parts.path), path)
            data = path.read_bytes()
    for start in range(0, len(data), PIECE):
        yield data[start : start + PIECE]
