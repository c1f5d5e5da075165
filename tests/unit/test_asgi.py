"""Readiness: asked often and by anybody, checked seldom."""

import threading
from dataclasses import dataclass, field

import pytest

from service.asgi import CHECKED_FOR_S, Readiness
from service.errors import StoreError
from tests.support.fake_clock import FakeClock, World

GOOD = {"database": True, "workers-poll": True, "workers-remediate": True}


@dataclass
class FakeStore:
    works: bool = True

    def clocks(self):
        if not self.works:
            raise StoreError("away")


@dataclass
class FakeCanary:
    """Sings at once, unless it is silent, or held."""

    silent: bool = False
    away: bool = False
    sent: list[str] = field(default_factory=list)
    held: threading.Event | None = None
    listening: threading.Event = field(default_factory=threading.Event)

    def send(self, lane):
        if self.away:
            raise StoreError("no broker")
        self.sent.append(str(lane))
        return str(lane)

    def heard(self, token, *, within_s):
        self.listening.set()
        assert token in self.sent
        assert within_s > 0
        if self.held is not None:
            assert self.held.wait(10)
        return not self.silent


@dataclass
class FakeContext:
    clock: FakeClock
    store: FakeStore


@pytest.fixture
def world():
    return World()


@pytest.fixture
def context(world):
    return FakeContext(FakeClock(world), FakeStore())


def test_every_check_has_its_name(context, world):
    canary = FakeCanary()
    ready = Readiness(context, canary)
    assert ready() == GOOD
    context.store.works, canary.silent = False, True
    world.advance(CHECKED_FOR_S)
    assert ready() == dict.fromkeys(GOOD, False)


def test_a_broker_that_is_away_is_no_worker(context):
    assert Readiness(context, FakeCanary(away=True))() == {
        "database": True,
        "workers-poll": False,
        "workers-remediate": False,
    }


def test_who_asks_often_gets_what_was_found_before(context, world):
    canary = FakeCanary()
    ready = Readiness(context, canary)
    for _ in range(5):
        assert ready() == GOOD
    assert canary.sent == ["poll", "remediate"]
    world.advance(CHECKED_FOR_S)
    ready()
    assert len(canary.sent) == 4


def test_nobody_waits_for_the_check_of_somebody_else(context, world):
    canary = FakeCanary()
    ready = Readiness(context, canary)
    ready()
    world.advance(CHECKED_FOR_S)
    canary.held, canary.silent = threading.Event(), True
    canary.listening.clear()
    other = threading.Thread(target=ready)
    other.start()
    assert canary.listening.wait(10)
    assert ready() == GOOD
    canary.held.set()
    other.join(10)
    assert ready()["workers-poll"] is False
