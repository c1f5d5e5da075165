"""The C9800 driver over real SSH against the lab: what it reads is what the box is."""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.observation import ApState, CertificateKind, JoinPhase, Topic
from service.drivers.iosxe.driver import IosXeDriver
from service.errors import AuthenticationRefused, ReplyMalformed
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.support.facts import ROOT
from tests.support.patience import REPLY_S

RELEASES = ("v17.3.6", "v17.6.4", "v17.9.1", "v17.12.1")
TIMEOUT_S = REPLY_S
EVERYTHING = frozenset(Topic) - {Topic.LOGS}
STILL = {"boot_s": 900, "download_s": 900, "retry_s": 900}
APS = [
    {"kind": "healthy", "count": 3},
    {"kind": "looping"},
    {"kind": "mic_expired"},
    {"kind": "healthy", "name": "Küche 無線", "predownload": "in-progress"},
]
BOX = {
    "ntp": [{"host": "192.0.2.1", "prefer": True}, {"host": "2001:db8::1", "vrf": "Mgmt-intf"}],
    "timezone": {
        "name": "CET",
        "hours": 1,
        "summer": {"name": "CEST", "start": "last Sun Mar 2:00", "end": "last Sun Oct 3:00"},
    },
    "aps": APS,
    "cli": True,
    "install": {"apsp": "C9800-universalk9_wlc.CSCwe10047.SPA.apsp.bin"},
}
NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
OUTSIDE = (
    f'<native xmlns="{NATIVE}"><license><smart><transport-type>smart</transport-type></smart>'
    "</license><user-name><name>guest</name><type><network-user><guest-user><lifetime><day>1</day>"
    "</lifetime></guest-user></network-user></type></user-name>"
    '<crypto><pki xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-crypto">'
    "<trustpoint><id>TP-1</id></trustpoint><trustpoint><id>TP-2</id></trustpoint></pki></crypto>"
    '</native><mdt-config-data xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-mdt-cfg">'
    "<mdt-subscription><subscription-id>550</subscription-id></mdt-subscription></mdt-config-data>"
)
"""Configuration that counts on the clock."""
each = pytest.mark.parametrize("release", RELEASES)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    boxes = [
        {"name": release, "release": release[1:], "running_config": OUTSIDE, **BOX}
        for release in RELEASES
    ]
    many = {"name": "many", "release": "17.12.1", "aps": [{"kind": "healthy", "count": 6000}]}
    special = [
        {"name": "lenient", "release": "17.6.4", **BOX, "quirks": {"unknown_filter": "empty"}},
        {"name": "named", "release": "17.12.1", **BOX, "quirks": {"hello_omits_cisco": "no"}},
        {"name": "pair", "release": "17.9.1", **BOX, "standby": "hot"},
    ]
    fleet = {"lab": {"timings": STILL}, "controllers": [*boxes, many, *special]}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("reads")) as lab:
        yield lab


@contextmanager
def opened(lab, name):
    inventory = load_inventory(lab.inventory_path)
    controller = inventory.get(name)
    assert controller is not None
    driver = IosXeDriver.open(controller, SecretResolver(lab.inventory_path.parent), SystemClock())
    try:
        yield driver
    finally:
        driver.close()


@pytest.fixture(scope="module")
def views(lab):
    def read(name):
        with opened(lab, name) as driver:
            return driver.read(EVERYTHING, timeout_s=TIMEOUT_S)

    return {name: read(name) for name in RELEASES}


def truth(lab, release):
    """The box's own access points, by MAC."""
    return {ap["mac"]: ap for ap in lab.box(release).aps()}


@each
def test_the_release_and_the_session_are_told_at_connect(lab, release):
    before = len(lab.box(release).log)
    with opened(lab, release) as driver:
        assert driver.release == release[1:]
        assert driver.session.isdigit()
        driver.read(frozenset({Topic.CLOCK}), timeout_s=TIMEOUT_S)
        driver.read(frozenset({Topic.TIMERS}), timeout_s=TIMEOUT_S)
    opened_here = [e for e in lab.box(release).log[before:] if e.kind == "session"]
    assert [e.what for e in opened_here].count("opened") == 1


@each
def test_the_clock_is_read_to_a_second(lab, release):
    with opened(lab, release) as driver:
        view = driver.read(frozenset({Topic.CLOCK}), timeout_s=TIMEOUT_S)
    assert view.clock is not None
    off = view.clock.offset_s - lab.box(release).clock_offset_s
    assert abs(off) <= view.clock.uncertainty_s + 0.05
    assert view.clock.uncertainty_s < 1.5


@each
def test_ntp_zone_and_sync_are_those_of_the_box(views, release):
    view = views[release]
    assert view.ntp.labels == ("server 192.0.2.1", "server vrf Mgmt-intf 2001:db8::1")
    assert view.ntp_state.synchronised
    assert view.zone.offset_min == 60
    assert view.zone.local(datetime(2022, 7, 1, tzinfo=UTC)).hour == 2
    assert view.zone.local(datetime(2022, 12, 2, tzinfo=UTC)).hour == 1


@each
def test_the_access_points_are_those_of_the_box(lab, views, release):
    view, known = views[release], truth(lab, release)
    seen = {str(ap.mac): ap for ap in view.aps}
    joined = {mac for mac, ap in known.items() if ap["phase"] in ("registered", "downloading")}
    assert joined <= set(seen)
    for mac in joined:
        ap, box_ap = seen[mac], known[mac]
        assert ap.name == box_ap["name"]
        assert ap.model == box_ap["model"]
        assert ap.state.value == box_ap["phase"]
        assert ap.version == box_ap["version"]
        assert ap.serial
        assert ap.ethernet_mac
        assert ap.boot_time
    downloading = [ap for ap in view.aps if ap.state is ApState.DOWNLOADING]
    assert [ap.download_started is not None for ap in downloading] == [True]
    assert [ap.predownload for ap in view.aps if ap.name == "Küche 無線"] == [
        "pre-dwnld-in-progress"
    ]


@each
def test_the_pulse_tells_of_every_access_point_what_the_tables_tell(views, release):
    view = views[release]
    told = [(one.mac, one.state, one.boot_time, one.join_time) for one in view.pulses]
    assert told == [(ap.mac, ap.state, ap.boot_time, ap.join_time) for ap in view.aps]
    assert [one.is_joined for one in view.pulses] == [ap.is_joined for ap in view.aps]


@each
def test_some_access_points_are_asked_for_alone(lab, views, release):
    every = {ap.mac: replace(ap, predownload=None) for ap in views[release].aps}
    joined = [mac for mac, ap in every.items() if ap.state is ApState.REGISTERED]
    others = [mac for mac in every if mac not in joined]
    wanted = frozenset([joined[0], *others])
    topics = frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS})
    with opened(lab, release) as driver:
        some = driver.read(topics, timeout_s=TIMEOUT_S, aps=wanted)
    moving = {"discovery_requests": None, "join_requests": None, "last_failure_at": None}
    told = {ap.mac: replace(ap, **moving) for ap in some.aps}
    assert told == {mac: replace(every[mac], **moving) for mac in wanted}


@each
def test_an_access_point_that_never_joins_is_seen_where_the_release_can_tell(lab, views, release):
    (mac,) = [m for m, ap in truth(lab, release).items() if ap["kind"] == "mic_expired"]
    seen = {str(ap.mac): ap for ap in views[release].aps}
    if release == "v17.3.6":
        assert mac not in seen
        assert "not joined cannot be seen" in views[release].unknown[Topic.AP_JOIN_STATS]
        return
    assert seen[mac].state is ApState.NOT_JOINED
    assert seen[mac].is_joined is False
    assert seen[mac].failure_phase is JoinPhase.DTLS
    has_details = release == "v17.12.1"
    assert (seen[mac].dtls_failure == "dtls-hs-cert-auth") is has_details


@each
def test_what_a_release_cannot_tell_is_said(views, release):
    unknown = set(views[release].unknown)
    oldest = {Topic.AP_JOIN_STATS, Topic.CERTIFICATES, Topic.NEIGHBOURS}
    late = oldest if release == "v17.3.6" else set()
    late |= {Topic.INSTALL_PROGRESS} if release in ("v17.3.6", "v17.6.4") else set()
    assert unknown == late, views[release].unknown


@each
def test_certificates_have_their_dates(views, release):
    if release == "v17.3.6":
        assert views[release].certificates is None
        return
    (sudi,) = [c for c in views[release].certificates if c.for_join]
    assert sudi.not_before == datetime(2020, 1, 10, 10, tzinfo=UTC)
    assert sudi.not_after == datetime(2029, 5, 14, 20, 25, 41, tzinfo=UTC)
    ends = {ap.certificate_end for ap in views[release].aps if ap.certificate_kind}
    assert any(ends)
    kinds = {ap.certificate_kind for ap in views[release].aps if ap.certificate_kind}
    assert kinds == {CertificateKind.MIC}


@each
def test_install_hazards_timers_saved_and_standby(views, release):
    view = views[release]
    assert view.install.patches == ("C9800-universalk9_wlc.CSCwe10047.SPA.apsp.bin",)
    assert view.install.uncommitted == ()
    assert not view.install.abort_timer_active
    assert view.install.activity is None
    assert view.hazards == ()
    assert view.timers == ()
    assert view.unsaved is False
    assert view.standby is None
    assert view.syncing is False
    assert view.hardware
    assert view.boot_time


@each
def test_the_clients_of_all_access_points_are_counted(views, release):
    serving = [ap for ap in views[release].aps if ap.state is ApState.REGISTERED]
    told = 6 * len(serving) if release == "v17.12.1" else None
    assert views[release].clients == told


@each
def test_what_counts_on_the_clock_is_read_from_the_configuration(views, release):
    view = views[release]
    assert {(one.kind, one.number) for one in view.dependents} == {
        ("assurance", 1),
        ("licence", 1),
        ("certificate-check", 2),
        ("guest-lifetime", 1),
    }
    assert Topic.DEPENDENTS not in view.unknown


@each
def test_every_value_says_where_it_was_read(views, release):
    view = views[release]
    assert view.origin("clock").endswith("/device-system-data/current-time")
    assert view.origin("state").endswith("/capwap-data/ap-state/ap-operation-state")
    assert view.origin("ntp") == "/native/ntp/server"


def test_a_box_whose_hello_names_no_module_and_one_that_does_are_the_same(lab):
    with opened(lab, "named") as named, opened(lab, "v17.12.1") as unnamed:
        assert named.release == unnamed.release == "17.12.1"


def test_a_box_that_ignores_unknown_filters_is_read_as_well(lab, views):
    with opened(lab, "lenient") as driver:
        view = driver.read(EVERYTHING, timeout_s=TIMEOUT_S)
    assert len(view.aps) == len(views["v17.6.4"].aps)
    assert view.unknown.keys() == views["v17.6.4"].unknown.keys()


def test_a_standby_is_seen(lab):
    with opened(lab, "pair") as driver:
        view = driver.read(frozenset({Topic.REDUNDANCY}), timeout_s=TIMEOUT_S)
    assert view.standby


def test_unknown_enum_values_are_kept_as_words(lab):
    with opened(lab, "v17.12.1") as driver:
        lab.box("v17.12.1").fault("garbage_enum", rpc="get", element="ap-operation-state")
        view = driver.read(frozenset({Topic.AP_JOIN}), timeout_s=TIMEOUT_S)
    assert {ap.state for ap in view.aps} == {ApState.UNKNOWN}
    assert {ap.raw_state for ap in view.aps} == {"garbage-of-the-lab"}


@pytest.mark.parametrize(
    ("rpc", "topic"),
    [("get", Topic.AP_JOIN), ("get", Topic.NTP_STATE), ("get-config", Topic.NTP_CONFIG)],
)
def test_a_reply_in_another_namespace_is_no_empty_answer(lab, rpc, topic):
    box = lab.box("v17.9.1")
    with opened(lab, "v17.9.1") as driver:
        box.fault("wrong_namespace", rpc=rpc)
        with pytest.raises(ReplyMalformed) as caught:
            driver.read(frozenset({topic}), timeout_s=TIMEOUT_S)
    box.faults_clear()
    assert "expected {http://cisco.com/ns/yang/" in str(caught.value)


def test_a_refused_login_is_tried_once(lab):
    lab.box("v17.9.1").fault("auth_refused", times=1)
    with pytest.raises(AuthenticationRefused), opened(lab, "v17.9.1"):
        pass
    with opened(lab, "v17.9.1") as driver:  # a second try would have been taken
        assert driver.release


READER = """
import json, re, sys
from pathlib import Path
from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.observation import ApState, Topic
from service.drivers.iosxe.driver import IosXeDriver
from service.telemetry.logs import configure_logs

def most_kb():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

configure_logs(level="warning")
inventory, clock = Path(sys.argv[1]), SystemClock()
secrets = SecretResolver(inventory.parent)
before = most_kb()
driver = IosXeDriver.open(load_inventory(inventory).get("many"), secrets, clock)
began = clock.now()
view = driver.read(frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS}), timeout_s=300)
took = clock.now().seconds_since(began)
driver.close()
good = sum(ap.state is ApState.REGISTERED and bool(ap.is_joined) for ap in view.aps)
more = (most_kb() - before) / 1024
print(json.dumps({"good": good, "took_s": took, "more_mb": more}))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to ask for memory")
def test_six_thousand_access_points_are_read_in_bounded_memory(lab, capsys):
    """In a process of its own, so that the lab's memory is not counted."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(lab.inventory_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    seen = json.loads(done.stdout)
    assert seen["good"] == 6000
    assert seen["more_mb"] < 300
    with capsys.disabled():
        print(f"\n6,000 APs: {seen['took_s']:.1f} s, {seen['more_mb']:.0f} MB")  # noqa: T201


def test_a_filter_with_an_element_that_the_device_lacks_is_narrowed(lab):
    """A box of 17.6 asked as if it were 17.12 refuses leaves by name; the others are read."""
    with opened(lab, "v17.6.4") as driver:
        driver._reader._asker.release = type(driver._reader._asker.release).parse("17.12.1")
        view = driver.read(frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS}), timeout_s=TIMEOUT_S)
    assert len(view.aps) >= 5
    assert any(ap.disconnect_reason for ap in view.aps)
    assert all(ap.version for ap in view.aps if ap.state is ApState.REGISTERED)


def test_a_moment_of_reading_is_the_hosts(lab):
    before = SystemClock().now().wall
    with opened(lab, "v17.9.1") as driver:
        view = driver.read(frozenset({Topic.TIMERS}), timeout_s=TIMEOUT_S)
    assert before <= view.read_at <= before + timedelta(seconds=30)


@pytest.mark.parametrize(
    ("release", "protocol", "begins"),
    [
        ("v17.6.4", "LLDP", "Gi1/0/"),
        ("v17.9.1", "CDP", "GigabitEthernet1/0/"),
        ("v17.12.1", "CDP", "GigabitEthernet1/0/"),
        ("v17.12.1", "LLDP", "Gi1/0/"),
    ],
)
def test_the_switch_port_that_each_access_point_hears_is_known(views, release, protocol, begins):
    view = views[release]
    told = [one for one in view.neighbours if one.protocol == protocol]
    heard = {one.mac: one for one in told}
    assert {ap.mac for ap in view.aps if ap.state is ApState.REGISTERED} <= set(heard)
    assert len(heard) == len(told)
    assert all(one.port.startswith(begins) for one in heard.values())
    assert {one.device for one in heard.values()} == {"access-1.example"}
