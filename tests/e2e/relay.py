"""Stands between the command and a lab, and says everything the lab says in another legal way.

Prefixes instead of default namespaces, blanks, comments, declarations, attributes, leaves of other
modules, leaves and list entries in another order with keys last, and tiny chunks.
"""

import asyncio
import itertools
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, Self

import asyncssh
from lxml import etree

from service.lab.netconf.framing import Reader, frames
from tests.support.patience import REPLY_S

NC = "urn:ietf:params:xml:ns:netconf:base:1.0"
OTHERS = "urn:example:another-module"
KEPT_EXACTLY = frozenset({"server", "peer"})
"""NTP entries are put back with every leaf they have: a leaf of another module is refused there."""
CHUNKS = (1, 2, 3, 5, 8, 13, 4096)


def otherwise(message: bytes) -> bytes:
    """The same message, written in another way."""
    root = etree.fromstring(message.strip())
    if etree.QName(root).localname == "hello":
        return _greeting(root)
    for data in root.iterchildren(f"{{{NC}}}data"):
        _shuffle(data)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + _prefixed(root)


def _greeting(root: etree._Element) -> bytes:
    for leaf in root.iter(f"{{{NC}}}capability", f"{{{NC}}}session-id"):
        leaf.text = f"\n      {leaf.text}\n    "
    root.insert(0, etree.Comment(" hello "))
    return b"\n" + etree.tostring(root)


def _shuffle(parent: etree._Element) -> None:
    """Children in reverse, with attributes; containers also with a leaf of another module."""
    children = list(parent)
    for child in children:
        child.set(f"{{{OTHERS}}}tag", "1")
        if len(child) and etree.QName(child).localname not in KEPT_EXACTLY:
            etree.SubElement(child, f"{{{OTHERS}}}note").text = "not ours"
            _shuffle(child)
    parent[:] = reversed(children) if children else []
    if children:
        parent.insert(0, etree.Comment(" in between "))


def _prefixed(root: etree._Element) -> bytes:
    """All namespaces declared at the top, each with a prefix, and much white space."""
    spaces = {etree.QName(e).namespace for e in root.iter(etree.Element)} | {OTHERS}
    prefixes = {f"p{number}": uri for number, uri in enumerate(sorted(filter(None, spaces)))}
    top = etree.Element(root.tag, dict(root.attrib), nsmap=prefixes)
    top.text = root.text
    top.extend(list(root))
    etree.cleanup_namespaces(top, top_nsmap=prefixes, keep_ns_prefixes=list(prefixes))
    etree.indent(top, space="\t")
    return etree.tostring(top)


class Relay:
    """One port for one box; any number of sessions. Use as a context manager."""

    def __init__(self, *, port: int, password: str) -> None:
        self._to = port
        self._password = password
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0
        self._open_ones: set[Any] = set()

    @property
    def fingerprint(self) -> str:
        return self._key.get_fingerprint()

    def __enter__(self) -> Self:
        self._thread.start()
        self._await(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._await(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(REPLY_S)
        self._loop.close()

    def _await(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(REPLY_S)

    async def _open(self) -> None:
        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Login(self._password, self._open_ones),
            server_host_keys=[self._key],
            process_factory=self._serve,
            encoding=None,
            line_editor=False,
        )
        self.port = self._acceptor.get_port()

    async def _close(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()
        for connection in list(self._open_ones):
            connection.abort()
            await connection.wait_closed()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _serve(self, here: asyncssh.SSHServerProcess[bytes]) -> None:
        there = await asyncssh.connect(
            "127.0.0.1", self._to, username="admin", password=self._password, known_hosts=None
        )
        self._open_ones.add(there)
        try:
            box = await there.create_process(subsystem="netconf", encoding=None)
            up = asyncio.create_task(_pass_on(here, box))
            await _say_otherwise(box, here)
            up.cancel()
        except (asyncssh.Error, ConnectionError, BrokenPipeError):
            pass  # either side may end the session at any time
        finally:
            here.exit(0)
            here.channel.get_connection().close()
            there.abort()
            await there.wait_closed()
            self._open_ones.discard(there)


async def _pass_on(
    here: asyncssh.SSHServerProcess[bytes], box: asyncssh.SSHClientProcess[bytes]
) -> None:
    while asked := await here.stdin.read(65536):
        box.stdin.write(asked)
    box.stdin.write_eof()


async def _say_otherwise(
    box: asyncssh.SSHClientProcess[bytes], here: asyncssh.SSHServerProcess[bytes]
) -> None:
    reader, sizes = Reader(), _sizes()
    while said := await box.stdout.read(65536):
        for message in reader.feed(said):
            for piece in frames(otherwise(message), sizes, chunked=reader.chunked):
                here.stdout.write(piece)
            reader.chunked = True  # the hello is over
        await here.stdout.drain()


def _sizes() -> Iterator[int]:
    return itertools.cycle(CHUNKS)


class _Login(asyncssh.SSHServer):
    def __init__(self, password: str, open_ones: set[Any]) -> None:
        self._password = password
        self._open_ones = open_ones

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._open_ones.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._open_ones.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("admin", self._password)
