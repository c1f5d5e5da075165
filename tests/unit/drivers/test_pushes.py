"""Requests for subscriptions, and what comes by them, by the samples of the facts and a capture."""

import os
from pathlib import Path

import pytest
from lxml import etree

from service.domain.events.pushing import PushEnded
from service.domain.releases import Release
from service.drivers.iosxe.pushes import EN, YP, establish, read, wanted_of
from service.drivers.links.netconf import event_in
from service.drivers.paths import contract
from service.lab.errors import RpcRefusedError
from service.lab.yang.check import Checker
from service.lab.yang.judge import operation
from service.lab.yang.schema import of_release

FACTS = os.environ.get("APREJOIN_DEVICE_FACTS", Path(__file__).parents[4] / "shared" / "devices")
SAMPLES = Path(FACTS) / "iosxe" / "samples"
RELEASES = ("17.3.1", "17.6.1", "17.9.1", "17.12.1")
MAC = "84:3d:c6:73:10:d0"
WANTED = wanted_of(contract("iosxe"))
STATE, JOIN = WANTED["ap-state"], WANTED["ap-join"]
APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"
ROW = f"<wtp-mac>{MAC}</wtp-mac><ap-state><ap-operation-state>%s</ap-operation-state></ap-state>"
ENTRY = f'<capwap-data xmlns="{APO}">{ROW}</capwap-data>'
EDIT = (
    "<edit><edit-id>edit1</edit-id><operation>{}</operation><target>{}</target>"
    "<value>{}</value></edit>"
)


def event(name, inside, space=YP):
    return etree.fromstring(
        f'<{name} xmlns="{space}"><subscription-id>7</subscription-id>{inside}</{name}>'
    )


def change(*edits):
    patch = f'<yang-patch xmlns="urn:ietf:params:xml:ns:yang:ietf-yang-patch">{"".join(edits)}'
    return event("push-change-update", f"<datastore-changes-xml>{patch}</yang-patch>"
                 "</datastore-changes-xml>")  # fmt: skip


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("period_s", [None, 60.0])
@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_every_request_is_valid_in_every_release_that_has_its_node(wanted, period_s, release):
    request = establish(wanted, period_s=period_s)
    if wanted.node.exists_in(Release.parse(release)):
        operation(Checker(of_release(release)), request)
    else:
        with pytest.raises(RpcRefusedError):
            operation(Checker(of_release(release)), request)


def test_a_period_is_told_in_hundredths_of_a_second():
    assert establish(STATE, period_s=60.0).findtext(f"{{{YP}}}period") == "6000"
    assert establish(STATE, period_s=None).findtext(f"{{{YP}}}dampening-period") == "0"


def test_the_judge_does_refuse():
    request = establish(STATE, period_s=None)
    request.find(f"{{{YP}}}dampening-period").text = "100"
    with pytest.raises(RpcRefusedError):
        operation(Checker(of_release("17.9.1")), request)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no device facts in {SAMPLES}")
@pytest.mark.parametrize(
    ("name", "whole", "state"),
    [("push-update", True, "downloading"), ("push-change-update", False, "registered")],
)
def test_the_samples_of_the_facts_are_read(name, whole, state):
    notification = etree.parse(SAMPLES / f"notif-{name}.xml").getroot()
    found = event_in(notification)
    number = found.findtext("{*}subscription-id")
    pushed = read(found, {number: STATE})
    assert (pushed.is_whole, dict(pushed.rows)) == (whole, {MAC: {"state": state}})
    assert read(found, {"1": STATE}) is None


@pytest.mark.parametrize("leaf", ["datastore-contents-xml", "datastore-contents-string"])
def test_a_whole_update_is_read_under_either_name_of_its_data(leaf):
    rows = f'<access-point-oper-data xmlns="{APO}">{ENTRY % "registered"}</access-point-oper-data>'
    pushed = read(event("push-update", f"<{leaf}>{rows}</{leaf}>"), {"7": STATE})
    assert dict(pushed.rows) == {MAC: {"state": "registered"}}


@pytest.mark.parametrize(
    "target",
    [
        "/access-point-oper-data/capwap-data=84%3A3d%3Ac6%3A73%3A10%3Ad0",
        "/a:access-point-oper-data/a:capwap-data=84:3D:C6:73:10:D0/ap-state",
        f"/access-point-oper-data/capwap-data[wtp-mac='{MAC}']/ap-state",
    ],
)
def test_a_change_is_read_in_every_form_of_its_target(target):
    pushed = read(change(EDIT.format("merge", target, ENTRY % "downloading")), {"7": STATE})
    assert dict(pushed.rows) == {MAC: {"state": "downloading"}}
    pushed = read(change(EDIT.format("delete", target, "")), {"7": STATE})
    assert dict(pushed.rows) == {MAC: None}


def test_what_is_no_access_point_is_passed_over_and_what_is_left_out_is_told():
    rows = change(EDIT.format("merge", "/access-point-oper-data", ""),
                  EDIT.format("merge", "/access-point-oper-data/capwap-data=x", ""))  # fmt: skip
    assert read(rows, {"7": STATE}).rows == {}
    short = read(event("push-update", "<updates-not-sent/>"), {"7": STATE})
    assert (short.is_short, dict(short.rows)) == (True, {})


def test_the_end_and_the_halt_of_a_subscription_are_told_apart():
    over = read(event("subscription-terminated", "<reason>no-resources</reason>", EN), {"7": JOIN})
    assert over == PushEnded("ap-join", "no-resources")
    halted = read(event("subscription-suspended", "", EN), {"7": JOIN})
    assert halted == PushEnded("ap-join", "no reason given", is_for_now=True)
    assert read(event("subscription-resumed", "", EN), {"7": JOIN}) is None
