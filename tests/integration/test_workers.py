"""The real workers, use cases and drivers against a simulated controller."""

import json
import subprocess
import sys
import time

import pytest

from service.config.clock import SystemClock
from service.lab.fleet import load
from service.lab.lab import Lab
from service.ports.jobs import NudgeRemediations, PollController
from service.queue.broker_address import embedded_url
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.store.sql import SqlStore
from service.supervise import MENDERS, POLLERS, supervised
from tests.support.patience import PATIENCE_S

LONG_AGO_S = 1e6
FLEET = """
lab: {seed: 3}
controllers:
  - name: hq-1
    release: 17.9.1
    model: C9800-L-C-K9
    ntp: [{host: 192.0.2.1}]
    aps: [{kind: healthy, count: 4, name: "ap-{n}"}]
"""


def wait_for(condition, within_s=PATIENCE_S):
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {within_s} s: {condition}")


@pytest.fixture
def lab(tmp_path):
    (tmp_path / "fleet.yaml").write_text(FLEET)
    with Lab(load(tmp_path / "fleet.yaml"), state_dir=tmp_path / "lab") as running:
        yield running


@pytest.fixture
def settings(tmp_path, lab, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(lab.inventory_path))
    return Settings.from_environment()


def aps_seen(settings):
    store = SqlStore(settings.database_url, SystemClock())
    try:
        return len(store.histories("hq-1"))
    finally:
        store.close()


def test_a_poll_job_reads_a_controller_and_keeps_what_it_saw(settings):
    with supervised(settings, crews=(POLLERS,), beat=False):
        queue = CeleryQueue.at(embedded_url(settings.state_dir), visibility_timeout_s=900)
        queue.enqueue(PollController("hq-1", "s-1"))
        wait_for(lambda: aps_seen(settings) == 4)
        queue.close()


def test_a_schedule_polls_by_itself(settings, lab):
    text = lab.inventory_path.read_text()
    lab.inventory_path.write_text(text + "\nschedules: [{name: often, every: 2s, what: sweep}]\n")
    with supervised(settings, crews=(POLLERS, MENDERS)):
        wait_for(lambda: aps_seen(settings) == 4)


STUCK_FLEET = FLEET.replace("kind: healthy, count: 4", "kind: looping, count: 1").replace(
    "seed: 3", "seed: 3, timings: {download_s: 3600}"
)
"""Its access point is in its download whenever the command looks: once, and never before."""
SHORT_WAITS = {
    "loop_after_s": 0,
    "poll_every_s": 1,
    "wait_for_aps_s": 900,
    "dead_man_after_s": 900,
    "ntp_sync_s": 600,
    "stay_registered_s": 2,
}


def test_a_killed_remediation_is_brought_home_by_the_workers(tmp_path, monkeypatch):
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text(f"{STUCK_FLEET}\npolicy: {json.dumps(SHORT_WAITS)}\n")
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    with Lab(load(fleet), state_dir=tmp_path / "lab") as lab:
        monkeypatch.setenv("APREJOIN_INVENTORY", str(lab.inventory_path))
        settings = Settings.from_environment()
        box = lab.box("hq-1")
        remediate_until(lambda: box.clock_offset_s < -LONG_AGO_S)
        with supervised(settings, crews=(MENDERS,), beat=False) as found:
            queue = CeleryQueue.at(found.broker_url, visibility_timeout_s=900)

            def is_home():
                queue.enqueue(NudgeRemediations())
                time.sleep(1)
                return not box.left_dirty() and endings(settings) != [None]

            wait_for(is_home)
            queue.close()
        assert endings(settings) in (["rolled-back"], ["succeeded"])
        assert abs(box.clock_offset_s) < 5


def remediate_until(condition):
    """Run the command as a process of its own, and kill it when a condition holds."""
    command = "import sys; from service.cli.main import main; main(sys.argv[1:])"
    words = ["remediate", "hq-1", "--yes", "--accept-suspected", "--json"]
    with subprocess.Popen(
        [sys.executable, "-c", command, *words], stdout=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(lambda: condition() or process.poll() is not None)
            assert process.poll() is None
        finally:
            process.kill()


def endings(settings):
    store = SqlStore(settings.database_url, SystemClock())
    try:
        rows = store.remediations()
    finally:
        store.close()
    return [None if row.closed is None else row.closed.state for row in rows]
