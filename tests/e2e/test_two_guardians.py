"""Two guardians of an AireOS box, by the command: refused without the second, home when it is lost.

The command is one host; this test is the other, by what its workers would say in the database.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from service.config.clock import SystemClock
from service.settings import DATABASE_FILE
from service.store.sql import SqlStore
from tests.e2e.stand import Finished, Stand

BOXES = {
    "guarded": {
        "name": "guarded",
        "platform": "aireos",
        "model": "3504",
        "release": "8.10.151.0",
        "ntp": [{"host": "192.0.2.1"}, {"host": "192.0.2.2"}],
        "aps": [{"kind": "healthy", "count": 2}, {"kind": "straggler"}],
    }
}


@dataclass
class Told:
    """What the commands said."""

    alone: Finished
    lost: Finished
    runs: Any


class OtherHost:
    """A host that says every second that it lives, until it is lost."""

    def __init__(self, stand: Stand) -> None:
        self._url = f"sqlite:///{stand.state / DATABASE_FILE}"
        self._begun, self._lost = threading.Event(), threading.Event()

    @contextmanager
    def alive(self) -> Iterator[threading.Event]:
        thread = threading.Thread(target=self._beat)
        thread.start()
        assert self._begun.wait(30.0)
        try:
            yield self._lost
        finally:
            self._lost.set()
            thread.join()

    def _beat(self) -> None:
        store = SqlStore(self._url, SystemClock())
        while not self._lost.is_set():
            store.guard("worker", host="other-host", boot_id="boot-of-other-host")
            self._begun.set()
            self._lost.wait(1.0)
        store.stand_down("worker")
        store.close()


def work(stand: Stand) -> Told:
    words = ("remediate", "guarded", "--yes", "--accept-suspected", "--json")
    alone = stand.run(*words)
    with OtherHost(stand).alive() as lost:
        running = stand.start(*words)
        running.until("guarded by")
        running.until("APs registered")
        lost.set()
        told = running.finish()
    return Told(alone, told, stand.run("runs", "--json").document)


def test_one_host_alone_begins_nothing(results):
    assert results.alone.code not in (0, 6)
    assert "2 hosts have to guard, and 1 do" in results.alone.out + results.alone.err


def test_losing_the_other_host_brings_the_box_home(stand, results):
    assert results.lost.code == 5, results.lost.err
    told = results.lost.document["remediation"]
    assert told["state"] == "rolled-back"
    assert "guardian lost: other-host" in told["detail"]
    handle = stand.lab.wlc("guarded")
    assert handle.left_dirty() == []
    assert abs(handle.clock_offset_s) < 2


def test_it_is_told_who_guarded(results):
    (run,) = results.runs["remediations"]
    (step,) = [one for one in run["steps"] if one["name"] == "guard"]
    assert "other-host" in step["detail"]
