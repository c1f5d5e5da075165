"""Real workers on a Redis behind a port, as on many machines: held to what the embedded one is."""

import os
import signal
import time
from pathlib import Path

import pytest

from service.ports.jobs import AdvanceRemediation, Lane, NudgeRemediations, PollController
from service.queue.canary import Canary
from service.queue.celery_queue import CeleryQueue
from service.settings import BROKER_URL, STATE_DIR, VISIBILITY_TIMEOUT, Settings
from service.supervise import Crew, supervised
from tests.support.brokers import TestBroker
from tests.support.echo_worker import FOLDER
from tests.support.patience import PATIENCE_S
from tests.support.servers import own_broker

ROOT = Path(__file__).parents[2]
VISIBILITY_S = 5
EVERYTHING = Crew("all", tuple(Lane), "prefork", 1)


@pytest.fixture
def broker():
    with own_broker() as server:
        yield TestBroker(server.url, server.kill, server.again)


@pytest.fixture
def notes(tmp_path, monkeypatch, broker):
    folder = tmp_path / "notes"
    folder.mkdir()
    values = {
        STATE_DIR: str(tmp_path / "state"),
        BROKER_URL: broker.url,
        VISIBILITY_TIMEOUT: str(VISIBILITY_S),
        "PYTHONPATH": str(ROOT),
        FOLDER: str(folder),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return folder


def lines(folder: Path, name: str) -> list[str]:
    path = folder / name
    return path.read_text().splitlines() if path.exists() else []


def until(found, condition, within_s=PATIENCE_S) -> float:
    """Tend the workers until something holds; the seconds that it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s, "not in time"
        found.tend()
        time.sleep(0.05)
    return time.monotonic() - began


def test_jobs_survive_killed_workers_and_workers_survive_flushed_and_killed_brokers(broker, notes):
    settings = Settings.from_environment()
    settings.ensure_state_dir()
    queue = CeleryQueue.at(broker.url, visibility_timeout_s=VISIBILITY_S)
    application = "tests.support.echo_worker"
    with supervised(settings, crews=(EVERYTHING,), beat=False, application=application) as found:
        canary = Canary(found.broker_url)
        assert found.broker_url == broker.url
        assert all(canary.heard(canary.send(lane), within_s=PATIENCE_S) for lane in Lane)

        queue.enqueue(PollController("slow-1", "s-1"))
        until(found, lambda: lines(notes, "slow-1.begun"))
        (ward,) = found._wards
        os.killpg(ward.child.pid, signal.SIGKILL)
        until(found, lambda: lines(notes, "polled") == ["slow-1 s-1"])
        assert len(lines(notes, "slow-1.begun")) == 2

        broker.flush()
        queue.enqueue(AdvanceRemediation("r-1"))
        until(found, lambda: lines(notes, "advanced"))

        broker.kill()
        time.sleep(1)
        broker.again()
        queue.enqueue(NudgeRemediations())
        until(found, lambda: lines(notes, "nudged"))
    queue.close()
