"""Three hundred controllers of a thousand access points, each thinking a second over every request.

One, two and four worker processes, whole and incremental; what each controller saw of them is
checked: one session at a time, and each polled once a sweep. Beside it the naive way, of as many
controllers as BENCH_NAIVE says (30; a multiple of its ten processes). Figures, no verdict on them.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import pytest
import yaml

from service.bootstrap import open_context
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.supervise import POLLERS, Supervisor
from service.usecases.request import request_sweep
from tests.bench.meter import cpu_s_of, idle_mb, peak_mb
from tests.bench.naive_fleet import seconds_a_controller
from tests.contract.drivers.scripted_server import PASSWORD
from tests.support.facts import ROOT

CONTROLLERS = int(os.environ.get("BENCH_CONTROLLERS", "300"))
APS = int(os.environ.get("BENCH_APS", "1000"))
THINK_S = float(os.environ.get("BENCH_THINK_S", "1"))
NAMES = [f"wlc-{number}" for number in range(CONTROLLERS)]
NAIVE = int(os.environ.get("BENCH_NAIVE", "30"))
NAIVE_NAMES = [f"naive-{number}" for number in range(NAIVE)]
PATIENCE_S = 1800.0
SERVERS = {"netconf": "tests.support.canned_fleet", "restconf": "tests.support.canned_web_fleet"}


@contextmanager
def fleet(transport, folder):
    """The fleet in a process of its own: where it listens, and what it saw once it has ended."""
    more = [str(folder)] if transport == "restconf" else []
    command = [sys.executable, "-m", SERVERS[transport], str(THINK_S), str(APS), *more]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        told = json.loads(process.stdout.readline())
        try:
            yield told
        finally:
            process.stdin.close()
            told["seen"] = json.loads(process.stdout.readline())


def write_inventory(path, told, transport):
    login = {"password": "env:CANNED_PASSWORD"}
    if transport == "netconf":
        where = {"netconf": {"port": told["port"], "host_key": told["fingerprint"]}}
    else:
        where = {"restconf": {"port": told["port"], "ca": told["ca"]}}
    document = {
        "controllers": [
            {
                "name": name,
                "platform": "iosxe",
                "transport": transport,
                "host": "127.0.0.1",
                "credentials": name,
                **where,
            }
            for name in NAMES
        ],
        "credentials": {name: {"username": name, **login} for name in NAMES},
    }
    path.write_text(yaml.safe_dump(document))


def seconds_of_a_sweep(context, queue, who):
    """How long it takes from the wish to the document of all controllers."""
    began = time.monotonic()
    asked = request_sweep(context, queue, who=who)
    while (found := context.store.sweep_asked(asked.id)) and found.state != "finished":
        assert found.state != "failed", found.detail
        assert time.monotonic() - began < PATIENCE_S
        time.sleep(0.1)
    took_s = time.monotonic() - began
    document = context.store.sweep_document(asked.id)
    assert [one["name"] for one in document["controllers"]] == NAMES
    assert {one["error"] for one in document["controllers"]} == {None}
    assert {one["aps"]["registered"] for one in document["controllers"]} == {APS}
    return took_s


@pytest.mark.parametrize(
    ("transport", "workers"), [("netconf", 1), ("netconf", 2), ("netconf", 4), ("restconf", 2)]
)
def test_a_sweep_by_several_workers(transport, workers, tmp_path, monkeypatch, figures):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(tmp_path / "inventory.yaml"))
    monkeypatch.setenv("CANNED_PASSWORD", PASSWORD)
    settings = Settings.from_environment()
    with fleet(transport, tmp_path) as told:
        write_inventory(tmp_path / "inventory.yaml", told, transport)
        with ExitStack() as stack:
            crew = Supervisor(settings)
            stack.callback(crew.stop)
            crew.start_broker()
            for _ in range(workers):
                crew.start_worker(POLLERS)
            context = stack.enter_context(open_context(settings, None))
            queue = CeleryQueue.at(crew.broker_url, visibility_timeout_s=900)
            stack.callback(queue.close)
            pids = [ward.child.pid for ward in crew._wards]
            idle = max(map(idle_mb, pids))
            whole = measured(pids, lambda: seconds_of_a_sweep(context, queue, "ann"))
            thrifty = measured(pids, lambda: seconds_of_a_sweep(context, queue, "schedule bench"))
            again = measured(pids, lambda: seconds_of_a_sweep(context, queue, "ben"))
    seen = told["seen"]
    assert set(seen["most_at_once"].values()) == {1}
    assert transport == "restconf" or set(seen["logins"].values()) <= {2, 3}
    of_whom = f"{transport}, {CONTROLLERS} x {APS} APs, {workers} worker(s)"
    for what, (took_s, used_s, most) in (
        ("whole, nothing known", whole),
        ("incremental", thrifty),
        ("whole, known before", again),
    ):
        figures(f"{of_whom}: {what}", seconds=took_s)
        figures(
            f"   CPU of its workers, {1000 * used_s / CONTROLLERS:.0f} ms a poll", seconds=used_s
        )
        figures(f"   a worker: {idle:.0f} MB idle, at most {most - idle:.0f} above", seconds=0.0)
    asked = sum(seen["requests"].values()) / CONTROLLERS
    sent_mb = sum(seen["sent_bytes"].values()) / CONTROLLERS / 1e6
    figures(f"requests per controller for all: {asked:.0f}, {sent_mb:.1f} MB", seconds=0.0)
    figures("CPU of the fleet that answers, its start with it", seconds=seen["cpu_s"])
    figures(f"load, 1 min: {os.getloadavg()[0]:.0f}", seconds=0.0)


def measured(pids, work):
    """Seconds, CPU seconds of processes, and the most memory that one of them held meanwhile."""
    before = sum(map(cpu_s_of, pids))
    for pid in pids:
        idle_mb(pid)
    took_s = work()
    return took_s, sum(map(cpu_s_of, pids)) - before, max(map(peak_mb, pids))


@pytest.mark.parametrize("transport", ["netconf", "restconf"])
def test_the_naive_way(transport, tmp_path, monkeypatch, figures):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    with fleet(transport, tmp_path) as told, ExitStack() as stack:
        crew = Supervisor(Settings.from_environment())
        stack.callback(crew.stop)
        crew.start_broker()
        each_s = seconds_a_controller(transport, NAIVE_NAMES, told, crew.broker_url, aps=APS)
    of_whom = f"{transport}, {CONTROLLERS} x {APS} APs"
    figures(f"{of_whom}: naive, {NAIVE} swept, the rest as slow", seconds=each_s * CONTROLLERS)
