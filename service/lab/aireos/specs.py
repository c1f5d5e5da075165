"""What a simulated AireOS controller is made of, as frozen values."""

from dataclasses import dataclass, field

from service.lab.specs import Ap, Certificate, Roaming, Timings


@dataclass(frozen=True, slots=True)
class NtpServer:
    """One line of the NTP table."""

    index: int
    host: str  # IPv4, IPv6 or name
    key: int | None = None  # authentication is enabled with this key index


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """`config time timezone location N`, or a plain offset; neither: location 13 is not set."""

    location: int | None = None
    hours: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Login:
    """How the shell behind SSH lets people in."""

    banner: str = ""  # shown before `User:`
    algorithms: str = "legacy"  # legacy | modern
    lockout_attempts: int = 0  # wrong passwords until the account is locked; 0: never
    lockout_s: float = 300.0
    max_sessions: int = 5
    idle_s: float = 300.0
    delay_s: float = 0.0  # before anything is said: facts, section 1: it may take seconds
    recover_config: bool = False  # a box that was reset: asks for Recover-Config
    access: str = "read-write"  # read-write | read-only
    denied: tuple[str, ...] = ()  # beginnings of commands that this account may not use


@dataclass(frozen=True, slots=True)
class Snmp:
    """The agent."""

    version: str = "2c"  # 2c | 3
    auth: str = "sha"  # none | md5 | sha
    priv: str = "aes"  # none | des | aes
    max_bytes: int = 8192  # a GETBULK answer is cut to fit
    max_varbinds: int = 0  # more asked for: tooBig; 0: no such limit
    latency_s: float = 0.0
    drop_every: int = 0  # every nth request is lost; 0: none
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class WlcQuirks:
    """Ways in which boxes differ, or in which the sources contradict each other."""

    manual_time: str = "local"  # local | gmt: what `config time manual` takes; contested
    ntp_panic: str = "exit"  # exit | step: what the daemon does about more than 1000 s
    ap_summary: str = "auto"  # auto | old | ip18 | ip30: column layout
    image_table: str = "auto"  # auto | 7.0 | 8.5: layout of `show ap image all`
    time_table: str = "auto"  # auto | old: without the last column | bare: no table, no server
    pager: str = "quit"  # quit | plain: both were seen
    log_form: str = "hash"  # hash | percent | peer: how a failed handshake is logged
    image_status: str = "auto"  # auto (from 8.10) | yes | no: is `show ap image status` known?
    join_stats: str = "columns"  # columns | dotted
    auth_list: str = "allow"  # allow | joinable: wording of `show auth-list`; unverified
    expiry_spelling: str = "auto"  # auto | cert-expiry-ignore | lifetime-check | none
    forgets_interval: bool = False  # of NTP, with the last server; unverified
    confirm: str = "line"  # line | key: does y need Enter? unverified
    encoding: str = "utf-8"  # utf-8 | latin-1: of names
    summary_lists_downloading: bool = True  # unverified
    count_excludes_downloading: bool = False
    transfer_ends_with_session: bool = False  # or goes on without it; unverified
    tells_load: bool = True  # by SNMP; no public walk of 8.x was found
    tells_transfer: bool = True  # by SNMP, of one begun at the command line; unverified
    bad_image: bool = False  # whatever is transferred does not boot: the other image comes up
    flash_full: bool = False


@dataclass(frozen=True, slots=True)
class BootImages:
    """`show boot`."""

    primary: str
    backup: str
    default: str = "primary"
    active: str = "primary"

    def release(self, slot: str) -> str:
        """What lies in a slot."""
        return self.primary if slot == "primary" else self.backup


@dataclass(frozen=True, slots=True)
class Wlc:
    """One box. `name` is the lab's and the inventory's, `sysname` the one in its prompt."""

    name: str
    sysname: str
    release: str
    model: str
    serial: str
    mac: str
    ip: str
    zone: ZoneChoice
    ntp: tuple[NtpServer, ...]
    ntp_keys: tuple[int, ...]
    ntp_interval: int
    unreachable_ntp: tuple[str, ...]
    unresolvable: tuple[str, ...]
    certificate: Certificate
    aps: tuple[Ap, ...]
    boot: BootImages
    timings: Timings
    settings: tuple[str, ...]  # configuration commands it starts with, saved
    login: Login = field(default_factory=Login)
    snmp: Snmp = field(default_factory=Snmp)
    quirks: WlcQuirks = field(default_factory=WlcQuirks)
    clock_offset_s: float = 0.0
    startup_differs: bool = False
    redundancy: str | None = None  # None (lone box) | hot (its peer is) | standby (it is itself)
    up_s: float = 50 * 86_400.0
    transfer_s: float = 0.8  # from the file's arrival until it is written
    site: str | None = None
    tags: tuple[str, ...] = ()
    roaming: Roaming = field(default_factory=Roaming)
    seed: int = 0
