import json
from datetime import UTC, datetime

import pytest

from service.domain.observation import ApState, CertificateKind, JoinPhase
from service.offline.recognize import recognize
from tests.support.walls import wall

APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"
CAPWAP = (
    f'<access-point-oper-data xmlns="{APO}"><capwap-data><wtp-mac>84:3d:c6:73:10:d0</wtp-mac>'
    "<name>AP2702E</name><ap-state><ap-operation-state>downloading</ap-operation-state></ap-state>"
    "<image-size-percentage>37</image-size-percentage>"
    "<image-size-start-time>2026-11-21T20:00:14+00:00</image-size-start-time>"
    "<ap-time-info><join-time>1970-01-01T00:00:00+00:00</join-time></ap-time-info>"
    "<leaf-of-the-future><deep>1</deep></leaf-of-the-future></capwap-data></access-point-oper-data>"
)
KIND = "Cisco-IOS-XE-wireless-access-point-oper:access-point-oper-data/capwap-data"
NETCONF = "urn:ietf:params:xml:ns:netconf:base:1.0"


def only(text):
    (one,) = recognize(text.encode())
    return one


@pytest.mark.parametrize(
    "text",
    [
        f'<data xmlns="{NETCONF}">{CAPWAP}</data>',
        f'<?xml version="1.0"?>\n<rpc-reply xmlns="{NETCONF}"><data>{CAPWAP}</data></rpc-reply>',
        f'<nc:rpc-reply xmlns:nc="{NETCONF}"><nc:data>{CAPWAP}</nc:data></nc:rpc-reply>]]>]]>',
        f'\n#4\n<rpc-reply xmlns="{NETCONF}">\n#900\n{CAPWAP}</rpc-reply>\n##\n',
        f'host:~$ netconf-console --get\n<data xmlns="{NETCONF}">{CAPWAP}</data>\n',
        CAPWAP,
        CAPWAP.replace(f' xmlns="{APO}"', ""),
        "\ufeff" + CAPWAP,
    ],
    ids=["data", "reply", "prefixes", "chunks", "shell", "bare", "no namespace", "byte order mark"],
)
def test_a_reply_is_known_whatever_wraps_it(text):
    found = only(text)
    assert (found.as_, found.rows) == (KIND, 1)
    (ap,) = found.aps
    assert ap.says == {
        "state": ApState.DOWNLOADING,
        "raw_state": "downloading",
        "download_percent": 37,
        "download_started": datetime(2026, 11, 21, 20, 0, 14, tzinfo=UTC),
    }


def test_json_reads_the_same_as_xml():
    body = {
        "Cisco-IOS-XE-wireless-access-point-oper:capwap-data": [
            {
                "wtp-mac": "84:3d:c6:73:10:d0",
                "ap-state": {"ap-operation-state": "downloading"},
                "image-size-percentage": 37,
            }
        ]
    }
    (ap,) = only(json.dumps(body)).aps
    assert ap.says["state"] is ApState.DOWNLOADING
    assert ap.says["download_percent"] == 37


def test_unknown_words_stay_unknown_beside_the_devices_own():
    text = CAPWAP.replace(">downloading<", ">levitating<")
    (ap,) = only(text).aps
    assert (ap.says["state"], ap.says["raw_state"]) == (ApState.UNKNOWN, "levitating")


def test_another_namespace_is_told_and_not_taken():
    found = only(CAPWAP.replace(APO, "http://example.com/ns/other"))
    assert (found.as_, found.aps) == (None, ())
    assert "capwap-data in 'other'" in found.reason
    assert "wireless-access-point-oper" in found.reason


@pytest.mark.parametrize("cut", [40, 200, -30])
def test_xml_that_was_cut_off_says_so(cut):
    found = only(f'<data xmlns="{NETCONF}">{CAPWAP}</data>'[:cut])
    assert found.as_ is None
    assert "ends before it is complete" in found.reason


def test_json_that_was_cut_off_says_where():
    found = only('{"Cisco-IOS-XE-wireless-access-point-oper:capwap-data": [{"wtp')
    assert "not valid JSON" in found.reason


def test_an_error_answer_is_told_by_its_tag():
    body = {
        "ietf-restconf:errors": {"error": [{"error-tag": "lock-denied", "error-message": "no"}]}
    }
    assert only(json.dumps(body)).reason == "an error of the device: lock-denied no"


def test_entities_are_not_followed():
    text = (
        '<?xml version="1.0"?><!DOCTYPE data [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<data>{CAPWAP.replace('AP2702E', '&x;')}</data>"
    )
    (ap,) = only(text).aps
    assert ap.name is None


def test_join_statistics_of_17_12_are_read_whole():
    go = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-ap-global-oper"
    text = (
        f'<ap-global-oper-data xmlns="{go}"><ap-join-stats><wtp-mac>70:6d:05:ff:34:30</wtp-mac>'
        "<ap-join-info><ap-ethernet-mac>70:6d:05:ff:e6:0d</ap-ethernet-mac><is-joined>false"
        "</is-joined><last-error-type>ap-con-failure-dtls</last-error-type>"
        "<last-config-failure-type>cf-none</last-config-failure-type></ap-join-info>"
        "<ap-discovery-info><num-discovery-req-recvd>410</num-discovery-req-recvd>"
        "<last-disc-failure-type>disc-fail-none</last-disc-failure-type></ap-discovery-info>"
        "<dtls-sess-info><ctrl-dtls-failure-type>dtls-hs-cert-auth</ctrl-dtls-failure-type>"
        "</dtls-sess-info></ap-join-stats></ap-global-oper-data>"
    )
    (ap,) = only(text).aps
    assert str(ap.ethernet) == "70:6d:05:ff:e6:0d"
    assert ap.says == {
        "is_joined": False,
        "failure_phase": JoinPhase.DTLS,
        "dtls_failure": "dtls-hs-cert-auth",
        "config_failure": "cf-none",
        "discovery_failure": "disc-fail-none",
        "discovery_requests": 410,
    }


def test_the_trustpoint_of_17_12_marks_the_certificate_that_aps_are_shown():
    body = {
        "Cisco-IOS-XE-wireless-access-point-oper:tp-cert-info": {
            "trustpoint": {
                "trustpoint-name": "WLC_TP",
                "is-cert-available": True,
                "is-privkey-available": False,
                "cert-type": "trustpoint-ssc",
            }
        }
    }
    found = only(json.dumps(body))
    assert (found.join_label, found.says) == ("WLC_TP", {"has_join_certificate": False})
    assert found.certificates[0].says["kind"] is CertificateKind.SSC


def test_a_clock_reads_in_every_form_that_devices_print():
    system = "http://openconfig.net/yang/system"
    text = (
        f'<system xmlns="{system}"><state><current-datetime>2022-12-02T00:00:02Z+00:00'
        "</current-datetime></state></system>"
    )
    assert only(text).shown.wall == wall("2022-12-02 00:00:02")
    ia = '<rpc-reply xmlns="x"><result xmlns="http://cisco.com/yang/cisco-ia">{}</result></rpc-reply>'
    assert only(ia.format("2022-12-02T01:00:02+01:00")).shown.wall == wall("2022-12-02 00:00:02")
    assert only(ia.format("Save running-config successful")).reason == "holds no time"


def test_data_of_other_modules_is_named_with_its_rows():
    body = {
        "Cisco-IOS-XE-wireless-rrm-oper:rrm-oper-data": {
            "rrm-measurement": [{"wtp-mac": "aa:bb:cc:dd:ee:ff", "x": {"y": 1}}] * 3
        }
    }
    found = only(json.dumps(body))
    assert found.as_ == "Cisco-IOS-XE-wireless-rrm-oper:rrm-oper-data/rrm-measurement"
    assert (found.rows, found.reason) == (3, "recognized; holds nothing that diagnosis needs")
