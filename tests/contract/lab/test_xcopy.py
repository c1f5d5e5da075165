"""Copies that the installer does by itself: accepted at once, found again by their uuid."""

import uuid

import pytest
from ncclient.xml_ import to_ele

from service.lab.images import make
from tests.contract.lab.file_server import serving
from tests.contract.lab.support import FAST, client, started, texts, until
from tests.contract.lab.test_install_over_netconf import STATE, asked

RPC = "http://cisco.com/ns/yang/Cisco-IOS-XE-xcopy-rpc"
NAME = "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
DATA = make(NAME)
BOX = {"release": "17.9.2", "timings": FAST, "quirks": {"xcopy_ports": "take"}}


def xcopy(url: str, *, to: str = NAME, timeout: str = "<timeout>60</timeout>", login: str = ""):
    return to_ele(
        f'<xcopy xmlns="{RPC}"><uuid>{uuid.uuid4()}</uuid><source-path>{url}</source-path>'
        f"<destination-path>{to}</destination-path>{login}{timeout}</xcopy>"
    )


@pytest.fixture(scope="module")
def place():
    with serving({NAME: DATA}) as address:
        yield address


def ends(session, box) -> list[str]:
    until(lambda: box.software()["under_way"] is None)
    return texts(session.get(filter=("subtree", STATE)), "op-status")


def test_it_is_listed_and_ends_with_the_file_there(tmp_path, place):
    with started(tmp_path, **BOX) as lab, client(lab) as session:
        box, wanted = lab.box("hq-1"), xcopy(f"http://{place}/{NAME}")
        assert wanted[0].text in session.dispatch(wanted).xml
        assert ends(session, box) == ["install-op-succ"]
        told = session.get(filter=("subtree", STATE))
        assert texts(told, "op-uuid") == [wanted[0].text]
        assert texts(told, "pkg-size") == [str(len(DATA))]
        login = "<username>mover</username><password>s3cret</password>"
        session.dispatch(xcopy(f"http://{place}/closed/{NAME}", login=login))
        assert ends(session, box) == ["install-op-succ"] * 2
        assert "s3cret" not in str(box.log)


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": f"bootflash:{NAME}"},
        {"timeout": ""},
        {"timeout": "<timeout>0</timeout>"},
        {"path": "nothing.bin"},
    ],
)
def test_it_fails_by_itself(tmp_path, place, wrong):
    path = wrong.pop("path", NAME)
    with started(tmp_path, **BOX) as lab, client(lab) as session:
        session.dispatch(xcopy(f"http://{place}/{path}", **wrong))
        assert ends(session, lab.box("hq-1")) == ["install-op-fail"]


def test_a_server_with_a_port_of_its_own_is_beyond_it(tmp_path, place):
    with started(tmp_path, **{**BOX, "quirks": {}}) as lab, client(lab) as session:
        session.dispatch(xcopy(f"http://{place}/{NAME}"))
        assert ends(session, lab.box("hq-1")) == ["install-op-fail"]
        assert lab.box("hq-1").software()["files"] == {}


def test_meanwhile_the_installer_is_busy_and_a_reload_ends_it(tmp_path, place):
    settings = {**BOX, "timings": {**FAST, "copy_s": 60}}
    with started(tmp_path, **settings) as lab:
        box = lab.box("hq-1")
        with client(lab) as session:
            session.dispatch(xcopy(f"http://{place}/{NAME}"))
            session.dispatch(asked("install", f"<path>bootflash:{NAME}</path>"))
            assert box.software()["under_way"] == "xcopy"
            box.reload()
            session._session.close()
        until(lambda: box.software()["under_way"] is None)
        assert "install is dropped: busy" in [e.what for e in box.log]
