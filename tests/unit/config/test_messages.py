"""Messages that matter: what is shipped knows the lines of captures and documents; users add."""

from pathlib import Path

import pytest

from service.config.inventory import parse_inventory
from service.config.messages import load_messages
from service.config.yaml_file import InvalidFile
from service.domain.events.reading import Said, said_in
from tests.unit.config.test_inventory_software import HERE, REST

XE = "%CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: Chassis 2 R0/0: wncd: AP Event: AP Name: "
EXPIRED = "%PKI-3-CERTIFICATE_INVALID_EXPIRED: Certificate chain validation has failed."
OWN = """
messages:
  - {name: aireos-ap-silent, sense: ap-error, pattern: 'ECHO', verified: true, sources: [us]}
  - {name: ours, sense: alert, pattern: 'OUR-1-WORD', verified: false, sources: [us]}
"""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ((f"{XE}A4 Mac: 0c75.bdb4.87e0 Session-IP: 192.0.2.63[5248] 192.0.2.30[5246] "
         "Ethernet MAC: 0c75.bdb6.09ec Joined"), "iosxe-ap-joined"),
        ((f"{XE}A2 Mac: ccdb.93df.bbe0 Session-IP: 192.0.2.59[5264] 192.0.2.30[5246] "
         "Disjoined Tag modified"), "iosxe-ap-left"),
        (("%APMGR_TRACE_MESSAGE-3-WLC_GEN_ERR: Chassis 2 R0/0: wncd: Error in AP: 687d.b460.02a0: "
         "country code (IN) and regulatory domain (-B) mismatch for slot 1"), "iosxe-ap-error"),
        (("#DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:681 Failed to complete DTLS handshake with "
         "peer for AP d4:6d:50:88:12:34"), "aireos-dtls-handshake"),
        ("%DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:844 x", "aireos-dtls-handshake"),
        ("%SSHPM-3-GENERIC_CERT_ERROR: [SA]sshpmPkiApi.c:2237 x", "aireos-certificate"),
        (("spam_lrad.c:6164 LWAPP-3-PAYLOAD_ERR: Join request does not contain valid certificate "
         "in certificate payload - AP 00:11:22:33:44:55"), "aireos-join-certificate"),
        ("%CAPWAP-3-DTLS_DB_ERR: [PA]capwap_ac_sm.c:8574 x", "aireos-dtls-sessions"),
        (("%CAPWAP-3-ECHO_ERR: capwap_ac_sm.c:6694 Did not receive heartbeat reply; AP: "
         "00:08:2f:4a:29:90"), "aireos-ap-silent"),
        (f"{EXPIRED} Validity period ended on 21:37:36 UTC Dec 4 2022", "ap-certificate"),
        ("Image signing certificate validation failed (1A).", "ap-image-certificate"),
        ("%DTLS-5-ALERT: Received FATAL : Certificate unknown alert", "ap-dtls-alert"),
        ("%DTLS-5-SEND_ALERT: Send FATAL : Bad certificate Alert", "ap-dtls-alert"),
    ],
)  # fmt: skip
def test_lines_of_captures_and_documents_are_known(line, name):
    found = said_in(
        f"<13>1: *Aug 26 13:37:28: {line}".encode(), load_messages().messages, via="x", source="y"
    )
    assert isinstance(found, Said)
    assert found.message == name


@pytest.mark.parametrize(
    "line", ["%SYS-5-CONFIG_I: Configured from console", "%SEC_LOGIN-5-LOGIN_SUCCESS: x", "hello"]
)
def test_what_else_a_controller_says_does_not_matter(line):
    data = f"<13>Aug 26 13:37:28 hq-1 {line}".encode()
    assert said_in(data, load_messages().messages, via="x", source="y") == "other"
    assert said_in(b"\0", load_messages().messages, via="x", source="y") == "unparsable"


def test_every_shipped_entry_names_a_source_and_has_a_name_of_its_own():
    known = load_messages().messages.known
    assert len({one.name for one in known}) == len(known)
    assert all(one.sources for one in known)
    assert {one.name for one in known if not one.is_verified} == {
        "iosxe-image",
        "iosxe-capwap-error",
    }


def test_a_users_entries_come_first_and_replace_shipped_ones(tmp_path: Path):
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "ours.yaml").write_text(OWN)
    messages = load_messages(tmp_path).messages
    assert messages.of("%CAPWAP-3-ECHO_ERR: x").sense == "ap-error"
    assert messages.of("%OUR-1-WORD").name == "ours"
    assert len(messages.known) == len(load_messages().messages.known) + 1
    assert load_messages(tmp_path / "nothing") == load_messages()


def test_a_bad_entry_is_told_with_its_place(tmp_path: Path):
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "bad.yaml").write_text(OWN.replace("'ECHO'", "'('"))
    with pytest.raises(InvalidFile, match=r"bad\.yaml:3: .*pattern.*regular expression"):
        load_messages(tmp_path)


def test_keys_of_events_are_references_in_the_inventory():
    keys = parse_inventory(f"event_keys: {{noc: env:NOC}}{REST}".encode(), HERE).event_keys
    assert keys == {"noc": "env:NOC"}
    for wrong in ("{noc: hunter2}", "hunter2", "[hunter2]"):
        with pytest.raises(InvalidFile) as caught:
            parse_inventory(f"event_keys: {wrong}{REST}".encode(), HERE)
        assert "hunter2" not in str(caught.value)
