"""Records of the C9800's models become domain values. No quirk of a device survives this file.

Unknown enum values grow with every release: they become UNKNOWN beside the device's own word, never
an error and never a verdict. Moments that never happened read 1970 and become None.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.ntp import NtpState
from service.domain.observation import (
    ApSighting,
    ApState,
    Certificate,
    CertificateKind,
    InstallState,
    JoinPhase,
    Neighbour,
)
from service.drivers.iosxe.documents import Record

EPOCH = datetime(1970, 1, 2, tzinfo=UTC)
UNSYNCHRONISED_STRATUM = 16

_STATES = {
    "registered": ApState.REGISTERED,
    "downloading": ApState.DOWNLOADING,
    "pre-downloading": ApState.PREDOWNLOADING,
    "unregistered": ApState.UNREGISTERED,
    "ap-down": ApState.DOWN,
}
_PHASES = {
    "ap-con-failure-discovery": JoinPhase.DISCOVERY,
    "ap-con-failure-dtls": JoinPhase.DTLS,
    "ap-con-failure-join": JoinPhase.JOIN,
    "ap-con-failure-config": JoinPhase.CONFIG,
    "ap-con-failure-imgdwnld": JoinPhase.IMAGE,
    "ap-con-failure-run": JoinPhase.RUN,
}
_KINDS = {
    "wireless-cert-mic": CertificateKind.MIC,
    "wireless-cert-ssc": CertificateKind.SSC,
    "wireless-cert-lsc": CertificateKind.LSC,
    "trustpoint-mic": CertificateKind.MIC,
    "trustpoint-ssc": CertificateKind.SSC,
    "trustpoint-lsc": CertificateKind.LSC,
}
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?\s*(Z|[+-]\d\d:\d\d|Z[+-]\d\d:\d\d)?"
)
_VERSION = re.compile(r"Version\s+(\d+\.\d+\.\d+[a-z]?)", re.IGNORECASE)
_NEGATED = re.compile(r"\b(no|not|none|false)\b")
_OTHERS = {  # what answers like a C9800 and is none (DESIGN.md, section 4)
    r"C9800-AP": "an embedded wireless controller on an access point (EWC)",
    r"CAT9K|C9[3456]00": "a Catalyst 9000 switch",
    r"CSR1000V|C8000|ISR|ASR": "a router",
    r"CT5760|C3[68]50": "a converged access controller",
    r"AireOS|Cisco Controller": "an AireOS controller",
}


def moment(text: str | None) -> datetime | None:
    """A date-and-time; None for absent, 1970 ("never") and what cannot be read."""
    match = _MOMENT.match((text or "").strip())
    if match is None:
        return None
    body, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z") else zone.removeprefix("Z")
    try:
        parsed = datetime.fromisoformat(f"{body}.{(fraction or '0'):0<6}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):  # a day that no calendar has
        return None
    return parsed if parsed > EPOCH else None


def whole(text: str | None) -> int | None:
    """A whole number, or None where there is none."""
    return int(text) if text is not None and re.fullmatch(r"-?\d+", text) else None


def flag(text: str | None) -> bool | None:
    """A boolean leaf, or None where it is absent or says something else."""
    return {"true": True, "false": False}.get(text or "")


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


def joined_ap(record: Record) -> ApSighting | None:
    """One record of the join table; None without a MAC."""
    mac = radio_mac(record.get("mac"))
    if mac is None:
        return None
    raw = record.get("state")
    return ApSighting(
        mac=mac,
        state=_STATES.get(raw or "", ApState.UNKNOWN),
        raw_state=raw,
        ethernet_mac=_ethernet_mac(record.get("ethernet_mac")),
        name=record.get("name"),
        model=record.get("model"),
        serial=record.get("serial"),
        address=record.get("address"),
        version=record.get("version") or _dotted(record, "version"),
        backup_version=_dotted(record, "backup"),
        download_percent=whole(record.get("download_percent")),
        download_started=moment(record.get("download_started")),
        boot_time=moment(record.get("boot_time")),
        join_time=moment(record.get("join_time")),
        country=record.get("country"),
        certificate_kind=_KINDS.get(record.get("certificate_kind") or ""),
        certificate_end=moment(record.get("certificate_end")),
        disconnect_reason=record.get("disconnect_reason"),
        reboot_reason=record.get("reboot_reason"),
    )


def with_statistics(
    joined: Iterable[ApSighting], statistics: Iterable[Record]
) -> tuple[ApSighting, ...]:
    """The union of the join table and the join statistics, ordered by MAC.

    An AP that is not joined leaves the join table and stays in the statistics for ever.
    """
    aps = {ap.mac: ap for ap in joined}
    for record in statistics:
        mac = radio_mac(record.get("mac"))
        if mac is None:
            continue
        known = aps.get(mac, ApSighting(mac=mac, state=ApState.NOT_JOINED))
        aps[mac] = _with_failures(known, record)
    return tuple(aps[mac] for mac in sorted(aps))


def _with_failures(ap: ApSighting, record: Record) -> ApSighting:
    phase = record.get("failure_phase")
    return replace(
        ap,
        name=ap.name or record.get("name"),
        address=ap.address or record.get("address"),
        ethernet_mac=ap.ethernet_mac or _ethernet_mac(record.get("ethernet_mac")),
        is_joined=flag(record.get("is_joined")),
        failure_phase=None if phase is None else _PHASES.get(phase, JoinPhase.UNKNOWN),
        failure_reason=record.get("failure_reason"),
        dtls_failure=record.get("dtls_failure"),
        join_failure=record.get("join_failure"),
        config_failure=record.get("config_failure"),
        discovery_failure=record.get("discovery_failure"),
        last_failure_at=moment(record.get("last_failure_at")),
        discovery_requests=whole(record.get("discovery_requests")),
        join_requests=whole(record.get("join_requests")),
        disconnect_reason=ap.disconnect_reason or record.get("disconnect_reason"),
        reboot_reason=ap.reboot_reason or record.get("reboot_reason"),
    )


def with_predownload(
    aps: Iterable[ApSighting], statuses: Iterable[Record]
) -> tuple[ApSighting, ...]:
    """The sightings with their predownload status."""
    by_mac = {radio_mac(record.get("mac")): record.get("status") for record in statuses}
    return tuple(replace(ap, predownload=by_mac.get(ap.mac)) for ap in aps)


def neighbours(rows: Iterable[Record]) -> tuple[Neighbour, ...]:
    """What APs hear by CDP; a row without AP, switch or port tells nobody where to go."""
    told = (
        Neighbour(mac, device, port)
        for row in rows
        for mac, device, port in [(radio_mac(row.get("mac")), row.get("device"), row.get("port"))]
        if mac is not None and device and port
    )
    return tuple(sorted(told, key=lambda one: (one.mac, one.device, one.port)))


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


def radio_mac(text: str | None) -> BaseRadioMac | None:
    """A base radio MAC, or None where it is none."""
    try:
        return BaseRadioMac.parse(text) if text else None
    except ValueError:
        return None


def _ethernet_mac(text: str | None) -> EthernetMac | None:
    try:
        return EthernetMac.parse(text) if text else None
    except ValueError:
        return None


def _dotted(record: Record, prefix: str) -> str | None:
    """Four numbers of a version; None where absent or 0.0.0.0 (no backup image)."""
    numbers = [record.get(f"{prefix}_{part}") for part in ("major", "minor", "maint", "build")]
    text = ".".join(number or "0" for number in numbers)
    return None if numbers[0] is None or text == "0.0.0.0" else text  # noqa: S104 - no address
