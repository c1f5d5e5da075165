"""The AireOS driver over real SSH and SNMP against the lab: what it reads is what the box is."""

import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.inventory import SnmpEndpoint
from service.domain.observation import SWEEP_TOPICS, ApState, CertificateKind, JoinPhase, Topic
from service.errors import AuthenticationRefused, DeviceBusy, DeviceUnreachable, HostKeyRefused
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.lab.load import IDLE
from tests.contract.drivers.aireos_boxes import (
    EVERYTHING,
    STILL,
    TIMEOUT_S,
    box,
    entry,
    looked,
    opened,
)
from tests.support.cases import catalogue

BOXES = {"eight-five": "8.5.161.0", "eight-ten": "8.10.151.0"}
each = pytest.mark.parametrize("name", BOXES)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    boxes = [box(name, release, timezone={"location": 8}) for name, release in BOXES.items()]
    special = [
        box("odd", "8.5.161.0"),
        box("read-only", "8.5.161.0", login={"access": "read-only"}),
        box("third", "8.10.151.0", snmp={"version": "3", "auth": "md5", "priv": "des"}),
        box("latin", "8.5.161.0", aps=[{"kind": "healthy", "name": "Küche"}],
            quirks={"encoding": "latin-1"}),
        box("dotted", "8.5.161.0",
            quirks={"join_stats": "dotted", "time_table": "old", "tells_load": False}),
        box("few", "8.5.161.0", login={"max_sessions": 1, "banner": "Authorised users only"}),
        box("keyed", "8.10.151.0", ntp=[{"host": "192.0.2.1", "key": 1}]),
        box("pair", "8.10.151.0", redundancy="hot", model="5520"),
        box("factory", "8.5.161.0", login={"recover_config": True}),
    ]  # fmt: skip
    fleet = {"lab": {"timings": STILL}, "controllers": [*boxes, *special]}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("aireos")) as lab:
        yield lab


@pytest.fixture(autouse=True)
def _calm(lab):
    yield
    lab.wlc("odd").faults_clear()


@pytest.fixture(scope="module")
def views(lab):
    return {name: looked(lab, name) for name in BOXES}


def by_name(view):
    return {ap.name: ap for ap in view.aps}


def nobody():
    """A port on loopback on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def without_snmp(lab, name):
    return {"snmp": SnmpEndpoint(port=nobody())}


def without_ssh(lab, name):
    return {"ssh": replace(entry(lab, name).ssh, port=nobody())}


# -- the whole picture -------------------------------------------------------------------------


@each
def test_the_box_is_read_as_it_is(views, name):
    view = views[name]
    assert view.release == BOXES[name]
    assert view.hardware.startswith("AIR-CT")
    assert view.ntp.labels == ("server 1 192.0.2.1", "server 2 pool.ntp.org")
    assert view.ntp.polling_s == 3600
    assert view.ntp_state.system_peer == "192.0.2.1"
    assert view.install.version == BOXES[name]
    assert (view.unsaved, view.standby, view.timers) == (False, None, ())
    assert {one.kind for one in view.certificates} == {CertificateKind.MIC}
    assert not view.restores_itself


@each
def test_local_time_becomes_utc_by_the_zone_that_the_box_names(views, name):
    clock = views[name].clock
    assert views[name].zone.offset_min == -300
    assert abs(clock.offset_s) < clock.uncertainty_s + 1


@each
def test_what_a_person_types_is_in_the_box_s_own_words(views, name):
    by_hand = views[name].by_hand
    local = views[name].clock.device_time.replace(tzinfo=None, year=2022, month=12, day=2)
    assert by_hand.clock_line(local) == f"config time manual 12/02/22 {local:%H:%M:%S}"
    assert by_hand.poll_ntp.format(seconds=3600) == "config time ntp interval 3600"


@each
def test_every_ap_is_there_in_its_state(views, name):
    aps = by_name(views[name])
    assert len(aps) == 7
    assert {ap.state for n, ap in aps.items() if "healthy" in n} == {ApState.REGISTERED}
    assert aps["looping-1"].state is ApState.DOWNLOADING
    assert aps["looping-1"].model == "AIR-CAP2702E-E-K9"
    assert aps["Küche 無線"].state is aps["first floor 2"].state is ApState.REGISTERED
    assert views[name].ap_total == 6


@each
def test_an_ap_that_never_joined_is_known_with_its_reason(views, name):
    ap = by_name(views[name])["mic-expired-1"]
    assert (ap.state, ap.is_joined) == (ApState.NOT_JOINED, False)
    assert ap.failure_phase is JoinPhase.DTLS
    age = views[name].clock.device_time - ap.last_failure_at
    assert timedelta(seconds=-2) < age < timedelta(hours=1)


@each
def test_the_log_names_the_ap_whose_handshake_fails(views, name):
    macs = {line.mac for line in views[name].logs if "DTLS-3-HANDSHAKE_FAILURE" in line.text}
    assert macs == {by_name(views[name])["mic-expired-1"].mac.value}
    assert all(line.at is not None for line in views[name].logs)


@each
def test_clients_are_counted_by_the_system_page(views, name):
    assert views[name].clients == 0


@each
def test_only_what_aireos_cannot_tell_is_unknown(views, name):
    assert set(views[name].unknown) == {Topic.HAZARDS}


def test_boot_times_stand_still_from_one_look_to_the_next(lab, views):
    later = by_name(looked(lab, "eight-five"))
    for name, ap in by_name(views["eight-five"]).items():
        if ap.boot_time is not None:
            assert abs((later[name].boot_time - ap.boot_time).total_seconds()) < 2


def test_version_3_and_old_algorithms(lab):
    assert len(looked(lab, "third").aps) == 7
    with opened(lab, "third") as driver:
        snmp = next(one for one in driver.check(deep=False) if one.key == "SNMP")
    assert (snmp.verdict, snmp.detail) == ("works", "proven by MD5 and DES")


def test_a_hot_standby_is_told_and_no_danger(lab):
    view = looked(lab, "pair")
    assert view.standby == "STANDBY HOT"
    assert view.hazards == ()


def test_names_that_are_not_utf_8_are_not_lost(lab):
    assert by_name(looked(lab, "latin")).keys() == {"Küche"}


def test_old_layouts_are_read(lab):
    view = looked(lab, "dotted")
    assert view.ntp.labels == ("server 1 192.0.2.1", "server 2 pool.ntp.org")
    assert sum(ap.is_joined is False for ap in view.aps) == 1


def test_a_key_is_part_of_the_entry(lab):
    (entry_,) = looked(lab, "keyed").ntp.entries
    assert dict(entry_.leaves)["key"] == "1"


# -- what diagnosis makes of it ----------------------------------------------------------------


def verdicts(view):
    found = diagnose(view, {}, catalogue(), DiagnosisContext())
    return {one.issue: {ap.name for ap in one.aps} for one in found.findings}


@each
def test_diagnosis_reaches_the_same_verdicts_as_on_any_platform(views, name):
    assert verdicts(views[name]) == {"FN72524": {"looping-1"}, "FN63942": {"mic-expired-1"}}


@each
def test_by_the_command_line_alone_it_reaches_them_too(lab, name):
    view = looked(lab, name, SWEEP_TOPICS, **without_snmp(lab, name))
    assert verdicts(view) == {"FN72524": {"looping-1"}, "FN63942": {"mic-expired-1"}}


@each
def test_by_snmp_alone_it_names_the_loop_and_says_who_may_be_missing(lab, name):
    view = looked(lab, name, SWEEP_TOPICS, **without_ssh(lab, name))
    assert verdicts(view) == {"FN72524": {"looping-1"}}
    assert Topic.AP_JOIN_STATS in view.unknown


def test_times_of_aps_are_counted_back_where_snmp_tells_how_long_ago_they_are(lab):
    by_snmp = looked(lab, "odd", frozenset({Topic.AP_JOIN}))
    assert all(ap.counted_back and ap.boot_time and ap.join_time for ap in by_snmp.aps)
    pages = looked(lab, "odd", frozenset({Topic.AP_JOIN}), **without_snmp(lab, "odd"))
    assert not any(ap.counted_back for ap in pages.aps)


def test_how_busy_a_controller_is_is_one_object_of_its_own_word(lab):
    handle, load = lab.wlc("odd"), frozenset({Topic.LOAD})
    handle.fault("load", percent=96, seconds=3600, now=True)
    before = handle.snmp_requests
    with opened(lab, "odd") as driver:
        opened_with = handle.snmp_requests - before
        view = driver.read(load, timeout_s=TIMEOUT_S)
        assert handle.snmp_requests - before == opened_with + 1
        handle.fault("load", seconds=0, now=True)
        assert driver.read(load, timeout_s=TIMEOUT_S).load_percent == IDLE
    assert (view.load_percent, view.unknown) == (96, {})
    assert "1.3.6.1.4.1.14179.1.1.5.1.0" in view.origin("load_percent")


def test_one_that_does_not_say_how_busy_it_is_is_read_all_the_same(lab):
    view = looked(lab, "dotted", SWEEP_TOPICS)
    assert (view.load_percent, set(view.unknown)) == (None, {Topic.LOAD})
    assert len(view.aps) == 7
    deaf = looked(lab, "odd", SWEEP_TOPICS, **without_snmp(lab, "odd"))
    assert (deaf.load_percent, len(deaf.aps)) == (None, 7)
    assert "SNMP" in deaf.unknown[Topic.LOAD]


# -- one way alone -----------------------------------------------------------------------------


@each
def test_snmp_alone_gives_the_fleet_and_says_what_is_missing(lab, name):
    view = looked(lab, name, SWEEP_TOPICS, **without_ssh(lab, name))
    assert len(view.aps) == 6
    assert by_name(view)["looping-1"].state is ApState.DOWNLOADING
    assert abs(view.clock.offset_s) < 3
    assert view.ntp is None
    assert {Topic.NTP_CONFIG, Topic.NTP_STATE, Topic.AP_JOIN_STATS} <= set(view.unknown)
    assert "Unable to connect" in view.unknown[Topic.NTP_CONFIG]


@each
def test_the_command_line_alone_gives_the_fleet(lab, name):
    view = looked(lab, name, SWEEP_TOPICS, **without_snmp(lab, name))
    aps = by_name(view)
    assert len(aps) == 7
    assert aps["looping-1"].state is ApState.DOWNLOADING
    assert aps["healthy-1"].state is ApState.REGISTERED
    assert aps["mic-expired-1"].state is ApState.NOT_JOINED
    assert all(ap.mac.is_known for ap in view.aps)
    assert view.ap_downloading == 1
    assert aps["looping-1"].serial is not None
    assert "SNMP" in view.unknown[Topic.AP_JOIN]


def test_neither_way_is_unreachable_and_says_both(lab):
    changes = without_snmp(lab, "odd") | without_ssh(lab, "odd")
    with pytest.raises(DeviceUnreachable, match="SNMP does not answer either"):
        looked(lab, "odd", **changes)


def test_an_agent_that_dies_in_mid_walk_leaves_the_command_line(lab):
    handle = lab.wlc("odd")
    with opened(lab, "odd") as driver:
        handle.fault("snmp_drop", times=1000)
        view = driver.read(SWEEP_TOPICS, timeout_s=TIMEOUT_S)
    assert len(view.aps) == 7
    assert "no answer" in view.unknown[Topic.AP_JOIN]


# -- bad input ---------------------------------------------------------------------------------


def test_a_walk_that_ends_early_is_no_smaller_fleet(lab):
    lab.wlc("odd").fault("snmp_cut", times=1000)
    view = looked(lab, "odd", SWEEP_TOPICS)
    assert len(view.aps) == 7  # what the table lost, the command line shows
    assert Topic.AP_JOIN in view.unknown


def test_a_state_that_nobody_knows_accuses_nobody(lab):
    lab.wlc("odd").fault("snmp_odd_state", times=1000)
    view = looked(lab, "odd", SWEEP_TOPICS)
    lab.wlc("odd").faults_clear()
    strange = [ap for ap in view.aps if ap.state is ApState.UNKNOWN]
    assert strange
    assert all(ap.raw_state.isdigit() for ap in strange), strange


def test_a_table_cut_in_the_middle_is_told_and_used(lab):
    lab.wlc("odd").fault("cut", rpc="show ap join stats summary", times=10)
    view = looked(lab, "odd", SWEEP_TOPICS)
    assert "show ap join stats summary all" in view.unknown[Topic.AP_JOIN_STATS]
    assert len(view.aps) >= 6


def test_columns_elsewhere_are_read_all_the_same(lab):
    lab.wlc("odd").fault("widths", times=1000)
    view = looked(lab, "odd", SWEEP_TOPICS, **without_snmp(lab, "odd"))
    assert len(by_name(view)) == 7


def test_a_session_lost_in_mid_output_costs_what_it_alone_could_tell(lab):
    lab.wlc("odd").fault("truncate", rpc="show certificate all")
    view = looked(lab, "odd", SWEEP_TOPICS)
    assert view.certificates is None
    assert "after" in view.unknown[Topic.CERTIFICATES]
    assert view.ntp is not None
    assert len(view.aps) >= 6


def test_a_prompt_that_never_comes_is_told(lab):
    lab.wlc("odd").fault("no_prompt", rpc="show boot")
    with opened(lab, "odd") as driver:
        view = driver.read(frozenset({Topic.CLOCK, *SWEEP_TOPICS}), timeout_s=6)
    assert "no prompt in 6 s" in view.unknown[Topic.INSTALL]
    assert view.clock is not None


def test_whoever_acts_on_the_answer_is_not_given_half_of_it(lab):
    with opened(lab, "odd") as driver:
        lab.wlc("odd").fault("drop_before", rpc="show time")
        with pytest.raises(DeviceUnreachable):
            driver.read(frozenset({Topic.CLOCK, Topic.NTP_CONFIG}), timeout_s=TIMEOUT_S)
        view = driver.read(frozenset({Topic.CLOCK, Topic.NTP_CONFIG}), timeout_s=TIMEOUT_S)
    assert view.ntp is not None


# -- logging in --------------------------------------------------------------------------------


def test_a_refused_password_is_tried_once_and_never_again(lab):
    handle = lab.wlc("odd")
    before = handle.login_attempts
    wrong = replace(entry(lab, "odd").credentials, password="file:community")  # noqa: S106
    with opened(lab, "odd", credentials=wrong) as driver:
        for _ in range(3):
            view = driver.read(SWEEP_TOPICS, timeout_s=TIMEOUT_S)
    assert handle.login_attempts == before + 1
    assert "refused for" in view.unknown[Topic.NTP_CONFIG]
    with pytest.raises(AuthenticationRefused):
        looked(lab, "odd", credentials=wrong, **without_snmp(lab, "odd"))


def test_a_controller_without_a_free_session_is_busy(lab):
    with opened(lab, "few") as first:
        first.read(frozenset({Topic.CLOCK}), timeout_s=TIMEOUT_S)
        with pytest.raises(DeviceBusy):
            looked(lab, "few", frozenset({Topic.CLOCK}), **without_snmp(lab, "few"))
    assert looked(lab, "few", frozenset({Topic.CLOCK})).clock is not None


def test_another_host_key_is_refused_before_any_login(lab):
    before = lab.wlc("odd").login_attempts
    other = replace(entry(lab, "odd").ssh, host_key="SHA256:" + "A" * 43)
    with pytest.raises(HostKeyRefused):
        looked(lab, "odd", ssh=other, **without_snmp(lab, "odd"))
    assert lab.wlc("odd").login_attempts == before


def test_old_algorithms_are_used_only_where_the_inventory_allows_them(lab):
    modern = replace(entry(lab, "odd").ssh, legacy_algorithms=False)
    with pytest.raises(DeviceUnreachable, match="legacy_algorithms: true"):
        looked(lab, "odd", ssh=modern, **without_snmp(lab, "odd"))


def test_a_box_without_a_configuration_is_not_set_up_by_accident(lab):
    view = looked(lab, "factory", SWEEP_TOPICS)
    assert "Recover-Config" in view.unknown[Topic.NTP_CONFIG]
    assert lab.wlc("factory").login_attempts == 0


def test_a_poll_asks_the_agent_little_the_second_time_and_logs_out_at_the_end(lab):
    handle = lab.wlc("eight-ten")
    with opened(lab, "eight-ten") as driver:
        driver.read(EVERYTHING - {Topic.SAVED}, timeout_s=TIMEOUT_S)
        first = handle.snmp_requests
        driver.read(EVERYTHING - {Topic.SAVED}, timeout_s=TIMEOUT_S)
        assert handle.snmp_requests - first < first
        assert handle.sessions == 1
    assert handle.left_dirty() == []
