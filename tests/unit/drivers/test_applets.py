"""What the timed applets do, as the box would run them: order, guards, names, run time."""

from datetime import datetime, timedelta

import pytest
from lxml import etree

from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    PROBE,
    WITNESS,
    ArmGuard,
    ProveTimer,
    RemoveTimers,
    SetClock,
)
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.releases import Release
from service.drivers.iosxe.payloads import Payloads
from service.drivers.paths import contract
from service.lab.box.eem_read import applets_of
from service.lab.dirty import left_dirty
from service.lab.yang.judge import parse
from tests.unit.drivers.ntp_forms import RELEASES, bench, payloads, seen, send
from tests.unit.lab.support import TODAY

EVERY_RELEASE = (*RELEASES, "17.15.1", "17.18.2", "26.1.1")
WALL = datetime(2026, 6, 1, 12, 30, 5)  # noqa: DTZ001
NTP = NtpConfig((NtpEntry("server", "server-list", "192.0.2.1", None, (("key", "7"),)),))
GUARD = ArmGuard(GUARDS[0], "r1", 30, NTP, 2022, WALL, (CLOCK, CANARY, GUARDS[1]))


def applets(release: str, change) -> dict:
    """The applets of a payload as the lab's event manager understands them, by name."""
    config = parse(etree.tostring(Payloads(contract("iosxe"), Release.parse(release)).of(change)))
    return applets_of(config)


def commands(applet) -> list[str]:
    return [action.words[0] for action in applet.actions if action.verb == "cli"]


@pytest.mark.parametrize("release", EVERY_RELEASE)
def test_an_applet_is_the_same_in_every_releases_form(release):
    (guard,) = applets(release, GUARD).values()
    assert guard.name == GUARDS[0]
    assert guard.countdown_s == 30
    assert guard.bypass
    assert guard.maxrun_s >= 60
    assert [a.verb for a in guard.actions] == [
        "cli", "cli", "regexp", "if", "cli", "end", *["cli"] * 7, "syslog",
    ]  # fmt: skip
    assert commands(guard) == [
        "enable",
        "show clock",
        "clock set 12:30:05 1 Jun 2026",
        "configure terminal",
        "ntp server 192.0.2.1 key 7",
        f"no event manager applet {CLOCK}",
        f"no event manager applet {CANARY}",
        f"no event manager applet {GUARDS[1]}",
        f"no event manager applet {GUARDS[0]}",
        "end",
    ]


@pytest.mark.parametrize("release", EVERY_RELEASE)
@pytest.mark.parametrize("count", [0, 1, 40])
def test_labels_sort_as_text_in_the_order_of_the_actions(release, count):
    entries = tuple(NtpEntry("server", "server-list", f"192.0.2.{n}") for n in range(count))
    change = ArmGuard(GUARDS[0], "r1", 30, NtpConfig(entries), 2022, WALL, ())
    (guard,) = applets(release, change).values()
    labels = [action.label for action in guard.actions]
    assert labels == sorted(labels)
    assert len({len(label) for label in labels}) == 1
    assert guard.maxrun_s >= 60 + 5 * count


@pytest.mark.parametrize("release", EVERY_RELEASE)
def test_what_deletes_itself_does_so_before_it_acts(release):
    setter = applets(release, SetClock("r1", 5, WALL, 15))
    assert list(setter) == [CANARY, CLOCK]
    assert (setter[CANARY].countdown_s, setter[CLOCK].countdown_s) == (15, 5)
    lines = commands(setter[CLOCK])
    assert lines.index(f"no event manager applet {CLOCK}") < lines.index(
        "clock set 12:30:05 1 Jun 2026"
    )
    proof = applets(release, ProveTimer("r1", 5, (2026, 2027)))
    assert set(proof) == {PROBE, WITNESS}
    lines = commands(proof[PROBE])
    assert lines.index(f"no event manager applet {PROBE}") < lines.index(
        f"no event manager applet {WITNESS}"
    )


def test_no_canary_is_sent_where_none_is_asked_for():
    assert list(applets("17.9.1", SetClock("r1", 5, WALL))) == [CLOCK]


@pytest.mark.parametrize("release", RELEASES)
def test_a_guard_leaves_a_clock_alone_that_is_not_in_the_false_year(release):
    """It may fire when the clock was put right already, by whatever."""
    box = bench(release)
    send(box, payloads(release).of(GUARD))
    box.wait(60)
    assert box.utc() == TODAY + timedelta(seconds=60)
    assert seen(box).same_as(NTP)
    assert not [event for event in box.box.log.events("clock") if event.what != "ntp"]


@pytest.mark.parametrize("release", RELEASES)
def test_a_probe_whose_guard_does_not_match_leaves_its_witness(release):
    box = bench(release)
    send(box, payloads(release).of(ProveTimer("r1", 5, (1999,))))
    box.wait(20)
    assert set(applets_of(box.box.stores.running)) == {WITNESS}
    send(box, payloads(release).of(RemoveTimers((PROBE, WITNESS))))
    assert left_dirty(box.box) == []


@pytest.mark.parametrize("release", RELEASES)
def test_a_probe_that_works_leaves_nothing(release):
    box = bench(release)
    send(box, payloads(release).of(ProveTimer("r1", 5, (2026,))))
    box.wait(20)
    assert left_dirty(box.box) == []


@pytest.mark.parametrize("release", EVERY_RELEASE)
def test_no_payload_touches_more_of_ntp_than_entries(release):
    write = Payloads(contract("iosxe"), Release.parse(release))
    for change in (GUARD, SetClock("r1", 5, WALL, 15), RemoveTimers(GUARDS)):
        assert next(write.of(change).iter("{*}ntp"), None) is None
