"""What counts on a C9800's clock, out of its configuration."""

import pytest
from lxml import etree

from service.domain.releases import Release
from service.drivers.iosxe.asking import Asker
from service.drivers.iosxe.surroundings import dependents
from service.drivers.links.netconf import NC, RpcRefused
from service.drivers.paths import contract

NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
CRYPTO = "http://cisco.com/ns/yang/Cisco-IOS-XE-crypto"
EEM = "http://cisco.com/ns/yang/Cisco-IOS-XE-eem"
MDT = "http://cisco.com/ns/yang/Cisco-IOS-XE-mdt-cfg"
CONFIGURED = f"""
<data>
 <native xmlns="{NATIVE}">
  <license><smart><transport-type>smart</transport-type><url><cslu>http://192.0.2.9/</cslu></url>
  </smart></license>
  <user-name><name>guest</name><type><network-user><guest-user><lifetime><day>1</day></lifetime>
  </guest-user></network-user></type></user-name>
  <user-name><name>desk</name><type><lobby-admin/></type></user-name>
  <event><manager xmlns="{EEM}">
   <applet><name>nightly</name><event><timer-choice><cron><cron-entry>0 1 * * *</cron-entry></cron>
   </timer-choice></event></applet></manager></event>
  <crypto><pki xmlns="{CRYPTO}"><trustpoint><id>TP-1</id></trustpoint>
  <trustpoint><id>TP-2</id></trustpoint></pki></crypto>
 </native>
 <mdt-config-data xmlns="{MDT}">
  <mdt-subscription><subscription-id>550</subscription-id></mdt-subscription>
 </mdt-config-data>
</data>
"""


class Box:
    """Answers get-config with one document; refuses filters that name certain elements."""

    def __init__(self, document: str, *refused: str, tag: str = "unknown-element") -> None:
        self.data = etree.fromstring(document)
        self.refused, self.tag = set(refused), tag
        self.asked: list[etree._Element] = []

    def get_config(self, filter_: etree._Element, *, timeout_s: float) -> etree._Element:
        del timeout_s
        self.asked.append(filter_)
        there = {etree.QName(e).localname for e in filter_.iter(etree.Element)}
        if self.refused & there:
            error = f'<rpc-error xmlns="{NC}"><error-tag>{self.tag}</error-tag></rpc-error>'
            raise RpcRefused([etree.fromstring(error)])
        return self.data


def read(box: Box, release: str = "17.12.1"):
    asker = Asker(box, contract("iosxe"), Release.parse(release))
    return dependents(asker, timeout_s=1)


def test_everything_that_counts_on_the_clock_is_told_with_its_number_and_its_place():
    found, problems = read(Box(CONFIGURED))
    assert not problems
    told = {(one.kind, one.number, one.path.rpartition("/")[2]) for one in found}
    assert told == {
        ("assurance", 1, "mdt-subscription"),
        ("licence", 1, "transport-type"),
        ("licence", 1, "cslu"),
        ("certificate-check", 2, "trustpoint"),
        ("scheduled-job", 1, "cron"),
        ("guest-lifetime", 1, "lifetime"),
        ("guest-lifetime", 1, "lobby-admin"),
    }


def test_one_request_is_enough():
    box = Box(CONFIGURED)
    read(box)
    assert len(box.asked) == 1


def test_a_box_without_any_of_it_has_none_and_no_problem():
    assert read(Box("<data/>")) == ((), ())


@pytest.mark.parametrize("release", ["17.3.6", "17.12.1"])
def test_no_filter_selects_a_whole_node_that_may_hold_a_secret(release):
    box = Box("<data/>", "mdt-config-data")
    read(box, release)
    leaves = {
        etree.QName(e).localname for one in box.asked for e in one.iter(etree.Element) if not len(e)
    }
    named = {"subscription-id", "transport-type", "cslu", "id", "cron", "absolute"}
    assert leaves <= named | {"lifetime", "lobby-admin"}


def test_what_a_release_does_not_know_is_not_there_and_the_rest_is_read():
    found, problems = read(Box(CONFIGURED, "mdt-config-data"))
    assert not problems
    assert {one.kind for one in found} == {
        "licence",
        "certificate-check",
        "scheduled-job",
        "guest-lifetime",
    }


def test_what_a_box_refuses_for_another_reason_is_told():
    found, problems = read(Box(CONFIGURED, "trustpoint", tag="access-denied"))
    assert "certificate-check" not in {one.kind for one in found}
    (problem,) = problems
    assert problem.startswith("trustpoints: ")


def test_a_release_is_not_asked_for_what_came_later():
    box = Box("<data/>")
    read(box, "17.3.6")
    names = {etree.QName(e).localname for e in box.asked[0].iter(etree.Element)}
    assert "timer" in names
    assert not names & {"cslu", "timer-choice"}
