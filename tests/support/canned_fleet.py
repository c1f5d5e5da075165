"""A fleet of C9800s that answer at once what was prepared: for what a simulator is too slow for.

    python -m tests.support.canned_fleet THINK_S APS

prints one line of JSON (port, fingerprint) and serves until its input ends, then another one (what
was seen of each controller). Whoever logs in is at the controller of that name: its access points
have MACs of their own, all else is the same everywhere. It knows no model and refuses nothing.
"""

import asyncio
import hashlib
import json
import sys
import time
from collections import Counter
from itertools import repeat

import asyncssh

from service.config.clock import SystemClock
from service.lab.netconf.framing import Reader, frames
from service.lab.time import stamp
from tests.bench.many_aps import reply
from tests.contract.drivers.scripted_server import PASSWORD, RUNNING, hello

CHUNK = 16_000
OURS = b":6d:01:"
"""What is the controller's own in the MAC of each access point that `many_aps` makes."""
HARDWARE = (
    '<device-hardware-data xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-device-hardware-oper">'
    "<device-hardware><device-system-data><current-time>{}</current-time>"
    "<boot-time>2026-11-01T00:00:00+00:00</boot-time><software-version>Cisco IOS Software, "
    "C9800 Software (C9800_IOSXE-K9), Version 17.12.1, RELEASE SOFTWARE</software-version>"
    "</device-system-data></device-hardware></device-hardware-data>"
)
NTP = (
    '<ntp-oper-data xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-ntp-oper"><ntp-status-info>'
    "<stratum>3</stratum><refid><ip-addr>192.0.2.1</ip-addr></refid></ntp-status-info>"
    "</ntp-oper-data>"
)


class Fleet:
    """What is answered, and what was seen."""

    def __init__(self, think_s: float, aps: int) -> None:
        self._think_s = think_s
        self._tables = {
            (b"<capwap-data", True): reply("aps", count=aps).encode(),
            (b"<capwap-data", False): reply("ap-pulse", count=aps).encode(),
            (b"<ap-join-stats", True): reply("ap-join-stats", count=aps).encode(),
            (b"<ap-join-stats", False): reply("ap-join-pulse", count=aps).encode(),
        }
        self._wide = reply("aps", wide=True, count=aps).encode()
        self.logins: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.sent_bytes: Counter[str] = Counter()
        self.at_once: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()

    async def serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        name = process.get_extra_info("username")
        self.logins[name] += 1
        self.at_once[name] += 1
        self.most_at_once[name] = max(self.most_at_once[name], self.at_once[name])
        try:
            process.stdout.write(hello(RUNNING).encode() + b"]]>]]>")
            await self._converse(name, process)
        except (asyncssh.Error, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.at_once[name] -= 1
            process.exit(0)
            process.channel.get_connection().close()

    async def _converse(self, name: str, process: asyncssh.SSHServerProcess[bytes]) -> None:
        reader, greeted = Reader(), False
        while received := await process.stdin.read(65536):
            for message in reader.feed(received):
                if not greeted:
                    greeted = reader.chunked = True
                    continue
                if b"close-session" in message:
                    return
                self.requests[name] += 1
                await asyncio.sleep(self._think_s)
                text = self._reply(name, message)
                self.sent_bytes[name] += len(text)
                process.stdout.write(b"".join(frames(text, repeat(CHUNK), chunked=True)))
                await process.stdout.drain()

    def _reply(self, name: str, rpc: bytes) -> bytes:
        number = rpc.partition(b'message-id="')[2].partition(b'"')[0]
        return b'<rpc-reply xmlns="%s" message-id="%s"><data>%s</data></rpc-reply>' % (
            b"urn:ietf:params:xml:ns:netconf:base:1.0",
            number,
            self._content(name, rpc),
        )

    def _content(self, name: str, rpc: bytes) -> bytes:
        found = []
        if b"device-system-data" in rpc:
            found.append(HARDWARE.format(stamp(SystemClock().now().wall)).encode())
        if b"ntp-status-info" in rpc:
            found.append(NTP.encode())
        if b"<capwap-data/>" in rpc:
            return self._mine(name, self._wide)
        is_whole = b"wtp-serial-num" in rpc or b"last-error-type" in rpc
        found += [
            self._mine(name, rows)
            for (table, whole), rows in self._tables.items()
            if table in rpc and whole is is_whole
        ]
        return b"".join(found)

    def _mine(self, name: str, rows: bytes) -> bytes:
        """The rows with MACs of that controller."""
        mine = hashlib.sha256(name.encode()).hexdigest().encode()
        return rows.replace(OURS, b":%b:%b:" % (mine[:2], mine[2:4]))

    def seen(self) -> dict[str, object]:
        return {
            "cpu_s": time.process_time(),
            "logins": dict(self.logins),
            "requests": dict(self.requests),
            "sent_bytes": dict(self.sent_bytes),
            "most_at_once": dict(self.most_at_once),
        }


class _Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def kbdint_auth_supported(self) -> bool:
        return False

    async def validate_password(self, username: str, password: str) -> bool:  # noqa: ARG002
        return password == PASSWORD


async def main(think_s: float, aps: int) -> None:
    fleet, key = Fleet(think_s, aps), asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=_Login,
        server_host_keys=[key],
        process_factory=fleet.serve,
        encoding=None,
        line_editor=False,
    )
    _say({"port": server.get_port(), "fingerprint": key.get_fingerprint()})
    await asyncio.to_thread(sys.stdin.read)
    _say(fleet.seen())
    server.close()


def _say(document: object) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), int(sys.argv[2])))
