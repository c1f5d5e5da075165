"""One terminal: a prompt, lines, echo, and pages of 24 lines until `terminal length 0`."""

from collections.abc import AsyncIterator, Callable

import asyncssh

from service.lab.box.box import Box
from service.lab.box.cli import CliSession
from service.lab.ssh import Process
from service.lab.terminal import files
from service.lab.terminal.shows import SHOWS

PAGE = 24
MORE = " --More-- "
WIPE = "\b" * 9 + " " * 8 + "\b" * 9


class TerminalSession:
    """Reads lines and answers them as the box's command line does."""

    def __init__(self, box: Box, process: Process, touched: Callable[[], None]) -> None:
        self._box = box
        self._process = process
        self._touched = touched
        self._session = CliSession(box, "ssh", privileged=True)
        self._session.shows = {line: _show(box, line) for line in SHOWS}
        self._session.others = lambda words, now: files.run(box, words, now)
        self._page = PAGE
        self._typed = b""

    async def serve(self) -> None:
        """Answer until the client goes or says exit."""
        try:
            if self._process.command is not None:
                self._write(self._answer(self._process.command))
            else:
                await self._talk()
        except (ConnectionError, asyncssh.Error, UnicodeDecodeError):
            pass  # the client is gone, or sends what is no text
        finally:
            self._process.exit(0)
            self._process.channel.get_connection().close()

    async def _talk(self) -> None:
        self._write(f"\n{self._session.prompt}")
        async for line in self._lines():
            self._write(f"{line}\n")  # a terminal shows what is typed
            answer = self._answer(line)
            if self._session.closed:
                return
            if answer and not await self._paged(answer.split("\n")):
                return
            self._write(self._session.prompt)

    def _answer(self, line: str) -> str:
        words = line.split()
        if words[:2] == ["terminal", "length"] and words[-1].isdigit():
            self._page = int(words[-1])
        answer = self._session.run(self._box.advance(), line)
        self._touched()
        return answer

    async def _paged(self, lines: list[str]) -> bool:
        """Write an answer page by page; False when the client has gone meanwhile."""
        shown = 0
        for line in lines:
            if self._page and shown == self._page - 1:
                self._write(MORE, raw=True)
                key = await self._key()
                self._write(WIPE, raw=True)
                if not key:
                    return False
                if key in {b"q", b"Q"}:
                    return True
                shown = self._page - 2 if key in {b"\r", b"\n"} else 0
            self._write(f"{line}\n")
            shown += 1
        return True

    async def _key(self) -> bytes:
        if not self._typed:
            self._typed = await self._process.stdin.read(1024)
        key, self._typed = self._typed[:1], self._typed[1:]
        return key

    async def _lines(self) -> AsyncIterator[str]:
        line = b""
        while key := await self._key():
            if key in {b"\r", b"\n"}:
                if self._typed[:1] == b"\n" and key == b"\r":
                    self._typed = self._typed[1:]
                yield line.decode()
                line = b""
            elif key in {b"\x08", b"\x7f"}:
                line = line[:-1]
            else:
                line += key

    def _write(self, text: str, *, raw: bool = False) -> None:
        self._process.stdout.write((text if raw else text.replace("\n", "\r\n")).encode())


def _show(box: Box, line: str) -> Callable[[float], str]:
    return lambda now: SHOWS[line](box, now)
