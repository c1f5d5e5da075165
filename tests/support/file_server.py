"""Small FTP, TFTP and SFTP servers on loopback for software files; who logs in is kept."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO, TypeVar

import asyncssh

from tests.support.patience import REPLY_S

T = TypeVar("T")


class FtpServer:
    """Serves files by name to one account, passive mode only."""

    def __init__(self, files: Mapping[str, bytes], *, username: str = "wlc", password: str) -> None:
        self.files = dict(files)
        self.asked: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self._account = (username, password)
        self._acceptor = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._acceptor.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._clients: list[socket.socket] = []
        self._workers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None
    ) -> None:
        self._acceptor.shutdown(socket.SHUT_RDWR)
        self._acceptor.close()
        for client in self._clients:
            client.close()
        for thread in (self._thread, *self._workers):
            thread.join(REPLY_S)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._acceptor.accept()
            except OSError:
                return
            client.settimeout(REPLY_S)
            self._clients.append(client)
            worker = threading.Thread(target=self._serve, args=(client,))
            self._workers.append(worker)
            worker.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            with client, client.makefile("rw", encoding="utf-8", newline="\r\n") as talk:
                _Dialogue(self, client, talk).run()
        except (OSError, ValueError):
            return  # the client went

    def admits(self, username: str, password: str) -> bool:
        self.logins.append((username, password))
        return (username, password) == self._account


class _Dialogue:
    """One client."""

    def __init__(self, server: FtpServer, client: socket.socket, talk: TextIO) -> None:
        self._server = server
        self._client = client
        self._talk = talk
        self._data: socket.socket | None = None

    def run(self) -> None:
        self._say("220 ready")
        username = ""
        for line in self._talk:
            word, _, value = line.strip().partition(" ")
            match word.upper():
                case "USER":
                    username = value
                    self._say("331 password")
                case "PASS":
                    admitted = self._server.admits(username, value)
                    self._say("230 welcome" if admitted else "530 no")
                case "TYPE":
                    self._say("200 fine")
                case "PASV" | "EPSV":
                    self._passive(word.upper())
                case "RETR":
                    self._send(value)
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("502 what?")

    def _passive(self, word: str) -> None:
        self._data = socket.create_server(("127.0.0.1", 0))
        self._data.settimeout(REPLY_S)
        port = self._data.getsockname()[1]
        if word == "EPSV":
            self._say(f"229 here (|||{port}|)")
        else:
            self._say(f"227 here (127,0,0,1,{port // 256},{port % 256})")

    def _send(self, name: str) -> None:
        self._server.asked.append(name)
        content = self._server.files.get(name.lstrip("/"))
        if self._data is None:
            self._say("425 first say where to")
            return
        with self._data as data:
            if content is None:
                self._say("550 no such file")
                return
            self._say("150 it comes")
            peer, _ = data.accept()
            with peer:
                peer.sendall(content)
        self._say("226 that was it")

    def _say(self, text: str) -> None:
        self._talk.write(f"{text}\n")
        self._talk.flush()


class TftpServer:
    """Serves files by name, one client at a time (RFC 1350)."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind(("127.0.0.1", 0))
        self.port: int = self._wire.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(REPLY_S)
        self._wire.close()

    def _serve(self) -> None:
        while True:
            packet, peer = self._wire.recvfrom(1024)
            if not packet:
                return
            name = packet[2:].split(b"\0")[0].decode()
            content = self.files.get(name)
            if content is None:
                self._wire.sendto(struct.pack("!HH", 5, 1) + b"no such file\0", peer)
                continue
            self._send(content, peer)

    def _send(self, content: bytes, peer: tuple[str, int]) -> None:
        for number in range(len(content) // 512 + 1):
            block = content[number * 512 : (number + 1) * 512]
            self._wire.sendto(struct.pack("!HH", 3, number + 1) + block, peer)
            self._wire.recvfrom(1024)


class SftpServer:
    """Serves a folder to one account, over SSH, in a loop of its own."""

    def __init__(self, folder: Path, *, username: str = "wlc", password: str) -> None:
        self._folder, self._account = folder, (username, password)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._acceptor = self._wait(self._open())
        self.port = self._acceptor.get_port()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None
    ) -> None:
        self._wait(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(REPLY_S)
        self._loop.close()

    def _wait(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(REPLY_S)

    async def _open(self) -> asyncssh.SSHAcceptor:
        account = self._account

        class Door(asyncssh.SSHServer):
            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == account

        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Door,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(self._folder)),
        )

    async def _close(self) -> None:
        self._acceptor.close()
        await self._acceptor.wait_closed()
