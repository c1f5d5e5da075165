"""Changes of the AireOS driver against the lab: each line once, each answer judged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.changes import AddNtp, ProveTimer, RemoveNtp, ResetAp, SaveConfig, SetClock
from service.domain.identity import BaseRadioMac
from service.domain.inventory import SnmpEndpoint
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.observation import ApState, Topic
from service.errors import CapabilityMissing, ChangeRefused, DeviceUnreachable, OutcomeUnknown
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from tests.contract.drivers.aireos_boxes import STILL, TIMEOUT_S, box, opened

RELEASES = {"eight-five": "8.5.161.0", "eight-ten": "8.10.151.0"}
FALSE = datetime(2022, 12, 2, 0, 0)  # noqa: DTZ001 - wall time
TIME = frozenset({Topic.CLOCK, Topic.NTP_CONFIG, Topic.NTP_STATE})
each = pytest.mark.parametrize("name", RELEASES)
confirm = {"eight-five": "line", "eight-ten": "key"}


@pytest.fixture
def lab(tmp_path):
    boxes = [
        box(name, release, quirks={"confirm": confirm[name]}, timezone={"hours": 1})
        for name, release in RELEASES.items()
    ]
    more = [
        *(
            box(f"no-{line.split()[-1]}", "8.5.161.0", login={"denied": [line]}, aps=[])
            for line in ("config time ntp delete", "config time manual", "save config")
        ),
        box("read-only", "8.5.161.0", login={"access": "read-only"}),
        box(
            "nameless",
            "8.10.151.0",
            ntp=[{"host": "192.0.2.1"}, {"host": "ntp.example.net", "resolves": False}],
        ),
        box("keyed", "8.10.151.0", ntp=[{"host": "192.0.2.1", "key": 1}]),
        box("keyed-name", "8.10.151.0", ntp=[{"host": "ntp.example.net", "key": 1}]),
    ]
    fleet = {"lab": {"timings": STILL}, "controllers": [*boxes, *more]}
    with Lab(from_mapping(fleet), state_dir=tmp_path) as lab:
        yield lab


def sends(driver, change):
    return driver.change(change, timeout_s=TIMEOUT_S)


def reads(driver, topics=TIME):
    return driver.read(topics, timeout_s=TIMEOUT_S)


def set_clock(wall, **more):
    return SetClock("r1", 0, wall, false=True, **more)


@each
def test_a_whole_window_leaves_nothing_behind(lab, name):
    with opened(lab, name) as driver:
        before = reads(driver)
        assert driver.render(RemoveNtp(before.ntp)) == (
            "config time ntp server 2 pool.ntp.org",  # does its name resolve?
            "config time ntp delete 2",
            "config time ntp delete 1",
        )
        sends(driver, RemoveNtp(before.ntp))
        assert reads(driver).ntp == NtpConfig()
        assert sends(driver, set_clock(FALSE)).sent == ("config time manual 12/02/22 00:00:00",)
        false = reads(driver).clock.device_time
        assert abs(false - datetime(2022, 12, 1, 23, tzinfo=UTC)) < timedelta(seconds=5)
        home = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - the test is its own judge
        sends(driver, set_clock(home.replace(tzinfo=None)))
        sends(driver, AddNtp(before.ntp))
        sends(driver, SaveConfig())
        after = reads(driver, TIME | {Topic.SAVED})
    assert after.ntp == before.ntp
    assert abs(after.clock.offset_s) < 3
    assert after.unsaved is False
    left = lab.wlc(name).left_dirty()
    assert left == ["NTP daemon is trying, was in step"]  # which takes it some polls


def test_what_is_not_saved_is_found_out_and_not_saved_by_that(lab):
    with opened(lab, "eight-five") as driver:
        ntp = reads(driver).ntp
        sends(driver, RemoveNtp(ntp))
        assert reads(driver, frozenset({Topic.SAVED})).unsaved is True
        assert reads(driver).ntp == NtpConfig()  # over a new session
    assert any("ntp" in one for one in lab.wlc("eight-five").left_dirty())


@each
def test_an_entry_that_changed_meanwhile_is_left_alone(lab, name):
    with opened(lab, name) as driver:
        ntp = reads(driver).ntp
        lab.wlc(name).foreign_edit("config time ntp delete 2")
        lab.wlc(name).foreign_edit("config time ntp server 2 192.0.2.77")
        with pytest.raises(ChangeRefused, match="no longer there as it was"):
            sends(driver, RemoveNtp(ntp))
        assert reads(driver).ntp.labels == ("server 1 192.0.2.1", "server 2 192.0.2.77")


def test_an_index_or_a_server_that_is_taken_is_not_written_over(lab):
    with opened(lab, "eight-five") as driver:
        taken = NtpEntry("server", "server-list", "192.0.2.9", slot="1")
        twice = NtpEntry("server", "server-list", "192.0.2.1", slot="3")
        for entry in (taken, twice):
            with pytest.raises(ChangeRefused, match="taken already"):
                sends(driver, AddNtp(NtpConfig((entry,))))
        assert len(reads(driver).ntp.entries) == 2


def test_a_server_whose_name_does_not_resolve_is_not_taken_away(lab):
    with opened(lab, "nameless") as driver:
        ntp = reads(driver).ntp
        with pytest.raises(ChangeRefused):
            sends(driver, RemoveNtp(ntp))
        assert reads(driver).ntp == ntp


def test_a_server_with_a_key_is_put_back_with_it(lab):
    key = "config time ntp auth enable 1 1"
    with opened(lab, "keyed") as driver:
        ntp = reads(driver).ntp
        removal = (key, "config time ntp delete 1")  # would the key be taken back?
        assert driver.render(RemoveNtp(ntp)) == removal
        sends(driver, RemoveNtp(ntp))
        assert reads(driver).ntp == NtpConfig()
        added = sends(driver, AddNtp(ntp))
        assert added.sent == ("config time ntp server 1 192.0.2.1", key)
        sends(driver, SaveConfig())
        assert reads(driver).ntp == ntp
    assert lab.wlc("keyed").left_dirty() == ["NTP daemon is trying, was in step"]


def test_a_server_that_was_added_without_its_key_is_given_that_alone(lab):
    with opened(lab, "keyed") as driver:
        ntp = reads(driver).ntp
        sends(driver, RemoveNtp(ntp))
        lab.wlc("keyed").fault("refuse", rpc="config time ntp auth", message="Error! Not now")
        with pytest.raises(OutcomeUnknown, match="taken before"):
            sends(driver, AddNtp(ntp))
        assert not reads(driver).ntp.same_as(ntp)
        assert sends(driver, AddNtp(ntp)).sent == ("config time ntp auth enable 1 1",)
        assert reads(driver).ntp == ntp


def test_a_key_that_would_not_be_taken_back_is_not_taken_away(lab):
    handle = lab.wlc("keyed")
    with opened(lab, "keyed") as driver:
        ntp = reads(driver).ntp
        handle.fault("refuse", rpc="config time ntp auth", message="Incorrect usage.")
        with pytest.raises(ChangeRefused, match="Incorrect usage"):
            sends(driver, RemoveNtp(ntp))
        handle.fault("refuse", rpc="config time ntp auth", message="Good morning")
        with pytest.raises(ChangeRefused, match="Good morning"):
            sends(driver, RemoveNtp(ntp))
        assert reads(driver).ntp == ntp
    assert handle.left_dirty() == []


def test_a_proof_that_changes_the_table_is_an_outcome_to_be_looked_at(lab):
    handle = lab.wlc("keyed")
    with opened(lab, "keyed") as driver:
        ntp = reads(driver).ntp
        typed = "config time ntp auth disable 1"
        handle.fault("foreign_edit", rpc="config time ntp auth", xml=typed)
        with pytest.raises(OutcomeUnknown, match="no longer there as it was"):
            sends(driver, RemoveNtp(ntp))


def test_a_key_under_a_name_is_proven_together_with_it(lab):
    key, server = "config time ntp auth enable 1 1", "config time ntp server 1 ntp.example.net"
    handle = lab.wlc("keyed-name")
    with opened(lab, "keyed-name") as driver:
        ntp = reads(driver).ntp
        removal = (key, server, key, "config time ntp delete 1")  # the name's line drops the key
        assert sends(driver, RemoveNtp(ntp)).sent == removal
        assert reads(driver).ntp == NtpConfig()
        assert sends(driver, AddNtp(ntp)).sent == (server, key)
        assert reads(driver).ntp == ntp
        handle.fault("refuse", rpc="config time ntp auth", nth=2, message="Error! Not now")
        with pytest.raises(OutcomeUnknown, match="Not now"):
            sends(driver, RemoveNtp(ntp))
        assert not reads(driver).ntp.same_as(ntp)
        assert sends(driver, AddNtp(ntp)).sent == (key,)
        assert reads(driver).ntp == ntp


def test_an_account_that_may_not_configure_is_found_out_before_the_first_line(lab):
    with opened(lab, "read-only") as driver:
        ntp = reads(driver).ntp
        with pytest.raises(ChangeRefused, match="may not do all"):
            sends(driver, RemoveNtp(ntp))
        report = {one.key: one.verdict for one in driver.check(deep=False)}
    assert report["right to configure"] == "missing"
    assert report["show time"] == "works"


@pytest.mark.parametrize("denied", ["config time ntp delete", "config time manual", "save config"])
def test_an_account_that_lacks_one_right_is_found_out_before_the_first_line(lab, denied):
    name = f"no-{denied.split()[-1]}"
    with opened(lab, name) as driver:
        ntp = reads(driver).ntp
        with pytest.raises(ChangeRefused, match=denied):
            sends(driver, RemoveNtp(ntp))
        assert reads(driver).ntp == ntp
    assert lab.wlc(name).left_dirty() == []
    assert not [event for event in lab.wlc(name).log if event.kind == "save"]


@pytest.mark.parametrize("year", [1999, 2069, 2100])
def test_a_year_that_two_digits_do_not_tell_is_refused(lab, year):
    with opened(lab, "eight-five") as driver, pytest.raises(CapabilityMissing, match="two digits"):
        driver.render(set_clock(FALSE.replace(year=year)))


def test_timers_are_refused_for_there_are_none(lab):
    with opened(lab, "eight-five") as driver:
        for change in (ProveTimer("r", 10, (2026,)), SetClock("r", 20, FALSE)):
            with pytest.raises(CapabilityMissing, match="no timers"):
                driver.render(change)


def test_a_line_that_is_refused_changes_nothing_and_says_so(lab):
    lab.wlc("eight-five").fault("refuse", rpc="config time manual", message="Error! Not now")
    with opened(lab, "eight-five") as driver:
        with pytest.raises(ChangeRefused, match="Not now"):
            sends(driver, set_clock(FALSE))
        assert abs(reads(driver).clock.offset_s) < 3


def test_words_that_nobody_foresaw_leave_the_outcome_open(lab):
    lab.wlc("eight-five").fault("refuse", rpc="config time manual", message="Good morning")
    with opened(lab, "eight-five") as driver, pytest.raises(OutcomeUnknown, match="Good morning"):
        sends(driver, set_clock(FALSE))


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_is_unknown_and_never_sent_again(lab, kind):
    handle = lab.wlc("eight-ten")
    with opened(lab, "eight-ten") as driver:
        ntp = reads(driver).ntp
        handle.fault(kind, rpc="config time ntp delete 1")
        with pytest.raises(OutcomeUnknown):
            sends(driver, RemoveNtp(ntp))
        left = reads(driver).ntp.labels
    assert left == (("server 1 192.0.2.1",) if kind == "drop_before" else ())


def test_a_change_of_which_part_was_taken_is_unknown_not_refused(lab):
    lab.wlc("eight-ten").fault("refuse", rpc="config time ntp delete 1", message="Error! busy")
    with opened(lab, "eight-ten") as driver:
        ntp = reads(driver).ntp
        with pytest.raises(OutcomeUnknown, match=r"1 line\(s\) of this change were taken before"):
            sends(driver, RemoveNtp(ntp))


def test_a_save_that_does_not_say_saved_is_not_saved(lab):
    lab.wlc("eight-five").fault("refuse", rpc="save config", message="Configuration Not Saved!")
    with opened(lab, "eight-five") as driver, pytest.raises(OutcomeUnknown, match="did not say"):
        sends(driver, SaveConfig())


def test_without_a_session_nothing_was_sent(lab):
    lab.wlc("eight-five").fault("ssh_down", now=True, seconds=60)
    with opened(lab, "eight-five") as driver, pytest.raises(DeviceUnreachable):
        sends(driver, SaveConfig())


@each
def test_an_ap_is_reset_by_its_name_even_one_with_blanks(lab, name):
    with opened(lab, name) as driver:
        aps = driver.read(frozenset({Topic.AP_JOIN}), timeout_s=TIMEOUT_S).aps
        (ap,) = (one for one in aps if one.name == "first floor 2")
        assert driver.render(ResetAp(ap.mac)) == ('config ap reset "first floor 2"',)
        sends(driver, ResetAp(ap.mac))
        later = driver.read(frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS}), timeout_s=TIMEOUT_S)
    (reset,) = (one for one in later.aps if one.mac == ap.mac)
    assert reset.state is not ApState.REGISTERED


def test_an_ap_that_nobody_knows_cannot_be_reset(lab):
    with opened(lab, "eight-five") as driver, pytest.raises(CapabilityMissing, match="no name"):
        driver.render(ResetAp(BaseRadioMac("00:00:00:00:00:01")))


def test_changes_need_no_snmp(lab):
    with opened(lab, "eight-five", snmp=SnmpEndpoint(port=1)) as driver:
        view = reads(driver)
        entry = replace(view.ntp.entries[1], host="192.0.2.200", slot="3")
        sends(driver, AddNtp(NtpConfig((entry,))))
        assert len(reads(driver).ntp.entries) == 3
