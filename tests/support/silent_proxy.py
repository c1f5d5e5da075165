"""A wire between a client and a server that can go silent without a word: nothing is closed.

So it is with a firewall that forgot a connection, or a host that lost its power: what is sent is
taken, and nothing ever comes back.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 65536


@dataclass
class Wire:
    """One connection through the proxy, and whether anything comes through."""

    near: socket.socket
    far: socket.socket
    asked: bytes = b""
    is_silent: bool = False

    def carry(self, source: socket.socket, sink: socket.socket) -> None:
        """Hand on what comes, until one side ends; what is silent swallows it."""
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                if source is self.near:
                    self.asked = (self.asked + chunk)[-CHUNK:]
                if not self.is_silent:
                    sink.sendall(chunk)
            if not self.is_silent:  # else not even its end is told
                sink.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        for end in (self.near, self.far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class SilentProxy:
    """Listens on a loopback port.

    Attributes:
        swallows: new connections are silent from their beginning.
    """

    listener: socket.socket
    server: tuple[str, int]
    swallows: bool = False
    wires: list[Wire] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def silence(self, which: Callable[[Wire], bool] = lambda _: True) -> int:
        """Let the connections of today go silent; how many there are."""
        chosen = [wire for wire in self.wires if which(wire)]
        for wire in chosen:
            wire.is_silent = True
        return len(chosen)

    def run(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                near, _ = self.listener.accept()
                wire = Wire(near, socket.create_connection(self.server), is_silent=self.swallows)
                self.wires.append(wire)
                for ends in ((wire.near, wire.far), (wire.far, wire.near)):
                    self._start(wire.carry, *ends)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for wire in self.wires:
            wire.close()
        for thread in self._threads:
            thread.join(30)


@contextmanager
def silent_proxy(server: tuple[str, int]) -> Iterator[SilentProxy]:
    """A proxy before a server, ended with the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = SilentProxy(listener, server)
    with closing(proxy):
        proxy._start(proxy.run)
        yield proxy


__all__ = ["SilentProxy", "Wire", "silent_proxy"]
