"""NTP entries go off the box and come back as they were: over NETCONF and by the CLI of the guard.

This matters most: what comes back otherwise is left behind.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from service.domain.changes import CLOCK, GUARDS, AddNtp, ArmGuard, RemoveNtp
from service.domain.ntp import NtpConfig, NtpEntry
from service.drivers.iosxe.ntp_entries import ntp_command, ntp_config
from service.lab.box.cli import CliSession
from service.lab.dirty import left_dirty
from tests.unit.drivers.ntp_forms import PATHS, RELEASES, bench, configs, payloads, seen, send
from tests.unit.lab.support import TODAY

some = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
releases = pytest.mark.parametrize("release", RELEASES)
SIBLINGS_MOVED = "unsaved changes"
"""The lab takes another order of unlike siblings for a change that has to be saved."""


def typed(box, *lines: str) -> list[str]:
    """Lines typed in configuration mode; what the parser answered."""
    session = CliSession(box.box, "test", privileged=True)
    session.mode = "config"
    return [session.run(box.box.advance(), line) for line in lines]


@releases
@some
@given(data=st.data())
def test_entries_read_removed_and_added_back_are_identical(release, data):
    config = data.draw(configs(release))
    box, write = bench(release), payloads(release)
    send(box, write.of(AddNtp(config)))
    captured, before = seen(box), list(box.box.stores.running.itertext())
    assert captured.same_as(config)
    send(box, write.of(RemoveNtp(captured)))
    assert seen(box) == NtpConfig()
    send(box, write.of(AddNtp(captured)))
    assert seen(box) == captured
    assert sorted(box.box.stores.running.itertext()) == sorted(before)


@releases
@some
@given(data=st.data())
def test_the_guards_cli_lines_make_the_identical_entries(release, data):
    config = data.draw(configs(release))
    box, write = bench(release), payloads(release)
    send(box, write.of(AddNtp(config)))
    captured = seen(box)
    send(box, write.of(RemoveNtp(captured)))
    answers = typed(box, *(ntp_command(entry) for entry in captured.entries))
    assert answers == [""] * len(captured.entries)
    assert seen(box).same_as(captured)


@releases
@some
@given(data=st.data())
def test_a_line_typed_over_an_entry_that_is_there_changes_nothing(release, data):
    """The guard may fire when NTP was put back already."""
    config = data.draw(configs(release))
    box, write = bench(release), payloads(release)
    send(box, write.of(AddNtp(config)))
    captured = seen(box)
    typed(box, *(ntp_command(entry) for entry in captured.entries))
    assert seen(box).same_as(captured)


@releases
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_a_box_left_alone_in_the_past_comes_home_by_its_guard(release, data):
    config = data.draw(configs(release))
    box, write = bench(release), payloads(release)
    send(box, write.of(AddNtp(config)))
    box.box.save(box.box.advance(), "test")
    box.box.initial_running = etree.tostring(box.box.stores.running)
    box.box.initial_startup = etree.tostring(box.box.stores.startup)
    captured = seen(box)
    home = (TODAY + timedelta(seconds=30)).replace(tzinfo=None)
    guard = ArmGuard(GUARDS[0], "r1", 30, captured, 2022, home, (CLOCK, GUARDS[1]))
    send(box, write.of(guard))
    send(box, write.of(RemoveNtp(captured)))
    box.box.set_clock(box.box.advance(), TODAY.replace(year=2022), "test")
    assert left_dirty(box.box)
    box.wait(30 + 20)
    assert [line for line in left_dirty(box.box) if not line.startswith(SIBLINGS_MOVED)] == []


# -- what is read ------------------------------------------------------------------------------

NTP = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-ntp"'
NATIVE = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"'


def read(inside: str) -> NtpConfig:
    return ntp_config(
        PATHS, etree.fromstring(f"<data><native {NATIVE}><ntp>{inside}</ntp></native></data>")
    )


@pytest.mark.parametrize(
    "inside",
    ["", f"<server {NTP}/>", f"<server {NTP}/><peer {NTP}/>", f"<server {NTP}>\n </server>"],
)
def test_empty_containers_left_behind_are_no_entries(inside):
    assert read(inside) == NtpConfig()


def test_a_vrf_left_without_entries_is_no_entry():
    assert read(f"<server {NTP}><vrf><name>Mgmt-intf</name></vrf></server>") == NtpConfig()


def test_keys_may_come_last_and_leaves_may_have_blanks():
    found = read(
        f"<server {NTP}><server-list>\n<key> 7 </key><prefer/>\n<ip-address> 192.0.2.1\n"
        "</ip-address></server-list><vrf><ip><host-name>a.example</host-name></ip>"
        "<name>blue</name></vrf></server>"
    )
    assert found.entries == (
        NtpEntry("server", "server-list", "192.0.2.1", None, (("key", "7"), ("prefer", ""))),
        NtpEntry("server", "ip", "a.example", "blue"),
    )


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<server-list><key>7</key></server-list>", "without ip-address"),
        ("<server-list><ip-address>a</ip-address><x><y/></x></server-list>", "holds x"),
        ("<dhcp><name>a</name></dhcp>", "holds dhcp"),
        ("<vrf><ip><host-name>a</host-name></ip></vrf>", "without name"),
    ],
)
def test_an_entry_that_could_not_be_put_back_exactly_is_refused(inside, words):
    with pytest.raises(ValueError, match=words):
        read(f"<server {NTP}>{inside}</server>")


@pytest.mark.parametrize(
    "entry",
    [
        NtpEntry("server", "server-list", "a b"),
        NtpEntry("server", "server-list", "a?"),
        NtpEntry("server", "server-list", 'a"'),
        NtpEntry("server", "server-list", "$x"),
        NtpEntry("server", "server-list", "a", "v r f"),
        NtpEntry("server", "server-list", "a", None, (("source", "Vlan 10"),)),
        NtpEntry("server", "server-list", "a\nreload"),
        NtpEntry("server", "server-list", "a", None, (("glow", "1"),)),
    ],
)
def test_what_a_command_line_would_not_take_is_refused(entry):
    with pytest.raises(ValueError, match="no CLI form is known"):
        ntp_command(entry)


def test_both_forms_of_an_option_are_said_once():
    both = (("iburst", "true"), ("iburst-opt", ""), ("burst", "false"))
    assert (
        ntp_command(NtpEntry("server", "ip", "a", "blue", both))
        == "ntp server vrf blue ip a iburst"
    )
