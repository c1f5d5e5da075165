"""Simulated AireOS controllers, opened as the inventory of the lab says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.inventory import Controller
from service.domain.observation import Topic
from service.drivers.aireos.driver import AireOsDriver
from service.lab.lab import Lab
from tests.support.patience import REPLY_S

STILL = {"boot_s": 900, "download_s": 900, "retry_s": 900}
APS = [
    {"kind": "healthy", "count": 3},
    {"kind": "looping"},
    {"kind": "mic_expired"},
    {"kind": "healthy", "name": "Küche 無線"},
    {"kind": "healthy", "name": "first floor 2"},
]
EVERYTHING = frozenset(Topic)
TIMEOUT_S = REPLY_S


def box(name: str, release: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "platform": "aireos",
        "model": "5508" if release.startswith("8.5") else "3504",
        "release": release,
        "ntp": [{"host": "192.0.2.1"}, {"host": "pool.ntp.org"}],
        "aps": APS,
        **more,
    }


def entry(lab: Lab, name: str, **changes: Any) -> Controller:
    controller = load_inventory(lab.inventory_path).get(name)
    assert controller is not None
    return replace(controller, **changes)


@contextmanager
def opened(lab: Lab, name: str, **changes: Any) -> Iterator[AireOsDriver]:
    secrets = SecretResolver(lab.inventory_path.parent)
    driver = AireOsDriver.open(entry(lab, name, **changes), secrets, SystemClock())
    try:
        yield driver
    finally:
        driver.close()


def looked(lab: Lab, name: str, topics: frozenset[Topic] = EVERYTHING, **changes: Any) -> Any:
    with opened(lab, name, **changes) as driver:
        return driver.read(topics, timeout_s=TIMEOUT_S)
