"""Short reads are one request over NETCONF, and one each where a box refuses that."""

import pytest
from lxml import etree

from service.domain.inventory import Controller, Credentials
from service.domain.observation import SWEEP_TOPICS, ApState, Platform, Topic
from service.domain.polling.choosing import PULSE_TOPICS
from service.domain.releases import Release
from service.drivers.iosxe.asking import Asker
from service.drivers.iosxe.reading import Reader
from service.drivers.links.netconf import NC, RpcRefused
from service.drivers.paths import contract
from service.errors import DeviceBusy, ReplyMalformed
from tests.support.fake_clock import FakeClock, World

YANG = "http://cisco.com/ns/yang/Cisco-IOS-XE-"
MAC = "84:3d:c6:73:10:d0"
CPU = f'<cpu-usage xmlns="{YANG}process-cpu-oper"><cpu-utilization><one-minute>7</one-minute>'
TABLES = {
    "cpu-utilization": f"{CPU}</cpu-utilization></cpu-usage>",
    "ntp-status-info": f'<ntp-oper-data xmlns="{YANG}ntp-oper"><ntp-status-info><stratum>3'
    "</stratum></ntp-status-info></ntp-oper-data>",
    "ap-join-stats": f'<ap-global-oper-data xmlns="{YANG}wireless-ap-global-oper"><ap-join-stats>'
    f"<wtp-mac>{MAC}</wtp-mac><ap-join-info><is-joined>true</is-joined></ap-join-info>"
    "</ap-join-stats></ap-global-oper-data>",
    "capwap-data": f'<access-point-oper-data xmlns="{YANG}wireless-access-point-oper"><capwap-data>'
    f"<wtp-mac>{MAC}</wtp-mac><ap-state><ap-operation-state>registered</ap-operation-state>"
    "</ap-state></capwap-data></access-point-oper-data>",
}
SMALL = ("cpu-utilization", "ntp-status-info", "ap-join-stats")


class Box:
    """Answers what it is asked for, but for what it refuses, and keeps what that was."""

    def __init__(self, *refused, tag="unknown-element", alone=False, **others):
        self.refused, self.tag, self.alone = refused, tag, alone
        self.tables = TABLES | others
        self.asked = []

    def get(self, filter_, **_):
        named = {etree.QName(one).localname for one in filter_.iter(etree.Element)}
        self.asked.append({one for one in self.tables if one in named})
        if named & set(self.refused) or (self.alone and len(self.asked[-1]) > 1):
            said = f'<rpc-error xmlns="{NC}"><error-tag>{self.tag}</error-tag></rpc-error>'
            raise RpcRefused([etree.fromstring(said)])
        told = "".join(text for one, text in self.tables.items() if one in named)
        return etree.fromstring(f'<data xmlns="{NC}">{told}</data>')

    get_config = get

    def times(self, *tables):
        return self.asked.count(set(tables))


def reader(box, release="17.12.1"):
    return Reader(
        Controller("hq-1", Platform.IOSXE, "192.0.2.1", Credentials("admin", "env:X")),
        Asker(box, contract("iosxe"), Release.parse(release)),
        clock=FakeClock(World()),
        commands=None,
    )


def pulse(box, release="17.12.1"):
    return reader(box, release).read(PULSE_TOPICS, timeout_s=1)


def facts(view):
    return (view.load_percent, view.ntp_state, view.pulses, view.origins)


def test_a_pulse_takes_one_request_for_the_clock_one_for_the_aps_and_one_for_the_rest():
    box = Box()
    view = pulse(box)
    assert box.asked == [set(), set(SMALL), {"capwap-data"}]
    assert (view.load_percent, view.ntp_state.stratum) == (7, 3)
    assert [(ap.state, ap.is_joined) for ap in view.pulses] == [(ApState.REGISTERED, True)]


def test_what_is_told_together_is_what_is_told_one_by_one():
    assert facts(pulse(Box())) == facts(pulse(Box(alone=True)))


def test_a_box_that_refuses_one_of_them_is_asked_for_each_and_not_again_for_all():
    box = Box("cpu-utilization")
    found = reader(box)
    for _ in range(2):
        view = found.read(PULSE_TOPICS, timeout_s=1)
        assert view.unknown.keys() == {Topic.LOAD, Topic.CLOCK}
        assert view.ntp_state.stratum == 3
        assert view.pulses[0].is_joined is True
    assert box.times(*SMALL) == 1
    assert [box.times(one) for one in SMALL] == [2, 2, 2]


def test_a_busy_box_is_not_asked_any_further():
    box = Box("ntp-status-info", tag="in-use")
    with pytest.raises(DeviceBusy):
        reader(box).read(frozenset({Topic.NTP_STATE, Topic.INSTALL}), timeout_s=1)
    assert len(box.asked) == 1


def test_what_is_not_understood_among_others_is_malformed_still():
    box = Box(
        **{"ntp-status-info": TABLES["ntp-status-info"].replace(f"{YANG}ntp", "urn:of-nobody")}
    )
    with pytest.raises(ReplyMalformed, match="ntp"):
        pulse(box)


def test_what_a_release_lacks_is_not_asked_for_among_the_others():
    box = Box()
    assert pulse(box, "17.3.6").pulses[0].is_joined is None
    assert box.asked == [set(), set(SMALL) - {"ap-join-stats"}, {"capwap-data"}]


def test_everything_that_one_request_asks_for_is_asked_for_with_its_leaves():
    box = Box()
    view = reader(box).read(SWEEP_TOPICS, timeout_s=1)
    (together,) = [asked for asked in box.asked if "cpu-utilization" in asked]
    assert together == {"cpu-utilization", "ntp-status-info"}
    assert view.load_percent == 7
    short = {key: read for key, read in contract("iosxe").reads.items() if read.short}
    assert {"load", "certificates", "install", "predownload"} <= short.keys()
    assert all(read.operation == "get" and read.leaves for read in short.values())
