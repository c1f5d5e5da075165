"""Syslog over TCP and TLS: messages off a connection, none lost while it stands.

Where the intake fills, connections are not read: the sender waits, as TCP has it. Nobody is told
that a message was taken, for syslog has no words for it (RFC 6587, section 3.1).
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.domain.events.framing import Frames
from service.listeners.intake import Intake, Line
from service.listeners.senders import Senders

MOST_STREAMS = 1000
AGAIN_S = 0.05


@dataclass(slots=True)
class Streams:
    """The connections of one process: few enough, and what they hold at the end is counted."""

    intake: Intake
    senders: Senders | None = None
    open: set["Stream"] = field(default_factory=set)

    def end(self) -> None:
        """Let go of every connection; what found no room is counted as lost."""
        for stream in tuple(self.open):
            stream.abandon()


class Stream(asyncio.Protocol):
    """One connection."""

    def __init__(self, streams: Streams, via: str) -> None:
        self._streams, self._via = streams, via
        self._frames = Frames()
        self._waiting: deque[Line] = deque()
        self._transport: asyncio.Transport | None = None
        self._source = ""
        self._is_held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, unless there are too many already."""
        if not isinstance(transport, asyncio.Transport):
            return
        peer = transport.get_extra_info("peername") or ("",)
        self._source = str(peer[0])
        senders = self._streams.senders
        if senders is not None and not senders.allows(self._source):
            transport.abort()
            return
        if len(self._streams.open) >= MOST_STREAMS:
            self._streams.intake.count_lost(f"{self._via} (connections refused)", 1)
            transport.abort()
            return
        self._transport = transport
        self._streams.open.add(self)

    def data_received(self, data: bytes) -> None:
        """Queue the messages that are whole."""
        self._take(self._frames.feed(data))

    def eof_received(self) -> None:
        """A last message may lack its end."""
        self._take(self._frames.end())

    def connection_lost(self, error: Exception | None) -> None:
        """Queue what came before the end; what waits for room goes on to wait."""
        if self._transport is None:
            return
        if error is None:
            self._take(self._frames.end())
        self._transport = None
        if not self._waiting:
            self._streams.open.discard(self)

    def abandon(self) -> None:
        """The listener ends."""
        self._streams.open.discard(self)
        if self._waiting:
            self._streams.intake.count_lost(self._via, len(self._waiting))
            self._waiting.clear()
        if self._transport is not None:
            self._transport.abort()

    def _take(self, frames: Iterable[bytes]) -> None:
        self._waiting.extend(Line(frame, self._via, self._source) for frame in frames)
        if not self._is_held:
            self._hand_over()

    def _hand_over(self) -> None:
        """Queue as much as there is room for; read no more until all of it is."""
        self._is_held = False
        while self._waiting and not self._streams.intake.is_filling:
            self._streams.intake.put(self._waiting.popleft())
        if self._waiting:
            self._is_held = True
            if self._transport is not None and self._transport.is_reading():
                self._transport.pause_reading()
            asyncio.get_running_loop().call_later(AGAIN_S, self._hand_over)
        elif self._transport is None:
            self._streams.open.discard(self)
        elif not self._transport.is_reading() and not self._transport.is_closing():
            self._transport.resume_reading()
