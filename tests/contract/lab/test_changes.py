"""Changing a box over NETCONF: edits, locks, saves, applets, and what is left afterwards."""

import pytest
from ncclient.xml_ import to_ele

from tests.contract.lab.support import (
    APO,
    EEM,
    FAST,
    GONE,
    IA,
    NATIVE,
    NC,
    NTP,
    NTP_OPER,
    client,
    config,
    ntp,
    refusal,
    started,
    texts,
    until,
)

BACK = (
    f'<server xmlns="{NTP}"><server-list><ip-address>192.0.2.1</ip-address></server-list></server>'
)
NTP_STATE = f'<ntp-oper-data xmlns="{NTP_OPER}"/>'
AP_STATES = (
    f'<access-point-oper-data xmlns="{APO}"><capwap-data><wtp-mac/><ap-state>'
    "<ap-operation-state/></ap-state></capwap-data></access-point-oper-data>"
)


def applet(name: str, release: str, after_s: int, commands: list[str]) -> str:
    """An applet in the form that the release prefers."""
    old = release.startswith("17.3")
    timer, cli = ("timer", "cli") if old else ("timer-choice", "cli-choice")
    actions = "".join(
        f"<action><name>{n:03d}</name><{cli}><command>{c}</command></{cli}></action>"
        for n, c in enumerate(commands, start=10)
    )
    return config(
        f'<event><manager xmlns="{EEM}"><applet nc:operation="create"><name>{name}</name>'
        f"<authorization>bypass</authorization><event><{timer}><countdown><time>{after_s}</time>"
        f"</countdown></{timer}></event>{actions}</applet></manager></event>"
    )


def test_an_edit_with_rollback_on_error_is_carried_out(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        session.edit_config(
            ntp(GONE), target="running", error_option="rollback-on-error", test_option="set"
        )
        assert lab.box("hq-1").summary()["ntp_servers"] == []


def test_test_only_changes_nothing(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        session.edit_config(ntp(GONE), target="running", test_option="test-only")
        assert lab.box("hq-1").left_dirty() == []


def test_a_refusal_names_tag_path_and_element(tmp_path):
    wrong = f'<server xmlns="{NTP}"><server-list><prefer/></server-list></server>'
    with started(tmp_path) as lab, client(lab) as session:
        refused = refusal(session.edit_config, ntp(wrong), target="running")
        assert refused.tag == "missing-element"
        assert refused.path == "/ios:native/ios:ntp/ios-ntp:server/ios-ntp:server-list"
        assert "ip-address" in refused.info


def test_startup_and_candidate_are_not_offered(tmp_path):
    raw = (
        f'<edit-config xmlns="{NC}"><target><candidate/></target><config>'
        f'<native xmlns="{NATIVE}"/></config></edit-config>'
    )
    with started(tmp_path) as lab, client(lab) as session:
        assert refusal(session.get_config, "startup").tag == "unknown-element"
        commit = to_ele(f'<commit xmlns="{NC}"/>')
        assert refusal(session.dispatch, commit).tag == "operation-not-supported"
        assert refusal(session.dispatch, to_ele(raw)).tag == "operation-not-supported"


def test_a_box_with_the_candidate_feature_commits_it(tmp_path):
    with started(tmp_path, candidate=True) as lab, client(lab) as session:
        assert any(":candidate" in c for c in session.server_capabilities)
        session.edit_config(ntp(GONE), target="candidate")
        assert "candidate has uncommitted changes" in lab.box("hq-1").left_dirty()
        assert lab.box("hq-1").summary()["ntp_servers"] == ["192.0.2.1"]
        session.commit()
        assert lab.box("hq-1").summary()["ntp_servers"] == []


def test_where_the_candidate_replaces_it_running_is_not_writable(tmp_path):
    quirks = {"running_writable": "without-candidate"}
    with started(tmp_path, candidate=True, quirks=quirks) as lab, client(lab) as session:
        refused = refusal(session.edit_config, ntp(GONE), target="running")
        assert refused.tag == "operation-not-supported"


def test_a_lock_keeps_others_out_and_names_its_holder(tmp_path):
    with started(tmp_path) as lab, client(lab) as holder, client(lab) as other:
        holder.lock("running")
        denied = refusal(other.lock, "running")
        assert denied.tag == "lock-denied"
        assert holder.session_id in denied.info
        assert refusal(other.edit_config, ntp(GONE), target="running").tag == "in-use"
        holder.unlock("running")
        other.edit_config(ntp(GONE), target="running")


def test_a_session_that_ends_gives_its_lock_back(tmp_path):
    with started(tmp_path) as lab:
        with client(lab) as holder:
            holder.lock("running")
        until(lambda: lab.box("hq-1").left_dirty() == [])


def test_kill_session_ends_the_other_one(tmp_path):
    with started(tmp_path) as lab, client(lab) as killer:
        with client(lab) as victim:
            killer.kill_session(victim.session_id)
            until(lambda: not victim.connected)
        until(lambda: lab.box("hq-1").sessions == 1)


def test_a_save_copies_running_to_startup(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        session.edit_config(ntp(GONE), target="running")
        reply = session.dispatch(to_ele(f'<save-config xmlns="{IA}"/>'))
        assert "Save running-config successful" in reply.xml
        assert any(line.startswith("startup: missing") for line in lab.box("hq-1").left_dirty())


def test_copy_config_is_refused(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        assert refusal(session.copy_config, source="running", target="candidate") is not None


def test_current_time_exists_from_17_6_on(tmp_path):
    asked = to_ele(f'<current-time xmlns="{IA}"/>')
    with started(tmp_path / "new", release="17.6.4") as lab, client(lab) as session:
        assert "+00:00" in session.dispatch(asked).xml
    with started(tmp_path / "old", release="17.3.6") as lab, client(lab) as session:
        assert refusal(session.dispatch, asked).tag == "unknown-element"


def test_an_automatic_upgrade_is_known_but_not_simulated(tmp_path):
    uri = "http://cisco.com/ns/yang/Cisco-IOS-XE-install-rpc"
    asked = to_ele(f'<autoupgrade xmlns="{uri}"><uuid>x</uuid></autoupgrade>')
    with started(tmp_path) as lab, client(lab) as session:
        assert refusal(session.dispatch, asked).tag == "operation-not-supported"


def test_an_access_point_is_reset_by_name_and_an_unknown_one_is_not(tmp_path):
    uri = "http://cisco.com/ns/yang/Cisco-IOS-XE-wireless-access-point-cmd-rpc"
    asked = '<ap-reset xmlns="{}"><ap-name>{}</ap-name></ap-reset>'
    with started(tmp_path, aps=[{"kind": "healthy"}]) as lab, client(lab) as session:
        session.dispatch(to_ele(asked.format(uri, "healthy-1")))
        assert lab.box("hq-1").aps()[0]["disconnects"] == 1
        assert refusal(session.dispatch, to_ele(asked.format(uri, "nobody"))).tag == "invalid-value"


def test_after_an_applet_changed_the_box_edits_are_refused_for_a_moment(tmp_path):
    timings = {**FAST, "dmi_sync_s": 1.0}
    with started(tmp_path, timings=timings) as lab, client(lab) as session:
        lab.box("hq-1").cli("config:ntp server 192.0.2.9")
        asked = to_ele(f'<is-syncing xmlns="{IA}"/>')
        assert "Sync in progress" in session.dispatch(asked).xml
        assert refusal(session.edit_config, ntp(GONE), target="running").tag == "in-use"
        until(lambda: "No sync" in session.dispatch(asked).xml)
        session.edit_config(ntp(GONE), target="running")


@pytest.mark.parametrize("release", ["17.3.6", "17.6.4", "17.9.1", "17.12.1"])
def test_a_whole_clock_window_mends_the_access_points_and_leaves_nothing(tmp_path, release):
    """The field's workaround, on every release, with that release's applet form."""
    aps = [{"kind": "healthy", "count": 2}, {"kind": "looping", "count": 2}]
    with started(tmp_path, release=release, aps=aps) as lab, client(lab) as session:
        box = lab.box("hq-1")
        session.edit_config(ntp(GONE), target="running")
        lines = ["enable", "clock set 10:00:00 2 Dec 2022"]
        session.edit_config(applet("SET", release, 1, lines), target="running")
        until(lambda: box.clock_offset_s < -1e6)
        until(lambda: box.summary()["aps"] == {"registered": 4})
        states = session.get(filter=("subtree", AP_STATES))
        assert texts(states, "ap-operation-state") == ["registered"] * 4
        gone = '<applet nc:operation="delete"><name>SET</name></applet>'
        removed = f'<event><manager xmlns="{EEM}">{gone}</manager></event>'
        session.edit_config(config(removed), target="running")
        session.edit_config(ntp(BACK), target="running")
        until(lambda: box.left_dirty() == [])
        assert texts(session.get(filter=("subtree", NTP_STATE)), "stratum") == ["3"]
        assert box.seconds_of_false_time > 0


def test_a_dead_man_s_switch_brings_everything_back_by_itself(tmp_path):
    with started(tmp_path) as lab:
        box = lab.box("hq-1")
        with client(lab) as session:
            lines = [
                "enable",
                "configure terminal",
                "ntp server 192.0.2.1",
                "no event manager applet DEADMAN",
                "end",
            ]
            session.edit_config(applet("DEADMAN", "17.9.1", 2, lines), target="running")
            session.edit_config(ntp(GONE), target="running")
            set_clock = ["enable", "clock set 10:00:00 2 Dec 2022"]
            session.edit_config(applet("SET", "17.9.1", 1, set_clock), target="running")
            until(lambda: box.clock_offset_s < -1e6)
        until(lambda: abs(box.clock_offset_s) < 1)
        assert [
            line for line in box.left_dirty() if "SET" not in line and "unsaved" not in line
        ] == []


def test_what_the_parser_refuses_comes_with_the_command(tmp_path):
    broken = "<server-list><ip-address>192.0.2.300</ip-address></server-list>"
    with started(tmp_path) as lab, client(lab) as session:
        edit = ntp(f'<server xmlns="{NTP}">{broken}</server>')
        refused = refusal(session.edit_config, edit, target="running")
        assert refused.tag == "invalid-value"
        assert "Device refused one or more commands" in refused.message
        assert "<bad-command>ntp server 192.0.2.300</bad-command>" in refused.info
        assert lab.box("hq-1").left_dirty() == []


def test_a_server_that_goes_away_loses_the_sync_until_it_is_back(tmp_path):
    with started(tmp_path) as lab, client(lab) as session:
        box = lab.box("hq-1")
        box.reachable_ntp("192.0.2.1", reachable=False)
        assert texts(session.get(filter=("subtree", NTP_STATE)), "stratum") == ["16"]
        box.reachable_ntp("192.0.2.1", reachable=True)
        until(lambda: texts(session.get(filter=("subtree", NTP_STATE)), "stratum") == ["3"])
