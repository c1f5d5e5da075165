"""From the start of a real worker to its first poll, which waits in a real broker: wall and CPU.

The poll has begun when the controller is knocked at: here a socket that only listens. The floor is
a bare Celery worker that does no more than that, started in turn.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from service.config.clock import SystemClock
from service.ports.jobs import PollController
from service.queue.celery_queue import CeleryQueue
from service.queue.child import Command
from service.settings import BROKER_URL, INVENTORY, STATE_DIR, Settings
from service.store.sql import SqlStore
from service.supervise import POLLERS, Supervisor
from tests.bench.bare_worker import PORT, QUEUE
from tests.support.facts import ROOT
from tests.support.patience import PATIENCE_S
from tests.support.servers import own_broker

JOB = PollController("hq-1", "s-1")
TURNS = 4
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
WAYS = {
    "restconf": "transport: restconf, restconf: {port: %d, insecure: true}",
    "netconf": "transport: netconf, netconf: {port: %d, insecure: true}",
}
ENTRY = "controllers:\n  - {name: hq-1, platform: iosxe, host: 127.0.0.1, credentials: hq, %s}\n"
LOGIN = 'credentials: {hq: {username: admin, password: "env:HQ_PASSWORD"}}\n'


def cpu_s(pid: int) -> float:
    """Of a process that runs, so far (Linux)."""
    text = Path(f"/proc/{pid}/stat").read_text()
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS_A_SECOND


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A controller that only lets itself be knocked at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE_S)
        yield listener


def knocked(command: Command, listener: socket.socket) -> tuple[float, float]:
    """Wall and CPU seconds from a process's start until it knocks."""
    command.log.parent.mkdir(parents=True, exist_ok=True)
    with command.log.open("a") as log:
        began = time.perf_counter()
        child = subprocess.Popen(
            command.argv, env=command.environ, cwd=command.folder, stdout=log, stderr=log
        )
        try:
            line, _ = listener.accept()
            took, used = time.perf_counter() - began, cpu_s(child.pid)
            line.close()
            return took, used
        finally:
            child.kill()
            child.wait()


def bare(url: str, folder: Path) -> tuple[float, float]:
    """The floor."""
    start = (sys.executable, "-m", "celery", "-A", "tests.bench.bare_worker", "worker")
    more = ("--pool", "threads", "--queues", QUEUE, "--without-gossip", "--without-mingle")
    with listening() as listener, closing(CeleryQueue.at(url, visibility_timeout_s=60)) as queue:
        queue.enqueue(JOB)
        env = {**os.environ, "CELERY_BROKER_URL": url, PORT: str(listener.getsockname()[1])}
        command = Command("bare", (*start, *more), env, ROOT, folder / "bare.log")
        return knocked(command, listener)


def ours(url: str, folder: Path, way: str) -> tuple[float, float]:
    """A worker for polls, as `aprejoin worker` starts it; nobody polled here before."""
    with listening() as listener, closing(CeleryQueue.at(url, visibility_timeout_s=60)) as queue:
        queue.enqueue(JOB)
        inventory = folder / f"{way}.yaml"
        inventory.write_text(ENTRY % (WAYS[way] % listener.getsockname()[1]) + LOGIN)
        given = {
            STATE_DIR: str(folder / "state"),
            BROKER_URL: url,
            INVENTORY: str(inventory),
            "PYTHONPATH": str(ROOT),
            "HQ_PASSWORD": "secret",
        }
        settings = Settings.from_environment(given)
        SqlStore(settings.database_url, SystemClock()).close()  # its tables are there
        supervisor = Supervisor(settings, environ={**os.environ, **given})
        return knocked(supervisor._worker_command(POLLERS), listener)


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_and_its_first_poll(figures, tmp_path, way):
    turns = []
    for turn in range(TURNS):
        with own_broker() as broker:
            folder = tmp_path / str(turn)
            folder.mkdir()
            turns.append((bare(broker.url, folder), ours(broker.url, folder, way)))
    (least_wall, least_cpu), (wall, cpu) = (
        (min(one[0] for one in some), min(one[1] for one in some))
        for some in zip(*turns, strict=True)
    )
    figures("bare Celery worker, start to a connection, wall", seconds=least_wall)
    figures("bare Celery worker, CPU until then", seconds=least_cpu)
    figures(
        f"our worker, start to first poll by {way}, wall", seconds=wall, ratio=wall / least_wall
    )
    figures(f"our worker, CPU until then, {way}", seconds=cpu, ratio=cpu / least_cpu)
