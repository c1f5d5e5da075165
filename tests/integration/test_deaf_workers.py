"""Workers that are cut off, frozen or busy: who hears nothing is replaced, who works is not."""

import os
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.ports.jobs import AdvanceRemediation, Lane, PollController
from service.queue.celery_queue import CeleryQueue
from service.settings import BROKER_URL, STATE_DIR, VISIBILITY_TIMEOUT, Settings
from service.supervise import Crew, Supervisor
from tests.support.echo_worker import FOLDER
from tests.support.patience import PATIENCE_S
from tests.support.servers import own_broker
from tests.support.silent_proxy import SilentProxy, silent_proxy

ROOT = Path(__file__).parents[2]
VISIBILITY_S = 600
SOON_S = 10.0
"""How long a worker may be silent here: this has to run out."""
MENDERS = Crew("remediate", tuple(Lane), "prefork", 1, grace_s=5.0)


@dataclass
class Stand:
    """One worker that reaches its broker through a proxy; its supervisor reaches it directly."""

    supervisor: Supervisor
    proxy: SilentProxy
    queue: CeleryQueue
    notes: Path

    @property
    def ward(self):
        (found,) = self.supervisor._wards
        return found

    @property
    def silence(self):
        return self.ward.pulse._silence

    def lines(self, name: str) -> list[str]:
        path = self.notes / name
        return path.read_text().splitlines() if path.exists() else []

    def until(self, condition):
        """Tend the worker until something holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            assert time.monotonic() < deadline, "not in time"
            self.supervisor.tend()
            time.sleep(0.25)
        return found

    def until_carried_out(self, item: str) -> None:
        """Nudge as often as it takes: a message may be lost with the connection that it came by."""

        def is_done() -> bool:
            self.queue.enqueue(AdvanceRemediation(item))
            return any(line.startswith(item) for line in self.lines("advanced"))

        self.until(is_done)


@contextmanager
def standing(folder: Path, *, deaf_after_s: float):
    notes = folder / "notes"
    notes.mkdir()
    with own_broker() as server:
        address = urlsplit(server.url)
        with silent_proxy((address.hostname, address.port)) as proxy:
            through = address._replace(netloc=f"127.0.0.1:{proxy.port}").geturl()
            environ = os.environ | {
                STATE_DIR: str(folder / "state"),
                BROKER_URL: through,
                VISIBILITY_TIMEOUT: str(VISIBILITY_S),
                "PYTHONPATH": str(ROOT),
                FOLDER: str(notes),
            }
            settings = Settings.from_environment(environ)
            settings.ensure_state_dir()
            supervisor = Supervisor(
                settings,
                environ=environ,
                application="tests.support.echo_worker",
                canary_every_s=1.0,
                deaf_after_s=deaf_after_s,
            )
            supervisor.broker_url = server.url
            queue = CeleryQueue.at(server.url, visibility_timeout_s=VISIBILITY_S)
            try:
                supervisor.start_worker(MENDERS)
                yield Stand(supervisor, proxy, queue, notes)
            finally:
                supervisor.stop()
                queue.close()


@pytest.fixture
def patient(tmp_path):
    """Nobody is replaced for being silent."""
    with standing(tmp_path, deaf_after_s=PATIENCE_S) as found:
        yield found


@pytest.fixture
def strict(tmp_path):
    with standing(tmp_path, deaf_after_s=SOON_S) as found:
        yield found


def test_a_worker_whose_request_for_messages_is_never_answered_asks_again(patient):
    pid = patient.ward.child.pid
    assert patient.proxy.silence(lambda wire: b"BRPOP" in wire.asked) > 0
    patient.until_carried_out("r-1")
    assert patient.ward.child.pid == pid


def test_a_worker_that_is_cut_off_is_replaced_and_the_work_goes_on(strict):
    pid = strict.ward.child.pid
    strict.proxy.swallows = True
    strict.proxy.silence()
    strict.until(lambda: strict.ward.ends_s is not None)
    strict.proxy.swallows = False
    strict.until_carried_out("r-1")
    assert strict.ward.child.pid != pid


def test_a_frozen_worker_is_replaced_and_what_it_has_under_way_has_its_time(strict):
    strict.queue.enqueue(PollController("slow-1", "s-1"))
    (at_work,) = strict.until(lambda: strict.lines("slow-1.begun"))
    strict.until(lambda: strict.ward.pulse.has_work)
    pid = strict.ward.child.pid
    os.kill(pid, signal.SIGSTOP)
    ends_s = strict.until(lambda: strict.ward.ends_s)
    assert ends_s - strict.silence._looked_s == MENDERS.grace_s
    os.kill(int(at_work), 0)  # it was not ended yet
    strict.until(lambda: strict.ward.child.pid not in {pid, None})
    strict.until_carried_out("r-1")


def test_a_worker_that_is_full_of_work_is_left_alone(strict):
    pid = strict.ward.child.pid
    strict.queue.enqueue(PollController("slow-1", "s-1"))
    strict.until(lambda: strict.silence.full_s > 1.5 * SOON_S)
    assert strict.ward.child.pid == pid
    assert strict.ward.ends_s is None
    assert strict.lines("polled") == []
