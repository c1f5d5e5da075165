"""As `canned_fleet`, over RESTCONF: prepared answers at once, after thinking over each request.

    python -m tests.support.canned_web_fleet THINK_S APS FOLDER

prints one line of JSON (port, ca) and serves until its input ends, then what was seen. Whoever logs
in is at the controller of that name. What it has nothing of it answers with 204.
"""

import asyncio
import base64
import hashlib
import json
import sys
import time
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

from service.config.clock import SystemClock
from service.lab.restconf.tls import server_context
from service.lab.time import stamp
from tests.bench.many_aps_json import body, resource, wanted

OURS = b":6d:01:"
"""What is the controller's own in the MAC of each access point that `many_aps` makes."""
TABLES = ("aps", "ap-pulse", "ap-join-stats", "ap-join-pulse")
XRD = (
    b'<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="restconf" href="/r"/></XRD>'
)
HARDWARE = {
    "boot-time": "2026-11-01T00:00:00+00:00",
    "software-version": "Cisco IOS Software, C9800 Software (C9800_IOSXE-K9), Version 17.12.1, "
    "RELEASE SOFTWARE",
}
NTP = {"stratum": 3, "refid": {"ip-addr": "192.0.2.1"}}
MODULES = (
    "Cisco-IOS-XE-device-hardware-oper:device-system-data",
    "Cisco-IOS-XE-ntp-oper:ntp-status-info",
)


class Fleet:
    """What is answered, and what was seen."""

    def __init__(self, think_s: float, aps: int) -> None:
        self._think_s = think_s
        self._tables = {(resource(k), wanted(k)): body(k, count=aps) for k in TABLES}
        for key in ("aps", "ap-join-stats"):
            self._tables[resource(key), ""] = body(key, wide=True, count=aps)
        self.requests: Counter[str] = Counter()
        self.sent_bytes: Counter[str] = Counter()
        self.at_once: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode(), writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        name, (path, _, query) = _who(head), head.split(" ")[1].partition("?")
        self.at_once[name] += 1
        self.most_at_once[name] = max(self.most_at_once[name], self.at_once[name])
        self.requests[name] += 1
        await asyncio.sleep(self._think_s)
        kind, content = self._content(name, path, unquote(query).removeprefix("fields="))
        self.sent_bytes[name] += len(content)
        status = "200 OK" if content else "204 No Content"
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: application/{kind}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
        )
        writer.write(content)
        self.at_once[name] -= 1
        await writer.drain()

    def _content(self, name: str, path: str, fields: str) -> tuple[str, bytes]:
        if path.endswith("host-meta"):
            return "xrd+xml", XRD
        hardware, ntp = MODULES
        if path.endswith("device-system-data"):
            now = {"current-time": stamp(SystemClock().now().wall)}
            return "yang-data+json", json.dumps({hardware: now | HARDWARE}).encode()
        if path.endswith("ntp-status-info"):
            return "yang-data+json", json.dumps({ntp: NTP}).encode()
        rows = self._tables.get((path.removeprefix("/r/data/"), fields), b"")
        mine = hashlib.sha256(name.encode()).hexdigest().encode()
        return "yang-data+json", rows.replace(OURS, b":%b:%b:" % (mine[:2], mine[2:4]))

    def seen(self) -> dict[str, object]:
        """What was seen of each controller, and what all of it took."""
        return {
            "cpu_s": time.process_time(),
            "requests": dict(self.requests),
            "sent_bytes": dict(self.sent_bytes),
            "most_at_once": dict(self.most_at_once),
        }


def _who(head: str) -> str:
    """The name of a login."""
    secret = head.partition("Authorization: Basic ")[2].partition("\r\n")[0]
    return base64.b64decode(secret).decode().partition(":")[0]


async def main(think_s: float, aps: int, folder: Path) -> None:
    """Until the input ends."""
    fleet = Fleet(think_s, aps)
    context, ca = server_context(folder, "127.0.0.1")
    server = await asyncio.start_server(fleet.serve, "127.0.0.1", 0, ssl=context, backlog=1024)
    print(json.dumps({"port": server.sockets[0].getsockname()[1], "ca": str(ca)}), flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(fleet.seen()), flush=True)  # noqa: T201
    server.close()


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
