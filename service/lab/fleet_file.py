"""FLEET.yaml as it is written: what may stand there, and where a mistake is.

`fleet` turns it into the frozen values that boxes are built of.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AwareDatetime, Discriminator, Field, Tag, ValidationError

from service.lab.aireos.fleet import WlcIn
from service.lab.desk.kinds import Kind
from service.lab.errors import LabError
from service.lab.fleet_parts import ApIn, PeerIn, RoamingIn, Strict, TimingsIn


class SummerIn(Strict):
    """Summer time; without start and end the rules of the United States, as IOS does."""

    name: str
    recurring: Literal[True] = True
    start: str = Field(default="", examples=["last Sun Mar 2:00"])
    end: str = Field(default="", examples=["last Sun Oct 3:00"])


class ZoneIn(Strict):
    """`clock timezone` and `clock summer-time`."""

    name: str
    hours: int = Field(default=0, ge=-23, le=23)
    minutes: int = Field(default=0, ge=0, le=59)
    summer: SummerIn | None = None


class NtpIn(Strict):
    """One `ntp server` or `ntp peer`."""

    host: str
    kind: Literal["server", "peer"] = "server"
    form: Literal["list", "ip", "ipv6"] = "list"
    vrf: str | None = None
    key: int | None = None
    prefer: bool = False
    iburst: bool = False
    minpoll: int | None = None
    maxpoll: int | None = None
    version: int | None = None
    source: str | None = None
    reachable: bool = True


class CertificateIn(Strict):
    """The controller's own certificate."""

    start: AwareDatetime = datetime(2020, 1, 10, 10, tzinfo=UTC)
    end: AwareDatetime = datetime(2029, 5, 14, 20, 25, 41, tzinfo=UTC)
    kind: Literal["sudi", "ssc", "lsc"] = "sudi"
    present: bool = True


class QuirksIn(Strict):
    """Ways in which boxes differ; see `service.lab.specs.Quirks`."""

    obsolete: Literal["accept", "refuse"] = "accept"
    unknown_filter: Literal["refuse", "empty"] = "refuse"
    must: Literal["check", "ignore"] = "check"
    unsaved_config: Literal["auto", "filled", "absent"] = "auto"
    running_writable: Literal["always", "without-candidate"] = "always"
    aaa_command_authorization: bool = False
    vty_exhausted: bool = False
    self_delete_aborts: bool = False
    eem_dead: bool = False
    countdown_follows_clock: bool = False
    identical_replace_ignored: bool = False
    hello_omits_cisco: Literal["auto", "yes", "no"] = "auto"
    install_busy: Literal["drop", "refuse"] = "drop"
    abort_timer_leaf: Literal["take", "issu-check"] = "take"
    remove_keeps_file: bool = False
    outlives_reload: bool = False
    copy_limit_s: float = Field(default=600.0, gt=0)
    xcopy_ports: Literal["refuse", "take"] = "refuse"
    copy_ends_with_session: bool = False
    subscriptions: Literal["yes", "no"] = "yes"
    on_change: Literal["aps", "all", "none"] = "aps"
    push_refusal: Literal["rpc-error", "result"] = "rpc-error"
    restconf_fields: Literal["take", "refuse"] = "take"
    restconf_empty: Literal["none", "braces"] = "none"
    trusts_any_https: bool = False


class InstallIn(Strict):
    """What install-oper shows."""

    committed: bool = True
    apsp: str | None = None
    apsp_committed: bool = True
    boot_mode: Literal["install", "bundle"] = "install"
    abort_timer: bool = False
    in_progress: bool = False
    mends: bool = False


class FileIn(Strict):
    """A file on bootflash, known by its name alone; its bytes are those of `images.make`."""

    name: str
    is_: str | None = Field(default=None, alias="is")  # the name by which it was published
    mends: bool | None = None
    models: list[str] = Field(default_factory=list)
    trouble: Literal["", "truncated", "corrupt", "no image"] = ""
    size: int | None = Field(default=None, ge=0)


class FlashIn(Strict):
    """bootflash."""

    free_bytes: int = Field(default=8_000_000_000, ge=0)
    files: list[FileIn | str] = Field(default_factory=list)


class FaultIn(Strict):
    """Trouble that is planned from the start; see `service.lab.faults`."""

    kind: str
    rpc: str = "*"
    nth: int = Field(default=1, ge=1)
    times: int = Field(default=1, ge=1)
    element: str = ""
    seconds: float = Field(default=1.0, ge=0)
    percent: int = Field(default=50, ge=0, le=100)
    tag: str = "operation-failed"
    message: str = "refused by a fault of the lab"
    xml: str = ""


class ControllerIn(Strict):
    """One box, or `count` of them with {n} in the name."""

    platform: Literal["iosxe"] = "iosxe"
    name: str
    count: int = Field(default=1, ge=1, le=1000)
    release: str = Field(pattern=r"^\d+\.\d+\.\d+[a-z]?$")
    model: str = "C9800-L-C-K9"
    timezone: ZoneIn | None = None
    ntp: list[NtpIn] = Field(default_factory=list)
    ntp_globals: list[
        Literal["master", "panic-update", "passive", "update-calendar", "logging"]
    ] = Field(default_factory=list)
    ntp_keys: list[int] = Field(default_factory=list)
    unreachable_ntp: list[str] = Field(default_factory=list)
    certificate: CertificateIn = CertificateIn()
    aps: list[ApIn] = Field(default_factory=list)
    quirks: QuirksIn = QuirksIn()
    timings: TimingsIn = TimingsIn()
    install: InstallIn = InstallIn()
    flash: FlashIn = FlashIn()
    faults: list[FaultIn] = Field(default_factory=list)
    clock_offset_s: float = 0.0
    candidate: bool = False
    cli: bool = False
    restconf: bool = False
    standby: Literal["hot", "cold"] | None = None
    running_config: str = ""
    startup_differs: bool = False
    reload_scheduled: bool = False
    roaming: RoamingIn = RoamingIn()
    mobility: list[PeerIn] = Field(default_factory=list)
    site: str | None = None
    tags: list[str] = Field(default_factory=list)
    events: dict[str, Any] = Field(default_factory=dict)  # handed on to the inventory


def _platform(given: object) -> str:
    """Which form an entry has: AireOS if it says so."""
    said = given.get("platform") if isinstance(given, Mapping) else getattr(given, "platform", "")
    return "aireos" if said == "aireos" else "iosxe"


BoxIn = Annotated[
    Annotated[ControllerIn, Tag("iosxe")] | Annotated[WlcIn, Tag("aireos")],
    Discriminator(_platform),
]


class LabIn(Strict):
    """Settings of the whole lab."""

    seed: int = 7
    host: Literal["127.0.0.1", "::1"] = "127.0.0.1"  # nobody outside this machine
    timings: TimingsIn = TimingsIn()


class FleetIn(Strict):
    """The file."""

    lab: LabIn = LabIn()
    controllers: list[BoxIn] = Field(min_length=1)
    desk: Kind | None = None
    policy: dict[str, Any] = Field(default_factory=dict)  # handed on to the inventory


def read(path: Path) -> FleetIn:
    """Read a fleet file.

    Raises:
        LabError: not there, no YAML, or something in it is wrong: file, line, key, what is wanted.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        plain = yaml.safe_load(text)
    except OSError as err:
        raise LabError(f"{path}: {err.strerror}") from err
    except yaml.YAMLError as err:
        raise LabError(f"{path}: no YAML: {err}") from err
    return checked(plain, str(path), root)


def checked(plain: object, where: str, root: yaml.Node | None = None) -> FleetIn:
    """Check a fleet that is already a mapping.

    Raises:
        LabError: every mistake, one a line.
    """
    if not isinstance(plain, Mapping):
        raise LabError(f"{where}: a mapping with `controllers` is wanted")
    try:
        return FleetIn.model_validate(plain)
    except ValidationError as err:
        places = [(_place(tuple(e["loc"])), e["msg"]) for e in err.errors()]
        found = [f"{where}:{_line(root, at)}: {_key(at)}: {told}" for at, told in places]
        raise LabError("\n".join(found)) from err


def _place(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """A location without the platform that pydantic puts behind a controller's number."""
    if location[:1] == ("controllers",) and location[2:3] in {("iosxe",), ("aireos",)}:
        return (*location[:2], *location[3:])
    return location


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(top)"


def _line(root: yaml.Node | None, location: tuple[int | str, ...]) -> int:
    """The line of the deepest node of a location that is in the file."""
    node, line = root, 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if part not in pairs:
                break
            line, node = pairs[part][0].start_mark.line + 1, pairs[part][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
