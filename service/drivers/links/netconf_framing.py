"""The bytes of a NETCONF stream become messages: RFC 6242, both framings.

ncclient's own parser decodes each chunk by itself, so that a character which lies across two chunks
ends the session, and goes over the whole buffer again with every read. This one looks at each byte
once and decodes whole messages.
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
    """Takes bytes as they come and gives messages.

    Attributes:
        chunked: chunked framing (base:1.1) instead of the end-of-message mark (base:1.0).
    """

    def __init__(self) -> None:
        self.chunked = False
        self._buffer = bytearray()
        self._pieces: list[bytes] = []
        self._chunk_bytes = 0  # of the chunk that is being waited for; 0: a header comes next
        self._looked_at = 0  # of the buffer, without finding the end of a message

    def feed(self, data: bytes) -> Iterator[str]:
        """Every message that is complete now. What follows a change of `chunked` waits for it.

        Raises:
            FramingError: the stream can't be read on.
        """
        self._buffer += data
        while True:
            message = self._chunked() if self.chunked else self._marked()
            if message is None:
                return
            text = message.decode(errors="replace").strip()
            if text:
                yield text

    def _marked(self) -> bytes | None:
        at = self._buffer.find(END_OF_MESSAGE, max(0, self._looked_at - len(END_OF_MESSAGE)))
        self._looked_at = len(self._buffer)
        if at < 0:
            return None
        message = bytes(self._buffer[:at])
        del self._buffer[: at + len(END_OF_MESSAGE)]
        self._looked_at = 0
        return message

    def _chunked(self) -> bytes | None:
        while True:
            if self._chunk_bytes:
                if len(self._buffer) < self._chunk_bytes:
                    return None
                self._pieces.append(bytes(self._buffer[: self._chunk_bytes]))
                del self._buffer[: self._chunk_bytes]
                self._chunk_bytes = 0
            header = HEADER.match(self._buffer, 0, LONGEST_HEADER)
            if header is None:
                self._refuse_what_is_no_header()
                return None
            ends, size = header[2] is not None, int(header[1] or 0)
            del self._buffer[: header.end()]
            if ends:
                message, self._pieces = b"".join(self._pieces), []
                return message
            self._chunk_bytes = size

    def _refuse_what_is_no_header(self) -> None:
        start = bytes(self._buffer.lstrip()[:LONGEST_HEADER])
        if (start and not start.startswith(b"#")) or len(start) >= LONGEST_HEADER:
            raise FramingError(f"{start[:20]!r} where a chunk should begin; expected #LENGTH")
