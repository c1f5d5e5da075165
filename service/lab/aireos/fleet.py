"""A box with `platform: aireos` in a fleet file: what may stand there, and what it becomes."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field, model_validator

from service.lab.aireos.aps import KINDS as MORE_KINDS
from service.lab.aireos.aps import SSC_KINDS
from service.lab.aireos.specs import (
    BootImages,
    Login,
    NtpServer,
    Snmp,
    Wlc,
    WlcQuirks,
    ZoneChoice,
)
from service.lab.aireos.zones import LOCATIONS
from service.lab.aps.kinds import KINDS
from service.lab.fleet_aps import aps_of, roaming_of, serial
from service.lab.fleet_parts import ApIn, RoamingIn, Strict, TimingsIn
from service.lab.specs import Ap, Certificate, Timings

SSC_END = datetime(2020, 1, 1, tzinfo=UTC)  # facts, section 5: those of the upgrade tool
OTHER_RELEASE = {"8.5": "8.3.150.0"}  # what APs ran before they met this controller
FALLBACK_RELEASE = "8.5.161.0"
RELEASE = re.compile(r"\d+\.\d+\.\d+(\.\d+)?")


class WlcApIn(ApIn):
    """Some access points of one kind."""

    kinds: ClassVar[frozenset[str]] = frozenset(KINDS | MORE_KINDS)

    location: str | None = None
    strict: bool = False  # turns an expired controller MIC down until it learned to ignore that
    log_mac: Literal["base", "ethernet"] = "base"  # which MAC the message log names
    lost_on: str | None = None  # a release on which it does not join
    nameless: bool = False  # the join statistics know no name of it


class WlcNtpIn(Strict):
    """One line of the NTP table; without an index the next free one."""

    host: str
    index: int | None = Field(default=None, ge=1, le=3)
    key: int | None = Field(default=None, ge=1)
    reachable: bool = True
    resolves: bool = True


class WlcZoneIn(Strict):
    """`config time timezone location N`, or hours and minutes."""

    location: int | None = None
    hours: int = Field(default=0, ge=-13, le=13)
    minutes: int = Field(default=0, ge=0, le=59)

    @model_validator(mode="after")
    def _known(self) -> "WlcZoneIn":
        if self.location is not None and self.location not in LOCATIONS:
            raise ValueError(f"location: 1 to {max(LOCATIONS)}")
        return self


class WlcCertificateIn(Strict):
    """The controller's own certificate."""

    start: AwareDatetime = datetime(2017, 3, 10, 10, tzinfo=UTC)
    end: AwareDatetime = datetime(2037, 3, 10, 10, tzinfo=UTC)
    kind: Literal["mic", "ssc", "lsc"] | None = None  # default: by the model
    present: bool = True


class LoginIn(Strict):
    """See `specs.Login`."""

    banner: str = ""
    algorithms: Literal["legacy", "modern"] = "legacy"
    lockout_attempts: int = Field(default=0, ge=0)
    lockout_s: float = Field(default=300.0, ge=0)
    max_sessions: int = Field(default=5, ge=1)
    idle_s: float = Field(default=300.0, gt=0)
    delay_s: float = Field(default=0.0, ge=0)
    recover_config: bool = False
    access: Literal["read-write", "read-only"] = "read-write"
    denied: list[str] = Field(default_factory=list)


class SnmpIn(Strict):
    """See `specs.Snmp`."""

    version: Literal["2c", "3"] = "2c"
    auth: Literal["none", "md5", "sha"] = "sha"
    priv: Literal["none", "des", "aes"] = "aes"
    max_bytes: int = Field(default=8192, ge=484, le=60_000)
    max_varbinds: int = Field(default=0, ge=0)
    latency_s: float = Field(default=0.0, ge=0)
    drop_every: int = Field(default=0, ge=0)
    enabled: bool = True

    @model_validator(mode="after")
    def _privacy_needs_authentication(self) -> "SnmpIn":
        if self.auth == "none" and self.priv != "none":
            raise ValueError("priv needs auth (RFC 3414)")
        return self


class WlcQuirksIn(Strict):
    """See `specs.WlcQuirks`."""

    manual_time: Literal["local", "gmt"] = "local"
    ntp_panic: Literal["exit", "step"] = "exit"
    ap_summary: Literal["auto", "old", "ip18", "ip30"] = "auto"
    image_table: Literal["auto", "7.0", "8.5"] = "auto"
    time_table: Literal["auto", "old", "bare"] = "auto"
    pager: Literal["quit", "plain"] = "quit"
    log_form: Literal["hash", "percent", "peer"] = "hash"
    image_status: Literal["auto", "yes", "no"] = "auto"
    join_stats: Literal["columns", "dotted"] = "columns"
    auth_list: Literal["allow", "joinable"] = "allow"
    expiry_spelling: Literal["auto", "cert-expiry-ignore", "lifetime-check", "none"] = "auto"
    forgets_interval: bool = False
    confirm: Literal["line", "key"] = "line"
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    summary_lists_downloading: bool = True
    count_excludes_downloading: bool = False
    transfer_ends_with_session: bool = False
    tells_load: bool = True
    tells_transfer: bool = True
    bad_image: bool = False
    flash_full: bool = False


class BootIn(Strict):
    """`show boot`; primary defaults to the release."""

    primary: str | None = None
    backup: str = "8.5.161.0"
    default: Literal["primary", "backup"] = "primary"
    active: Literal["primary", "backup"] = "primary"


class WlcIn(Strict):
    """One AireOS box, or `count` of them with {n} in the name."""

    platform: Literal["aireos"]
    name: str
    sysname: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._ -]{1,31}$")
    count: int = Field(default=1, ge=1, le=1000)
    release: str = "8.5.182.0"
    model: Literal["2504", "3504", "5508", "5520", "8540", "vWLC"] = "2504"
    timezone: WlcZoneIn = WlcZoneIn()
    ntp: list[WlcNtpIn] = Field(default_factory=list, max_length=3)
    ntp_keys: list[int] = Field(default_factory=list)
    ntp_interval: int = Field(default=3600, ge=3600, le=604_800)
    certificate: WlcCertificateIn = WlcCertificateIn()
    aps: list[WlcApIn] = Field(default_factory=list)
    boot: BootIn = BootIn()
    settings: list[str] = Field(default_factory=list)  # commands it starts with, saved
    login: LoginIn = LoginIn()
    snmp: SnmpIn = SnmpIn()
    quirks: WlcQuirksIn = WlcQuirksIn()
    timings: TimingsIn = TimingsIn()
    clock_offset_s: float = 0.0
    startup_differs: bool = False
    redundancy: Literal["hot", "standby"] | None = None
    transfer_s: float = Field(default=0.8, ge=0)
    site: str | None = None
    tags: list[str] = Field(default_factory=list)
    roaming: RoamingIn = RoamingIn()

    @model_validator(mode="after")
    def _fits(self) -> "WlcIn":
        if not RELEASE.fullmatch(self.release):
            raise ValueError("release: three or four numbers, such as 8.5.182.0")
        indexes = [entry.index for entry in self.ntp if entry.index is not None]
        if len(indexes) != len(set(indexes)):
            raise ValueError("ntp: an index stands twice")
        return self


def wlc_of(given: WlcIn, name: str, number: int, timings: Timings, seed: int) -> Wlc:
    """The frozen value of one box."""
    ntp = _ntp(given.ntp)
    release = given.release if given.release.count(".") == 3 else f"{given.release}.0"  # noqa: PLR2004
    kind = given.certificate.kind or ("ssc" if given.model == "vWLC" else "mic")
    own = given.certificate
    boot = given.boot.model_dump() | {"primary": given.boot.primary or release}
    return Wlc(
        name=name,
        sysname=given.sysname or name,
        release=release,
        model=given.model,
        serial=serial("FCW", own.start, number),
        mac=f"50:61:bf:00:{number // 256 % 256:02x}:{number % 256:02x}",
        ip=f"192.0.2.{number % 254 + 1}",
        zone=ZoneChoice(**given.timezone.model_dump()),
        ntp=ntp,
        ntp_keys=tuple(given.ntp_keys),
        ntp_interval=given.ntp_interval,
        unreachable_ntp=tuple(entry.host for entry in given.ntp if not entry.reachable),
        unresolvable=tuple(entry.host for entry in given.ntp if not entry.resolves),
        certificate=Certificate(own.start, own.end, kind, own.present),
        aps=tuple(_aps(given, number, timings, release)),
        boot=BootImages(**boot),
        timings=timings,
        settings=tuple(given.settings),
        login=Login(**(given.login.model_dump() | {"denied": tuple(given.login.denied)})),
        snmp=Snmp(**given.snmp.model_dump()),
        quirks=WlcQuirks(**given.quirks.model_dump()),
        clock_offset_s=given.clock_offset_s,
        startup_differs=given.startup_differs,
        redundancy=given.redundancy,
        transfer_s=given.transfer_s,
        site=given.site,
        tags=tuple(given.tags),
        roaming=roaming_of(given.roaming, number),
        seed=seed + number,
    )


def _ntp(given: list[WlcNtpIn]) -> tuple[NtpServer, ...]:
    taken = {entry.index for entry in given}
    free = iter(n for n in range(1, 4) if n not in taken)
    return tuple(NtpServer(e.index or next(free), e.host, e.key) for e in given)


def _aps(given: WlcIn, number: int, timings: Timings, release: str) -> list[Ap]:
    groups = [group for group in given.aps for _ in range(group.count)]
    made = aps_of(given.aps, number, timings)
    before = OTHER_RELEASE.get(".".join(release.split(".")[:2]), FALLBACK_RELEASE)
    return [_ap(ap, group, before) for ap, group in zip(made, groups, strict=True)]


def _ap(ap: Ap, group: WlcApIn, before: str) -> Ap:
    """With what AireOS APs have beside the others'; a 2600 of a date that its kind asks for."""
    options = {"version": before} | ap.options
    if group.location is not None:
        options["location"] = group.location
    if group.strict:
        options["strict"] = True
    if group.lost_on:
        options["lost_on"] = group.lost_on
    if group.nameless:
        options["nameless"] = True
    if group.log_mac == "ethernet":
        options["log_mac"] = ap.ethernet_mac
    end = SSC_END if ap.kind == "ssc_expired" and group.cert_end is None else ap.cert_end
    start = ap.cert_start
    if ap.kind in SSC_KINDS and group.cert_start is None:
        start = datetime(2008, 1, 1, tzinfo=UTC)
    return replace(ap, options=options, cert_start=start, cert_end=end)
