"""A real SMTP server on loopback that keeps what it takes."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 OK"


@dataclass
class Mailbox:
    """What came.

    Attributes:
        answer: what is said to a whole mail.
    """

    port: int = 0
    answer: str = TAKEN
    mails: list[tuple[Envelope, Message]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer == TAKEN:
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.mails.append((envelope, message_from_bytes(content, policy=default)))
        return self.answer


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mailbox as long as the block runs."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # it says every line of a mail
    box, loop, ready = Mailbox(), asyncio.new_event_loop(), threading.Event()

    async def serve() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0)

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(serve())
        box.port = server.sockets[0].getsockname()[1]
        ready.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(300)
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
