"""However many read a controller at the same time: it never sees more sessions than it may."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.bootstrap import open_context
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.settings import Settings
from service.usecases.poll import poll
from tests.e2e.stand import QUICK, box

MOST, READERS = 3, 8


@pytest.fixture
def lab(tmp_path):
    fleet = {
        "lab": {"timings": QUICK},
        "policy": {"max_sessions": MOST},
        "controllers": [box("hq-1")],
    }
    with Lab(from_mapping(fleet), state_dir=tmp_path / "lab") as running:
        yield running


class Watch:
    """The most sessions that a box had at any time while it was watched."""

    def __init__(self, watched):
        self.box, self.most, self._over = watched, 0, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self):
        while not self._over.wait(0.002):
            self.most = max(self.most, self.box.sessions)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()


def test_many_readers_share_the_places_and_leave_one_for_whoever_mends(lab, tmp_path):
    settings = Settings.from_environment({"APREJOIN_STATE_DIR": str(tmp_path / "state")})
    at_once = threading.Barrier(READERS)

    def read(_) -> str | None:
        """One process of its own, as far as the store knows."""
        with open_context(settings, lab.inventory_path, most_idle=0) as context:
            at_once.wait()
            return poll(context, context.controller("hq-1")).error

    with Watch(lab.box("hq-1")) as watch, ThreadPoolExecutor(READERS) as pool:
        told = list(pool.map(read, range(READERS)))
    refused = [error for error in told if error is not None]
    assert all("2 sessions of ours read it already" in error for error in refused)
    assert len(refused) < READERS
    assert 1 <= watch.most <= MOST
    with open_context(settings, lab.inventory_path) as context:
        assert context.store.failings() == {}  # busy with us is no fault of the controller
        assert poll(context, context.controller("hq-1")).error is None
