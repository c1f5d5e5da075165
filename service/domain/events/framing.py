"""Syslog over a stream: where one message ends and the next begins (RFC 6587).

Octet counting (`123 <13>...`, what RFC 5425 demands over TLS) and messages that end with a line
feed are told apart for each message: senders do not announce which they use. A message that is too
long is cut, and the rest of it skipped, so that a sender can't fill the memory.
"""

import re

from service.domain.events.syslog import LONGEST_BYTES

_COUNT = re.compile(rb"[1-9]\d{0,8} <")
_MAY_BE_COUNT = re.compile(rb"(?:[1-9]\d{0,8} ?)?")
_BLANK = b" \r\n\0"
KEPT = LONGEST_BYTES + 1
"""One more than may be: whoever reads it sees that it was cut."""


class Frames:
    """The messages of one stream, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip_bytes = 0
        self._skips_line = False

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now."""
        self._buffer += data
        found: list[bytes] = []
        while self._buffer:
            if not self._skipped():
                break
            before = len(self._buffer)
            frame = self._next()
            if frame is None and len(self._buffer) == before:
                break
            if frame:
                found.append(frame)
        return found

    def end(self) -> list[bytes]:
        """What is left where the stream ends: a last message without its end."""
        rest = b"" if self._skips_line or self._skip_bytes else bytes(self._buffer.strip(_BLANK))
        self._buffer.clear()
        return [rest] if rest else []

    def _skipped(self) -> bool:
        """Drop what is left of a message that was cut; whether there is more behind it."""
        if self._skip_bytes:
            skipped = min(self._skip_bytes, len(self._buffer))
            del self._buffer[:skipped]
            self._skip_bytes -= skipped
        if self._skips_line:
            ends = self._buffer.find(b"\n")
            self._skips_line = ends < 0
            del self._buffer[: ends + 1 if ends >= 0 else len(self._buffer)]
        return bool(self._buffer)

    def _next(self) -> bytes | None:
        """One message off the buffer; empty: a blank line; None: more has to come."""
        del self._buffer[: len(self._buffer) - len(self._buffer.lstrip(_BLANK))]
        head = bytes(self._buffer[:11])
        if _COUNT.match(head):
            return self._counted(head)
        if _MAY_BE_COUNT.fullmatch(head):
            return None
        return self._line()

    def _counted(self, head: bytes) -> bytes | None:
        digits, _, _ = head.partition(b" ")
        begins, count = len(digits) + 1, int(digits)
        kept = min(count, KEPT)
        if len(self._buffer) < begins + kept:
            return None
        frame = bytes(self._buffer[begins : begins + kept])
        del self._buffer[: begins + kept]
        self._skip_bytes = count - kept
        return frame.rstrip(_BLANK)

    def _line(self) -> bytes | None:
        ends = self._buffer.find(b"\n")
        if ends < 0 and len(self._buffer) < KEPT:
            return None
        self._skips_line = not 0 <= ends <= KEPT
        kept = KEPT if self._skips_line else ends
        frame = bytes(self._buffer[:kept])
        del self._buffer[: kept if self._skips_line else ends + 1]
        return frame.rstrip(_BLANK)
