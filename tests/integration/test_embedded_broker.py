"""The embedded broker and real workers: jobs arrive, survive kills, and nothing is left."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from service.errors import StoreError
from service.ports.jobs import (
    AdvanceCampaign,
    AdvanceRemediation,
    Lane,
    NudgeRemediations,
    PollController,
    SweepFleet,
)
from service.queue.broker_address import answers, client, embedded_url, socket_path
from service.queue.canary import Canary
from service.queue.celery_queue import CeleryQueue
from service.queue.embedded_broker import EmbeddedBroker
from service.settings import Settings
from service.supervise import Crew, Supervisor, supervised
from tests.support.echo_worker import FOLDER
from tests.support.patience import PATIENCE_S, REPLY_S

ROOT = Path(__file__).parents[2]
APPLICATION = "tests.support.echo_worker"
VISIBILITY_S = 5
POLLERS = Crew("poll", (Lane.POLL,), "threads", 4)
MENDERS = Crew("remediate", (Lane.REMEDIATE, Lane.NOTIFY), "prefork", 1)


def wait_for(condition, within_s=PATIENCE_S):
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s} s: {condition}")


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


class Fleet:
    """A state folder with the notes of its echo workers."""

    def __init__(self, folder, monkeypatch):
        self.notes = folder / "notes"
        self.notes.mkdir()
        for name, value in {
            "APREJOIN_STATE_DIR": str(folder / "state"),
            "APREJOIN_VISIBILITY_TIMEOUT_S": str(VISIBILITY_S),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",  # Celery hangs under it: children must not inherit it
            FOLDER: str(self.notes),
        }.items():
            monkeypatch.setenv(name, value)
        self.settings = Settings.from_environment()
        self.settings.ensure_state_dir()
        self.queue = CeleryQueue.at(
            embedded_url(self.settings.state_dir), visibility_timeout_s=VISIBILITY_S
        )

    def lines(self, name):
        path = self.notes / name
        return path.read_text().splitlines() if path.exists() else []

    def state(self, name):
        return self.settings.state_dir / name


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    found = Fleet(tmp_path, monkeypatch)
    yield found
    found.queue.close()


def test_every_job_reaches_its_use_case_and_the_broker_goes_with_its_owner(fleet):
    with supervised(fleet.settings, crews=(POLLERS, MENDERS), beat=False, application=APPLICATION):
        for job in (
            PollController("hq-1", "s-1"),
            SweepFleet("s-1"),
            AdvanceCampaign("c-1"),
            AdvanceRemediation("r-1"),
            NudgeRemediations(),
        ):
            fleet.queue.enqueue(job)
        wait_for(lambda: fleet.lines("polled") == ["hq-1 s-1"])
        wait_for(lambda: fleet.lines("swept") == ["s-1"])
        wait_for(lambda: fleet.lines("campaigned") == ["c-1"])
        wait_for(lambda: fleet.lines("nudged") == ["-"])
        (advanced,) = wait_for(lambda: fleet.lines("advanced"))
        child = int(advanced.split()[1])
        note = json.loads(fleet.state("broker.json").read_text())
        assert note["owner"] == os.getpid()
        assert note["url"] == embedded_url(fleet.settings.state_dir)
        assert is_running(note["server"])
    assert not answers(embedded_url(fleet.settings.state_dir))
    assert not fleet.state("broker.json").exists()
    wait_for(lambda: not is_running(note["server"]) and not is_running(child))
    with pytest.raises(StoreError, match="the broker took no job"):
        fleet.queue.enqueue(NudgeRemediations())


def test_a_canary_comes_back_only_where_a_worker_listens(fleet):
    with supervised(fleet.settings, crews=(POLLERS,), beat=False, application=APPLICATION) as found:
        canary = Canary(found.broker_url)
        assert canary.heard(canary.send(Lane.POLL), within_s=PATIENCE_S)
        assert not canary.heard(canary.send(Lane.REMEDIATE), within_s=0.5)


@pytest.mark.parametrize("crew", [POLLERS, Crew("poll", (Lane.POLL,), "prefork", 1)])
def test_the_job_of_a_killed_worker_comes_back(fleet, crew):
    with supervised(fleet.settings, crews=(crew,), beat=False, application=APPLICATION) as found:
        fleet.queue.enqueue(PollController("slow-1", "s-1"))
        wait_for(lambda: fleet.lines("slow-1.begun"))
        (ward,) = found._wards
        os.killpg(ward.child.pid, signal.SIGKILL)
        began = time.monotonic()

        def done():
            found.tend()
            return fleet.lines("polled") == ["slow-1 s-1"]

        wait_for(done)
        assert len(fleet.lines("slow-1.begun")) == 2
        assert time.monotonic() - began >= VISIBILITY_S - 1


def test_a_worker_that_takes_no_jobs_any_more_is_replaced(fleet):
    supervisor = Supervisor(
        fleet.settings, application=APPLICATION, canary_every_s=0.2, deaf_after_s=3
    )
    try:
        supervisor.start_broker()
        supervisor.start_worker(POLLERS)
        (ward,) = supervisor._wards
        deaf = ward.child.pid
        os.kill(deaf, signal.SIGSTOP)
        wait_for(lambda: supervisor.tend() or ward.child.pid not in {deaf, None})
        fleet.queue.enqueue(PollController("hq-1", "s-1"))
        wait_for(lambda: fleet.lines("polled") == ["hq-1 s-1"])
    finally:
        supervisor.stop()


def test_a_busy_controller_is_asked_again_and_a_refused_login_is_not(fleet):
    with supervised(fleet.settings, crews=(POLLERS,), beat=False, application=APPLICATION):
        fleet.queue.enqueue(PollController("locked-1", "s-1"))
        fleet.queue.enqueue(PollController("busy-1", "s-1"))
        wait_for(lambda: fleet.lines("polled") == ["busy-1 s-1"])
        assert len(fleet.lines("busy-1.begun")) == 2
        assert len(fleet.lines("locked-1.begun")) == 1


def test_beat_sends_nudges(fleet):
    with supervised(fleet.settings, crews=(MENDERS,), application=APPLICATION):
        wait_for(lambda: len(fleet.lines("nudged")) >= 2)


def test_beat_that_sends_nothing_any_more_is_replaced(fleet):
    supervisor = Supervisor(fleet.settings, application=APPLICATION, deaf_after_s=6)
    try:
        supervisor.start_broker()
        supervisor.start_beat()
        (ward,) = supervisor._wards
        silent = ward.child.pid
        wait_for(lambda: broker_length(supervisor.broker_url, Lane.REMEDIATE) > 0)
        os.kill(silent, signal.SIGSTOP)
        wait_for(lambda: supervisor.tend() or ward.child.pid not in {silent, None})
        sent = broker_length(supervisor.broker_url, Lane.REMEDIATE)
        wait_for(lambda: broker_length(supervisor.broker_url, Lane.REMEDIATE) > sent + 1)
    finally:
        supervisor.stop()


def test_a_child_that_does_not_start_says_why(fleet):
    block = supervised(fleet.settings, crews=(POLLERS,), beat=False, application="tests.nowhere")
    with pytest.raises(StoreError, match=r"tests\.nowhere") as caught, block:
        raise AssertionError
    assert "the poll worker did not start: it ended with status" in str(caught.value)
    assert not answers(embedded_url(fleet.settings.state_dir))


def test_two_processes_share_a_broker_and_the_second_takes_over(fleet):
    first, second = (EmbeddedBroker(fleet.settings.state_dir) for _ in range(2))
    first.start()
    second.start()
    try:
        assert (first.is_ours, second.is_ours) == (True, False)
        assert first.url == second.url
        second.tend()
        assert not second.is_ours
        fleet.queue.enqueue(NudgeRemediations())
        first.stop()
        second.tend()
        assert second.is_ours
        assert answers(second.url)
        assert broker_length(second.url, Lane.REMEDIATE) == 1  # kept over the change
    finally:
        first.stop()
        second.stop()


def broker_length(url, lane):
    with client(url) as link:
        return link.llen(str(lane))


def test_a_broker_that_dies_is_started_again_with_its_jobs(fleet):
    broker = EmbeddedBroker(fleet.settings.state_dir)
    broker.start()
    try:
        fleet.queue.enqueue(NudgeRemediations())
        server = broker.pid
        time.sleep(1.2)  # the append-only file is written every second
        os.kill(server, signal.SIGKILL)
        wait_for(lambda: broker.tend() or broker.pid not in {server, None})
        assert broker_length(broker.url, Lane.REMEDIATE) == 1
    finally:
        broker.stop()


def test_kept_jobs_that_cannot_be_read_are_put_aside(fleet):
    data = fleet.state("broker") / "appendonlydir"
    data.mkdir(parents=True)
    (data / "appendonly.aof.manifest").write_text("nonsense\n")
    broker = EmbeddedBroker(fleet.settings.state_dir)
    broker.start()
    try:
        assert answers(broker.url)
        assert fleet.state("broker.unreadable").is_dir()
    finally:
        broker.stop()


def test_a_long_state_folder_gets_a_short_socket(tmp_path):
    folder = tmp_path / ("x" * 90) / "state"
    folder.mkdir(parents=True)
    assert not socket_path(folder).is_relative_to(folder)
    broker = EmbeddedBroker(folder)
    broker.start()
    try:
        assert answers(embedded_url(folder))
    finally:
        broker.stop()
    socket_path(folder).parent.rmdir()


OWNER = """
import sys, threading
from service.settings import Settings
from service.supervise import Supervisor, Crew
from service.ports.jobs import Lane
supervisor = Supervisor(Settings.from_environment(), application="tests.support.echo_worker")
supervisor.start_broker()
supervisor.start_worker(Crew("poll", (Lane.POLL,), "prefork", 1))
print("ready", supervisor._wards[0].child.pid, flush=True)
threading.Event().wait()
"""


def test_a_killed_owner_leaves_nothing_running(fleet):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdout=subprocess.PIPE,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONWARNINGS"},
    )
    try:
        worker = int(owner.stdout.readline().split()[1])
        server = json.loads(fleet.state("broker.json").read_text())["server"]
        owner.kill()
        owner.wait()
        wait_for(lambda: not is_running(server) and not is_running(worker))
    finally:
        owner.kill()
        owner.stdout.close()
    again = EmbeddedBroker(fleet.settings.state_dir)
    again.start()
    try:
        assert again.is_ours
    finally:
        again.stop()


def test_a_configured_broker_is_used_and_none_is_started(fleet, monkeypatch):
    broker = EmbeddedBroker(fleet.settings.state_dir)
    broker.start()
    try:
        monkeypatch.setenv("APREJOIN_BROKER_URL", broker.url)
        supervisor = Supervisor(Settings.from_environment(), application=APPLICATION)
        supervisor.start_broker()
        assert supervisor.broker_url == broker.url
        supervisor.stop()
        assert answers(broker.url)
    finally:
        broker.stop()


def test_the_loop_of_a_supervisor_ends_when_it_is_told_to(fleet):
    stop = threading.Event()
    with supervised(fleet.settings, crews=(), beat=False) as found:
        loop = threading.Thread(target=found.run, args=(stop,))
        loop.start()
        stop.set()
        loop.join(timeout=REPLY_S)
        assert not loop.is_alive()
