"""What a fleet is made of, as frozen values: `fleet` reads them from YAML, boxes need them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.lab.faults import Fault
from service.lab.images import StoredFile


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
    install_s: float = 1.0  # one operation of the installer
    abort_minute_s: float = 60.0  # one minute of its auto-abort timer
    books_lag_s: float = 0.0  # from the end of an add or a commit to what the books show of it
    predownload_s: float = 2.0  # of an AP, from the command to the end
    copy_s: float = 0.0  # a copy to bootflash takes so much longer


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
class Roaming:
    """What a controller is to access points of others."""

    staging: str | None = None  # the box on which its APs may be mended
    ap_address: str = ""  # where APs reach it
    max_aps: int | None = None
    refuses: str | None = None  # how guests are turned away: a kind of JOIN_REFUSALS
    deaf: bool = False  # an AP that downloads takes no order


@dataclass(frozen=True, slots=True)
class Peer:
    """Another controller of the mobility group, and the tunnel to it."""

    address: str
    status: str = "up"  # of type unified-link-status
    survives: bool = True  # does the tunnel come up with other software than that of the start?


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
    install_busy: str = "drop"  # drop | refuse: a request while another operation runs
    abort_timer_leaf: str = "take"  # take | issu-check: an activation that names its timer fails
    remove_keeps_file: bool = False  # `install remove` takes a file out of the books alone
    outlives_reload: bool = False  # does a set that nobody committed survive a further reload?
    copy_limit_s: float = 600.0  # a copy that takes longer is cut by the management plane
    xcopy_ports: str = "refuse"  # refuse | take: an xcopy from a server with a port of its own
    copy_ends_with_session: bool = False  # ... and one whose session is gone
    subscriptions: str = "yes"  # yes | no: is establish-subscription offered?
    on_change: str = "aps"  # aps | all | none: what is pushed on change
    push_refusal: str = "rpc-error"  # rpc-error | result: how a subscription is refused
    restconf_fields: str = "take"  # take | refuse: `fields` is answered 400
    restconf_empty: str = "none"  # none | braces: what stands for nothing, 204 or {}
    trusts_any_https: bool = False  # copies from servers whose certificate nobody vouches for


@dataclass(frozen=True, slots=True)
class Install:
    """Software state that install-oper shows."""

    committed: bool = True
    apsp: str | None = None  # file name of an installed APSP
    apsp_committed: bool = True
    boot_mode: str = "install"  # install | bundle
    abort_timer: bool = False
    in_progress: bool = False
    mends: bool = False  # is its IOS AP image signed by a certificate that holds?


@dataclass(frozen=True, slots=True)
class Flash:
    """bootflash."""

    free_bytes: int = 8_000_000_000
    files: tuple[StoredFile, ...] = ()


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
    flash: Flash = field(default_factory=Flash)
    ntp_keys: tuple[int, ...] = ()
    ntp_globals: tuple[str, ...] = ()  # master, panic-update, passive, update-calendar, logging
    clock_offset_s: float = 0.0
    candidate: bool = False
    cli: bool = False
    restconf: bool = False
    standby: str | None = None  # None (lone box) | hot | cold
    running_config: str = ""  # XML merged into running at start
    startup_differs: bool = False  # started with an unsaved change
    reload_scheduled: bool = False
    unreachable_ntp: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()  # planned from the start
    site: str | None = None
    tags: tuple[str, ...] = ()
    roaming: Roaming = field(default_factory=Roaming)
    mobility: tuple[Peer, ...] = ()
    events: dict[str, Any] = field(default_factory=dict)  # handed on to the inventory
