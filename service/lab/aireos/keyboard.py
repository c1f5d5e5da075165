"""What a client types, key by key, with the echo that a terminal shows."""

import asyncio
from collections.abc import Callable

from service.lab.ssh import Process

ENTER = {b"\r", b"\n"}
ERASE = {b"\x08", b"\x7f"}
CTRL_U, CTRL_C = b"\x15", b"\x03"


class GoneError(Exception):
    """The client went, or was idle for too long."""


class Keyboard:
    """Reads keys and lines of one client."""

    def __init__(
        self, process: Process, idle_s: Callable[[], float | None], flush: Callable[[], None]
    ) -> None:
        """`flush`: called before every wait, so that what was written is seen."""
        self._process = process
        self._idle_s = idle_s
        self._flush = flush
        self._typed = b""
        self._after_return = False

    async def key(self) -> bytes:
        """One key.

        Raises:
            GoneError: the client went or was idle for too long.
        """
        while True:
            if not self._typed:
                self._flush()
                async with asyncio.timeout(self._idle_s()):
                    self._typed = await self._process.stdin.read(1024)
            if not self._typed:
                raise GoneError
            key, self._typed = self._typed[:1], self._typed[1:]
            if key == b"\n" and self._after_return:  # the second half of \r\n
                self._after_return = False
                continue
            self._after_return = key == b"\r"
            return key

    async def line(
        self, echo: Callable[[bytes], None], on_help: Callable[[bytes], None] | None = None
    ) -> bytes:
        """One line without its end; `echo` shows each key, `on_help` gets what stands before a ?.

        Raises:
            GoneError: see `key`.
        """
        line = b""
        while (key := await self.key()) not in ENTER:
            if key in ERASE:
                if line:
                    line = line[:-1]
                    echo(b"\b \b")
            elif key in {CTRL_U, CTRL_C}:
                echo(b"\b \b" * len(line))
                line = b""
            elif key == b"?" and on_help is not None:
                on_help(line)
            else:
                line += key
                echo(key)
        return line
