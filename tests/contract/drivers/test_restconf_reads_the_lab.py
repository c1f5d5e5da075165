"""The same C9800 over RESTCONF and over NETCONF, real TLS and real SSH against the lab."""

from contextlib import contextmanager
from dataclasses import fields, replace

import pytest

from service.bootstrap import PlatformDrivers
from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.changes import SaveConfig
from service.domain.observation import SWEEP_TOPICS, Topic
from service.drivers.iosxe.restconf_checking import OVER_NETCONF_ALONE
from service.errors import (
    AuthenticationRefused,
    DeviceBusy,
    DeviceUnreachable,
    HostKeyRefused,
    ReplyMalformed,
)
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.lab.load import IDLE
from tests.support.patience import REPLY_S

RELEASES = ("v17.3.6", "v17.6.4", "v17.9.1", "v17.12.1")
TIMEOUT_S = REPLY_S
BOTH = frozenset(Topic) - OVER_NETCONF_ALONE - {Topic.LOGS}
TOLD_APART = {"read_at", "clock", "transport", "transport_note"}
STILL = {"boot_s": 9000, "download_s": 9000, "retry_s": 9000}
NATIVE = "http://cisco.com/ns/yang/Cisco-IOS-XE-native"
MORE = (
    f'<native xmlns="{NATIVE}"><event><manager xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-eem">'
    "<applet><name>mine</name><description>somebody's</description></applet></manager></event>"
    '<crypto><pki xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-crypto"><trustpool><policy><match>'
    "<certificate><name>old</name><allow><expired-certificate/></allow></certificate></match>"
    "</policy></trustpool></pki></crypto></native>"
)
BOX = {
    "restconf": True,
    "ntp": [
        {"host": "192.0.2.1", "prefer": True, "key": 7, "minpoll": 6},
        {"host": "time.example.net", "form": "ip", "kind": "peer", "iburst": True},
        {"host": "2001:db8::1", "vrf": "Mgmt-intf"},
    ],
    "ntp_keys": [7],
    "timezone": {
        "name": "CET",
        "hours": 1,
        "summer": {"name": "CEST", "start": "last Sun Mar 2:00", "end": "last Sun Oct 3:00"},
    },
    "running_config": MORE,
    "aps": [
        {"kind": "healthy", "count": 3},
        {"kind": "looping"},
        {"kind": "mic_expired"},
        {"kind": "healthy", "name": "Küche 無線", "predownload": "in-progress"},
    ],
    "mobility": [{"address": "192.0.2.77", "status": "ctrl-path-down"}],
    "install": {"apsp": "C9800-universalk9_wlc.CSCwe10047.SPA.apsp.bin"},
    "cli": True,
}
each = pytest.mark.parametrize("release", RELEASES)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    boxes = [{"name": name, "release": name[1:], **BOX} for name in RELEASES]
    others = [
        {"name": "picky", "release": "17.9.1", **BOX, "quirks": {"restconf_fields": "refuse"}},
        {"name": "empty", "release": "17.9.1", "restconf": True},
        {"name": "braces", "release": "17.9.1", "restconf": True},
        {"name": "hq-1", "release": "17.9.1", **BOX},
    ]
    others[2]["quirks"] = {"restconf_empty": "braces"}
    fleet = {"lab": {"timings": STILL}, "controllers": [*boxes, *others]}
    with Lab(from_mapping(fleet), state_dir=tmp_path_factory.mktemp("web")) as lab:
        yield lab


@pytest.fixture
def opener(lab):
    """Opens drivers, and remembers nothing of what came before."""
    return PlatformDrivers(SecretResolver(lab.inventory_path.parent), SystemClock())


@contextmanager
def opened(opener, lab, name="hq-1", **changed):
    controller = load_inventory(lab.inventory_path).get(name)
    assert controller is not None
    driver = opener.open(replace(controller, **changed))
    try:
        yield driver
    finally:
        driver.close()


def look(opener, lab, name="hq-1", topics=SWEEP_TOPICS, **changed):
    with opened(opener, lab, name, **changed) as driver:
        return driver.read(topics, timeout_s=TIMEOUT_S)


@contextmanager
def noted(lab, name="hq-1"):
    """What a box saw meanwhile: requests over RESTCONF, and NETCONF sessions opened."""
    box = lab.box(name)
    before = len(box.log)
    seen = {}
    yield seen
    new = box.log[before:]
    seen["requests"] = [event for event in new if event.kind == "restconf"]
    seen["sessions"] = sum(e.kind == "session" and e.what == "opened" for e in new)
    box.faults_clear()


@pytest.mark.parametrize("name", [*RELEASES, "empty", "braces"])
def test_a_look_is_the_same_over_both_field_by_field(lab, opener, name):
    web = look(opener, lab, name, BOTH, transport="restconf")
    ssh = look(opener, lab, name, BOTH, transport="netconf")
    assert (web.transport, ssh.transport) == ("restconf", "netconf")
    for field in fields(web):
        if field.name not in TOLD_APART:
            assert getattr(web, field.name) == getattr(ssh, field.name), field.name
    assert abs(web.clock.offset_s - ssh.clock.offset_s) <= (
        web.clock.uncertainty_s + ssh.clock.uncertainty_s
    )
    if name in RELEASES:
        assert (web.aps, web.ntp.entries, web.timers, web.policies, web.zone) != (None,) * 5
        assert len(web.ntp.entries) == 3
    assert web.load_percent == IDLE


@each
def test_a_sweep_opens_no_netconf_session_and_asks_for_no_more_than_it_needs(lab, opener, release):
    with noted(lab, release) as seen:
        view = look(opener, lab, release)
    assert (view.transport, view.transport_note) == ("restconf", None)
    assert seen["sessions"] == 0
    asked = {event.what.rpartition("/")[2]: event.fields["fields"] for event in seen["requests"]}
    assert "ap-state/ap-operation-state" in asked["capwap-data"].split(";")
    assert "wtp-mac" in asked["capwap-data"].split(";")


def test_where_restconf_is_is_asked_once_in_a_while(lab, opener):
    with noted(lab) as seen:
        look(opener, lab)
        look(opener, lab)
    paths = [event.what for event in seen["requests"]]
    assert paths.count("/.well-known/host-meta") == 1


def test_a_box_that_takes_no_fields_is_read_over_netconf_which_spares_whole_tables(lab, opener):
    with noted(lab, "picky") as seen:
        view = look(opener, lab, "picky")
    assert (view.transport, len(view.aps)) == ("netconf", 6)
    assert "`fields` is refused" in view.transport_note
    assert not [e for e in seen["requests"] if e.what.endswith("/capwap-data")]


def test_where_restconf_is_pinned_it_is_asked_for_whole_tables_but_for_no_secret(lab, opener):
    with (
        noted(lab, "picky") as seen,
        opened(opener, lab, "picky", transport="restconf") as driver,
    ):
        for _ in range(2):
            view = driver.read(frozenset({Topic.AP_JOIN, Topic.CERTIFICATES}), timeout_s=TIMEOUT_S)
            assert (len(view.aps), view.transport) == (5, "restconf")
    asked = [(e.what.rpartition("/")[2], e.fields["fields"]) for e in seen["requests"]]
    tables = [fields for name, fields in asked if name == "capwap-data"]
    assert [fields is None for fields in tables] == [False, True, True]
    secrets = [fields for name, fields in asked if name == "wlc-management-data"]
    assert secrets == ["pki-trustpoint-name"] * 2


TROUBLE = {
    "unavailable": DeviceUnreachable,
    "login_page": ReplyMalformed,
    "truncate": DeviceUnreachable,
    "drop_before": DeviceUnreachable,
}


@pytest.mark.parametrize("kind", TROUBLE)
def test_what_fails_over_restconf_is_read_over_netconf_and_says_so(lab, opener, kind):
    with noted(lab) as seen:
        lab.box("hq-1").fault(kind, rpc="restconf", element="capwap-data", times=9)
        view = look(opener, lab)
        assert (view.transport, len(view.aps)) == ("netconf", 6)
        assert "capwap-data" in view.transport_note
        again = look(opener, lab)
    assert again.transport_note == view.transport_note
    asked = [e.what for e in seen["requests"] if e.what.endswith("/capwap-data")]
    assert len(asked) <= 1
    assert seen["sessions"] == 2


@pytest.mark.parametrize(("kind", "error"), TROUBLE.items())
def test_restconf_that_is_pinned_fails_as_itself(lab, opener, kind, error):
    with noted(lab) as seen:
        lab.box("hq-1").fault(kind, rpc="restconf", element="capwap-data", times=9)
        with pytest.raises(error, match="capwap-data"):
            look(opener, lab, transport="restconf")
    assert seen["sessions"] == 0


def test_a_box_that_is_locked_is_busy(lab, opener):
    lab.box("hq-1").fault("refuse", rpc="restconf", element="capwap-data", tag="lock-denied")
    with noted(lab) as seen, pytest.raises(DeviceBusy, match="409 lock-denied"):
        look(opener, lab)
    assert seen["sessions"] == 0


def test_a_login_that_is_refused_is_not_tried_at_the_other_door(lab, opener):
    lab.box("hq-1").fault("auth_refused", times=9)
    with noted(lab) as seen, pytest.raises(AuthenticationRefused):
        look(opener, lab)
    assert (seen["sessions"], len(seen["requests"])) == (0, 1)


def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(lab, opener):
    controller = load_inventory(lab.inventory_path).get("hq-1")
    stranger = replace(controller.restconf, ca=None)
    with noted(lab) as seen:
        view = look(opener, lab, restconf=stranger)
        with pytest.raises(HostKeyRefused, match="not trusted"):
            look(opener, lab, restconf=stranger, transport="restconf")
    assert seen["requests"] == []
    assert view.transport == "netconf"
    assert "not trusted" in view.transport_note
    careless = replace(stranger, insecure=True)
    assert look(opener, lab, restconf=careless).transport == "restconf"


def test_where_nobody_listens_netconf_is_used(lab, opener):
    controller = load_inventory(lab.inventory_path).get("hq-1")
    nowhere = replace(controller.restconf, port=controller.netconf.port)
    view = look(opener, lab, restconf=nowhere)
    assert view.transport == "netconf"
    assert "host-meta" in view.transport_note
    with pytest.raises(DeviceUnreachable):
        look(opener, lab, restconf=nowhere, transport="restconf")


def test_a_check_says_which_way_a_controller_is_read(lab, opener):
    with opened(opener, lab) as driver:
        restconf, *others = driver.check(deep=False)
    assert (restconf.key, restconf.verdict) == ("restconf", "works"), restconf.detail
    assert len(others) > 20
    with opened(opener, lab, "picky") as driver:
        restconf = driver.check(deep=False)[0]
    assert (restconf.key, restconf.verdict) == ("restconf", "fallback")
    assert "`fields` is refused" in restconf.detail


def test_what_changes_goes_over_netconf_and_so_does_what_is_read_afterwards(lab, opener):
    with noted(lab) as seen, opened(opener, lab) as driver:
        assert driver.read(frozenset({Topic.CLOCK}), timeout_s=TIMEOUT_S).transport == "restconf"
        session = driver.session
        assert driver.change(SaveConfig(), timeout_s=TIMEOUT_S).session == session
        assert driver.read(frozenset({Topic.CLOCK}), timeout_s=TIMEOUT_S).transport == "netconf"
    assert seen["sessions"] == 1


def test_a_look_at_what_restconf_does_not_tell_alike_is_one_over_netconf(lab, opener):
    view = look(opener, lab, topics=frozenset(Topic) - {Topic.LOGS})
    assert (view.transport, view.transport_note) == ("netconf", None)
    assert view.hazards is not None


LOAD = frozenset({Topic.CLOCK, Topic.LOAD})
RPC_OF = {"restconf": "restconf", "netconf": "get"}
both = pytest.mark.parametrize("transport", RPC_OF)


@both
def test_how_busy_a_controller_is_is_one_leaf_of_its_own_word(lab, opener, transport):
    lab.box("hq-1").fault("load", percent=96, seconds=3600, now=True)
    with noted(lab) as seen:
        view = look(opener, lab, topics=LOAD, transport=transport)
    lab.box("hq-1").fault("load", seconds=0, now=True)
    assert view.load_percent == 96
    assert view.unknown == {}
    assert view.origin("percent") == "/cpu-usage/cpu-utilization/one-minute"
    asked = {event.what.rpartition("/")[2]: event.fields["fields"] for event in seen["requests"]}
    assert asked.get("cpu-utilization") == ("one-minute" if transport == "restconf" else None)
    assert look(opener, lab, topics=LOAD, transport=transport).load_percent == IDLE


@both
@pytest.mark.parametrize(
    "tag", ["unknown-element", "unknown-namespace", "access-denied", "data-missing", "in-use"]
)
def test_one_that_does_not_say_how_busy_it_is_is_read_all_the_same(lab, opener, transport, tag):
    lab.box("hq-1").fault("refuse", rpc=RPC_OF[transport], element="cpu-usage", tag=tag, times=9)
    with noted(lab):
        view = look(opener, lab, transport=transport)
    assert (view.load_percent, set(view.unknown)) == (None, {Topic.LOAD})
    assert tag in view.unknown[Topic.LOAD]
    assert (len(view.aps), view.transport, view.transport_note) == (6, transport, None)
    assert view.clock is not None


def test_a_box_that_takes_no_fields_is_not_asked_for_every_process(lab, opener):
    with noted(lab, "picky") as seen:
        view = look(opener, lab, "picky", LOAD, transport="restconf")
    asked = [(e.what.rpartition("/")[2], e.fields["fields"]) for e in seen["requests"]]
    assert [fields for name, fields in asked if name == "cpu-utilization"] == ["one-minute"]
    assert Topic.LOAD in view.unknown
