"""Expired certificates allowed over real NETCONF: made, kept from others' hands, taken away."""

import pytest

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.changes import SetJoinPolicy
from service.domain.join_policy import GRANTS, HOLDER
from service.domain.observation import Topic
from service.drivers.iosxe.driver import IosXeDriver
from service.errors import ChangeRefused
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.support.patience import REPLY_S

TIMEOUT_S = REPLY_S
POLICY = frozenset({Topic.JOIN_POLICY})
STILL = {"boot_s": 900, "download_s": 900, "retry_s": 900}
BOXES = {
    "old": {"release": "17.3.6"},
    "candidate": {
        "release": "17.12.1",
        "candidate": True,
        "quirks": {"running_writable": "without-candidate"},
    },
}
THEIRS = (
    '<native xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"><crypto>'
    '<pki xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-crypto"><trustpool><policy>'
    "<chain-validation{how}/></policy></trustpool></pki></crypto></native>"
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    boxes = [
        {"name": name, "ntp": [], "aps": [{"kind": "mic_expired"}], **more}
        for name, more in BOXES.items()
    ]
    fleet = {"lab": {"timings": STILL}, "controllers": boxes}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("grants")) as lab:
        yield lab


@pytest.fixture(params=BOXES)
def opened(request, lab):
    controller = load_inventory(lab.inventory_path).get(request.param)
    assert controller is not None
    secrets = SecretResolver(lab.inventory_path.parent)
    driver = IosXeDriver.open(controller, secrets, SystemClock())
    try:
        yield lab.box(request.param), driver
    finally:
        driver.close()


def turn(driver, rule, *, on):
    return driver.change(SetJoinPolicy(rule, before=not on, after=on), timeout_s=TIMEOUT_S)


def on_now(driver):
    found = driver.read(POLICY, timeout_s=TIMEOUT_S).policies
    assert found.unread == ()
    return [one.rule for one in found.switches if one.enabled]


def test_what_others_put_into_the_policy_meanwhile_is_not_taken_along(opened):
    box, driver = opened
    assert on_now(driver) == []
    for rule in GRANTS:
        turn(driver, rule, on=True)
    assert on_now(driver) == [*GRANTS, HOLDER]
    with pytest.raises(ChangeRefused):
        turn(driver, GRANTS[0], on=True)
    box.foreign_edit(THEIRS.format(how=""))
    for rule in reversed(GRANTS):
        turn(driver, rule, on=False)
    with pytest.raises(ChangeRefused, match="others keep something in it"):
        turn(driver, HOLDER, on=False)
    gone = ' xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="delete"'
    box.foreign_edit(THEIRS.format(how=gone))
    assert on_now(driver) == [HOLDER]
    turn(driver, HOLDER, on=False)
    assert on_now(driver) == []
    assert box.left_dirty() == []


def test_the_check_names_what_the_release_reads_and_nothing_that_it_replaced(opened):
    _, driver = opened
    told = {one.key: one.verdict for one in driver.check(deep=False)}
    assert told["trustpool-policy"] == "works"
    assert told["certificate map form"] == "works"
    if driver.release.startswith("17.3"):
        assert (told["expired-maps"], told["expired-pki-maps"]) == ("works", "fallback")
    else:
        assert "expired-maps" not in told
        assert told["expired-pki-maps"] == "works"
