"""The bytes of a NETCONF stream become pieces of messages: RFC 6242, both framings.

ncclient's own parser decodes each chunk by itself, so that a character which lies across two chunks
ends the session, and goes over the whole buffer again with every read. This one looks at each byte
once and keeps none: what has come of a message is handed on, however long the message is.
"""

import re
from collections.abc import Iterator

END_OF_MESSAGE = b"]]>]]>"
HEADER = re.compile(rb"\s*#(?:([1-9]\d{0,9})|(#))\r?\n")
LONGEST_HEADER = 64
"""Bytes after which something that is still no chunk header will never be one."""


class FramingError(ValueError):
    """The stream is not framed as it should be."""


class Deframer:
    """Takes bytes as they come and gives pieces of messages.

    Attributes:
        chunked: chunked framing (base:1.1) instead of the end-of-message mark (base:1.0).
    """

    def __init__(self) -> None:
        self.chunked = False
        self._buffer = bytearray()
        self._left = 0  # bytes that the chunk under way still has; 0: a header comes next

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What has come of messages, in pieces; an empty piece is the end of one.

        What follows a change of `chunked` waits for it.

        Raises:
            FramingError: the stream can't be read on.
        """
        self._buffer += data
        while True:
            piece = self._chunked() if self.chunked else self._marked()
            if piece is None:
                return
            yield piece

    def _marked(self) -> bytes | None:
        at = self._buffer.find(END_OF_MESSAGE)
        if at == 0:
            del self._buffer[: len(END_OF_MESSAGE)]
            return b""
        sure = at if at > 0 else len(self._buffer) - len(END_OF_MESSAGE) + 1
        return self._cut(sure) if sure > 0 else None

    def _chunked(self) -> bytes | None:
        while not self._left:
            header = HEADER.match(self._buffer, 0, LONGEST_HEADER)
            if header is None:
                self._refuse_what_is_no_header()
                return None
            ends, size = header[2] is not None, int(header[1] or 0)
            del self._buffer[: header.end()]
            if ends:
                return b""
            self._left = size
        piece = self._cut(min(self._left, len(self._buffer)))
        self._left -= len(piece)
        return piece or None

    def _cut(self, length: int) -> bytes:
        piece = bytes(self._buffer[:length])
        del self._buffer[:length]
        return piece

    def _refuse_what_is_no_header(self) -> None:
        start = bytes(self._buffer.lstrip()[:LONGEST_HEADER])
        if (start and not start.startswith(b"#")) or len(start) >= LONGEST_HEADER:
            raise FramingError(f"{start[:20]!r} where a chunk should begin; expected #LENGTH")
