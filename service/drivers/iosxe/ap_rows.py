"""Rows of the access points' tables become sightings: joined, failed to join, pre-downloaded.

Each sighting is made once, of all tables: made twice, it was a fifth of a poll's processor time.
What most rows of the join table have alike is understood once for all of them. An unknown state
becomes UNKNOWN beside the device's own word, never an error and never a verdict.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.observation import ApSighting, ApState, CertificateKind, JoinPhase
from service.drivers.iosxe.documents import Record
from service.drivers.iosxe.leaf_values import ethernet_mac, flag, mac_text, moment, radio_mac, whole

VERSION = ("version_major", "version_minor", "version_maint", "version_build")
BACKUP = ("backup_major", "backup_minor", "backup_maint", "backup_build")

STATES = {
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
Texts = Callable[[str], str | None]
"""A record's leaf by its key; "" and None are the same: it is not told."""


class JoinRow(NamedTuple):
    """What a sighting has of the join table."""

    mac: BaseRadioMac
    state: ApState
    raw_state: str | None = None
    model: str | None = None
    version: str | None = None
    backup_version: str | None = None
    download_percent: int | None = None
    download_started: datetime | None = None
    country: str | None = None
    certificate_kind: CertificateKind | None = None
    disconnect_reason: str | None = None
    reboot_reason: str | None = None
    site: str | None = None
    ethernet_mac: EthernetMac | None = None
    name: str | None = None
    serial: str | None = None
    address: str | None = None
    boot_time: datetime | None = None
    join_time: datetime | None = None
    certificate_end: datetime | None = None


JOIN_ALIKE = (
    "state",
    "model",
    "version",
    *VERSION,
    *BACKUP,
    "download_percent",
    "download_started",
    "country",
    "certificate_kind",
    "disconnect_reason",
    "reboot_reason",
    "site",
)
"""Leaves of the join table that most rows have alike, but for a few ways."""
WAYS = 1024
"""How many of them a process remembers."""


def join_row(record: Record) -> JoinRow | None:
    """One record of the join table; None without a MAC."""
    text = record.values.get
    mac = radio_mac(text("mac"))
    if mac is None:
        return None
    own = (
        ethernet_mac(text("ethernet_mac")),
        text("name"),
        text("serial") or None,
        text("address"),
        moment(text("boot_time")),
        moment(text("join_time")),
        moment(text("certificate_end")),
    )
    return JoinRow._make((mac, *_join_alike(*map(text, JOIN_ALIKE)), *own))


@lru_cache(WAYS)
def _join_alike(*texts: str | None) -> tuple[Any, ...]:
    """What `JOIN_ALIKE` means: the fields of `JoinRow` from `state` to `site`."""
    told = dict(zip(JOIN_ALIKE, texts, strict=True))
    text = told.__getitem__
    raw = _word(text("state"))
    return (
        STATES.get(raw or "", ApState.UNKNOWN),
        raw,
        _word(text("model")),
        _word(text("version")) or _dotted(*map(text, VERSION)),
        _dotted(*map(text, BACKUP)),
        whole(text("download_percent")),
        moment(text("download_started")),
        _word(text("country")),
        _KINDS.get(text("certificate_kind") or ""),
        _word(text("disconnect_reason")),
        _word(text("reboot_reason")),
        _word(text("site")),
    )


class ApTables:
    """The join table, the statuses of predownloads and the join statistics, united row by row.

    An AP that is not joined leaves the join table and stays in the statistics for ever. Each table
    counts once it is there as a whole; the statistics come last.
    """

    def __init__(self) -> None:
        self._joined: dict[str, JoinRow] | None = None
        self._predownloads: dict[str | None, str | None] | None = None
        self._seen: dict[str, ApSighting] | None = None

    def take_joined(self, rows: Iterable[JoinRow | None]) -> int:
        """Take the join table; how many APs it has."""
        self._joined = {row.mac.value: row for row in rows if row is not None}
        return len(self._joined)

    def take_predownloads(self, statuses: Iterable[Record]) -> None:
        """Take what is told of predownloads; of an AP in no other table it tells nothing."""
        self._predownloads = {mac_text(one.get("mac")): one.get("status") for one in statuses}

    def seen(self, record: Record) -> ApSighting | None:
        """What all tables say of one AP of the statistics; None where its MAC cannot be read."""
        text = record.values.get
        mac = mac_text(text("mac"))
        if mac is None:
            return None
        row = (self._joined or {}).get(mac) or JoinRow(BaseRadioMac(mac), ApState.NOT_JOINED)
        return self._sighting(row, text)

    def take_seen(self, sightings: Iterable[ApSighting | None]) -> None:
        """Take the statistics, as `seen` united them."""
        self._seen = {ap.mac.value: ap for ap in sightings if ap is not None}

    def sightings(self) -> tuple[ApSighting, ...] | None:
        """Every AP, ordered by MAC; None where no table was read."""
        if self._joined is None and self._predownloads is None and self._seen is None:
            return None
        seen = self._seen or {}
        others = {
            mac: self._sighting(row, _untold)
            for mac, row in (self._joined or {}).items()
            if mac not in seen
        }
        aps = seen | others
        return tuple(aps[mac] for mac in sorted(aps))

    def _sighting(self, row: JoinRow, text: Texts) -> ApSighting:
        """One AP. `text`: its row of the statistics."""
        phase = text("failure_phase")
        return ApSighting(
            mac=row.mac,
            state=row.state,
            ethernet_mac=row.ethernet_mac or ethernet_mac(text("ethernet_mac")),
            name=row.name or text("name") or None,
            model=row.model,
            serial=row.serial,
            address=row.address or text("address") or None,
            raw_state=row.raw_state,
            version=row.version,
            backup_version=row.backup_version,
            download_percent=row.download_percent,
            download_started=row.download_started,
            boot_time=row.boot_time,
            join_time=row.join_time,
            country=row.country,
            certificate_kind=row.certificate_kind,
            certificate_end=row.certificate_end,
            is_joined=flag(text("is_joined")),
            failure_phase=_PHASES.get(phase, JoinPhase.UNKNOWN) if phase else None,
            failure_reason=_word(text("failure_reason")),
            disconnect_reason=row.disconnect_reason or _word(text("disconnect_reason")),
            dtls_failure=_word(text("dtls_failure")),
            join_failure=_word(text("join_failure")),
            config_failure=_word(text("config_failure")),
            discovery_failure=_word(text("discovery_failure")),
            reboot_reason=row.reboot_reason or _word(text("reboot_reason")),
            last_failure_at=moment(text("last_failure_at")),
            discovery_requests=whole(text("discovery_requests")),
            join_requests=whole(text("join_requests")),
            predownload=self._predownloads.get(row.mac.value) if self._predownloads else None,
            site=row.site,
        )


def _word(text: str | None) -> str | None:
    """A text that many rows have, the same object for all; None where it is not told.

    Polls are held until the last of their part is there: two thirds of what they held was texts.
    """
    return intern(text) if text else None


def _untold(_key: str) -> str | None:
    """A row of the statistics that is not there."""
    return None


def _dotted(major: str | None, *others: str | None) -> str | None:
    """Four numbers of a version; None where absent or 0.0.0.0 (no backup image)."""
    if not major:
        return None
    text = intern(".".join((major, *(number or "0" for number in others))))
    return None if text == "0.0.0.0" else text  # noqa: S104 - no address
