"""Each safety rule left out once, on a lab box: the damage shows; beside it, the rule kept.

The changes are sent by the real driver in the order of `clock-window`, without the engine that
keeps the rules: so it is the rules that are judged, not the engine.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    AddNtp,
    ArmGuard,
    RemoveNtp,
    RemoveTimers,
    SaveConfig,
    SetClock,
)
from service.domain.observation import Topic
from service.drivers.iosxe.driver import IosXeDriver
from service.lab.fleet import from_mapping
from service.lab.handle import BoxHandle
from service.lab.lab import Lab

FALSE = datetime(2022, 12, 2, 12, tzinfo=UTC)
GUARD_S = 8
QUICK = {"ntp_settle_s": 0.3, "eem_cli_s": 0.02, "dmi_sync_s": 0.0, "reload_s": 0.5}
TIMEOUT_S = 20.0
STRANGER = (
    '<native xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"><ntp>'
    '<server xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-ntp"><server-list>'
    "<ip-address>198.51.100.9</ip-address></server-list></server></ntp></native>"
)


@dataclass
class Hands:
    """A driver on a box, and the steps of a clock window one by one."""

    driver: IosXeDriver
    box: BoxHandle

    def __post_init__(self) -> None:
        view = self.driver.read(frozenset({Topic.NTP_CONFIG}), timeout_s=TIMEOUT_S)
        assert view.ntp is not None
        self.ntp = view.ntp

    def send(self, change: Any) -> None:
        self.driver.change(change, timeout_s=TIMEOUT_S)

    def arms(self) -> None:
        home = SystemClock().now().wall + timedelta(seconds=GUARD_S)
        wall = home.replace(tzinfo=None, microsecond=0)
        forget = (CLOCK, CANARY, GUARDS[1])
        self.send(ArmGuard(GUARDS[0], "r1", GUARD_S, self.ntp, FALSE.year, wall, forget))

    def removes_ntp(self) -> None:
        self.send(RemoveNtp(self.ntp))

    def sets_clock(self, moment: datetime, canary_s: int | None = None) -> None:
        self.send(SetClock("r1", 1, moment.replace(tzinfo=None, microsecond=0), canary_s))
        time.sleep(1.5)

    def comes_home(self) -> None:
        self.sets_clock(SystemClock().now().wall + timedelta(seconds=1.2))
        self.send(AddNtp(self.ntp))
        time.sleep(1.0)

    def disarms(self) -> None:
        self.send(RemoveTimers(GUARDS))

    def saves(self) -> None:
        self.send(SaveConfig())

    def dies(self) -> None:
        """kill -9: nobody does anything more; the box has all the time that its guard needs."""
        time.sleep(GUARD_S + 3)


def guarded(hands: Hands) -> None:
    hands.arms()
    hands.removes_ntp()
    hands.sets_clock(FALSE)
    hands.dies()


def unguarded(hands: Hands) -> None:
    hands.removes_ntp()
    hands.sets_clock(FALSE)
    hands.dies()


def unproven(hands: Hands) -> None:
    hands.arms()
    hands.removes_ntp()
    hands.dies()


def ntp_left_on(hands: Hands) -> None:
    hands.sets_clock(FALSE)
    time.sleep(1.0)


def whole(hands: Hands) -> None:
    hands.arms()
    hands.removes_ntp()
    hands.sets_clock(FALSE)
    hands.comes_home()
    hands.disarms()
    hands.saves()


def saved_inside(hands: Hands) -> None:
    hands.arms()
    hands.removes_ntp()
    hands.saves()
    hands.sets_clock(FALSE)
    hands.comes_home()
    hands.disarms()


def saved_inside_and_reloaded(hands: Hands) -> None:
    hands.arms()
    hands.removes_ntp()
    hands.saves()
    hands.send(RemoveTimers(GUARDS))
    hands.box.reload()
    time.sleep(2.0)


def ntp_not_restored(hands: Hands) -> None:
    hands.removes_ntp()
    hands.sets_clock(FALSE)
    hands.sets_clock(SystemClock().now().wall + timedelta(seconds=1.2))


def not_disarmed(hands: Hands) -> None:
    hands.arms()
    hands.removes_ntp()
    hands.sets_clock(FALSE)
    hands.comes_home()
    hands.saves()


def home_beside_a_stranger(hands: Hands) -> None:
    hands.removes_ntp()
    hands.box.foreign_edit(STRANGER)
    hands.send(AddNtp(hands.ntp))
    time.sleep(1.0)


def home_by_replacing(hands: Hands) -> None:
    """What the rule forbids: the whole container put back as it was captured."""
    hands.removes_ntp()
    hands.box.foreign_edit(STRANGER)
    payload = hands.driver._payloads.of(AddNtp(hands.ntp))
    (server,) = payload.iter("{*}server")
    for element in payload.iter():
        element.attrib.clear()
    server.set("{urn:ietf:params:xml:ns:netconf:base:1.0}operation", "replace")
    hands.driver._link.edit(payload, target="running", timeout_s=TIMEOUT_S)
    time.sleep(1.0)


NTP = [{"host": "192.0.2.1"}, {"host": "192.0.2.2", "key": 7}]
STORIES: dict[str, tuple[Callable[[Hands], None], dict[str, Any]]] = {
    "guarded": (guarded, {}),
    "unguarded": (unguarded, {}),
    "whole": (whole, {}),
    "unproven": (unproven, {"eem_dead": True}),
    "countdown-follows": (guarded, {"countdown_follows_clock": True}),
    "ntp-left-on": (ntp_left_on, {}),
    "saved-inside": (saved_inside, {}),
    "saved-and-reloaded": (saved_inside_and_reloaded, {}),
    "ntp-not-restored": (ntp_not_restored, {}),
    "not-disarmed": (not_disarmed, {}),
    "beside-a-stranger": (home_beside_a_stranger, {}),
    "by-replacing": (home_by_replacing, {}),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Lab]:
    boxes = [
        {"name": name, "release": "17.9.1", "ntp": NTP, "quirks": quirks}
        for name, (_, quirks) in STORIES.items()
    ]
    fleet = {"lab": {"timings": QUICK}, "controllers": boxes}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("rules")) as lab:
        yield lab


@contextmanager
def hands_on(lab: Lab, name: str) -> Iterator[Hands]:
    controller = load_inventory(lab.inventory_path).get(name)
    assert controller is not None
    secrets = SecretResolver(lab.inventory_path.parent)
    driver = IosXeDriver.open(controller, secrets, SystemClock())
    try:
        yield Hands(driver, lab.box(name))
    finally:
        driver.close()


@pytest.fixture(scope="module")
def left(lab) -> dict[str, list[str]]:
    """What each story left behind; all are told at the same time."""

    def told(name: str) -> list[str]:
        with hands_on(lab, name) as hands:
            STORIES[name][0](hands)
        return lab.box(name).left_dirty()

    with ThreadPoolExecutor(len(STORIES)) as pool:
        return dict(zip(STORIES, pool.map(told, STORIES), strict=True))


def test_with_every_rule_kept_nothing_is_left(left):
    assert left["whole"] == []


def test_a_box_with_a_dead_mans_switch_comes_home_when_everybody_dies(left):
    assert left["guarded"] == []


def test_without_a_dead_mans_switch_it_stays_in_the_past(left):
    assert any("clock is -" in line for line in left["unguarded"])
    assert any("running: missing" in line and "192.0.2.1" in line for line in left["unguarded"])


def test_a_timer_that_was_not_proven_may_never_fire(left):
    assert any("running: missing" in line and "192.0.2.1" in line for line in left["unproven"])


def test_a_countdown_that_follows_the_clock_leaves_the_box_in_the_past(left):
    """What the canary that spans the step is for."""
    assert any("clock is -" in line for line in left["countdown-follows"])


def test_with_ntp_left_on_the_clock_does_not_stay_set(lab, left):
    assert left["ntp-left-on"] == []
    assert 0 < lab.box("ntp-left-on").seconds_of_false_time < 2


def test_a_save_inside_the_window_writes_its_state_to_startup(left):
    assert any("startup: missing" in line and "192.0.2.1" in line for line in left["saved-inside"])
    assert any("startup: added" in line and GUARDS[0] in line for line in left["saved-inside"])


def test_after_a_save_inside_the_window_a_reload_does_not_heal_the_box(left):
    found = left["saved-and-reloaded"]
    assert any("running: missing" in line and "192.0.2.1" in line for line in found)
    assert any(GUARDS[0] in line for line in found)


def test_ntp_that_is_not_put_back_is_missing(left):
    found = left["ntp-not-restored"]
    assert any("running: missing" in line and "192.0.2.2" in line for line in found)


def test_a_switch_that_is_not_disarmed_is_left_behind(left):
    assert any("running: added" in line and GUARDS[0] in line for line in left["not-disarmed"])
    assert any("startup: added" in line and GUARDS[0] in line for line in left["not-disarmed"])


def test_entries_put_back_by_name_leave_a_strangers_entry_alone(left):
    assert any("added" in line and "198.51.100.9" in line for line in left["beside-a-stranger"])


def test_a_container_that_is_replaced_loses_a_strangers_entry(left):
    assert not any("198.51.100.9" in line for line in left["by-replacing"])
