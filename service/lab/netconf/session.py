"""One NETCONF session on an SSH channel: hello, requests one after the other, faults, end."""

import asyncio
import random
from collections.abc import Iterator

import asyncssh
from lxml import etree

from service.lab.errors import NC, RpcRefusedError
from service.lab.faults import Fault
from service.lab.netconf import messages
from service.lab.netconf.capabilities import capabilities
from service.lab.netconf.context import Later
from service.lab.netconf.framing import FramingError, Reader, frames
from service.lab.netconf.host import BoxHost
from service.lab.netconf.operations import refusal
from service.lab.netconf.publisher import Publisher
from service.lab.netconf.sessions import Session
from service.lab.ssh import Process
from service.lab.yang.judge import parse
from service.lab.yang.paths import Element, elements, local

BASE_1_1 = "urn:ietf:params:netconf:base:1.1"
CLOSE = f"{{{NC}}}close-session"


class NetconfSession:
    """Speaks with one client until either side ends it."""

    def __init__(self, host: BoxHost, process: Process) -> None:
        self._host = host
        self._process = process
        self._reader = Reader()
        self._chance = random.Random(host.box.spec.seed)  # noqa: S311  # blanks and chunk sizes
        self._session: Session | None = None
        self._greeted = False
        self._writing = asyncio.Lock()  # one message after the other
        self._pushing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """The whole session."""
        box = self._host.box
        now = box.advance()
        user = str(self._process.get_extra_info("username"))
        self._session = self._host.sessions.add(user, "127.0.0.1", now, self._drop)
        box.log.add(now, "session", "opened", number=self._session.number)
        try:
            await self._send(messages.hello(capabilities(box), self._session.number))
            await self._listen()
        except (FramingError, ConnectionError, asyncssh.Error, asyncio.IncompleteReadError):
            pass  # the peer is gone or speaks something else: the session ends
        finally:
            if self._pushing is not None:
                self._pushing.cancel()
            self._over()

    async def _listen(self) -> None:
        while data := await self._process.stdin.read(65536):
            for message in self._reader.feed(data):
                if not await self._message(message):
                    return

    async def _message(self, message: bytes) -> bool:
        """Handle one message; False ends the session."""
        try:
            root = parse(message.strip())
        except etree.XMLSyntaxError as err:
            await self._reply(messages.error(None, _malformed(str(err))))
            return False
        if not self._greeted:
            return self._hello(root)
        if root.tag != f"{{{NC}}}rpc":
            await self._reply(messages.error(None, _malformed("an <rpc> is expected")))
            return False
        return await self._rpc(root)

    def _hello(self, root: Element) -> bool:
        listed = [e.text or "" for e in root.iter(f"{{{NC}}}capability")]
        if root.tag != f"{{{NC}}}hello" or not any(":base:1." in c for c in listed):
            return False
        self._greeted = True
        self._reader.chunked = BASE_1_1 in [c.strip() for c in listed]
        return True

    async def _rpc(self, rpc: Element) -> bool:
        assert self._session is not None  # noqa: S101  # set before anything is read
        host, box = self._host, self._host.box
        inside = elements(rpc)
        name = local(inside[0]) if inside else ""
        faults = host.faults.take(rpc)
        now = box.advance()
        box.log.add(now, "rpc", name, session=self._session.number, faults=[f.kind for f in faults])
        if any(f.kind == "drop_before" for f in faults):
            return False
        answer = await self._in_time(self._answer(rpc, faults), rpc)
        host.on_touched()
        await self._wait(faults, box.spec.timings.latency_s, name)
        alive = await self._give(answer, faults)
        host.after(faults)
        host.on_touched()
        if self._session.pushes and self._pushing is None:
            pushing = Publisher(host, self._session, self._push).run()
            self._pushing = asyncio.create_task(pushing)
            self._pushing.add_done_callback(self._pushed)
        return alive and not (inside and inside[0].tag == CLOSE)

    async def _in_time(self, given: Element | Later, rpc: Element) -> Element:
        """Wait for a reply that takes its time; a client that hangs up ends the session."""
        if not isinstance(given, Later):
            return given
        assert self._session is not None  # noqa: S101  # set before anything is read
        work = asyncio.ensure_future(given.work)
        self._host.under_way.add(work)
        work.add_done_callback(self._host.under_way.discard)
        gone = asyncio.ensure_future(self._process.channel.get_connection().wait_closed())
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            self._left_behind(work)
            raise ConnectionAbortedError
        gone.cancel()
        try:
            return work.result()
        except RpcRefusedError as refused:
            return refusal(self._session, rpc, refused)

    def _left_behind(self, work: "asyncio.Future[Element]") -> None:
        """Nobody waits for the reply any more; the work goes on, or ends, as boxes differ."""
        if self._host.box.spec.quirks.copy_ends_with_session:
            work.cancel()
        work.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _answer(self, rpc: Element, faults: list[Fault]) -> Element | Later:
        assert self._session is not None  # noqa: S101  # set before anything is read
        try:
            return self._host.answer(self._session, rpc, faults)
        except Exception as err:  # the edge of a box: a bug of the lab must not look like a drop
            at = self._host.box.time.monotonic()
            self._host.box.log.add(at, "bug", repr(err), session=self._session.number)
            raise

    async def _wait(self, faults: list[Fault], latency_s: float, name: str) -> None:
        pause = latency_s + sum(f.seconds for f in faults if f.kind in {"hang", "latency"})
        if name == "save-config":
            pause += self._host.box.spec.timings.save_s
        if pause:
            await asyncio.sleep(pause)

    async def _give(self, answer: Element, faults: list[Fault]) -> bool:
        kinds = {f.kind for f in faults}
        if "drop_after" in kinds:
            return False
        if "truncate" in kinds:
            await self._send(messages.written(answer, self._chance), part=0.5)
            return False
        await self._reply(answer)
        return True

    async def _push(self, notification: Element) -> None:
        assert self._session is not None  # noqa: S101  # it has subscriptions
        self._session.out_notifications += 1
        await self._reply(notification)

    def _pushed(self, task: "asyncio.Task[None]") -> None:
        """A client that is gone is no news; anything else must not look like silence."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, ConnectionError | asyncssh.Error):
            self._host.box.log.add(self._host.box.time.monotonic(), "bug", repr(error))
            self._drop("a bug of the lab")

    async def _reply(self, answer: Element) -> None:
        await self._send(messages.written(answer, self._chance))

    async def _send(self, message: bytes, part: float = 1.0) -> None:
        """Write a message in pieces; `part` of it when the reply is to be cut."""
        if part < 1.0:
            message = message[: int(len(message) * part)]
        async with self._writing:
            for piece in frames(message, self._sizes(), chunked=self._reader.chunked):
                if part < 1.0 and piece == b"\n##\n":
                    return
                self._process.stdout.write(piece)
                await self._process.stdout.drain()

    def _sizes(self) -> Iterator[int]:
        """Chunk sizes: boxes stream long replies in pieces of no particular length."""
        while True:
            yield self._chance.randint(2_000, 32_000)

    def _drop(self, why: str) -> None:
        """End the session from outside, at once."""
        if self._session is not None:
            self._host.box.log.add(
                self._host.box.time.monotonic(), "session", why, number=self._session.number
            )
        self._process.channel.get_connection().abort()

    def _over(self) -> None:
        assert self._session is not None  # noqa: S101  # serve() made it
        box = self._host.box
        self._host.sessions.open.pop(self._session.number, None)
        box.stores.release(self._session.number)
        box.log.add(box.advance(), "session", "closed", number=self._session.number)
        self._process.exit(0)
        self._process.channel.get_connection().close()


def _malformed(message: str) -> RpcRefusedError:
    return RpcRefusedError("malformed-message", message, type="rpc")
