"""Filters narrowed by what a device refuses."""

import pytest
from lxml import etree

from service.domain.releases import Release
from service.drivers.iosxe.asking import Asker
from service.drivers.links.netconf import NC, RpcRefused
from service.drivers.paths import contract

APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"


def refusal(tag: str, *, bad: str = "", path: str = "") -> RpcRefused:
    info = f"<error-info><bad-element>{bad}</bad-element></error-info>" if bad else ""
    where = f"<error-path>{path}</error-path>" if path else ""
    text = f'<rpc-error xmlns="{NC}"><error-tag>{tag}</error-tag>{where}{info}</rpc-error>'
    return RpcRefused([etree.fromstring(text)])


class Picky:
    """A device that refuses filters which hold certain elements, and counts what it is asked."""

    def __init__(self, *refused: str, tag: str = "unknown-element", names_it: str = "bad") -> None:
        self.refused, self.tag, self.names_it = set(refused), tag, names_it
        self.asked: list[set[str]] = []

    def get(self, filter_: etree._Element, **_: object) -> etree._Element:
        there = {etree.QName(e).localname for e in filter_.iter(etree.Element)}
        self.asked.append(there)
        for name in sorted(self.refused & there):
            named = {"bad": {"bad": name}, "path": {"path": f"/apo:a/apo:{name}"}, "no": {}}
            raise refusal(self.tag, **named[self.names_it])
        return etree.fromstring(
            f'<data><access-point-oper-data xmlns="{APO}"><capwap-data><wtp-mac>84:3d:c6:73:10:d0'
            "</wtp-mac><name>one</name></capwap-data></access-point-oper-data></data>"
        )

    get_config = get


def asker(device: Picky) -> Asker:
    return Asker(device, contract("iosxe"), Release.parse("17.12.1"))


@pytest.mark.parametrize("names_it", ["bad", "path"])
def test_an_element_that_is_refused_by_name_is_left_out_for_good(names_it):
    device = Picky("ip-addr", "reboot-stats", names_it=names_it)
    asking = asker(device)
    (ap,) = asking.records("aps", timeout_s=1)
    assert (ap.get("name"), ap.get("address")) == ("one", None)
    assert len(device.asked) == 3
    asking.records("aps", timeout_s=1)
    assert len(device.asked) == 4
    assert "name" in device.asked[-1]
    assert not device.asked[-1] & {"ip-addr", "reboot-stats"}


def test_a_device_that_does_not_say_which_is_asked_for_the_whole_node():
    device = Picky("ip-addr", names_it="no")
    (ap,) = asker(device).records("aps", timeout_s=1)
    assert ap.get("name") == "one"
    assert device.asked[-1] == {"filter", "access-point-oper-data", "capwap-data"}


def test_a_device_that_refuses_one_after_the_other_is_asked_for_the_whole_node():
    asking = asker(Picky())
    device = Picky(*(name for name in asking.shape("aps").names if name != "name"))
    asking = asker(device)
    (ap,) = asking.records("aps", timeout_s=1)
    assert ap.get("name") == "one"
    assert device.asked[-1] == {"filter", "access-point-oper-data", "capwap-data"}


def test_a_vague_refusal_is_tried_once_more_without_leaves_and_not_remembered():
    device = Picky("ip-addr", tag="operation-failed")
    asking = asker(device)
    (ap,) = asking.records("aps", timeout_s=1)
    assert ap.get("name") == "one"
    assert len(device.asked) == 2
    device.refused.clear()
    asking.records("aps", timeout_s=1)
    assert "ip-addr" in device.asked[-1]


@pytest.mark.parametrize("tag", ["unknown-element", "operation-failed", "access-denied", "in-use"])
def test_a_node_that_is_refused_itself_is_a_refusal(tag):
    device = Picky("capwap-data", tag=tag)
    with pytest.raises(RpcRefused) as caught:
        asker(device).records("aps", timeout_s=1)
    assert caught.value.tag == tag
    assert len(device.asked) <= 2


@pytest.mark.parametrize("names_it", ["bad", "path", "no"])
def test_a_node_that_is_never_to_be_read_whole_is_not_where_its_only_leaf_is_refused(names_it):
    device = Picky("one-minute", names_it=names_it)
    with pytest.raises(RpcRefused):
        asker(device).records("load", timeout_s=1)
    assert device.asked == [{"filter", "cpu-usage", "cpu-utilization", "one-minute"}]
