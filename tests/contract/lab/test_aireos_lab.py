"""AireOS boxes in a lab: beside C9800s, many at once, and from another process."""

import pytest
import requests

from service.lab.errors import LabError
from tests.contract.lab.aireos_support import FAST, shell, snmp, started, until
from tests.support.patience import REPLY_S

WLC = {"platform": "aireos", "name": "wlc", "ntp": [{"host": "192.0.2.1"}]}
MODELS = ["2504", "3504", "5508", "5520", "8540", "vWLC"]


def test_twenty_boxes_are_up_and_all_answer(tmp_path):
    fleet = {"lab": {"timings": FAST}, "controllers": [{**WLC, "count": 20}]}
    with started(tmp_path, fleet) as lab:
        for name in lab.names:
            with snmp(lab, name) as client:
                assert client.get("1.3.6.1.2.1.1.5.0") == [name.encode()]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("release", ["8.5.182.0", "8.10.185.0"])
def test_every_model_and_release_says_what_it_is(tmp_path, model, release):
    with started(tmp_path, model=model, release=release) as lab, snmp(lab) as client:
        pid, version = client.get("1.3.6.1.4.1.14179.1.1.1.3.0", "1.3.6.1.4.1.14179.1.1.1.14.0")
        assert model.removeprefix("v").encode() in pid or pid == b"AIR-CTVM-K9"
        assert version == release.encode()


def test_both_platforms_live_in_one_lab_and_are_told_apart(tmp_path):
    c9800 = {"name": "hq-1", "release": "17.9.1"}
    with started(tmp_path, {"controllers": [c9800, WLC]}) as lab:
        assert lab.names == ["hq-1", "wlc"]
        assert lab.box("hq-1").left_dirty() == lab.wlc("wlc").left_dirty() == []
        with pytest.raises(LabError, match="ask for it with wlc"):
            lab.box("wlc")
        with pytest.raises(LabError, match="ask for it with box"):
            lab.wlc("hq-1")
        text = lab.inventory_path.read_text()
        assert "platform: aireos" in text
        assert "legacy_algorithms: true" in text


def test_another_process_sees_and_stirs_it_over_http(tmp_path):
    def ask(path, body=None):
        method = "GET" if body is None else "POST"
        return requests.request(
            method, f"{lab.control_url}{path}", json=body, timeout=REPLY_S
        ).json()

    with started(tmp_path, aps=[{"kind": "healthy"}]) as lab:
        (summary,) = ask("/boxes")
        assert summary["ntp_daemon"] == "in-sync"
        assert ask("/boxes/wlc-1/cli", {"line": "config time ntp delete 1"}) == {"answer": ""}
        left = ask("/boxes/wlc-1/left_dirty")
        assert "running: missing time ntp server 1 192.0.2.1" in left
        ask("/boxes/wlc-1/fault", {"kind": "foreign_save", "now": True, "rpc": "*"})
        assert "saved: missing time ntp server 1 192.0.2.1" in ask("/boxes/wlc-1/left_dirty")
        ask("/boxes/wlc-1/cli", {"line": "config time ntp server 1 192.0.2.1"})
        ask("/boxes/wlc-1/ntp", {"host": "192.0.2.1", "reachable": False})
        until(lambda: ask("/boxes/wlc-1")["ntp_daemon"] == "trying")
        ask("/boxes/wlc-1/ntp", {"host": "192.0.2.1", "reachable": True})
        until(lambda: ask("/boxes/wlc-1")["ntp_daemon"] == "in-sync")
        assert ask("/boxes/wlc-1/aps")[0]["phase"] == "registered"


def test_the_log_tells_who_logged_in_and_what_was_set(tmp_path):
    with started(tmp_path, ntp=[]) as lab:
        with shell(lab) as wlc:
            wlc.ask("config time manual 12/02/22 00:00:00")
        kinds = [(event.kind, event.what) for event in lab.wlc("wlc-1").log]
        assert ("session", "login") in kinds
        assert ("clock", "ssh") in kinds
        assert any("clock is -" in line for line in lab.wlc("wlc-1").left_dirty())
        assert lab.wlc("wlc-1").seconds_of_false_time > 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"model": "9800"}, r"controllers\.0\.model"),
        ({"colour": "red"}, r"controllers\.0\.colour"),
        ({"ntp": [{"host": "a", "index": 4}]}, r"controllers\.0\.ntp\.0\.index"),
        ({"ntp": [{"host": "a", "index": 1}, {"host": "b", "index": 1}]}, "an index stands twice"),
        ({"aps": [{"kind": "odd"}]}, r"controllers\.0\.aps\.0.*kind: one of.*ssc_expired"),
        ({"timezone": {"location": 99}}, "location: 1 to 30"),
        ({"snmp": {"version": "3", "auth": "none"}}, "priv needs auth"),
        ({"release": "eight"}, "release: three or four numbers"),
    ],
)
def test_a_mistake_in_a_fleet_is_told_by_its_key(tmp_path, wrong, told):
    with pytest.raises(LabError, match=told), started(tmp_path, **wrong):
        pass
