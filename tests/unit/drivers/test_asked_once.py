"""What a controller says of itself is asked for once a look, and the clock is in it."""

from datetime import UTC, datetime

import pytest

from service.domain.inventory import Controller, Credentials
from service.domain.observation import Platform, Topic
from service.drivers.iosxe.reading import TOLD_S
from service.drivers.iosxe.remembered import Remembered
from service.drivers.iosxe.restconf_driver import RestconfDriver
from tests.support.fake_clock import FakeClock, World

BOX = Controller(
    "hq-1", Platform.IOSXE, "192.0.2.10", Credentials("admin", "env:X"), transport="restconf"
)
SYSTEM = "device-system-data"
SAID = {
    "current-time": "2026-11-22T12:00:00+00:00",
    "boot-time": "2026-11-01T00:00:00+00:00",
    "software-version": "Cisco IOS Software, C9800 Software (C9800_IOSXE-K9), Version 17.12.1",
}
BOTH = frozenset({Topic.CLOCK, Topic.IDENTITY})


class Link:
    """Answers what a box says of itself, and nothing else; each answer takes a second."""

    root = "/restconf"

    def __init__(self, clock):
        self.clock, self.asked = clock, []

    def read(self, path, _member, taker, *, fields, timeout_s):  # noqa: ARG002 - the link's
        self.asked.append((path, fields))
        self.clock.wait(1)
        if path.endswith(SYSTEM):
            taker.take(SAID, "")

    def systems(self):
        asked, self.asked = self.asked, []
        return [fields for path, fields in asked if path.endswith(SYSTEM)]


@pytest.fixture
def clock():
    return FakeClock(World())


@pytest.fixture
def link(clock):
    return Link(clock)


@pytest.fixture
def driver(clock, link):
    return RestconfDriver(BOX, link, None, clock, Remembered(clock))


def test_the_first_look_goes_by_what_connecting_told(driver, link, clock):
    connected_at = clock.now()
    view = driver.read(BOTH, timeout_s=60)
    assert len(link.systems()) == 1
    assert view.clock.device_time == datetime(2026, 11, 22, 12, 0, 0, 500_000, tzinfo=UTC)
    assert view.clock.instant == connected_at.later(-0.5)
    assert view.clock.uncertainty_s == 1.0
    assert view.hardware == SAID["software-version"]
    assert view.boot_time == datetime(2026, 11, 1, tzinfo=UTC)
    assert view.origins["clock"].endswith("device-system-data/current-time")


def test_every_later_look_asks_afresh_and_once(driver, link, clock):
    driver.read(BOTH, timeout_s=60)
    link.systems()
    view = driver.read(BOTH, timeout_s=60)
    assert len(link.systems()) == 1
    assert view.clock.instant == clock.now().later(-0.5)
    driver.read(frozenset({Topic.CLOCK}), timeout_s=60)
    assert link.systems() == ["current-time"]


def test_what_connecting_told_is_too_old_after_some_seconds(driver, link, clock):
    link.systems()
    clock.wait(TOLD_S)
    view = driver.read(BOTH, timeout_s=60)
    assert len(link.systems()) == 1
    assert view.clock.instant == clock.now().later(-0.5)


def test_a_look_at_what_runs_alone_asks_for_it(driver, link):
    driver.read(frozenset({Topic.CLOCK}), timeout_s=60)
    link.systems()
    view = driver.read(frozenset({Topic.IDENTITY}), timeout_s=60)
    assert len(link.systems()) == 1
    assert view.hardware == SAID["software-version"]
    assert view.clock is None
