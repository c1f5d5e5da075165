"""Brokers of both kinds, to be used, emptied, killed and started again."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.queue.broker_address import client
from service.queue.embedded_broker import EmbeddedBroker
from tests.support.servers import own_broker

KINDS = ("embedded Valkey on a socket", "Redis on a port")


@dataclass(frozen=True, slots=True)
class TestBroker:
    """A broker of its own.

    Attributes:
        kill: end it at once.
        again: start it again on what it kept.
    """

    __test__ = False  # pytest takes it for a test otherwise

    url: str
    kill: Callable[[], None]
    again: Callable[[], None]

    def flush(self) -> None:
        """Lose everything that is queued."""
        with client(self.url) as link:
            link.flushall()

    def length(self, queue: str) -> int:
        """How many messages wait."""
        with client(self.url) as link:
            return int(link.llen(queue))

    def messages(self, queue: str) -> list[bytes]:
        """What waits, oldest first."""
        with client(self.url) as link:
            return list(reversed(link.lrange(queue, 0, -1)))


@contextmanager
def running(kind: str, folder: Path) -> Iterator[TestBroker]:
    """A broker of a kind, ended with the block."""
    if kind == KINDS[1]:
        with own_broker() as server:
            yield TestBroker(server.url, server.kill, server.again)
        return
    broker = EmbeddedBroker(folder)
    broker.start()
    try:
        yield TestBroker(broker.url, lambda: _kill(broker), broker.tend)
    finally:
        broker.stop()


def _kill(broker: EmbeddedBroker) -> None:
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    while broker._server is not None and broker._server.is_alive:
        os.sched_yield()
