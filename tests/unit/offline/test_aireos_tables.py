import pytest

from service.domain.observation import ApState
from service.offline.recognize import recognize
from tests.support.walls import wall

IMAGES = """(WLC) >show ap image all

Total number of APs.............................. {total}
Number of APs
        Initiated....................................... 0
        Downloading..................................... {downloading}

                                                 Predownload     Predownload                                  Flexconnect
AP Name            Primary Image  Backup Image   Status          Version        Next Retry Time  Retry Count  Predownload
------------------ -------------- -------------- --------------- -------------- ---------------- ------------ --------------
AP1700             8.5.182.0      0.0.0.0        None            None           NA               NA
TEST 2             7.0.98.0       6.0.196.159    Not Supported   None           NA               NA
"""  # noqa: E501


def only(text):
    (one,) = recognize(text.encode())
    return one


def test_names_with_blanks_are_not_lost():
    found = only(IMAGES.format(total=2, downloading=1))
    assert [ap.name for ap in found.aps] == ["AP1700", "TEST 2"]
    assert found.aps[1].says["predownload"] == "Not Supported"


def test_a_counter_says_how_many_download_but_not_which():
    found = only(IMAGES.format(total=2, downloading=1))
    assert found.says == {"ap_total": 2, "ap_downloading": 1}
    assert "state" not in found.aps[0].says


def test_unless_it_counts_everyone():
    found = only(IMAGES.format(total=2, downloading=2))
    assert [ap.says["state"] for ap in found.aps] == [ApState.DOWNLOADING] * 2


def test_the_summary_lists_joined_aps_by_their_wired_mac():
    text = (
        "AP Name             Slots  AP Model              Ethernet MAC       Location          "
        "Country     IP Address       Clients   DSE Location\n"
        "------------------  -----  --------------------  -----------------  ----------------  "
        "----------  ---------------  --------  --------------\n"
        "AP1231-3702e         2     AIR-CAP3702E-E-K9     7c:ad:74:ff:61:86  2143 MEO-Arena    "
        "DE          10.130.0.33        0       [0 ,0 ,0 ]\n"
    )
    (ap,) = only(text).aps
    assert (ap.mac, str(ap.ethernet)) == (None, "7c:ad:74:ff:61:86")
    assert ap.says["is_joined"] is True
    assert "state" not in ap.says
    assert (ap.says["country"], ap.says["address"]) == ("DE", "10.130.0.33")


@pytest.mark.parametrize(
    ("row", "joined", "name"),
    [
        (
            "00:3a:99:12:ab:cd    58:8d:09:03:12:34   ap01                     Not Joined",
            False,
            "ap01",
        ),
        ("00:3a:99:12:ab:cd    58:8d:09:03:12:34   my ap       10.0.0.9     Joined", True, "my ap"),
        (
            "00:3a:99:12:ab:cd    58:8d:09:03:12:34                            Not Joined",
            False,
            None,
        ),
    ],
)
def test_join_statistics_are_read_where_name_and_address_are_blank(row, joined, name):
    header = "Base Mac             AP EthernetMac       AP Name       IP Address      Status\n"
    (ap,) = only(header + row + "\n").aps
    assert (str(ap.mac), ap.name, ap.says["is_joined"]) == ("00:3a:99:12:ab:cd", name, joined)


def test_the_old_join_statistics_have_dots_and_a_small_letter():
    text = (
        "Number of APs................................. 2\n"
        "00:0b:85:1b:7c:b0............................. Joined\n"
        "00:13:19:31:9c:e0............................. Not joined\n"
    )
    assert [ap.says["is_joined"] for ap in only(text).aps] == [True, False]


def test_show_time_without_servers_still_shows_the_clock():
    found = only("Time............................................. Fri Dec  2 00:00:02 2022\n")
    assert found.shown.wall == wall("2022-12-02 00:00:02")
    assert found.says["ntp"].entries == ()


def test_show_time_reads_servers_of_any_width_and_kind():
    text = """
Time............................................. Tue Dec 22 11:02:42 2020
     Index     NTP Key Index                  NTP Server                Status          NTP Msg Auth Status
    -------  ---------------------------------------------------------------------
       1              0                                  1.1.1.1     In Sync              AUTH DISABLED
       2              0                             pool.ntp.org     Not Tried
"""  # noqa: E501
    found = only(text)
    assert found.says["ntp"].labels == ("server 1 1.1.1.1", "server 2 pool.ntp.org")
    assert found.says["ntp_state"].system_peer == "1.1.1.1"


def test_the_active_image_is_the_release_whichever_boots_next():
    text = (
        "Primary Boot Image............................... 8.10.183.0 (default)\n"
        "Backup Boot Image................................ 8.5.182.0 (active)\n"
    )
    said = only(text).says
    assert said["release"] == "8.5.182.0"
    assert (said["images"].running, said["images"].next) == ("8.5.182.0", "8.10.183.0")


def test_show_certificate_all_holds_dates():
    text = """
Certificate Name: Cisco SHA1 device cert
     Subject Name :
        C=US, CN=AIR-CT5508-K9-00211bfe58c0
     Validity :
         Start : Jul 10 14:28:08 2009 GMT
         End   : Jul 10 14:38:08 2019 GMT
"""
    (certificate,) = only(text).certificates
    assert certificate.label == "Cisco SHA1 device cert"
    assert certificate.times["not_after"].wall == wall("2019-07-10 14:38:08")
    assert certificate.times["not_after"].zone == "GMT"


def test_a_grep_through_the_configuration_may_find_nothing():
    found = only("There are 0 lines matching the pattern ap cert-expiry-ignore mic enable \n")
    assert (found.as_, found.rows) == ("show run-config commands", 0)


def test_show_time_of_7_x_does_not_say_who_is_in_sync():
    text = (
        "Time............................................. Tue Dec 22 11:02:42 2020\n"
        "     Index     NTP Key Index     NTP Server      NTP Msg Auth Status\n"
        "       1              0          192.0.2.1       AUTH DISABLED\n"
    )
    found = only(text)
    assert found.says["ntp"].labels == ("server 1 192.0.2.1",)
    assert "ntp_state" not in found.says


def test_show_ap_config_general_has_dots_here_and_the_identifier_before_the_name():
    text = """
Cisco AP Identifier.............................. 2
Cisco AP Name.................................... lobby
Country code..................................... DE  - Germany
MAC Address...................................... 58:8d:09:03:12:34
Operation State ................................. REGISTERED
S/W  Version .................................... 8.5.140.0
AP Model......................................... AIR-CAP2702I-E-K9
AP Serial Number................................. FGL1933ABCD
AP Certificate Type.............................. Manufacture Installed
"""
    (ap,) = only(text).aps
    assert (ap.mac, str(ap.ethernet), ap.name) == (None, "58:8d:09:03:12:34", "lobby")
    assert ap.says["state"] is ApState.REGISTERED
    assert (ap.says["version"], ap.says["country"]) == ("8.5.140.0", "DE")
