from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.offline.recognize import recognize
from service.transcripts.parts import WallTime
from service.transcripts.zones import Zones
from tests.support.walls import wall

PARIS = Zones(ZoneInfo("Europe/Paris"))
AP_LOG = """*Dec 6 21:35:24.259: Using SHA-1 signed certificate for image signing validation.
*Dec 6 21:35:24.327: %PKI-3-CERTIFICATE_INVALID_EXPIRED: Certificate chain validation has failed.
Peer certificate verification failed 001A
*Dec 6 21:35:24.327: AP image integrity check FAILED
"""


def logs(text):
    return {part.as_: part.logs for part in recognize(text.encode())}


def test_the_log_of_an_ios_ap_keeps_what_it_prints_below_a_line():
    lines = logs(AP_LOG)["AP log"]
    assert [line.line for line in lines] == [1, 2, 3, 4]
    assert lines[2].wall == lines[1].wall


@pytest.mark.parametrize(
    ("line", "kind", "mac"),
    [
        (
            (
                "*spamApTask2: Aug 26 13:37:28.876: #DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:681 "
                "Failed to complete DTLS handshake with peer for AP d4:6d:50:88:12:34"
            ),
            "show msglog",
            "d4:6d:50:88:12:34",
        ),
        (
            (
                "Jul 10 16:13:52.443 spam_lrad.c:6164 LWAPP-3-PAYLOAD_ERR: Join request does not "
                "contain valid certificate in certificate payload - AP 00:11:22:33:44:55"
            ),
            "show msglog",
            "00:11:22:33:44:55",
        ),
        (
            (
                "*Jan 23 10:01:02.345: "
                "%CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: Chassis 2 R0/0: "
                "wncd: AP Event: AP Name: L11 Mac: 0c75.bdb4.87e0 "
                "Session-IP: 9.2.91.63[5248] Joined"
            ),
            "syslog",
            "0c:75:bd:b4:87:e0",
        ),
        (
            (
                "<187>412: wlc1: Jan 23 2026 10:01:02.345 UTC: %APMGR_TRACE_MESSAGE-3-WLC_GEN_ERR: "
                "Chassis 1 R0/0: wncd: Error in AP: 687d.b460.02a0: country "
                "code (IN) and regulatory "
                "domain (-B) mismatch for slot 1"
            ),
            "syslog",
            "68:7d:b4:60:02:a0",
        ),
        (
            (
                "[*12/12/2035 12:34:50.0099] Cert Verification FAILED with "
                "error 10 (certificate has "
                "expired) at 0 depth..."
            ),
            "AP log",
            None,
        ),
        ("%DTLS-5-ALERT: Received FATAL : Certificate unknown alert from 10.0.0.1", "AP log", None),
    ],
)
def test_every_kind_of_log_is_known_by_its_lines(line, kind, mac):
    (found,) = logs(line + "\n")[kind]
    assert found.mac == mac


@pytest.mark.parametrize(
    "line",
    [
        "APログに「%PKI-3-CERTIFICATE_INVALID_NOT_YET_VALID: Certificate chain validation",
        "The error is %PKI-3-CERTIFICATE_INVALID_EXPIRED: as described.",
        "Dec 6 was a Tuesday",
    ],
)
def test_prose_that_quotes_a_message_is_no_log(line):
    assert logs(line + "\n") == {None: ()}


def test_a_time_without_a_year_takes_the_latest_year_that_is_not_too_late():
    printed = WallTime(wall("2000-12-06 21:35:00"), "UTC", has_year=False)
    collected = datetime(2026, 11, 21, tzinfo=UTC)
    assert PARIS.moment_before(printed, collected) == datetime(2025, 12, 6, 21, 35, tzinfo=UTC)
    later = datetime(2026, 12, 7, tzinfo=UTC)
    assert PARIS.moment_before(printed, later).year == 2026


def test_the_29th_of_february_takes_a_leap_year():
    printed = WallTime(wall("2000-02-29 01:00:00"), None, has_year=False)
    found = PARIS.moment_before(printed, datetime(2026, 11, 21, tzinfo=UTC))
    assert found == datetime(2024, 2, 29, 0, 0, tzinfo=UTC)


def test_a_time_without_a_zone_is_the_controllers_own():
    assert PARIS.moment(WallTime(wall("2026-07-01 12:00:00"))) == datetime(
        2026, 7, 1, 10, tzinfo=UTC
    )


def test_a_printed_zone_that_means_one_offset_counts_and_an_unknown_one_is_told():
    zones = Zones(ZoneInfo("Europe/Paris"))
    assert zones.moment(WallTime(wall("2026-07-01 12:00:00"), "EST")).hour == 17
    assert zones.moment(WallTime(wall("2026-07-01 12:00:00"), "CEST")).hour == 10
    assert zones.strangers == set()
    assert zones.moment(WallTime(wall("2026-07-01 12:00:00"), "IST")).hour == 10
    assert zones.strangers == {"IST"}
