import pytest

from service.domain.observation import ApState, CertificateKind, JoinPhase
from service.offline.recognize import recognize
from tests.support.walls import wall

LONG = """
Number of APs: 3

AP Name                            Slots    AP Model  Ethernet MAC    Radio MAC       Location                          Country     IP Address                                 State
-----------------------------------------------------------------------------------------------------------------------------------------------------------------------------
AP2702E                              2      2702E     0081.c4fb.2e74  843d.c673.10d0  default location                              192.168.202.105                            Downloading
an AP of many words                  2      9130AXI   a4b2.32ff.2db9  2c57.41ff.b979  Fab A, upper  floor               UK          10.6.33.106                                Registered
lost                                 3      C9120AXE-D  687d.b402.bb44  687d.b475.dba0  default location                IN                                                     Image verify
"""  # noqa: E501
SHORT = """
CC = Country Code

AP Name                          Slots AP Model             Ethernet MAC   Radio MAC      CC   RD   IP Address                                State        Location
------------------------------------------------------------------------------------------------------------------------------------------------------------------
AP002A.1087.CA0A                 2     AIR-AP2802E-D-K9     002a.1087.ca0a 00a2.eefd.9f20 IN   -D   2001:9:3:13:c822:82c8:32da:484d           Registered   default location
AP2702E                          2     AIR-CAP2702E-E-K9    0081.c4fb.2e74 843d.c673.10d0                192.168.202.105                      Downloading  default location
"""  # noqa: E501
JOIN = """
Base MAC        Ethernet MAC    AP Name                           IP Address                                Status      Last Failure Phase    Last Disconnect Reason
----------------------------------------------------------------------------------------------------------------------------------------------------------------------
706d.05ff.0859  706d.05ff.9bb8  AP 706d.05ff                      10.10.116.22                              Not Joined  DTLS-Handshake        DTLS cert-chain not available
706d.05ff.1705  706d.05ff.5f35                                    10.10.78.156                              Joined      NA                    NA
706d.05ff.1ac4  706d.05ff.60e4  visitors-hydra                    NA                                        Not Joined  Moon-Phase            Something new
"""  # noqa: E501


def part(text, kind):
    return next(one for one in recognize(text.encode()) if one.as_ == kind)


def only(text):
    (one,) = recognize(text.encode())
    return one


def test_show_ap_summary_is_read_from_the_right_where_columns_are_blank_or_long():
    found = part(LONG, "show ap summary")
    assert (found.rows, found.says) == (3, {"ap_total": 3})
    stuck, named, lost = found.aps
    assert stuck.says == {
        "state": ApState.DOWNLOADING,
        "raw_state": "Downloading",
        "model": "2702E",
        "address": "192.168.202.105",
    }
    assert (named.name, named.says["country"]) == ("an AP of many words", "UK")
    assert (lost.says["state"], lost.says["raw_state"]) == (ApState.UNKNOWN, "Image verify")


def test_show_ap_summary_of_later_releases_has_its_columns_in_another_order():
    first, second = part(SHORT, "show ap summary").aps
    assert first.says["address"] == "2001:9:3:13:c822:82c8:32da:484d"
    assert (first.says["country"], first.says["state"]) == ("IN", ApState.REGISTERED)
    assert (second.says["address"], second.says["state"]) == (
        "192.168.202.105",
        ApState.DOWNLOADING,
    )
    assert str(second.mac) == "84:3d:c6:73:10:d0"


def test_join_statistics_keep_phase_and_words_as_printed():
    first, second, third = part(JOIN, "show wireless stats ap join summary").aps
    assert first.name == "AP 706d.05ff"
    assert first.says["failure_phase"] is JoinPhase.DTLS
    assert first.says["failure_reason"] == "DTLS cert-chain not available"
    assert (second.name, second.says["is_joined"]) == (None, True)
    assert "failure_phase" not in second.says
    assert (third.says["failure_phase"], "address" in third.says) == (JoinPhase.UNKNOWN, False)


def test_show_ap_config_general_holds_dates_and_serials():
    text = """
Cisco AP Name   : lobby
=================================================
Cisco AP Identifier                             : 2ce3.8ef5.2aa0
MAC Address                                     : 8c88.8118.8010
Operation State                                 : Registered
AP Certificate type                             : Locally Significant Certificate
AP Certificate Expiry-time                      : 08/09/2029 20:58:26
Software Version                                : 17.12.4.162
AP Serial Number                                : KWC2904079X

Cisco AP Name   : yard
=================================================
Cisco AP Identifier                             : 2ce3.8ef5.2ab0
Operation State                                 : Downloading
"""
    lobby, yard = only(text).aps
    assert lobby.says["certificate_kind"] is CertificateKind.LSC
    assert lobby.times["certificate_end"].wall == wall("2029-08-09 20:58:26")
    assert (lobby.says["serial"], lobby.says["version"]) == ("KWC2904079X", "17.12.4.162")
    assert (yard.name, yard.says["state"]) == ("yard", ApState.DOWNLOADING)


@pytest.mark.parametrize(
    ("text", "wall", "zone"),
    [
        ("*04:45:00.857 UTC Thu Aug 7 2025", wall("2025-08-07 04:45:00"), "UTC"),
        (".18:56:04.554 EST Mon Oct 17 2016", wall("2016-10-17 18:56:04"), "EST"),
        ("00:00:02.573\n\n\n   Fri Dec 2 2022\n", wall("2022-12-02 00:00:02"), None),
    ],
)
def test_show_clock_is_read_whatever_marks_it(text, wall, zone):
    shown = part(text, "show clock").shown
    assert (shown.wall, shown.zone) == (wall, zone)


def test_the_clock_above_an_output_dates_it():
    text = (
        "WLC#show redundancy states\nLoad for five secs: 2%/0%; one minute: 1%\n"
        "Time source is NTP, 05:47:45.686 UTC Thu Jun 6 2019\n  my state = 13 -ACTIVE\n"
        "     peer state = 8  -STANDBY HOT\n"
    )
    found = only(text)
    assert found.says == {"standby": "STANDBY HOT"}
    assert found.shown.wall == wall("2019-06-06 05:47:45")


def test_ntp_associations_tell_whom_the_clock_follows():
    header = "  address         ref clock       st   when   poll reach  delay  offset   disp\n"
    followed = "*~192.0.2.1   192.0.2.2   2    676   1024   377  0.117  -3.705  1.090\n"
    lonely = " ~192.0.2.20  .INIT.  16   -   1024   0  0.000   0.000 15937.\n"
    state = only(header + followed + lonely).says["ntp_state"]
    assert (state.synchronised, state.system_peer, state.stratum) == (True, "192.0.2.1", 3)
    assert only(header + lonely).says["ntp_state"].synchronised is False


def test_configured_ntp_lines_keep_vrf_and_options():
    text = (
        "R1#show ntp config\nntp server vrf Mgmt-intf 10.9.9.9 prefer key 7\n"
        "ntp peer ip a.example\n"
    )
    first, second = only(text).says["ntp"].entries
    assert (first.vrf, first.leaves) == ("Mgmt-intf", (("prefer", ""), ("key", "7")))
    assert (second.role, second.form, second.host) == ("peer", "ip", "a.example")


def test_show_version_names_the_release():
    text = (
        "Cisco IOS XE Software, Version 17.09.04a\n"
        "Cisco IOS Software [Cupertino], C9800-CL Software (C9800-CL-K9_IOSXE), "
        "Version 17.9.4a, RELEASE SOFTWARE (fc3)\n"
        "cisco C9800-CL (VXE) processor (revision VXE) with 1 bytes of memory.\n"
    )
    says = only(text).says
    assert says["release"] == "17.09.04a"
    assert says["hardware"].endswith("C9800-CL")


def test_installed_software_tells_patches_and_what_is_not_committed():
    text = """WLC#show install summary
[ Chassis 1 ] Installed Package(s) Information:
State (St): I - Inactive, U - Activated & Uncommitted,
            C - Activated & Committed, D - Deactivated & Uncommitted
Type  St   Filename/Version
IMG   C    17.03.06.0.3895
APSP  C    bootflash:C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin
SMU   U    bootflash:x.smu.bin
Auto abort timer: active on install_activate, time before rollback - 01:49:42
"""
    says = only(text).says
    assert says["release"] == "17.3.6"
    assert "CSCwe10047" in says["install"].patches[0]
    assert says["install"].uncommitted == ("bootflash:x.smu.bin",)
    assert says["install"].abort_timer_active is True


def test_certificates_are_listed_under_every_trustpoint():
    text = """
Certificate
  Status: Available
  Certificate Usage: General Purpose
  Issuer:
    cn=ACT2 SUDI CA
  Subject:
    Name: C9800-L
    cn=C9800-L-C-K9
  Validity Date:
    start date: 10:00:00 UTC Jan 10 2020
    end   date: 20:25:41 UTC May 14 2029
  Associated Trustpoints: CISCO_IDEVID_SUDI CISCO_IDEVID_SUDI0

CA Certificate
  Status: Available
  Issuer:
    cn=Cisco Root CA 2048
  Validity Date:
    start date: 10:00:00 UTC Jan 10 2010
    end   date: 20:25:41 UTC May 14 2029
  Associated Trustpoints: CISCO_IDEVID_SUDI
"""
    found = only(text)
    assert (found.as_, found.rows) == ("show crypto pki certificates", 2)
    assert [one.label for one in found.certificates][:2] == [
        "CISCO_IDEVID_SUDI",
        "CISCO_IDEVID_SUDI0",
    ]
    assert found.certificates[0].times["not_after"].wall == wall("2029-05-14 20:25:41")
    assert [one.says["is_ca"] for one in found.certificates] == [False, False, True]


@pytest.mark.parametrize(("info", "there"), [("Available", True), ("Not Available", False)])
def test_the_management_trustpoint_tells_whether_there_is_a_chain(info, there):
    text = f"Trustpoint Name : WLC_TP\nCertificate Info : {info}\nCertificate Type : SSC\n"
    found = only(text)
    assert found.says == {"has_join_certificate": there}
    assert (found.join_label, found.certificates[0].label) == ("WLC_TP", "WLC_TP")


def test_an_unknown_show_command_is_named_and_other_commands_are_not_repeated():
    text = "WLC#show flying pigs\noink\nWLC(config)#username admin secret hunter2\nok\n"
    reasons = [one.reason for one in recognize(text.encode())]
    assert reasons == ["no reader for the output of 'show flying pigs'"]


def test_a_row_that_overflows_its_columns_is_not_lost():
    header, row = LONG.splitlines()[3], LONG.splitlines()[5]
    long_address = row.replace("192.168.202.105 " + " " * 27, "2001:9:3:13:c822:82c8:32da:484d ")
    (ap,) = part(f"{header}\n{long_address}\n", "show ap summary").aps
    assert (ap.says["state"], ap.says["address"]) == (
        ApState.DOWNLOADING,
        "2001:9:3:13:c822:82c8:32da:484d",
    )


def test_a_long_address_on_a_line_of_its_own_is_one_row_with_the_next():
    text = (
        "  address         ref clock       st   when   poll reach  delay  offset   disp\n"
        "*~2001:db8:ffff:ffff:ffff:ffff::123\n"
        "                  .GPS.            1     22    128   377 23.000   7.916  3.032\n"
    )
    found = only(text)
    assert found.rows == 1
    assert found.says["ntp_state"].system_peer == "2001:db8:ffff:ffff:ffff:ffff::123"


@pytest.mark.parametrize(
    ("line", "synchronised", "stratum"),
    [
        ("Clock is synchronized, stratum 3, reference is 10.0.0.1", True, 3),
        ("Clock is unsynchronized, stratum 16, no reference clock", False, 16),
        ("%NTP is not enabled.", False, None),
    ],
)
def test_show_ntp_status_tells_whether_the_clock_follows(line, synchronised, stratum):
    state = only(line + "\n").says["ntp_state"]
    assert (state.synchronised, state.stratum) == (synchronised, stratum)
