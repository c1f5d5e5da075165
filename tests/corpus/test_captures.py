"""Every capture of the device facts is recognized, with the rows that one counts in the file."""

import pytest

from service.domain.observation import ApState
from service.offline.folder import read_folder
from service.offline.recognize import recognize
from tests.support.facts import FACTS

pytestmark = pytest.mark.skipif(
    not FACTS.is_dir(), reason="the device facts are not here (APREJOIN_DEVICE_FACTS)"
)
APO = "Cisco-IOS-XE-wireless-access-point-oper:access-point-oper-data"
GO = "Cisco-IOS-XE-wireless-ap-global-oper:ap-global-oper-data"
UMATARE = "umatare5_go_access_point_oper_access_point_oper_data_"
JOINS = "umatare5_go_ap_global_oper_ap_global_oper_data"

IOSXE = {
    "bforejt_iosxe_install_location_information_lab.json": {
        "Cisco-IOS-XE-install-oper:install-oper-data/install-location-information": 2
    },
    "bforejt_iosxe_ntp_oper_lab.json": {"Cisco-IOS-XE-ntp-oper:ntp-oper-data/ntp-status-info": 1},
    "bforejt_iosxe_show_ntp_associations_lab.txt": {"show ntp associations": 3},
    "genie_ShowApCdpNeighbor__g.txt": {"show ap cdp neighbors": 10},
    "genie_ShowApConfigGeneral__g_2.txt": {"show ap config general": 1},
    "genie_ShowApStatus__g.txt": {"show ap status": 2},
    "genie_ShowApSummary__g.txt": {"show ap summary": 17},
    "genie_ShowApSummary__g2.txt": {"show ap summary": 2},
    "genie_ShowApSummary__g5.txt": {"show ap summary": 5},
    "genie_ShowApTagSummary__g_2.txt": {"show ap tag summary": 276},
    "genie_ShowArchive__g.txt": {"show archive": 1},
    "genie_ShowArchive__g_2.txt": {"show archive": 4},
    "genie_ShowChassis__g1.txt": {"show chassis": 2},
    "genie_ShowClock__g.txt": {"show clock": 1},
    "genie_ShowClock__g1.txt": {"show clock": 1},
    "genie_ShowCryptoPkiTrustpointsStatus__g.txt": {"show crypto pki trustpoints status": 6},
    "genie_ShowCryptoPkiTrustpool__g1.txt": {"show crypto pki trustpool": 16},
    "genie_ShowInstallInactive__g1.txt": {"show install inactive": 0},
    "genie_ShowInstallPackageSMU__g_2.txt": {"show install package": 1},
    "genie_ShowInstallRollback__g.txt": {"show install rollback": 3},
    "genie_ShowInstallState__g1.txt": {"show install inactive": 1},
    "genie_ShowInstallState__g3.txt": {"show install uncommitted": 1},
    "genie_ShowInstallSummary__g.txt": {"show install summary": 2},
    "genie_ShowInstallSummary__g_2.txt": {"show install summary": 2},
    "genie_ShowInstallSummary__g_4.txt": {"show install summary": 1},
    "genie_ShowInstallUncommitted__g1.txt": {"show install uncommitted": 0},
    "genie_ShowInstallVersionSummary__g.txt": {"show install version summary": 2},
    "genie_ShowNetconfYangDatastores__g.txt": {"show netconf-yang datastores": 2},
    "genie_ShowNetconfYangSessionsDetail__g.txt": {"show netconf-yang sessions detail": 1},
    "genie_ShowNetconfYangStatus__g_1712.txt": {"show netconf-yang status": 8},
    "genie_ShowNtpAssociations__g_1.txt": {"show ntp associations": 5},
    "genie_ShowNtpAssociations__g_3.txt": {"show ntp associations": 3},
    "genie_ShowNtpConfig__g_1.txt": {"show ntp config": 4},
    "genie_ShowNtpStatus__g_1.txt": {"show ntp status": 1},
    "genie_ShowPlatformSoftwareYangManagementProcessState__g.txt": {
        "show platform software yang-management process state": 8
    },
    "genie_ShowPlatformSoftwareYangManagementProcessState__g2.txt": {
        "show platform software yang-management process state": 7
    },
    "genie_ShowPlatformSoftwareYangManagementProcessState__g4.txt": {
        "show platform software yang-management process state": 8
    },
    "genie_ShowPlatformSoftwareYangManagementProcess__g.txt": {
        "show platform software yang-management process": 9
    },
    "genie_ShowRedundancyStates__g1.txt": {"show redundancy states": 1},
    "genie_ShowRedundancyStates__g3.txt": {"show redundancy states": 1},
    "genie_ShowRedundancyStates__g_cat4500.txt": {"show redundancy states": 1},
    "genie_ShowWirelessManagementTrustPoint__g1.txt": {"show wireless management trustpoint": 1},
    "genie_ShowWirelessMobilitySummary__g2.txt": {"show wireless mobility summary": 1},
    "genie_ShowWirelessStatsApJoinSummary__g.txt": {"show wireless stats ap join summary": 61},
    f"{UMATARE}ap_iox_oper_data.json": {f"{APO}/ap-iox-oper-data": 1},
    f"{UMATARE}ap_name_mac_map.json": {f"{APO}/ap-name-mac-map": 1},
    f"{UMATARE}capwap_data.json": {f"{APO}/capwap-data": 1},
    f"{UMATARE}capwap_data_aa_bb_cc_dd_ee_ff.json": {f"{APO}/capwap-data": 1},
    f"{UMATARE}ethernet_mac_wtp_mac_map.json": {f"{APO}/ethernet-mac-wtp-mac-map": 1},
    f"{UMATARE}ethernet_mac_wtp_mac_map_aa_b.json": {f"{APO}/ethernet-mac-wtp-mac-map": 1},
    f"{UMATARE}oper_data.json": {f"{APO}/oper-data": 1},
    f"{UMATARE}tp_cert_info.json": {f"{APO}/tp-cert-info": 1},
    f"{JOINS}.json": {
        f"{GO}/ewlc-ap-stats": 1,
        f"{GO}/ap-history": 1,
        f"{GO}/ap-join-stats": 1,
        f"{GO}/wlan-client-stats": 1,
    },
    f"{JOINS}_ap_history.json": {f"{GO}/ap-history": 1},
    f"{JOINS}_ap_join_stats_aa_3Abb_3Acc_3Add_3Ae.json": {f"{GO}/ap-join-stats": 1},
    f"{JOINS}_ap_join_stats_aa_bb_cc_dd_ee_ff.json": {f"{GO}/ap-join-stats": 1},
}
AIREOS = {
    "genie__show_boot_8.2.170.txt": {"show boot": 2},
    "ntc__cisco_wlc_ssh_show_ap_image_all.txt": {"show ap image all": 2},
    "ntc__cisco_wlc_ssh_show_ap_summary_2500.txt": {"show ap summary": 2},
    "ntc__cisco_wlc_ssh_show_boot.txt": {"show boot": 2},
    "ntc__cisco_wlc_ssh_show_redundancy_summary_1.txt": {"show redundancy summary": 1},
    "ntc__cisco_wlc_ssh_show_sysinfo.txt": {"show sysinfo": 1},
    "ntc__cisco_wlc_ssh_show_time.txt": {"show time": 2},
    "public__grep_cert_expiry_ignore.txt": {"show run-config commands": 1},
    "public__run_config_commands_excerpt_8.1.111.txt": {"show run-config commands": 10},
    "public__show_ap_summary_old_21col_widths.txt": {"show ap summary": 4},
    "pyntc__reset_system_confirm.txt": {"reset system": 1},
    "pyntc__reset_system_save.txt": {"reset system": 1},
    "pyntc__send_command_error.txt": {"error message": 1},
    "pyntc__show_ap_image_all.txt": {"show ap image all": 2},
    "pyntc__show_boot.txt": {"show boot": 2},
    "pyntc__show_boot_no_default.txt": {"show boot": 2},
    "pyntc__show_redundancy_summary_standalone.txt": {"show redundancy summary": 1},
    "pyntc__transfer_download_start.txt": {"transfer download start": 8},
    "seed__msglog_dtls_handshake_failure.txt": {"show msglog": 3},
    "seed__show_ap_image_all_8.5_downloading.txt": {"show ap image all": 1},
    "seed__show_ap_image_status_8.10_downloading.txt": {"show ap image status": 1},
    "seed__show_ap_join_stats_summary_all.txt": {"show ap join stats summary all": 2},
}


def rows(platform, name):
    """The rows of each kind in one capture."""
    found: dict[str | None, int] = {}
    for part in recognize((FACTS / platform / "captures" / name).read_bytes()):
        found[part.as_] = found.get(part.as_, 0) + part.rows
    return found


def aps(platform, name):
    parts = recognize((FACTS / platform / "captures" / name).read_bytes())
    return [ap for part in parts for ap in part.aps]


@pytest.mark.parametrize(("name", "expected"), IOSXE.items(), ids=list(IOSXE))
def test_a_capture_of_ios_xe_is_recognized_with_its_rows(name, expected):
    assert rows("iosxe", name) == expected


@pytest.mark.parametrize(("name", "expected"), AIREOS.items(), ids=list(AIREOS))
def test_a_capture_of_aireos_is_recognized_with_its_rows(name, expected):
    assert rows("aireos", name) == expected


@pytest.mark.parametrize(("platform", "known"), [("iosxe", IOSXE), ("aireos", AIREOS)])
def test_no_capture_is_forgotten(platform, known):
    there = {path.name for path in (FACTS / platform / "captures").iterdir()}
    assert {name for name in there if name.endswith((".txt", ".json"))} == set(known)


def test_a_row_of_each_layout_of_show_ap_summary_reads_in_full():
    first = aps("iosxe", "genie_ShowApSummary__g.txt")[0]
    assert (first.name, str(first.mac)) == ("a121-cap22", "2c:57:41:ff:b9:79")
    assert first.says == {
        "state": ApState.REGISTERED,
        "raw_state": "Registered",
        "model": "9130AXI",
        "country": "UK",
        "address": "10.6.33.106",
    }
    newer = aps("iosxe", "genie_ShowApSummary__g5.txt")[0]
    assert (newer.says["country"], newer.says["address"]) == (
        "IN",
        "2001:9:3:13:c822:82c8:32da:484d",
    )
    aireos = aps("aireos", "public__show_ap_summary_old_21col_widths.txt")[2]
    assert (aireos.name, aireos.says["address"]) == ("AP1238-3702e", "10.130.0.57")


def test_the_last_failures_of_joined_and_unjoined_aps_are_told_apart():
    found = aps("iosxe", "genie_ShowWirelessStatsApJoinSummary__g.txt")
    assert sum(ap.says["is_joined"] for ap in found) == 46
    assert all(ap.mac and ap.ethernet for ap in found)


def test_a_whole_folder_of_captures_is_read_and_every_file_reported():
    (controller,) = read_folder(FACTS / "iosxe" / "captures")
    assert {report.file for report in controller.files} == set(IOSXE)
    assert controller.error is None
