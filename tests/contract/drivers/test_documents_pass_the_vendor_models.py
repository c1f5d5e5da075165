"""Every document that the driver sends, held against the vendor's modules by yanglint."""

import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from service.domain.ap_homes import NO_HOME, ApHome, Place
from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    AddNtp,
    ArmGuard,
    Change,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    ResetAp,
    SaveConfig,
    SetApHome,
    SetClock,
    SetJoinPolicy,
)
from service.domain.identity import BaseRadioMac
from service.domain.join_policy import GRANTS
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.releases import Release
from service.domain.software_changes import InstallOrder
from service.drivers.iosxe.payloads import Payloads
from service.drivers.links.netconf import NC
from service.drivers.paths import contract
from tests.support.facts import IOSXE, RELEASES, needs_modules

pytestmark = [
    needs_modules,
    pytest.mark.skipif(
        shutil.which("yanglint") is None,
        reason="yanglint is missing: deploy/debian-packages.sh installs it (libyang2-tools)",
    ),
]
WALL = datetime(2026, 11, 21, 23, 5, 6)  # noqa: DTZ001 - wall time
UUID = "6f1c1c1e-8f2b-4b9a-9a5e-0d8f6b6f3a10"
PATCH = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
MAC, THERE = BaseRadioMac("84:3d:c6:73:10:d0"), ApHome("stage-1", "192.0.2.20")
OPERATIONS = (SaveConfig, ResetAp, SetApHome, InstallOrder)
OLD_BURST, NEW_BURST = ("iburst", "true"), ("iburst-opt", "")


def ntp_of(release: str) -> NtpConfig:
    """Every form of entry, with the burst leaf that the release prints."""
    burst = OLD_BURST if release == "17.3" else NEW_BURST
    return NtpConfig(
        (
            NtpEntry("server", "server-list", "10.0.0.123", None, (("key", "7"), ("prefer", ""))),
            NtpEntry("server", "server-list", "2001:db8::123", None, (("source", "Vlan10"), burst)),
            NtpEntry("server", "ip", "ntp1.example.net"),
            NtpEntry("server", "ipv6", "ntp6.example.net", None, (("version", "4"),)),
            NtpEntry("server", "server-list", "10.9.9.9", "Mgmt-intf", (("minpoll", "4"),)),
            NtpEntry("server", "ip", "ntp2.example.net", "Mgmt-intf"),
            NtpEntry("peer", "server-list", "10.0.0.124", None, (("maxpoll", "6"),)),
        )
    )


def changes_of(release: str) -> dict[str, Change]:
    ntp = ntp_of(release)
    guard = ArmGuard(GUARDS[0], "r1", 1800, ntp, 2022, WALL, (CLOCK, CANARY, GUARDS[1]))
    return {
        "remove-ntp": RemoveNtp(ntp),
        "add-ntp": AddNtp(ntp),
        "prove-timer": ProveTimer("r1", 5, (2026, 2027)),
        "arm-guard": guard,
        "set-clock": SetClock("r1", 5, WALL, 15),
        "remove-timers": RemoveTimers((CLOCK, *GUARDS)),
        "allow": SetJoinPolicy(GRANTS[0], before=False, after=True),
        "save": SaveConfig(),
        "reset-ap": ResetAp(MAC),
        "ap-home": SetApHome(MAC, "AP1", Place.PRIMARY, THERE, NO_HOME),
        "activate": InstallOrder("activate", UUID, PATCH, abort_after_min=163),
    }


def judged(release: str, kind: str, document: etree._Element, folder: Path) -> tuple[bool, str]:
    path = folder / "document.xml"
    path.write_bytes(etree.tostring(document))
    verdict = subprocess.run(
        [sys.executable, str(IOSXE / "validate"), RELEASES[release], kind, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert verdict.returncode in (0, 1), verdict.stdout + verdict.stderr
    return verdict.returncode == 0, verdict.stdout


def configs_of(release: str) -> list[etree._Element]:
    """What every change edits, one that takes back what allows an issuer among them."""
    payloads = Payloads(contract("iosxe"), Release.parse(release))
    edits = [one for one in changes_of(release).values() if not isinstance(one, OPERATIONS)]
    gone = SetJoinPolicy(GRANTS[1], before=True, after=False)
    return [payloads.of(change) for change in (*edits, gone)]


def joined(configs: list[etree._Element]) -> etree._Element:
    """One document of several, for the judge is slow: it takes each part by itself."""
    whole = etree.Element(f"{{{NC}}}config")
    for config in configs:
        whole.extend(config)
    return whole


@pytest.mark.parametrize("release", list(RELEASES))
def test_every_edit_is_valid_in_every_release(release, tmp_path):
    valid, words = judged(release, "edit", joined(configs_of(release)), tmp_path)
    assert valid, words


@pytest.mark.parametrize(
    "name", [n for n, one in changes_of("17.9").items() if isinstance(one, OPERATIONS)]
)
@pytest.mark.parametrize("release", list(RELEASES))
def test_every_operation_is_valid_in_every_release(release, name, tmp_path):
    payload = Payloads(contract("iosxe"), Release.parse(release)).of(changes_of(release)[name])
    valid, words = judged(release, "rpc", payload, tmp_path)
    assert valid, words


def test_the_judge_says_no_to_a_node_that_does_not_exist(tmp_path):
    payload = etree.fromstring(
        f'<config xmlns="{NC}"><native xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native">'
        "<clock><set>now</set></clock></native></config>"
    )
    valid, words = judged("17.9", "edit", joined([*configs_of("17.9"), payload]), tmp_path)
    assert not valid
    assert '"set"' in words


@pytest.mark.parametrize(
    ("release", "sample"),
    [("17.3", "17.3"), ("17.9", "17.6"), ("17.15", "17.15"), ("26.1", "17.15")],
)
def test_applets_have_the_form_of_the_published_sample(release, sample):
    """The nodes that we use of an applet are those of the sample, in the sample's nesting."""
    payload = Payloads(contract("iosxe"), Release.parse(release)).of(SetClock("r1", 5, WALL))
    published = etree.parse(IOSXE / "samples" / f"edit-eem-setclock-{sample}.xml").getroot()
    assert skeleton(published) <= skeleton(payload)


@pytest.mark.parametrize(
    ("release", "sample"),
    [("17.3", "old"), ("17.6", "old"), ("17.9", "pki-map"), ("17.15", "pki-map")],
)
def test_what_allows_expired_certificates_has_the_form_of_the_published_sample(release, sample):
    payload = Payloads(contract("iosxe"), Release.parse(release)).of(
        SetJoinPolicy(GRANTS[0], before=False, after=True)
    )
    path = IOSXE / "samples" / f"edit-cert-allow-expired-{sample}.xml"
    assert skeleton(payload) == skeleton(etree.parse(path).getroot())


def skeleton(root: etree._Element) -> set[str]:
    """The set of element paths of a document."""
    tree = root.getroottree()
    found = set()
    for element in root.iter(etree.Element):
        path = [
            etree.QName(step).text for step in (*reversed(list(element.iterancestors())), element)
        ]
        found.add("/".join(path))
    assert tree is not None
    return found
