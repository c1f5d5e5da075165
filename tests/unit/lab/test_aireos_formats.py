"""What a simulated AireOS box prints, against the captures: heads and rows, to the column."""

from datetime import UTC, datetime

import pytest

from tests.support.facts import FACTS
from tests.unit.lab.aireos_bench import WlcBench

CAPTURES = FACTS / "aireos" / "captures"
MAC = "70:6e:01:00:01:01"

pytestmark = pytest.mark.skipif(
    not CAPTURES.is_dir(),
    reason=f"the AireOS captures are not at {CAPTURES} (set APREJOIN_DEVICE_FACTS)",
)


def capture(name):
    """Lines of a capture, without trailing or hard blanks, tabs as eight columns."""
    text = (CAPTURES / name).read_text().replace("\xa0", " ")
    return [line.expandtabs().rstrip() for line in text.splitlines()]


def printed(bench, line):
    return [row.expandtabs().rstrip() for row in bench.type(line).splitlines()]


def labels(lines):
    """What stands before the dots."""
    return {line.split("..")[0].strip() for line in lines if ".." in line}


def test_show_time_has_the_heads_and_rows_of_the_capture():
    bench = WlcBench(
        start=datetime(2020, 12, 22, 16, 2, 42, tzinfo=UTC),
        timezone={"location": 8},
        ntp=[{"host": "1.1.1.1"}, {"host": "128.138.141.172"}],
        ntp_interval=72_000,
    )
    seen = capture("ntc__cisco_wlc_ssh_show_time.txt")
    ours = printed(bench, "show time")
    first = next(n for n, line in enumerate(seen) if line.startswith("Time."))
    assert ours[:-1] == seen[first:-1]
    assert ours[-1].split() == seen[-1].split()  # its width is the cleaner's


def test_show_boot_is_the_capture():
    bench = WlcBench(release="8.2.170.0", boot={"backup": "8.5.110.0"})
    assert printed(bench, "show boot") == capture("pyntc__show_boot.txt")
    bench = WlcBench(release="8.5.110.0", boot={"backup": "8.2.170.0", "default": "backup"})
    bare = [line.replace(" (default)", "") for line in printed(bench, "show boot")]
    assert bare == capture("pyntc__show_boot_no_default.txt")


def test_show_sysinfo_has_every_label_of_the_capture():
    seen = labels(capture("ntc__cisco_wlc_ssh_show_sysinfo.txt"))
    assert seen <= labels(printed(WlcBench(), "show sysinfo"))


@pytest.mark.parametrize(
    ("redundancy", "name"),
    [
        ("hot", "ntc__cisco_wlc_ssh_show_redundancy_summary_1.txt"),
        (None, "pyntc__show_redundancy_summary_standalone.txt"),
    ],
)
def test_show_redundancy_summary_has_lines_of_the_capture(redundancy, name):
    ours = printed(WlcBench(redundancy=redundancy), "show redundancy summary")
    heads = {line.split(" = ")[0] for line in capture(name)}
    assert {line.split(" = ")[0] for line in ours} <= heads


def test_show_ap_image_all_is_the_seeds_with_who_downloads_told_by_the_counter_only():
    stuck = {
        "kind": "looping",
        "name": "AP1700",
        "version": "8.5.182.0",
        "timings": {"download_s": 60},
    }
    bench = WlcBench(release="8.5.183.0", aps=[stuck])
    seen = [ln for ln in capture("seed__show_ap_image_all_8.5_downloading.txt")[1:] if ln]
    assert [line for line in printed(bench, "show ap image all") if line] == seen


def test_show_ap_image_status_has_the_heads_and_the_row_of_the_seed():
    stuck = {
        "kind": "looping",
        "name": "CAP3702E.4CD4",
        "version": "17.3.6.76",
        "timings": {"download_s": 60},
    }
    bench = WlcBench(release="8.10.185.0", aps=[stuck, {"kind": "healthy"}])
    seen = [ln for ln in capture("seed__show_ap_image_status_8.10_downloading.txt")[1:] if ln]
    ours = [line for line in printed(bench, "show ap image status") if line]
    assert ours == [seen[0].replace("X", "2"), *seen[1:]]


def test_the_old_layout_of_show_ap_summary_is_the_capture():
    ap = {"kind": "healthy", "name": "CISCO-WAP05", "model": "AIR-CAP2602I-A-K9"}
    ours = printed(WlcBench(aps=[ap], quirks={"ap_summary": "old"}), "show ap summary")
    seen = capture("ntc__cisco_wlc_ssh_show_ap_summary_2500.txt")
    assert ours[-3:-1] == seen[5:7]
    assert ours[-1].replace(MAC, "c0:ff:ee:c0:ff:11").replace("DE", "US") == seen[7]


def test_the_layout_with_addresses_is_the_capture():
    ap = {"kind": "healthy", "name": "AP1231-3702e", "model": "AIR-CAP3702E-E-K9"}
    bench = WlcBench(aps=[{**ap, "location": "2143 MEO-Arena"}], quirks={"ap_summary": "ip18"})
    ours = printed(bench, "show ap summary")
    seen = capture("public__show_ap_summary_old_21col_widths.txt")
    assert ours[-3:-1] == seen[4:6]
    replaced = ours[-1].replace(MAC, "7c:ad:74:ff:61:86").replace("10.1.0.1   ", "10.130.0.33")
    assert replaced == seen[6]


def test_join_statistics_have_the_heads_of_the_seed():
    ours = printed(WlcBench(aps=[{"kind": "mic_expired"}]), "show ap join stats summary all")
    seen = capture("seed__show_ap_join_stats_summary_all.txt")
    assert ours[:5] == seen[:5]
    assert ours[5].endswith("Not Joined")


def test_the_lines_of_the_configuration_are_those_that_were_published():
    bench = WlcBench(settings=["config paging disable"])
    ours = set(printed(bench, "show run-config commands"))
    seen = set(capture("public__run_config_commands_excerpt_8.1.111.txt"))
    assert {line for line in seen if line.startswith(("ap ", "paging", "time ntp i"))} <= ours


def test_a_grep_prints_what_was_published():
    bench = WlcBench()
    line = 'grep include "ap cert-expiry-ignore mic enable" "show run-config commands"'
    seen = [ln for ln in capture("public__grep_cert_expiry_ignore.txt") if not ln.startswith("#")]
    assert bench.type(line) == seen[0] + " "
    bench.type("config ap cert-expiry-ignore mic enable")
    told = [row.rstrip() for row in bench.type(line).splitlines()]
    assert told == seen[3:6]


def test_a_release_that_does_not_know_the_image_status_says_so():
    assert WlcBench(release="8.5.182.0").type("show ap image status").startswith("Incorrect usage")
    assert "Downloading" in WlcBench(release="8.10.183.0").type("show ap image status")


def test_a_standby_unit_says_so_in_its_prompt():
    bench = WlcBench(sysname="HQ", redundancy="standby")
    assert bench.shell.prompt(bench.box.prompt_name) == "(HQ-Standby) >"
    assert "Local State = STANDBY HOT" in bench.type("show redundancy summary")


@pytest.mark.parametrize(
    ("release", "known", "unknown"),
    [
        ("8.5.182.0", "cert-expiry-ignore", "lifetime-check"),
        ("7.0.252.0", "lifetime-check", "cert-expiry-ignore"),
    ],
)
def test_a_release_spells_the_override_its_own_way(release, known, unknown):
    bench = WlcBench(release=release)
    assert bench.type(f"config ap {unknown} mic enable").startswith("Incorrect usage")
    assert bench.type(f"config ap {known} mic enable") == ""
    assert f"ap {known} mic enable" in bench.type("show run-config commands")


def test_a_row_of_the_join_statistics_may_have_neither_name_nor_address():
    bench = WlcBench(aps=[{"kind": "mic_expired", "nameless": True}])
    row = printed(bench, "show ap join stats summary all")[5]
    assert row.split() == ["70:6d:01:00:01:00", "70:6e:01:00:01:01", "Not", "Joined"]


def test_a_box_without_servers_may_show_no_table():
    bench = WlcBench(ntp=[], quirks={"time_table": "bare"})
    assert "NTP" not in bench.type("show time")
    assert "NTP Servers" in WlcBench(ntp=[]).type("show time")
