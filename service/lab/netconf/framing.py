"""RFC 6242 framing: end-of-message until both sides have said base:1.1, chunks after."""

import re
from collections.abc import Iterator

END = b"]]>]]>"
HEADER = re.compile(rb"\n#(\d{1,10}|#)\n")
LONGEST_HEADER = 13
LIMIT = 64 * 1024 * 1024  # a message longer than this is an attack or a mistake


class FramingError(Exception):
    """The peer's bytes are no NETCONF frames; RFC 6242 section 4.2: end the session."""


class Reader:
    """Bytes in, whole messages out."""

    def __init__(self) -> None:
        self.chunked = False
        self._buffer = b""
        self._parts: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Add bytes; give every message that is complete.

        Raises:
            FramingError: what came can't be a frame.
        """
        self._buffer += data
        if len(self._buffer) > LIMIT:
            raise FramingError("message too long")
        while (message := self._chunks() if self.chunked else self._delimited()) is not None:
            yield message

    def _delimited(self) -> bytes | None:
        message, end, rest = self._buffer.partition(END)
        if not end:
            return None
        self._buffer = rest
        return message

    def _chunks(self) -> bytes | None:
        while found := HEADER.match(self._buffer):
            if found[1] == b"#":
                if not self._parts:
                    raise FramingError("end of chunks without a chunk")
                message, self._parts = b"".join(self._parts), []
                self._buffer = self._buffer[found.end() :]
                return message
            size = int(found[1])
            if size == 0 or found[1].startswith(b"0"):
                raise FramingError("bad chunk size")
            if len(self._buffer) < found.end() + size:
                return None
            self._parts.append(self._buffer[found.end() : found.end() + size])
            self._buffer = self._buffer[found.end() + size :]
        if len(self._buffer) > LONGEST_HEADER or not b"\n#".startswith(self._buffer[:2]):
            raise FramingError("no chunk header where one has to be")
        return None


def frames(message: bytes, sizes: Iterator[int], *, chunked: bool) -> Iterator[bytes]:
    """A message as pieces to be written one after the other."""
    if not chunked:
        yield message + END
        return
    start = 0
    while start < len(message):
        piece = message[start : start + next(sizes)]
        yield b"\n#%d\n" % len(piece) + piece
        start += len(piece)
    yield b"\n##\n"
