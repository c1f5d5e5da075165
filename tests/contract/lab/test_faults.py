"""Trouble on demand, as a client meets it."""

import time
import urllib.request
from json import dumps, load, loads

import pytest
from ncclient.operations.errors import TimeoutExpiredError
from ncclient.transport.errors import AuthenticationError, SessionCloseError, TransportError

from service.lab.errors import LabError
from tests.contract.lab.support import APO, GONE, NTP, client, ntp, refusal, started, texts, until

STATES = (
    f'<access-point-oper-data xmlns="{APO}"><capwap-data><ap-state/></capwap-data>'
    "</access-point-oper-data>"
)
ADDED = (
    '<native xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"><ntp>'
    f'<server xmlns="{NTP}"><server-list><ip-address>192.0.2.77</ip-address></server-list>'
    "</server></ntp></native>"
)
LOST = (SessionCloseError, TransportError, TimeoutExpiredError)


def servers(lab) -> list[str]:
    return lab.box("hq-1").summary()["ntp_servers"]


def test_a_session_dropped_before_the_request_applied_nothing(tmp_path):
    with started(tmp_path) as lab:
        lab.box("hq-1").fault("drop_before", rpc="edit-config")
        with pytest.raises(LOST), client(lab) as session:
            session.edit_config(ntp(GONE), target="running")
        assert servers(lab) == ["192.0.2.1"]


def test_a_session_dropped_after_the_request_applied_it(tmp_path):
    with started(tmp_path) as lab:
        lab.box("hq-1").fault("drop_after", rpc="edit-config")
        with pytest.raises(LOST), client(lab) as session:
            session.edit_config(ntp(GONE), target="running")
        assert servers(lab) == []


def test_a_hanging_box_lets_the_client_run_into_its_deadline(tmp_path):
    with started(tmp_path) as lab:
        lab.box("hq-1").fault("hang", rpc="get-config", seconds=5)
        with client(lab) as session:
            session.timeout = 0.5
            with pytest.raises(TimeoutExpiredError):
                session.get_config("running")


def test_a_refusal_carries_the_tag_it_was_given(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        lab.box("hq-1").fault("refuse", rpc="edit-config", tag="resource-denied", message="no room")
        refused = refusal(session.edit_config, ntp(GONE), target="running")
        assert (refused.tag, refused.message) == ("resource-denied", "no room")
        assert servers(lab) == ["192.0.2.1"]
        session.edit_config(ntp(GONE), target="running")


def test_a_fault_waits_for_its_nth_request_with_its_element(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        lab.box("hq-1").fault("refuse", rpc="get-config", nth=2, element="filter")
        wanted = ("subtree", '<native xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"/>')
        assert refusal(session.get_config, "running") is None
        assert refusal(session.get_config, "running", filter=wanted) is None
        assert refusal(session.get_config, "running", filter=wanted) is not None
        assert refusal(session.get_config, "running", filter=wanted) is None


def test_somebody_else_s_lock_is_met_and_passes(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        lab.box("hq-1").fault("lock", seconds=2.5, now=True)
        assert refusal(session.edit_config, ntp(GONE), target="running").tag == "in-use"
        until(lambda: refusal(session.edit_config, ntp(GONE), target="running") is None)


def test_a_truncated_reply_ends_the_session(tmp_path):
    with started(tmp_path) as lab:
        lab.box("hq-1").fault("truncate", rpc="get-config")
        with pytest.raises(LOST), client(lab) as session:
            session.get_config("running")


def test_garbage_enums_and_foreign_namespaces_can_be_had(tmp_path):
    with started(tmp_path, aps=[{"kind": "healthy"}]) as lab, client(lab) as session:
        lab.box("hq-1").fault("garbage_enum", rpc="get")
        reply = session.get(filter=("subtree", STATES))
        assert texts(reply, "ap-operation-state") == ["garbage-of-the-lab"]
        lab.box("hq-1").fault("wrong_namespace", rpc="get")
        reply = session.get(filter=("subtree", STATES))
        assert APO not in reply.xml


def test_latency_makes_a_reply_late(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        lab.box("hq-1").fault("latency", rpc="get-config", seconds=0.6)
        before = time.monotonic()
        session.get_config("running")
        assert time.monotonic() - before > 0.6


def test_a_foreign_edit_happens_right_after_the_nth_request(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        lab.box("hq-1").fault("foreign_edit", rpc="get-config", nth=2, xml=ADDED)
        session.get_config("running")
        assert servers(lab) == ["192.0.2.1"]
        session.get_config("running")
        until(lambda: "192.0.2.77" in servers(lab))


def test_a_foreign_save_can_come_at_once(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        session.edit_config(ntp(GONE), target="running")
        lab.box("hq-1").fault("foreign_save", now=True)
        assert any(line.startswith("startup:") for line in lab.box("hq-1").left_dirty())


def test_a_reload_drops_sessions_and_brings_startup_back(tmp_path):
    with started(tmp_path) as lab:
        with client(lab) as session:
            session.edit_config(ntp(GONE), target="running")
            lab.box("hq-1").reload()
            until(lambda: not session.connected)
        until(lambda: lab.box("hq-1").left_dirty() == [])
        until(lambda: reachable(lab))


def reachable(lab) -> bool:
    try:
        with client(lab) as session:
            return session.connected
    except TransportError:
        return False


def test_a_box_that_is_down_comes_back_on_its_port(tmp_path):
    with started(tmp_path) as lab:
        port = lab.box("hq-1").port
        lab.box("hq-1").fault("box_down", seconds=2.5)
        assert not reachable(lab)
        until(lambda: reachable(lab))
        assert lab.box("hq-1").port == port


def test_a_login_can_be_refused(tmp_path):
    with started(tmp_path) as lab:
        lab.box("hq-1").fault("auth_refused")
        with pytest.raises(AuthenticationError), client(lab):
            pass
        assert reachable(lab)


def test_a_fault_that_cannot_be_is_refused(tmp_path):
    with started(tmp_path) as lab:
        with pytest.raises(LabError, match="one of"):
            lab.box("hq-1").fault("explode")
        with pytest.raises(LabError, match="needs an rpc"):
            lab.box("hq-1").fault("hang", now=True)


def asked(url: str, body: dict | None = None):
    """What the control channel answers."""
    data = None if body is None else dumps(body).encode()
    with urllib.request.urlopen(url, data=data) as answer:  # noqa: S310  # the lab's loopback
        return load(answer)


def test_other_processes_look_and_stir_over_http(tmp_path):
    with started(tmp_path) as lab:
        url = loads((tmp_path / "control.json").read_text())["url"]
        assert url == lab.control_url
        assert [box["name"] for box in asked(f"{url}/boxes")] == ["hq-1"]
        asked(f"{url}/boxes/hq-1/fault", {"kind": "foreign_edit", "now": True, "xml": ADDED})
        assert any("192.0.2.77" in line for line in asked(f"{url}/boxes/hq-1/left_dirty"))
        assert asked(f"{url}/boxes/hq-1/cli", {"line": "show clock"})["answer"].count(":") == 2
        assert any(event["kind"] == "cli" for event in asked(f"{url}/boxes/hq-1/log"))


def test_two_labs_do_not_know_of_each_other(tmp_path):
    with started(tmp_path / "a") as one, started(tmp_path / "b") as two:
        one.box("hq-1").cli("config:ntp server 192.0.2.9")
        assert one.box("hq-1").left_dirty() != []
        assert two.box("hq-1").left_dirty() == []
        assert one.box("hq-1").port != two.box("hq-1").port
