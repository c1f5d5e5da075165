"""A box over real SSH, as the product's own NETCONF library sees it."""

import socket
import threading
from pathlib import Path

import yaml
from ncclient import manager
from ncclient.transport.errors import AuthenticationError
from ncclient.xml_ import to_ele

from tests.contract.lab.support import APO, HARDWARE, NATIVE, client, refusal, started, texts


def test_the_hello_offers_both_framings_and_the_release_s_modules(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        offered = list(session.server_capabilities)
        assert "urn:ietf:params:netconf:base:1.1" in offered
        assert any("module=Cisco-IOS-XE-ntp&" in c for c in offered)
        assert not any(":candidate" in c or ":startup" in c for c in offered)


def test_from_17_12_on_cisco_s_modules_are_not_in_the_hello(tmp_path):
    with started(tmp_path, release="17.12.1") as lab, client(lab) as session:
        offered = list(session.server_capabilities)
        assert not any("Cisco-IOS-XE" in c for c in offered)
        assert any("yang-library:1.1" in c for c in offered)


def test_the_running_configuration_holds_what_the_fleet_says(tmp_path):
    entry = {"host": "192.0.2.7", "key": 7, "vrf": "Mgmt-intf", "prefer": True}
    with started(tmp_path, ntp=[entry]) as lab, client(lab) as session:
        reply = session.get_config("running", filter=("subtree", f'<native xmlns="{NATIVE}"/>'))
        assert texts(reply, "ip-address") == ["192.0.2.7"]
        assert "Mgmt-intf" in texts(reply, "name")
        assert texts(reply, "hostname") == ["hq-1"]


def test_the_clock_is_read_to_the_second_in_utc(tmp_path):
    wanted = f'<device-hardware-data xmlns="{HARDWARE}"/>'
    with started(tmp_path) as lab, client(lab) as session:
        reply = session.get(filter=("subtree", wanted))
        (shown,) = texts(reply, "current-time")
        assert shown.endswith("+00:00")
        assert len(shown) == len("2026-11-21T20:01:02+00:00")
        assert "Version 17.9.1" in texts(reply, "software-version")[0]


def test_a_filter_selects_leaves_of_every_access_point(tmp_path):
    wanted = (
        f'<access-point-oper-data xmlns="{APO}">'
        "<capwap-data><wtp-mac/><name/></capwap-data></access-point-oper-data>"
    )
    with started(tmp_path, aps=[{"kind": "healthy", "count": 3}]) as lab, client(lab) as session:
        reply = session.get(filter=("subtree", wanted))
        rows = list(reply.data_ele.iter(f"{{{APO}}}capwap-data"))
        assert [[child.tag.split("}")[1] for child in row] for row in rows] == [
            ["wtp-mac", "name"]
        ] * 3


def test_an_unknown_name_in_a_filter_is_refused_by_name(tmp_path):
    wanted = f'<access-point-oper-data xmlns="{APO}"><no-such/></access-point-oper-data>'
    with started(tmp_path) as lab, client(lab) as session:
        refused = refusal(session.get, filter=("subtree", wanted))
        assert refused.tag == "unknown-element"
        assert "no-such" in refused.info


def test_a_box_that_is_lenient_about_filters_finds_nothing_instead(tmp_path):
    wanted = f'<access-point-oper-data xmlns="{APO}"><no-such/></access-point-oper-data>'
    quirks = {"unknown_filter": "empty"}
    with started(tmp_path, quirks=quirks) as lab, client(lab) as session:
        assert len(session.get(filter=("subtree", wanted)).data_ele) == 0


def test_an_xpath_filter_gives_the_nodes_with_their_keys(tmp_path):
    with started(tmp_path, aps=[{"kind": "healthy", "count": 2}]) as lab, client(lab) as session:
        path = "/ap:access-point-oper-data/ap:capwap-data[ap:name='healthy-2']/ap:name"
        reply = session.get(filter=("xpath", ({"ap": APO}, path)))
        assert texts(reply, "name") == ["healthy-2"]
        assert len(texts(reply, "wtp-mac")) == 1


def test_an_unknown_name_in_an_xpath_filter_is_refused_too(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        path = "/ap:access-point-oper-data/ap:no-such"
        assert refusal(session.get, filter=("xpath", ({"ap": APO}, path))).tag == "unknown-element"


def test_what_the_lab_leaves_out_of_native_is_called_not_simulated(tmp_path):
    wanted = f'<native xmlns="{NATIVE}"><snmp-server/></native>'
    with started(tmp_path) as lab, client(lab) as session:
        refused = refusal(session.get, filter=("subtree", wanted))
        assert refused.tag == "operation-not-supported"
        assert "does not simulate" in refused.message


def test_there_is_no_rpc_that_sets_the_clock(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        wanted = to_ele('<clock-set xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-rpc"/>')
        assert refusal(session.dispatch, wanted).tag == "unknown-element"


def test_a_wrong_password_is_refused(tmp_path):
    with started(tmp_path) as lab:
        try:
            manager.connect(
                host="127.0.0.1",
                port=lab.box("hq-1").port,
                username="admin",
                password="wrong",  # noqa: S106
                hostkey_verify=False,
                look_for_keys=False,
                allow_agent=False,
            )
        except AuthenticationError:
            refused = True
        else:
            refused = False
    assert refused


def test_the_inventory_names_port_and_host_key_of_every_box(tmp_path):
    with started(tmp_path) as lab:
        told = yaml.safe_load(lab.inventory_path.read_text())
        (entry,) = told["controllers"]
        assert entry["platform"] == "iosxe"
        assert entry["netconf"]["port"] == lab.box("hq-1").port
        assert entry["netconf"]["host_key"].startswith("SHA256:")
        secret = told["credentials"]["lab"]["password"].removeprefix("file:")
        assert Path(secret).stat().st_mode & 0o777 == 0o600


def test_a_stopped_lab_leaves_no_thread_and_no_port(tmp_path):
    before = set(threading.enumerate())
    with started(tmp_path) as lab, client(lab) as session:
        port = lab.box("hq-1").port
        assert session.connected
    assert {t for t in threading.enumerate() if "aprejoin-lab" in t.name} <= before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_fresh_box_is_clean_and_synchronised(tmp_path):
    with started(tmp_path) as lab:
        box = lab.box("hq-1")
        assert box.left_dirty() == []
        assert box.summary()["ntp_synchronised"]
        assert abs(box.clock_offset_s) < 0.001
