import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.observation import ApState, Platform, Topic
from service.errors import InvalidInput
from service.offline.folder import read_folder
from service.transcripts.identities import is_stand_in
from tests.support.cases import catalogue

APO = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-oper"
HARDWARE = "http://cisco.com/ns/yang/Cisco-IOS-XE-device-hardware-oper"
ABOUT = "name: hq-1\nplatform: iosxe\ncollected_at: 2026-11-21T21:00:00Z\ntimezone: Europe/Paris\n"
SYSINFO = (
    "System Name...................................... W\n"
    "Product Version.................................. 8.5.182.0\n"
)


def poll(minute, percent, started, state="downloading"):
    """One saved reply: the controller's clock and one AP."""
    return (
        f'<data><device-hardware-data xmlns="{HARDWARE}"><device-hardware><device-system-data>'
        f"<current-time>2026-11-21T20:{minute:02}:00+00:00</current-time>"
        "<software-version>C9800, Version 17.9.1, RELEASE</software-version></device-system-data>"
        f'</device-hardware></device-hardware-data><access-point-oper-data xmlns="{APO}">'
        "<capwap-data><wtp-mac>84:3d:c6:73:10:d0</wtp-mac><name>AP2702E</name><device-detail>"
        "<static-info><ap-models><model>AIR-CAP2702E-E-K9</model></ap-models></static-info>"
        "<wtp-version><sw-version>15.3.3.0</sw-version></wtp-version></device-detail><ap-state>"
        f"<ap-operation-state>{state}</ap-operation-state></ap-state>"
        f"<image-size-percentage>{percent}</image-size-percentage><image-size-start-time>"
        f"2026-11-21T20:{started:02}:00+00:00</image-size-start-time></capwap-data>"
        "</access-point-oper-data></data>"
    )


def write(folder, **files):
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def judged(controller):
    return diagnose(controller.view, controller.history, catalogue(), DiagnosisContext())


# -- folders -----------------------------------------------------------------------------------


def test_a_folder_of_files_is_one_controller_named_after_it(tmp_path):
    (one,) = read_folder(write(tmp_path / "branch-7", x=SYSINFO))
    assert (one.view.controller, one.view.release) == ("branch-7", "8.5.182.0")
    assert one.view.platform is Platform.AIREOS


def test_a_folder_of_folders_is_many_controllers(tmp_path):
    write(tmp_path / "b", x=SYSINFO)
    write(tmp_path / "a", x=SYSINFO)
    names = [one.view.controller for one in read_folder(tmp_path)]
    assert names == ["a", "b"]


def test_a_stray_file_beside_the_folders_is_reported_and_harms_nobody(tmp_path):
    write(tmp_path / "a", x=SYSINFO)
    write(tmp_path, README="nothing to see")
    (one,) = read_folder(tmp_path)
    assert one.view.controller == "a"
    assert [report.file for report in one.files] == ["README", "a/x"]


def test_a_controllers_files_may_lie_in_folders_of_their_own(tmp_path):
    write(tmp_path, **{"about.yaml": ABOUT})
    write(
        tmp_path / "logs",
        ap="*Dec 6 21:35:24.327: Image signing certificate validation failed (1A).",
    )
    (one,) = read_folder(tmp_path)
    assert [line.source for line in one.view.logs] == ["logs/ap:1"]


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no such folder"):
        read_folder(tmp_path / "nowhere")


def test_an_empty_folder_is_a_controller_of_which_nothing_is_known(tmp_path):
    (one,) = read_folder(tmp_path)
    assert one.view.aps is None
    assert Topic.AP_JOIN in one.view.unknown


# -- about.yaml --------------------------------------------------------------------------------


def test_about_says_name_platform_time_and_zone(tmp_path):
    clock = "WLC#show clock\n22:00:00.000 CET Sat Nov 21 2026\n"
    (one,) = read_folder(write(tmp_path, **{"about.yaml": ABOUT, "c": clock}))
    assert (one.view.controller, one.view.platform) == ("hq-1", Platform.IOSXE)
    assert one.view.read_at == datetime(2026, 11, 21, 21, tzinfo=UTC)
    assert one.view.clock.device_time == datetime(2026, 11, 21, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("name: hq 1\n", "about.yaml:1: name", "a controller's name"),
        ("name: hq-1\nplatform: catos\n", "about.yaml:2: platform", "'iosxe' or 'aireos'"),
        ("collected_at: yesterday\n", "about.yaml:1: collected_at", "datetime"),
        ("timezone: Mars/Olympus\n", "about.yaml:1: timezone", "IANA"),
        ("colour: red\n", "about.yaml:1: colour", "permitted"),
        ("name: [\n", "about.yaml", "YAML"),
        ("- 1\n", "about.yaml", "dictionary"),
    ],
)
def test_a_wrong_about_is_told_and_the_files_count_all_the_same(tmp_path, text, place, expected):
    (one,) = read_folder(write(tmp_path, **{"about.yaml": text, "x": SYSINFO}))
    assert place in one.error
    assert expected in one.error
    assert one.view.release == "8.5.182.0"


# -- files that can't be used ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x7fELF\0\0\0\1", "binary"),
        (bytes(range(128, 160)) * 9, "binary"),
        (b"hello world\n", "nothing in it is known"),
        (b"<html><body>Sign in</body></html>", "no data in it that is known"),
        (b"<data><a>", "ends before it is complete"),
        (b"[" * 100_000, "nested too deeply"),
        (b"<a>" * 100_000, "XML"),
        (b".1.3.6.1.2.1.1.1.0|4|Cisco Controller\n", "an SNMP walk"),
    ],
    ids=["empty", "blank", "binary", "noise", "prose", "page", "cut", "deep", "deeper", "walk"],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, content, reason):
    (tmp_path / "file").write_bytes(content)
    ((report,),) = [one.files for one in read_folder(tmp_path)]
    assert (report.file, report.as_, report.rows) == ("file", None, 0)
    assert reason in report.reason


def test_a_link_that_leads_nowhere_is_reported(tmp_path):
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    ((report,),) = [one.files for one in read_folder(tmp_path)]
    assert "can't be read" in report.reason


def test_hidden_files_are_passed_over(tmp_path):
    write(tmp_path, **{".DS_Store": "x", "x": SYSINFO})
    ((report,),) = [one.files for one in read_folder(tmp_path)]
    assert report.as_ == "show sysinfo"


def test_text_of_another_encoding_is_read(tmp_path):
    (tmp_path / "x").write_bytes(SYSINFO.replace(" W\n", " Büro\n").encode("latin-1"))
    (tmp_path / "y").write_bytes(SYSINFO.encode("utf-16"))
    (one,) = read_folder(tmp_path)
    assert [report.as_ for report in one.files] == ["show sysinfo"] * 2


# -- views and polls ---------------------------------------------------------------------------


def test_files_are_known_by_content_never_by_name(tmp_path):
    (one,) = read_folder(write(tmp_path, **{"show_clock.txt": poll(1, 20, 0)}))
    assert one.view.aps[0].state is ApState.DOWNLOADING
    assert one.view.release == "17.9.1"


def test_several_polls_become_a_history_by_the_devices_own_time(tmp_path):
    files = {f"poll-{n}": poll(9 * n + 1, 20, 9 * n) for n in (3, 0, 2, 1)}
    (one,) = read_folder(write(tmp_path, **files))
    (past,) = one.history.values()
    assert (past.polls, len(past.restarts)) == (3, 2)
    assert one.view.read_at == datetime(2026, 11, 21, 20, 28, tzinfo=UTC)
    (finding,) = judged(one).findings
    assert (finding.issue, finding.confidence.value) == ("FN72524", "suspected")
    # a fourth turn, nine minutes later, spreads the restarts over twenty minutes
    write(tmp_path, late=poll(37, 20, 36))
    (one,) = read_folder(tmp_path)
    assert judged(one).findings[0].confidence.value == "probable"


def test_progress_between_polls_is_no_finding(tmp_path):
    (one,) = read_folder(write(tmp_path, a=poll(1, 20, 0), b=poll(2, 60, 0)))
    diagnosis = judged(one)
    assert diagnosis.findings == ()
    assert [cause.cause for cause in diagnosis.explained] == ["download-progressing"]


def test_about_can_date_polls_that_show_no_clock(tmp_path):
    bare = [poll(1, percent, 0).split("</device-hardware-data>")[1] for percent in (60, 10)]
    about = "files: {a: 2026-11-21T20:00:00Z, b: 2026-11-21T20:05:00Z}\n"
    files = {name: f"<data>{text}" for name, text in zip("ab", bare, strict=True)}
    (one,) = read_folder(write(tmp_path, **{"about.yaml": about}, **files))
    (past,) = one.history.values()
    assert past.last_seen == datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert len(judged(one).findings) == 1


SUMMARY = (
    "AP Name  Slots  AP Model  Ethernet MAC    Radio MAC       Location  Country IP Address State\n"
    "AP2702E  2      2702E     0081.c4fb.2e74  843d.c673.10d0  lobby     UK       10.0.0.1    {}\n"
)


def test_two_polls_in_one_session_are_told_apart_by_the_clock_between_them(tmp_path):
    clock = "W#show clock\n20:0{}:00.000 UTC Sat Nov 21 2026\nW#show ap summary\n"
    polls = [
        clock.format(number) + SUMMARY.format(state)
        for number, state in enumerate(("Downloading", "Registered"))
    ]
    (one,) = read_folder(write(tmp_path, session="".join(polls)))
    assert one.view.aps[0].state is ApState.REGISTERED
    assert [past.last.state for past in one.history.values()] == [ApState.DOWNLOADING]


def test_a_newer_listing_replaces_an_older_one_of_its_kind(tmp_path):
    older = poll(1, 20, 0).replace("84:3d:c6:73:10:d0", "84:3d:c6:73:10:00")
    both = older.replace("</access-point-oper-data>", "").replace("</data>", "") + (
        "<capwap-data><wtp-mac>84:3d:c6:73:10:d0</wtp-mac><ap-state><ap-operation-state>registered"
        "</ap-operation-state></ap-state></capwap-data></access-point-oper-data></data>"
    )
    (one,) = read_folder(write(tmp_path, a=both, b=poll(30, 20, 29)))
    assert [str(ap.mac) for ap in one.view.aps] == ["84:3d:c6:73:10:d0"]
    assert len(one.history) == 2


def test_what_several_tables_know_of_one_ap_is_brought_together(tmp_path):
    images = (
        "Total number of APs.............................. 1\n        Downloading.......... 1\n"
        "AP Name    Primary Image  Backup Image   Status   Version    Next Retry Time\n"
        "AP1700     8.5.182.0      0.0.0.0        None     None       NA\n"
    )
    joins = (
        "Base Mac             AP EthernetMac       AP Name     IP Address         Status\n"
        "00:3a:99:12:ab:cd    58:8d:09:03:12:34   AP1700      10.0.0.4           Joined\n"
    )
    summary = (
        "AP Name             Slots  AP Model              Ethernet MAC       Location\n"
        "AP1700               2     AIR-CAP1702I-E-K9     58:8d:09:03:12:34  lobby   LAG  US  1\n"
    )
    (one,) = read_folder(write(tmp_path, a=images, b=joins, c=summary, d=SYSINFO))
    (ap,) = one.view.aps
    assert (str(ap.mac), ap.model, ap.version) == (
        "00:3a:99:12:ab:cd",
        "AIR-CAP1702I-E-K9",
        "8.5.182.0",
    )


def test_an_ap_whose_base_radio_mac_no_file_tells_gets_a_stand_in(tmp_path):
    summary = (
        "AP Name             Slots  AP Model              Ethernet MAC       Location\n"
        "AP1                  2     AIR-CAP1702I-E-K9     58:8d:09:03:12:34  lobby   LAG  US  1\n"
    )
    (one,) = read_folder(write(tmp_path, c=summary))
    assert is_stand_in(one.view.aps[0].mac)
    assert str(one.view.aps[0].mac) == "unknown/58:8d:09:03:12:34"


def test_evidence_names_the_file_and_the_command(tmp_path):
    (one,) = read_folder(write(tmp_path, saved=poll(1, 20, 0)))
    (finding,) = judged(one).findings
    assert any(
        "saved: Cisco-IOS-XE-wireless-access-point-oper" in line for line in finding.evidence
    )


def test_what_no_file_holds_is_said(tmp_path):
    (one,) = read_folder(write(tmp_path, saved=poll(1, 20, 0)))
    assert set(one.view.unknown) == {
        Topic.CERTIFICATES,
        Topic.INSTALL,
        Topic.NTP_CONFIG,
        Topic.NTP_STATE,
    }


def test_reading_twice_gives_the_same(tmp_path):
    write(tmp_path, a=poll(1, 20, 0), b=poll(2, 60, 0), c=SYSINFO)
    for name in "abc":
        os.utime(tmp_path / name, (1e9, 1e9))
    assert read_folder(tmp_path) == read_folder(tmp_path)
    assert replace(read_folder(tmp_path)[0], error="x").error == "x"
