"""Which controllers APs are told to join: read, told, taken away on both platforms' real wires."""

import pytest

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.ap_homes import NO_HOME, ApHome, Place
from service.domain.changes import SetApHome
from service.domain.observation import Platform, Topic
from service.drivers.aireos.driver import AireOsDriver
from service.drivers.iosxe.driver import IosXeDriver
from service.errors import CapabilityMissing, ChangeRefused
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.support.patience import REPLY_S

TIMEOUT_S = REPLY_S
HOMES = frozenset({Topic.AP_HOMES})
STILL = {"boot_s": 900, "download_s": 900, "retry_s": 900}
FAR, NEAR = ApHome("far-1", "203.0.113.9"), ApHome("near-1", "198.51.100.4")
APS = [
    {"kind": "healthy", "name": "first floor 2", "homes": {"secondary": ["far-1", "203.0.113.9"]}}
]
BOXES = {
    "old": {"release": "17.3.6"},
    "new": {"release": "17.12.1"},
    "air": {"platform": "aireos", "release": "8.10.151.0", "sysname": "AIR WLC"},
}
DRIVERS = {Platform.IOSXE: IosXeDriver, Platform.AIREOS: AireOsDriver}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    boxes = [{"name": name, "ntp": [], "aps": APS, **more} for name, more in BOXES.items()]
    fleet = {"lab": {"timings": STILL}, "controllers": boxes}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("homes")) as lab:
        yield lab


@pytest.fixture(params=BOXES)
def driver(request, lab):
    controller = load_inventory(lab.inventory_path).get(request.param)
    assert controller is not None
    secrets = SecretResolver(lab.inventory_path.parent)
    opened = DRIVERS[controller.platform].open(controller, secrets, SystemClock())
    try:
        yield opened
    finally:
        opened.close()


def told(driver):
    view = driver.read(HOMES, timeout_s=TIMEOUT_S)
    (one,) = view.homes
    return one


def tell(driver, home, before=NO_HOME, *, mac=None, ap="first floor 2"):
    change = SetApHome(mac or told(driver).mac, ap, Place.PRIMARY, home, before)
    return driver.change(change, timeout_s=TIMEOUT_S)


def test_what_an_ap_is_told_is_set_changed_and_taken_away_and_nothing_else(driver):
    assert (told(driver).primary, told(driver).secondary) == (NO_HOME, FAR)
    tell(driver, NEAR)
    assert told(driver).primary == NEAR
    tell(driver, FAR, NEAR)
    assert told(driver).primary == FAR
    tell(driver, NO_HOME, FAR)
    assert (told(driver).primary, told(driver).secondary) == (NO_HOME, FAR)


def test_the_controllers_own_name_is_the_one_that_aps_know(driver):
    view = driver.read(HOMES, timeout_s=TIMEOUT_S)
    assert view.system_name == ("AIR WLC" if driver.controller == "air" else driver.controller)
    if driver.controller == "air":
        assert view.ap_limit
        assert view.countries == ("DE",)


def test_an_order_to_an_ap_that_is_not_there_is_refused(driver):
    stranger = type(told(driver).mac).parse("00:00:5e:00:53:01")
    with pytest.raises(ChangeRefused):
        tell(driver, NEAR, mac=stranger, ap="nobody")


def test_half_a_controller_is_told_where_the_release_takes_it(driver):
    name_alone = ApHome("far-1")
    if driver.controller == "old":
        with pytest.raises(CapabilityMissing, match="without its name and its address"):
            tell(driver, name_alone)
        return
    tell(driver, name_alone)
    assert told(driver).primary == name_alone
    tell(driver, NO_HOME, name_alone)


def test_a_name_that_cannot_be_typed_is_refused_before_anything_is_sent(driver):
    if driver.controller != "air":
        return  # a Catalyst takes the MAC
    with pytest.raises(CapabilityMissing, match="rename it"):
        driver.render(SetApHome(told(driver).mac, 'a"b', Place.PRIMARY, NEAR, NO_HOME))
