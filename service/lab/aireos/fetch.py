"""What a box does to fetch a file: it really asks the server, by FTP, SFTP or TFTP.

Blocking; run beside the lab's loop. Source of the modes: device facts, section 2, and
CISCO-LWAPP-SYS-MIB clsTransferMode (tftp, ftp, sftp, usb); HTTP is none of them.
"""

import asyncio
import ftplib
import io
import socket
import struct
from dataclasses import dataclass

import asyncssh

TIMEOUT_S = 10.0
DATA, ERROR, LAST = 3, 5, 512
NOT_FOUND = 1
MODES = {"ftp": 21, "sftp": 22, "tftp": 69}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is, and as whom."""

    mode: str
    server: str
    port: int
    path: str
    filename: str
    username: str
    password: str

    @property
    def whole(self) -> str:
        """Path and name; `./` and `.` are the server's own folder."""
        folder = self.path.removeprefix("./").removeprefix(".").strip("/")
        return f"{folder}/{self.filename}" if folder else self.filename


class FetchError(Exception):
    """The file did not come; the text is what the box prints (unverified wording)."""


def fetch(source: Source) -> bytes:
    """The file. Raises FetchError."""
    ways = {"ftp": _by_ftp, "sftp": _by_sftp, "tftp": _by_tftp}
    try:
        return ways[source.mode](source)
    except TimeoutError as err:
        raise FetchError("Server not responding") from err
    except (OSError, EOFError, asyncssh.Error) as err:
        raise FetchError("Unable to connect to the server") from err


def _by_ftp(source: Source) -> bytes:
    got = io.BytesIO()
    try:
        with ftplib.FTP(timeout=TIMEOUT_S) as ftp:  # noqa: S321 - what such boxes speak
            ftp.connect(source.server, source.port)
            ftp.login(source.username, source.password)
            ftp.retrbinary(f"RETR {source.whole}", got.write)
    except ftplib.error_perm as err:
        refused = str(err).startswith("530")
        raise FetchError("Login incorrect" if refused else "File not found") from err
    except ftplib.Error as err:
        raise FetchError("Unknown error - refer to log") from err
    return got.getvalue()


def _by_sftp(source: Source) -> bytes:
    async def get() -> bytes:
        async with (
            asyncssh.connect(
                source.server,
                source.port,
                username=source.username,
                password=source.password,
                known_hosts=None,  # such a box does not ask whose key it is (unverified)
                client_keys=None,
            ) as connection,
            connection.start_sftp_client() as sftp,
            sftp.open(source.whole, "rb", encoding=None) as file,
        ):
            content: bytes = await file.read()
            return content

    try:
        return asyncio.run(asyncio.wait_for(get(), TIMEOUT_S))
    except asyncssh.PermissionDenied as err:
        raise FetchError("Login incorrect") from err
    except asyncssh.SFTPError as err:
        raise FetchError("File not found") from err


def _by_tftp(source: Source) -> bytes:
    """RFC 1350, octet mode."""
    got, wanted = bytearray(), 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.settimeout(TIMEOUT_S)
        wire.sendto(
            struct.pack("!H", 1) + f"{source.whole}\0octet\0".encode(), (source.server, source.port)
        )
        while True:
            packet, peer = wire.recvfrom(1024)
            kind, number = struct.unpack("!HH", packet[:4])
            if kind == ERROR:
                text = "File not found" if number == NOT_FOUND else "Unknown error - refer to log"
                raise FetchError(text)
            if kind != DATA or number != wanted & 0xFFFF:
                continue
            got += packet[4:]
            wire.sendto(struct.pack("!HH", 4, number), peer)
            wanted += 1
            if len(packet) - 4 < LAST:
                return bytes(got)
