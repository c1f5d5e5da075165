"""Records of the C9800's models become domain values. No quirk of a device survives this file.

Unknown enum values grow with every release: they become unknown, never an error and never a
verdict. Leaves are read in `leaf_values`, the tables of access points in `ap_rows`.
"""

import re
from collections.abc import Iterable, Mapping

from service.domain.ap_homes import ApHome, ApHomes
from service.domain.mobility import MobilityPeer
from service.domain.ntp import NtpState
from service.domain.observation import Certificate, InstallState, Neighbour
from service.drivers.iosxe.documents import Record
from service.drivers.iosxe.installing import packages as patches_of
from service.drivers.iosxe.installing import versions_of
from service.drivers.iosxe.leaf_values import flag, moment, radio_mac, whole

UNSYNCHRONISED_STRATUM = 16
HOMES = ("primary", "secondary", "tertiary")

TUNNELS = {  # type unified-link-status of Cisco-IOS-XE-wireless-mobility-types; unknown: neither
    "up": True,
    "data-path-down": False,
    "ctrl-path-down": False,
    "ctrl-data-path-down": False,
}
_VERSION = re.compile(r"Version\s+(\d+\.\d+\.\d+[a-z]?)", re.IGNORECASE)
_NEGATED = re.compile(r"\b(no|not|none|false)\b")
_OTHERS = {  # what answers like a C9800 and is none (DESIGN.md, section 4)
    r"C9800-AP": "an embedded wireless controller on an access point (EWC)",
    r"CAT9K|C9[3456]00": "a Catalyst 9000 switch",
    r"CSR1000V|C8000|ISR|ASR": "a router",
    r"CT5760|C3[68]50": "a converged access controller",
    r"AireOS|Cisco Controller": "an AireOS controller",
}


def release_text(software: str | None) -> str | None:
    """The release within `software-version`, for example 17.9.1."""
    match = _VERSION.search(software or "")
    return match.group(1) if match else None


def other_platform(software: str | None) -> str | None:
    """What a box is that is no Catalyst 9800 controller; None where nothing says so."""
    for pattern, name in _OTHERS.items():
        if software and re.search(pattern, software):
            return name
    return None


def neighbours(rows: Iterable[Record], protocol: str = "CDP") -> tuple[Neighbour, ...]:
    """What APs hear by a protocol; a row without AP, switch or port tells nobody where to go."""
    told = (
        Neighbour(mac, device, port, protocol)
        for row in rows
        for mac, device, port in [(radio_mac(row.get("mac")), row.get("device"), row.get("port"))]
        if mac is not None and device and port
    )
    return tuple(sorted(told, key=lambda one: (one.mac, one.device, one.port)))


def clients(rows: Iterable[Record]) -> int | None:
    """How many clients all APs serve; None where no row counts any, or one is not understood."""
    counts = [row.get("number") or "" for row in rows]
    if not counts or not all(text.isascii() and text.isdecimal() for text in counts):
        return None
    return sum(map(int, counts))


def mobility_peers(rows: Iterable[Record]) -> tuple[MobilityPeer, ...]:
    """The controllers with tunnels, ordered by address; a status that nobody knows is neither."""
    found = (
        MobilityPeer(address, TUNNELS.get(row.get("status") or ""))
        for row in rows
        for address in [row.get("address")]
        if address
    )
    return tuple(sorted(found, key=lambda peer: peer.address))


def ap_homes(rows: Iterable[Record]) -> tuple[ApHomes, ...]:
    """Which controllers APs are told to join, ordered by MAC."""
    found = [
        ApHomes(mac, "", *(_home(row, n) for n in HOMES))
        for row in rows
        for mac in [radio_mac(row.get("mac"))]
        if mac is not None
    ]
    return tuple(sorted(found, key=lambda one: one.mac))


def _home(row: Record, place: str) -> ApHome:
    return ApHome.parse(row.get(f"{place}_name"), row.get(f"{place}_address"))


def ntp_state(record: Record | None) -> NtpState:
    """Whether the clock follows NTP: no leaf says so, stratum and selection together do."""
    if record is None:
        return NtpState(synchronised=False)
    stratum = whole(record.get("stratum"))
    peers = (
        entry.get("address")
        for entry in record.entries("association")
        if entry.get("selection") in ("ntp-peer-sys-peer", "ntp-peer-pps-peer")
    )
    system_peer = next(peers, None)
    good = stratum is not None and 0 < stratum < UNSYNCHRONISED_STRATUM
    return NtpState(good and system_peer is not None, stratum, system_peer)


def certificates(bundles: Iterable[Record], trustpoint: str | None) -> tuple[Certificate, ...]:
    """The identity certificates, with the one that APs are shown marked where that is known.

    Args:
        bundles: one record for each trustpoint.
        trustpoint: the one for wireless management; "" means the built-in SUDI; None: unknown.
    """
    found = []
    for bundle in bundles:
        label = bundle.get("label") or ""
        issuers = {entry.get("issuer") for entry in bundle.entries("certificate")}
        for entry in bundle.entries("certificate"):
            subject = entry.get("subject")
            alone = len(bundle.entries("certificate")) == 1
            found.append(
                Certificate(
                    label=label,
                    subject=subject or "",
                    not_before=moment(entry.get("start")),
                    not_after=moment(entry.get("end")),
                    is_ca=not alone and subject in issuers,
                    for_join=_for_join(label, trustpoint),
                )
            )
    return tuple(found)


def _for_join(label: str, trustpoint: str | None) -> bool | None:
    if trustpoint is None:
        return None
    if trustpoint == "":
        return "SUDI" in label
    return label == trustpoint


def install_state(locations: Iterable[Record]) -> InstallState:
    """The state over all locations: anything uncommitted anywhere counts."""
    boxes = list(locations)
    versions = [entry for box in boxes for entry in box.entries("version")]
    packages = [package for entry in versions for package in entry.entries("package")]
    activities = [box.get("activity") for box in boxes]
    return InstallState(
        version=_first(v.get("version") for v in versions if v.get("current") == COMMITTED),
        patches=_names(p for p in packages if _is_patch(p) and p.get("state") == PATCHED),
        uncommitted=tuple(
            sorted(v.get("version") or "a version" for v in versions if _uncommitted(v, "current"))
        )
        + _names(p for p in packages if _is_patch(p) and _uncommitted(p, "state")),
        abort_timer_active=any(b.get("abort_timer") == TIMER_RUNS for b in boxes),
        activity=_first(a for a in activities if (a or "").endswith(UNDER_WAY)),
        boot_mode=_first(box.get("boot_mode") for box in boxes),
        versions=versions_of(versions),
        packages=patches_of(versions),
        abort_at=next((at for box in boxes if (at := moment(box.get("abort_end")))), None),
        standby_hot=next((hot for box in boxes if (hot := flag(box.get("standby_hot")))), None),
    )


def syncing(output: Mapping[str, str]) -> bool:
    """Whether `is-syncing` says so: by its leaf (17.15 on), else by its words.

    The words are in no model; unverified: "No sync in progress", "Sync in progress".
    """
    leaf = flag(output.get("syncing", "").strip().lower())
    if leaf is not None:
        return leaf
    words = " ".join(output.get("result", "").lower().split())
    return words == "true" or ("in progress" in words and not _NEGATED.search(words))


def standby(locations: Iterable[Record]) -> str | None:
    """What is known of a second chassis; None where there is none."""
    chassis: dict[str | None, set[str | None]] = {}
    for location in locations:
        chassis.setdefault(location.get("chassis"), set()).add(location.get("role"))
    if any("ha-role-standby" in roles for roles in chassis.values()):
        return "standby, state not modelled"
    others = [roles for roles in chassis.values() if "ha-role-active" not in roles]
    return "role unknown" if others and len(chassis) > 1 else None


COMMITTED = "install-version-state-provisioned-committed"
PATCHED = "install-state-committed"
TIMER_RUNS = "install-timer-state-active"
UNDER_WAY = "in-progress"  # of a version, and of the system's activity: other words say nothing


def _is_patch(package: Record) -> bool:
    return package.get("type") in ("install-pkg-apsp", "install-pkg-smu")


def _uncommitted(record: Record, key: str) -> bool:
    return (record.get(key) or "").endswith(("uncommitted", UNDER_WAY))


def _names(packages: Iterable[Record]) -> tuple[str, ...]:
    return tuple(sorted({package.get("name") or "a package" for package in packages}))


def _first(texts: Iterable[str | None]) -> str | None:
    return next((text for text in texts if text), None)
