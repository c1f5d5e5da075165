"""The agent of a simulated AireOS box, over real UDP, asked by a client that shares no code."""

import socket

import pytest

from tests.contract.lab.aireos_support import SnmpClient, shell, snmp, started, until
from tests.support.patience import REPLY_S

NAME, STATUS, VERSION, MODEL, ETHERNET = (
    f"1.3.6.1.4.1.14179.2.2.1.1.{column}" for column in (3, 6, 8, 16, 33)
)
PRODUCT_VERSION = "1.3.6.1.4.1.14179.1.1.1.14.0"
COUNTS = ("1.3.6.1.4.1.9.9.513.1.3.35.0", "1.3.6.1.4.1.9.9.618.1.8.4.0")
NTP_ADDRESS = "1.3.6.1.4.1.14179.1.2.14.2.1.2"
APS = [{"kind": "healthy", "count": 30}, {"kind": "looping", "timings": {"download_s": 60}}]


def test_the_system_group_says_who_it_is(tmp_path):
    with started(tmp_path, model="5520", release="8.10.185.0") as lab, snmp(lab) as client:
        got = client.get("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0")
        assert got == [b"Cisco Controller", "1.3.6.1.4.1.9.1.2170", b"HQ WLC"]
        assert client.get(PRODUCT_VERSION) == [b"8.10.185.0"]


def test_the_ap_table_is_indexed_by_the_base_radio_mac_and_names_who_downloads(tmp_path):
    with started(tmp_path, aps=APS) as lab, snmp(lab) as client:
        states = client.walk(STATUS)
        assert sorted(states.values()) == [1] * 30 + [3]
        (loading,) = [name for name, state in states.items() if state == 3]
        index = loading.removeprefix(f"{STATUS}.")
        ap = next(ap for ap in lab.wlc("wlc-1").aps() if ap["phase"] == "downloading")
        assert ":".join(f"{int(part):02x}" for part in index.split(".")) == ap["mac"]
        assert client.get(f"{NAME}.{index}") == [b"looping-1"]
        assert client.get(f"{VERSION}.{index}") == [b"8.3.150.0"]
        assert client.get(f"{MODEL}.{index}") == [b"AIR-CAP2702E-E-K9   "]
        assert client.get(*COUNTS) == [31, 31]


def test_an_ap_whose_handshake_fails_has_no_row(tmp_path):
    with started(tmp_path, aps=[{"kind": "mic_expired"}]) as lab, snmp(lab) as client:
        assert client.walk(NAME) == {}
        assert client.get(*COUNTS) == [0, 0]


def test_names_and_ipv6_of_ntp_servers_are_not_in_the_table(tmp_path):
    ntp = [{"host": "192.0.2.1"}, {"host": "time.example.net"}, {"host": "2001:db8::1"}]
    with started(tmp_path, ntp=ntp) as lab, snmp(lab) as client:
        assert client.walk(NTP_ADDRESS) == {f"{NTP_ADDRESS}.1": "192.0.2.1"}
        with shell(lab) as wlc:
            wlc.ask("config time ntp delete 1")
        assert client.walk(NTP_ADDRESS) == {}


def test_a_walk_of_everything_is_in_order_and_ends(tmp_path):
    with started(tmp_path, aps=APS) as lab, snmp(lab) as client:
        found = client.walk("1.3.6.1", repeat=40)
        names = [tuple(map(int, name.split("."))) for name in found]
        assert names == sorted(set(names))
        assert len(names) > 31 * 40


def test_a_wrong_community_is_not_answered(tmp_path):
    with started(tmp_path) as lab, snmp(lab, community="public") as client:
        assert client.ask(SnmpClient.GET, PRODUCT_VERSION, seconds=0.3) is None


def test_nothing_can_be_set(tmp_path):
    with started(tmp_path) as lab, snmp(lab) as client:
        assert client.ask(SnmpClient.SET, PRODUCT_VERSION).error == 17
        assert lab.wlc("wlc-1").left_dirty() == []


def test_what_is_not_there_is_said_to_be_not_there(tmp_path):
    with started(tmp_path) as lab, snmp(lab) as client:
        assert client.get("1.3.6.1.2.1.2.1.0", f"{NAME}.1.2.3.4.5.6") == [
            "noSuchObject",
            "noSuchInstance",
        ]


@pytest.mark.parametrize("asked", [11, 50])
def test_too_many_repetitions_are_too_big_where_the_box_has_a_limit(tmp_path, asked):
    with started(tmp_path, aps=APS, snmp={"max_varbinds": 10}) as lab, snmp(lab) as client:
        refused = client.ask(SnmpClient.BULK, NAME, repeat=asked)
        assert (refused.error, refused.bindings) == (1, [])
        assert len(client.ask(SnmpClient.BULK, NAME, repeat=10).bindings) == 10


def test_an_answer_is_cut_to_what_a_datagram_may_hold(tmp_path):
    with started(tmp_path, aps=APS, snmp={"max_bytes": 484}) as lab, snmp(lab) as client:
        few = client.ask(SnmpClient.BULK, NAME, repeat=25)
        assert few.error == 0
        assert 0 < len(few.bindings) < 25
        assert len(client.walk(NAME)) == 31


def test_a_walk_cut_short_shows_half_of_the_rows_and_the_whole_count(tmp_path):
    with started(tmp_path, aps=APS) as lab, snmp(lab) as client:
        lab.wlc("wlc-1").fault("snmp_cut", seconds=30)
        assert len(client.walk(NAME)) == 15
        assert client.get(COUNTS[0]) == [31]


def test_a_walk_can_be_sent_in_a_circle(tmp_path):
    with started(tmp_path, aps=APS) as lab, snmp(lab) as client:
        first = client.ask(SnmpClient.BULK, NAME, repeat=5).bindings[-1]
        lab.wlc("wlc-1").fault("snmp_loop")
        assert client.ask(SnmpClient.BULK, first[0], repeat=5).bindings == [first]
        assert client.ask(SnmpClient.BULK, first[0], repeat=5).bindings[0][0] > first[0]


def test_every_third_request_can_be_lost(tmp_path):
    with started(tmp_path, snmp={"drop_every": 3}) as lab, snmp(lab) as client:
        for patience_s in (REPLY_S, REPLY_S, 0.2) * 2:
            answer = client.ask(SnmpClient.GET, PRODUCT_VERSION, seconds=patience_s)
            assert (answer is None) is (patience_s < REPLY_S)


def test_a_dropped_request_is_answered_when_it_is_asked_again(tmp_path):
    with started(tmp_path) as lab, snmp(lab) as client:
        lab.wlc("wlc-1").fault("snmp_drop")
        assert client.ask(SnmpClient.GET, PRODUCT_VERSION, seconds=0.3) is None
        assert client.get(PRODUCT_VERSION) == [b"8.5.182.0"]


def test_the_agent_can_be_dead_while_the_shell_answers_and_the_reverse(tmp_path):
    with started(tmp_path) as lab, snmp(lab) as client:
        wlc = lab.wlc("wlc-1")
        wlc.fault("snmp_down", seconds=2.5, now=True)
        assert client.ask(SnmpClient.GET, PRODUCT_VERSION, seconds=0.2) is None
        with shell(lab) as typed:
            assert typed.ask("show boot").startswith("Primary")
        wlc.fault("ssh_down", seconds=60, now=True)
        until(lambda: client.ask(SnmpClient.GET, PRODUCT_VERSION, seconds=1.0) is not None)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", wlc.port), timeout=REPLY_S)


def test_six_thousand_rows_come_whole(tmp_path):
    many = [{"kind": "healthy", "count": 5998}, {"kind": "looping", "count": 2}]
    with started(tmp_path, model="8540", aps=many) as lab, snmp(lab) as client:
        until(lambda: client.get(COUNTS[0]) == [6000])
        assert len(client.walk(ETHERNET, repeat=100)) >= 5998
