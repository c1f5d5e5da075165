"""What a fleet is made of, as frozen values: `fleet` reads them from YAML, boxes need them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things take, in seconds; the defaults are short so that tests are."""

    boot_s: float = 3.0  # an AP from reboot to its next join
    download_s: float = 4.0  # an AP's image download, 0 to 100 percent
    retry_s: float = 2.0  # between two join attempts of an AP that is refused
    ntp_settle_s: float = 2.0  # from a usable server to a stepped clock
    eem_cli_s: float = 0.15  # one `action cli`
    dmi_sync_s: float = 0.3  # after a CLI change the datastore is syncing
    save_s: float = 0.0  # extra time of save-config
    reload_s: float = 2.0  # the box is away that long
    latency_s: float = 0.0  # before every reply


@dataclass(frozen=True, slots=True)
class Zone:
    """Time zone and summer time as the box is configured."""

    name: str = "UTC"
    hours: int = 0
    minutes: int = 0
    summer: str | None = None  # name of the summer zone
    start: str = ""  # "last Sun Mar 02:00"; empty: the rules of the United States, as IOS does
    end: str = ""


@dataclass(frozen=True, slots=True)
class NtpEntry:
    """One `ntp server` or `ntp peer` line."""

    host: str
    kind: str = "server"  # server | peer
    form: str = "list"  # list | ip | ipv6: server-list entry or a name resolved that way
    vrf: str | None = None
    key: int | None = None
    prefer: bool = False
    iburst: bool = False
    minpoll: int | None = None
    maxpoll: int | None = None
    version: int | None = None
    source: str | None = None
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Certificate:
    """Validity of the controller's own certificate, and whether it is there at all."""

    start: datetime
    end: datetime
    kind: str = "sudi"  # sudi | ssc | lsc
    present: bool = True


@dataclass(frozen=True, slots=True)
class Ap:
    """One access point."""

    kind: str
    name: str
    model: str
    mac: str  # base radio MAC
    ethernet_mac: str
    ip: str
    serial: str
    cert_start: datetime
    cert_end: datetime
    signature: str | None  # certificate that signs its image: sha1, sha2, or None for a valid one
    timings: Timings
    predownload: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quirks:
    """Ways in which published boxes, or boxes we fear, differ."""

    obsolete: str = "accept"  # accept | refuse: nodes marked obsolete
    unknown_filter: str = "refuse"  # refuse | empty: unknown names in a filter
    must: str = "check"  # check | ignore: must and when of edits
    unsaved_config: str = "auto"  # auto | filled | absent: the leaf that tells a save is due
    running_writable: str = "always"  # always | without-candidate
    aaa_command_authorization: bool = False  # `action cli` fails without authorization bypass
    vty_exhausted: bool = False  # no VTY line is free for `action cli`
    self_delete_aborts: bool = False  # a running applet that deletes itself stops there
    eem_dead: bool = False  # applets are accepted and never fire
    countdown_follows_clock: bool = False  # a backward clock step delays countdowns
    identical_replace_ignored: bool = False  # an applet replaced by its equal isn't started anew
    hello_omits_cisco: str = "auto"  # auto | yes | no: Cisco's modules left out of the hello


@dataclass(frozen=True, slots=True)
class Install:
    """Software state that install-oper shows."""

    committed: bool = True
    apsp: str | None = None  # file name of an installed APSP
    apsp_committed: bool = True
    boot_mode: str = "install"  # install | bundle
    abort_timer: bool = False
    in_progress: bool = False


@dataclass(frozen=True, slots=True)
class Controller:
    """One box."""

    name: str
    release: str
    model: str
    zone: Zone
    ntp: tuple[NtpEntry, ...]
    certificate: Certificate
    aps: tuple[Ap, ...]
    quirks: Quirks
    timings: Timings
    seed: int
    serial: str
    install: Install = field(default_factory=Install)
    ntp_keys: tuple[int, ...] = ()
    ntp_globals: tuple[str, ...] = ()  # master, panic-update, passive, update-calendar, logging
    clock_offset_s: float = 0.0
    candidate: bool = False
    cli: bool = False
    standby: str | None = None  # None (lone box) | hot | cold
    running_config: str = ""  # XML merged into running at start
    startup_differs: bool = False  # started with an unsaved change
    reload_scheduled: bool = False
    unreachable_ntp: tuple[str, ...] = ()
    site: str | None = None
    tags: tuple[str, ...] = ()
