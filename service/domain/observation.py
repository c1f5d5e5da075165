"""What one look at one controller saw: plain values, no platform, no XML.

A field that is None was not asked for or could not be known; `ControllerView.unknown` says which
topics could not be read and why, so that no absence of evidence passes for a clean bill.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter

from service.domain.ap_homes import ApHomes
from service.domain.byhand import ByHand
from service.domain.hazards import Dependent, Hazard, Timer
from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.images import BootImages, Transfer, TransferSettings
from service.domain.installation import InstalledVersion, Operation, Package, Storage
from service.domain.instants import Instant
from service.domain.join_policy import JoinPolicies
from service.domain.mobility import MobilityPeer
from service.domain.ntp import NtpConfig, NtpState
from service.domain.wallclock import ClockZone


class Platform(StrEnum):
    """The controller families that we serve."""

    IOSXE = "iosxe"
    AIREOS = "aireos"


class Topic(StrEnum):
    """One thing that a driver can be asked to read."""

    IDENTITY = "identity"
    CLOCK = "clock"
    CLOCK_ZONE = "clock-zone"
    LOAD = "load"
    NTP_CONFIG = "ntp-config"
    NTP_STATE = "ntp-state"
    AP_JOIN = "ap-join"
    AP_JOIN_STATS = "ap-join-stats"
    AP_PULSE = "ap-pulse"
    AP_PREDOWNLOAD = "ap-predownload"
    CERTIFICATES = "certificates"
    INSTALL = "install"
    SAVED = "saved"
    HAZARDS = "hazards"
    TIMERS = "timers"
    REDUNDANCY = "redundancy"
    SYNCING = "syncing"
    LOGS = "logs"
    JOIN_POLICY = "join-policy"
    NEIGHBOURS = "neighbours"
    DEPENDENTS = "dependents"
    CLIENTS = "clients"
    MOBILITY = "mobility"
    INSTALL_PROGRESS = "install-progress"
    STORAGE = "storage"
    RELOAD = "reload"
    AP_HOMES = "ap-homes"
    TRANSFER = "transfer"
    TRANSFER_SETTINGS = "transfer-settings"


SWEEP_TOPICS = frozenset(
    {
        Topic.IDENTITY,
        Topic.CLOCK,
        Topic.LOAD,
        Topic.NTP_CONFIG,
        Topic.NTP_STATE,
        Topic.AP_JOIN,
        Topic.AP_JOIN_STATS,
        Topic.AP_PREDOWNLOAD,
        Topic.CERTIFICATES,
        Topic.INSTALL,
    }
)
"""What a whole poll reads; planning reads every topic but logs and, unless asked, neighbours."""


class ApState(StrEnum):
    """Where an AP stands with its controller."""

    REGISTERED = "registered"
    DOWNLOADING = "downloading"
    PREDOWNLOADING = "pre-downloading"
    UNREGISTERED = "unregistered"
    DOWN = "down"
    NOT_JOINED = "not-joined"  # known from the join statistics alone
    UNKNOWN = "unknown"  # the device used a word that we do not know: `raw_state` keeps it


class JoinPhase(StrEnum):
    """The phase of an AP's last error. A phase, not a verdict on its health."""

    DISCOVERY = "discovery"
    DTLS = "dtls"
    JOIN = "join"
    CONFIG = "config"
    IMAGE = "image-download"
    RUN = "run"
    UNKNOWN = "unknown"


class CertificateKind(StrEnum):
    """Who issued the certificate that an AP or a controller shows."""

    MIC = "mic"
    SSC = "ssc"
    LSC = "lsc"


@dataclass(frozen=True, slots=True)
class ApSighting:
    """What one poll saw of one AP. Times are aware UTC; None where unknown or never.

    Attributes:
        counted_back: boot and join time were worked out from how long ago they are: each look tells
            them a moment apart (`service/domain/counted_back.py`).
    """

    mac: BaseRadioMac
    state: ApState
    ethernet_mac: EthernetMac | None = None
    name: str | None = None
    model: str | None = None
    serial: str | None = None
    address: str | None = None
    raw_state: str | None = None
    version: str | None = None
    backup_version: str | None = None
    download_percent: int | None = None
    download_started: datetime | None = None
    boot_time: datetime | None = None
    join_time: datetime | None = None
    country: str | None = None
    certificate_kind: CertificateKind | None = None
    certificate_end: datetime | None = None
    is_joined: bool | None = None
    failure_phase: JoinPhase | None = None
    failure_reason: str | None = None  # the device's own words, free text or enum name
    disconnect_reason: str | None = None
    dtls_failure: str | None = None
    join_failure: str | None = None
    config_failure: str | None = None
    discovery_failure: str | None = None
    reboot_reason: str | None = None
    last_failure_at: datetime | None = None
    discovery_requests: int | None = None
    join_requests: int | None = None
    predownload: str | None = None
    counted_back: bool = False
    site: str | None = None  # the site tag: which APs a patch can be let reach first
    details_at: datetime | None = None  # when all but the pulse was read; None: with the look

    @property
    def label(self) -> str:
        """The AP for people: its name where it has one, always its MAC."""
        return f"{self.name} ({self.mac})" if self.name else str(self.mac)


def aged(ap: ApSighting, details_at: datetime | None) -> ApSighting:
    """The sighting with another age: what `replace` makes, in a fifth of its time.

    It is made of nearly every access point in nearly every poll.
    """
    return ap if ap.details_at == details_at else ApSighting(*_but_age(ap), details_at)  # type: ignore[call-arg]


_but_age = attrgetter(*[one.name for one in fields(ApSighting)][:-1])


@dataclass(frozen=True, slots=True)
class ApPulse:
    """The little of an AP that is asked for in every poll; what else is known of it may be older.

    Attributes:
        state: `NOT_JOINED` where the join statistics alone list it.
        is_joined: None where there are no join statistics.
    """

    mac: BaseRadioMac
    state: ApState
    raw_state: str | None = None
    boot_time: datetime | None = None
    join_time: datetime | None = None
    is_joined: bool | None = None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The controller's clock, read once.

    Attributes:
        device_time: what it showed, aware UTC.
        host_time: this host's wall clock in the middle of the exchange, aware UTC.
        uncertainty_s: half the round trip plus half the clock's own resolution.
        instant: this host's clocks at `host_time`; None for what was read offline. A wall clock may
            be set between the reading and its use: whoever works out a time goes by this.
    """

    device_time: datetime
    host_time: datetime
    uncertainty_s: float
    instant: Instant | None = None

    @property
    def offset_s(self) -> float:
        """Controller minus host, seconds, as it was read."""
        return (self.device_time - self.host_time).total_seconds()

    def shown_at(self, now: Instant) -> datetime:
        """What the controller's clock shows at a later instant of this host, if nobody sets it."""
        if self.instant is None:
            return self.device_time + (now.wall - self.host_time)
        return self.device_time + timedelta(seconds=now.seconds_since(self.instant))


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the controller.

    Attributes:
        for_join: whether APs are shown this one; None where the device does not say.
    """

    label: str
    subject: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    kind: CertificateKind | None = None
    is_ca: bool = False
    for_join: bool | None = None


@dataclass(frozen=True, slots=True)
class InstallState:
    """What is installed and whether an installation is under way.

    Attributes:
        versions, packages: the installer's books, where the box keeps some.
        abort_at: when the controller takes back what is not committed, by its own clock.
        standby_hot: whether a standby follows; None where the box does not say.
    """

    version: str | None = None
    patches: tuple[str, ...] = ()  # file names of committed APSP and SMU packages
    uncommitted: tuple[str, ...] = ()
    abort_timer_active: bool = False
    activity: str | None = None  # None: nothing under way
    boot_mode: str | None = None
    versions: tuple[InstalledVersion, ...] = ()
    packages: tuple[Package, ...] = ()
    abort_at: datetime | None = None
    standby_hot: bool | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What an AP hears on its wire, by CDP or LLDP.

    Attributes:
        device: the switch, as it names itself.
        port: the switch's port.
    """

    mac: BaseRadioMac
    device: str
    port: str
    protocol: str = "CDP"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log, with the moment it was written where that can be known."""

    text: str
    source: str  # file or stream, with line number: "ap.log:12"
    at: datetime | None = None
    mac: str | None = None  # as printed in the line, canonical; may be radio or Ethernet MAC


@dataclass(frozen=True, slots=True)
class ControllerView:
    """One look at one controller, as much of it as was asked for.

    Attributes:
        read_at: when the look began, aware UTC, by this host's wall clock; once it is kept, by the
            best clock at hand.
        release: dotted release, for example `17.9.1`.
        aps: one sighting for each AP known, by the union of all tables; None if not read.
        ap_total: the controller's own count of APs where it announces one.
        ap_downloading: its count of APs that download, where it tells how many but not which.
        load_percent: how busy its processor was, by its own word; None where it does not tell.
        has_join_certificate: whether the certificate that APs are shown is there, with its key.
        unsaved: running differs from startup; None where the box can't tell.
        pulses: the little that says which APs are worth a closer look; None: not read, or the
            controller cannot tell it apart from the rest.
        kept: whoever plainly serves as it is kept, by MAC, with the store's mark of what is kept.
            Of these `aps` tells no more than their pulse, and the age of the rest.
        remembered: topic -> when it was read, of what an earlier look said and this one did not
            ask for; empty: everything is of this look. An AP's own age is its `details_at`.
        unknown: topic -> why it could not be read.
        restores_itself: whether it can run a timer of ours that brings it home; a box that cannot
            has no `timers`, and guardians on several hosts take their place.
        by_hand: what a person types on it.
        neighbours: what APs hear on their wires; None if not read.
        dependents: what of its configuration counts on its clock; None if not read.
        clients: how many wireless clients its APs serve; None where nobody tells.
        peers: the controllers that it has mobility tunnels to; None where nobody tells.
        homes: which controllers its APs are told to join; None if not read.
        system_name: the controller's own name, by which APs know it; read with `homes`.
        ap_limit: how many APs it takes; None where nothing says.
        countries: those that it is configured for; None where nothing says.
        images: what boots, on a controller with two slots; read with the installation.
        transfer: the newest download of software; transfer_settings: what the next would fetch.
        transport: netconf or restconf, where the platform has both.
        transport_note: why it was not read over RESTCONF, though nobody pinned NETCONF.
        origins: field -> device path (or file and column) that the field was read from.
    """

    controller: str
    platform: Platform
    read_at: datetime
    release: str | None = None
    hardware: str | None = None
    boot_time: datetime | None = None
    clock: ClockReading | None = None
    zone: ClockZone | None = None
    ntp: NtpConfig | None = None
    ntp_state: NtpState | None = None
    aps: tuple[ApSighting, ...] | None = None
    load_percent: int | None = None
    ap_total: int | None = None
    ap_downloading: int | None = None
    certificates: tuple[Certificate, ...] | None = None
    has_join_certificate: bool | None = None
    install: InstallState | None = None
    operations: tuple[Operation, ...] | None = None  # None: not told, or not read
    storage: Storage | None = None
    reload: str | None = None  # what is said of a reload that is scheduled; None: none, or not read
    unsaved: bool | None = None
    hazards: tuple[Hazard, ...] | None = None
    timers: tuple[Timer, ...] | None = None
    standby: str | None = None  # None: no standby; else its state
    syncing: bool | None = None
    logs: tuple[LogLine, ...] = ()
    policies: JoinPolicies | None = None
    neighbours: tuple[Neighbour, ...] | None = None
    dependents: tuple[Dependent, ...] | None = None
    clients: int | None = None
    peers: tuple[MobilityPeer, ...] | None = None
    homes: tuple[ApHomes, ...] | None = None
    system_name: str | None = None
    ap_limit: int | None = None
    countries: tuple[str, ...] | None = None
    images: BootImages | None = None
    transfer: Transfer | None = None
    transfer_settings: TransferSettings | None = None
    transport: str | None = None
    transport_note: str | None = None
    restores_itself: bool = True
    by_hand: ByHand = ByHand()  # noqa: RUF009 - frozen
    pulses: tuple[ApPulse, ...] | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[Topic, datetime] = field(default_factory=dict)
    unknown: Mapping[Topic, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)

    def origin(self, name: str) -> str:
        """Where a field came from; the field's own name where nobody recorded it."""
        return self.origins.get(name, name)
