"""100 requests a second, whether or not the last ones were answered: what the slowest wait for.

The 202 that accepts a sweep, and a page of 100 out of 20,000 access points, beside the same
framework that says hello. Latency counts from when a request was due, so that one that had to wait
for its turn is not let off. A machine that is busy with other work makes a queue of it, so what one
answer takes of the server's processor time is told as well (Linux).
"""

import http.client
import json
import os
import queue
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from service.bootstrap import open_context
from service.domain.identity import BaseRadioMac
from service.ports.tokens import Role
from service.settings import Settings
from service.supervise import supervised
from service.usecases.admit import create_token
from tests.e2e.stand import COMMAND
from tests.integration.served import wait_for
from tests.support.builders import look, sighting

PER_S, LASTS_S, HANDS = 100, 20, 48
APS, PAGE = 20_000, 100
WARM = 50
INVENTORY = """
controllers: [{name: hq-1, platform: iosxe, host: 192.0.2.10, credentials: hq}]
credentials: {hq: {username: admin, password: "env:HQ"}}
"""


@contextmanager
def started(command):
    """A server as a process, once it listens; port and process."""
    port = free_port()
    with subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: listens(port), 120.0, f"{command} never listened")
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


def processor_s(pid):
    """What a process has used so far; 0 where nobody tells."""
    stat = Path(f"/proc/{pid}/stat")
    fields = stat.read_text().rpartition(")")[2].split() if stat.exists() else ["0"] * 13
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


class Load:
    """One request, sent again and again by many hands."""

    def __init__(self, where, method, path, *, headers=None, body=None, status=200):
        self.port, self.pid = where
        self.method, self.path, self.status = method, path, status
        self.headers, self.body = headers or {}, body
        self._free = queue.SimpleQueue()

    def __call__(self, due_s):
        time.sleep(max(0.0, due_s - time.monotonic()))
        connection = self._connection()
        connection.request(self.method, self.path, body=self.body, headers=self.headers)
        answered = connection.getresponse()
        told = answered.read()
        self._free.put(connection)
        assert answered.status == self.status, told
        return time.monotonic() - due_s

    def _connection(self):
        try:
            return self._free.get_nowait()
        except queue.Empty:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def run(self, count):
        """p50, p95, and the server's processor time for one, in seconds."""
        began, used_s = time.monotonic() + 0.1, processor_s(self.pid)
        with ThreadPoolExecutor(HANDS) as hands:
            found = list(hands.map(self, [began + n / PER_S for n in range(count)]))
        while not self._free.empty():
            self._free.get().close()
        each_s = (processor_s(self.pid) - used_s) / count
        waited = sorted(found)
        return waited[count // 2], waited[int(count * 0.95)], each_s


@pytest.fixture
def token(tmp_path, monkeypatch):
    """A service's state with 20,000 access points; an operator's token."""
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(INVENTORY)
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(inventory))
    monkeypatch.setenv("APREJOIN_REQUESTS_PER_S", "100000")
    with open_context(Settings.from_environment(), inventory) as context:
        macs = (
            BaseRadioMac.parse(f"84:3d:c6:{n >> 16:02x}:{n >> 8 & 255:02x}:{n & 255:02x}")
            for n in range(APS)
        )
        aps = tuple(replace(sighting(mac), name=f"ap-{mac}") for mac in macs)
        context.store.add_poll(look(aps=aps))
        return create_token(context, "bench", Role.OPERATOR, valid_s=None)[1]


def test_the_api_under_load_beside_a_hello(token, figures):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    sweep = json.dumps({"names": ["hq-1"]})
    with (
        supervised(Settings.from_environment(), crews=(), beat=False),  # the broker
        started([sys.executable, "-m", "tests.bench.hello"]) as floor,
        started([COMMAND, "serve", "--api-only", "--port"]) as port,
    ):
        loads = {
            "hello": Load(floor, "GET", "/hello"),
            f"a page of {PAGE} of {APS}": Load(
                port, "GET", f"/api/v1/controllers/hq-1/aps?limit={PAGE}", headers=headers
            ),
            "a sweep accepted": Load(
                port, "POST", "/api/v1/sweeps", headers=headers, body=sweep, status=202
            ),
            "hello, once more": Load(floor, "GET", "/hello"),
        }
        floor_s = floor_each_s = 0.0
        for name, load in loads.items():
            load.run(WARM)
            middle_s, slow_s, each_s = load.run(PER_S * LASTS_S)
            floor_s, floor_each_s = floor_s or slow_s, floor_each_s or each_s
            figures(f"{name}, {PER_S}/s: p50", seconds=middle_s)
            figures("... p95", seconds=slow_s, ratio=slow_s / floor_s)
            ratio = each_s / floor_each_s if floor_each_s else None
            figures(f"... processor: {1000 * each_s:.1f} ms each", seconds=each_s, ratio=ratio)
