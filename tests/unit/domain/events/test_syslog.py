"""One syslog line, whatever its form. Lines of controllers are those of captures and documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.events.syslog import LONGEST_BYTES, LONGEST_TEXT, parse

JOINED = (
    "%CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: Chassis 2 R0/0: wncd: AP Event: "
    "AP Name: L11_2005_AP4 Mac: 0c75.bdb4.87e0 Session-IP: 9.2.91.63[5248] 9.2.89.30[5246] "
    "Ethernet MAC: 0c75.bdb6.09ec Joined"
)
HANDSHAKE = (
    "#DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:681 Failed to complete DTLS handshake with peer "
    "for AP d4:6d:50:88:12:34"
)
XE = "CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN"
WLC = "DTLS-3-HANDSHAKE_FAILURE"


def gist(line: str):
    found = parse(line.encode())
    assert found is not None, line
    return (found.said_at, found.host, found.text)


@pytest.mark.parametrize(
    ("head", "said_at", "host"),
    [
        # IOS XE: `service timestamps log datetime` with its options, `sequence-numbers`, origin-id
        ("<189>", "", ""),
        ("<189>123: ", "", ""),
        ("<189>000123: *Sep  8 13:01:02.345: ", "Sep  8 13:01:02.345", ""),
        ("<189>123: .Sep  8 13:01:02: ", "Sep  8 13:01:02", ""),
        ("<189>123: Sep  8 2022 13:01:02.345 CEST: ", "Sep  8 2022 13:01:02.345 CEST", ""),
        ("<189>123: *Sep 18 13:01:02.345 UTC: ", "Sep 18 13:01:02.345 UTC", ""),
        ("<189>123: hq-1: *Sep 18 13:01:02.345 UTC: ", "Sep 18 13:01:02.345 UTC", "hq-1"),
        ("<189>123: 192.0.2.10: *Sep 18 13:01:02: ", "Sep 18 13:01:02", "192.0.2.10"),
        ("<189>123: 2d04h: ", "2d04h", ""),
        ("<189>: 00:00:46: ", "00:00:46", ""),
        # a relay's own head before that of the box
        ("<189>Sep 18 13:01:02 hq-1 123: *Dec  2 12:00:00.1: ", "Dec  2 12:00:00.1", "hq-1"),
        ("<189>Sep 18 13:01:02 192.0.2.10 ", "Sep 18 13:01:02", "192.0.2.10"),
        # RFC 5424
        ("<189>1 2022-12-02T12:00:00.1Z hq-1 ios - - - ", "2022-12-02T12:00:00.1Z", "hq-1"),
        ('<189>1 - hq-1 ios 1 ID [a@1 b="c ] \\" d"][e@1] \ufeff', "", "hq-1"),
        # AireOS by syslog and in its message log (no priority)
        ("<131>WLC-2: *spamApTask1: Sep 05 03:17:55.450: ", "Sep 05 03:17:55.450", "WLC-2"),
        ("*spamApTask2: Aug 26 13:37:28.876: ", "Aug 26 13:37:28.876", ""),
        # Aironet EMBLEM
        ("<189>192.0.2.12 85: 2022 SEP 12 13:52:12 PST -08:00: ",
         "2022 SEP 12 13:52:12 PST -08:00", "192.0.2.12"),
    ],
)  # fmt: skip
def test_a_head_of_any_form_is_taken_off_the_message(head, said_at, host):
    for message, mnemonic in ((JOINED, XE), (HANDSHAKE, WLC)):
        found = parse(f"{head}{message}\n".encode())
        assert found is not None
        assert (found.said_at, found.host, found.text) == (said_at, host, message)
        assert found.mnemonic == mnemonic


def test_what_a_head_says_beside_host_and_time_is_kept():
    found = parse(f"<131>WLC: *spamApTask2: Aug 26 13:37:28.876: {HANDSHAKE}".encode())
    assert (found.priority, found.task) == (131, "spamApTask2")
    assert parse(f"<189>45: {JOINED}".encode()).sequence == 45


def test_a_tag_of_rfc_3164_is_no_host():
    assert gist("<13>Feb  5 17:32:18 sshd[4]: hello") == ("Feb  5 17:32:18", "", "sshd[4]: hello")
    assert gist("<13>Feb  5 17:32:18 hq-1 su: no")[1:] == ("hq-1", "su: no")


@pytest.mark.parametrize(
    "line", ["", "   ", "<999>x", "hello there", "<13>", "\x00\x01", "<189>1 - - - - - -"]
)
def test_what_is_no_syslog_is_told_as_such(line):
    assert parse(line.encode()) is None


def test_control_characters_are_blanks_and_broken_utf8_is_no_end():
    found = parse(b"<13>Feb  5 17:32:18 hq-1 a\x1b[31m\x00b \xff\r\n")
    assert found.text == "a [31m b \ufffd"


def test_a_line_that_is_too_long_is_cut_and_says_so():
    found = parse(b"<13>Feb  5 17:32:18 hq-1 " + b"x" * (LONGEST_BYTES + 1))
    assert (len(found.text), found.is_cut) == (LONGEST_TEXT, True)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_break_the_parser(data):
    found = parse(data)
    assert found is None or found.text


@given(
    st.integers(0, 191),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=80),
)
def test_a_message_comes_back_as_it_was_sent(priority, word):
    found = parse(f"<{priority}>1 2022-12-02T12:00:00Z hq-1 app 1 2 - {word}".encode())
    assert found is not None
    assert (found.priority, found.host, found.text) == (priority, "hq-1", word)
