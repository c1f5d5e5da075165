"""An SSH server on loopback whose shell says what a test tells it to, byte by byte.

The lab is the strict judge of a whole controller; this is for odd dialogues that a lab would never
hold: other banners, other prompts, questions out of the blue.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

import asyncssh

from service.drivers.links.ssh import SshTarget
from tests.support.patience import REPLY_S

USER, PASSWORD = "admin", "right-and-secret"
PROMPT = "\r\n(WLC-1) >"
DROP = "\0drop"
"""An answer that ends the session."""
Answers = dict[str, "str | list[str]"]
"""Typed line (or key) -> what is printed; a list is printed in turn, each after another key."""


class _Door(asyncssh.SSHServer):
    def __init__(self, shell: "Shell") -> None:
        self._shell = shell

    def connection_made(self, conn: Any) -> None:
        self._shell.connections.append(conn)

    def begin_auth(self, _username: str) -> bool:
        return self._shell.ssh_asks

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, _username: str, password: str) -> bool:
        self._shell.typed.append("<ssh password>")
        return password == PASSWORD


@dataclass
class Shell:
    """One server.

    Attributes:
        login: the dialogue of the shell; None: it lets everybody in at once.
        answers: what lines are answered; a prompt follows by itself unless an answer has one.
        typed: every line and key that came, in order.
    """

    answers: Answers = field(default_factory=dict)
    banner: str = "\r\n(Cisco Controller) \r\nUser: "
    prompt: str = PROMPT
    asks_login: bool = True
    ssh_asks: bool = False
    echo: bool = True
    typed: list[str] = field(default_factory=list)
    connections: list[Any] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._acceptor: Any = self._run(self._listen)
        self.port = self._acceptor.get_port()
        return self

    def __exit__(self, *_: object) -> None:
        async def stop() -> None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
            for connection in self.connections:
                connection.abort()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0.1)

        self._run(stop)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def target(self) -> SshTarget:
        pin = self._key.get_fingerprint()
        return SshTarget(
            "wlc", "127.0.0.1", self.port, USER, PASSWORD, pin, connect_timeout_s=REPLY_S
        )

    def _run(self, work: Callable[[], Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result(20)

    async def _listen(self) -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Door(self),
            server_host_keys=[self._key],
            process_factory=self._serve,
            encoding=None,
            line_editor=False,
        )

    async def _serve(self, process: Any) -> None:
        try:
            if self.asks_login:
                await self._log_in(process)
            else:
                process.stdout.write(self.prompt.encode())
            while await self._answer(process, await self._line(process, echo=self.echo)):
                pass
        except (asyncssh.Error, ConnectionError, EOFError):
            pass
        finally:
            process.exit(0)
            process.channel.get_connection().close()

    async def _log_in(self, process: Any) -> None:
        process.stdout.write(self.banner.encode())
        while True:
            user = await self._line(process, echo=True)
            process.stdout.write(b"\r\nPassword:")
            password = await self._line(process, echo=False)
            if (user, password) == (USER, PASSWORD):
                process.stdout.write(self.prompt.encode())
                return
            process.stdout.write(b"\r\nUser: ")

    async def _answer(self, process: Any, line: str) -> bool:
        answer = self.answers.get(line, "")
        pieces = [answer] if isinstance(answer, str) else answer
        for number, piece in enumerate(pieces):
            if number:
                key = await process.stdin.read(1)
                self.typed.append(repr(key.decode()))
            if DROP in piece:
                process.stdout.write(piece.partition(DROP)[0].encode())
                return False
            process.stdout.write(piece.encode())
        if line == "logout":
            return False
        process.stdout.write(self.prompt.encode())
        return True

    async def _line(self, process: Any, *, echo: bool) -> str:
        line = b""
        while True:
            key = await process.stdin.read(1)
            if not key:
                raise EOFError
            if key in {b"\n", b"\r"}:
                if echo:
                    process.stdout.write(b"\r\n")
                self.typed.append(line.decode())
                return line.decode()
            line += key
            if echo:
                process.stdout.write(key)
