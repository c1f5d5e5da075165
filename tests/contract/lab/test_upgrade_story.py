"""A whole upgrade of a box over NETCONF: predownload, reload, another train's models, commit."""

import socket
import uuid

import pytest
from ncclient.xml_ import to_ele

from service.lab.errors import LabError
from service.lab.fleet import from_mapping
from tests.contract.lab.support import APO, FAST, client, one_box, refusal, started, texts, until
from tests.contract.lab.test_faults import LOST
from tests.contract.lab.test_install_over_netconf import STATE, asked

AP_RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-cmd-rpc"
NAME = "C9800-L-universalk9_wlc.17.12.04.SPA.bin"
PATH = f"<path>bootflash:{NAME}</path>"
PREDOWNLOADS = f'<access-point-oper-data xmlns="{APO}"><predownload-data/></access-point-oper-data>'
QUICK = {**FAST, "install_s": 0.3, "predownload_s": 0.3, "reload_s": 0.5}
IOS = "AIR-CAP2702E-E-K9"
APS = [{"kind": "healthy", "count": 2}, {"kind": "healthy", "model": IOS, "name": "ios"}]
BOX = {"release": "17.9.2", "timings": QUICK, "flash": {"files": [NAME]}, "aps": APS}


def ap_command(name: str, inside: str = ""):
    return to_ele(f'<{name} xmlns="{AP_RPC}">{inside}</{name}>')


def everyone():
    return ap_command("set-rad-predownload-all", f"<uuid>{uuid.uuid4()}</uuid>")


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_an_upgrade_to_another_train(tmp_path):
    with started(tmp_path, **BOX) as lab:
        box = lab.box("hq-1")

        def idle() -> bool:
            return box.software()["under_way"] is None

        with client(lab) as session:
            assert refusal(session.dispatch, everyone()).tag == "malformed-message"
            session.dispatch(asked("install", PATH))
            until(lambda: box.software()["inactive"] == [NAME])
            until(idle)
            session.dispatch(everyone())
            told = session.get(filter=("subtree", PREDOWNLOADS))
            assert len(texts(told, "pred-status")) == 3
            until(lambda: [ap["predownload"] for ap in box.aps()] == ["complete"] * 3)
            timer = "<auto-abort-timer-val>30</auto-abort-timer-val>"
            session.dispatch(asked("activate", timer + PATH))
            until(lambda: box.sessions == 0 and not session.connected)
        until(lambda: idle() and answers(box.port))
        with client(lab) as session:
            assert any("yang-library:1.1" in c for c in session.server_capabilities)
            found = session.get(filter=("subtree", STATE))
            assert "install-version-state-provisioned-uncommitted" in texts(found, "current")
            assert texts(found, "op-status") == ["install-op-succ"] * 2
            session.dispatch(asked("install-commit"))
            until(lambda: box.software()["committed"] == "17.12.4")
        until(lambda: box.summary()["aps"] == {"registered": 3})
        assert {ap["version"] for ap in box.aps()} == {"17.12.4.56"}
        assert sum(ap["downloads"] for ap in box.aps()) == 0
        assert [line for line in box.left_dirty() if "version" not in line] == [
            "software: committed is 17.12.4, was 17.9.2"
        ]


def test_a_lost_reply_is_found_again_by_its_uuid(tmp_path):
    with started(tmp_path, **BOX) as lab:
        box = lab.box("hq-1")
        box.fault("drop_after", rpc="install")
        wanted = asked("install", PATH)
        with pytest.raises(LOST), client(lab) as session:
            session.dispatch(wanted)
        with client(lab) as session:

            def listed() -> list[str]:
                return texts(session.get(filter=("subtree", STATE)), "op-uuid")

            assert listed() == [wanted[0].text]


def test_single_access_points_are_told_and_a_predownload_is_ended(tmp_path):
    settings = {**BOX, "timings": {**QUICK, "predownload_s": 60}}
    with started(tmp_path, **settings) as lab, client(lab) as session:
        box = lab.box("hq-1")
        session.dispatch(asked("install", PATH))
        until(lambda: box.software()["inactive"] == [NAME])
        who = "<ap-name>healthy-1</ap-name>"
        session.dispatch(ap_command("set-ap-predownload", who))
        loading = "software: healthy-1 loads an image beforehand"
        assert loading in box.left_dirty()
        session.dispatch(ap_command("ap-image-predownload-abort", "<uuid>x</uuid>"))
        assert loading not in box.left_dirty()
        nobody = ap_command("set-ap-predownload", "<ap-name>nobody</ap-name>")
        assert refusal(session.dispatch, nobody).tag == "invalid-value"
        session.dispatch(ap_command("swap-ap-image", f"<enable>true</enable>{who}"))


def test_trouble_can_be_planned_in_the_fleet_file(tmp_path):
    fleet = {**BOX, "faults": [{"kind": "op_fail", "rpc": "install", "percent": 30}]}
    with started(tmp_path, **fleet) as lab, client(lab) as session:
        session.get(filter=("subtree", STATE))
        session.dispatch(asked("install", PATH))
        until(lambda: "install: fail" in [e.what for e in lab.box("hq-1").log])
    with pytest.raises(LabError, match="op_explode"):
        from_mapping(one_box(faults=[{"kind": "op_explode"}]))


def test_a_patch_goes_to_one_site_first(tmp_path):
    patch = "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
    aps = [{"kind": "looping", "site_tag": site} for site in ("east", "west")]

    def to_site(name: str, inside: str = ""):
        return ap_command(f"image-site-filter-{name}", f"<image-name>{patch}</image-name>{inside}")

    east = to_site("add", "<site-name>east</site-name>")
    files = {"flash": {"files": [patch]}, "timings": QUICK}
    with started(tmp_path, release="17.9.2", aps=aps, **files) as lab, client(lab) as session:
        box = lab.box("hq-1")
        assert refusal(session.dispatch, east).tag == "invalid-value"
        for name in ("install", "activate"):
            session.dispatch(asked(name, f"<path>bootflash:{patch}</path>"))
            until(lambda: box.software()["under_way"] is None)
            if name == "install":
                session.dispatch(east)
        until(lambda: box.summary()["aps"].get("registered") == 1)
        shown = (
            f'<access-point-oper-data xmlns="{APO}"><site-ap-image-map/></access-point-oper-data>'
        )
        told = session.get(filter=("subtree", shown))
        assert texts(told, "activated") == ["ap-img-site-map-true"]
        session.dispatch(to_site("clear", "<uuid>x</uuid>"))
        until(lambda: box.summary()["aps"] == {"registered": 2})


def test_an_older_release_has_no_site_filters(tmp_path):
    with started(tmp_path, release="17.6.4") as lab, client(lab) as session:
        apply = ap_command("image-site-filter-apply", "<image-name>x</image-name><uuid>x</uuid>")
        assert refusal(session.dispatch, apply).tag == "unknown-element"
