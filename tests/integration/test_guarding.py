"""Real workers guard: they say so while they take remediations, and when they stop."""

import time

import pytest

from service.config.clock import SystemClock
from service.domain.guardians import BEAT_S
from service.settings import Settings
from service.store.sql import SqlStore
from service.supervise import MENDERS, POLLERS, supervised


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


def wait_for(condition, within_s):
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.2)
    return found


def test_a_worker_that_takes_remediations_guards_until_it_is_stopped(settings, store):
    with supervised(settings, crews=(MENDERS,), beat=False):
        (first,) = wait_for(store.guardians, 60)
        assert first.boot_id == SystemClock().now().boot_id
        assert first.unseen_s <= BEAT_S + 5
        wait_for(lambda: store.guardians()[0].steady_s > BEAT_S, 3 * BEAT_S)
        assert len(store.guardians()) == 1
        assert store.guardians()[0].unseen_s <= BEAT_S + 5
    assert store.guardians() == ()


def test_a_worker_that_only_polls_guards_nothing(settings, store):
    with supervised(settings, crews=(POLLERS,), beat=False):
        time.sleep(1)
        assert store.guardians() == ()
