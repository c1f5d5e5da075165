"""Real workers guard: they say so while they take remediations, and when they stop."""

import time

import pytest

from service.config.clock import SystemClock
from service.domain.guardians import BEAT_S
from service.settings import Settings
from service.store.sql import SqlStore
from service.supervise import MENDERS, POLLERS, supervised
from tests.support.patience import PATIENCE_S


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    return Settings.from_environment()


@pytest.fixture
def store(settings):
    settings.ensure_state_dir()
    store = SqlStore(settings.database_url, SystemClock())
    yield store
    store.close()


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s"
        time.sleep(0.2)
    return found


def test_a_worker_that_takes_remediations_guards_until_it_is_stopped(settings, store):
    with supervised(settings, crews=(MENDERS,), beat=False):
        (first,) = wait_for(store.guardians)
        assert first.boot_id == SystemClock().now().boot_id
        wait_for(lambda: store.guardians()[0].steady_s > BEAT_S)  # it was seen a second time
        wait_for(lambda: store.guardians()[0].unseen_s <= BEAT_S)
        assert len(store.guardians()) == 1
    assert store.guardians() == ()


def test_a_worker_that_only_polls_guards_nothing(settings, store):
    with supervised(settings, crews=(POLLERS,), beat=False):
        time.sleep(1)
        assert store.guardians() == ()
