"""FLEET.yaml as it is written: what may stand there, and where a mistake is.

`fleet` turns it into the frozen values that boxes are built of.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.lab.aps.kinds import KINDS
from service.lab.errors import LabError

POSITIVE = Field(default=None, ge=0)


class Strict(BaseModel):
    """Unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TimingsIn(Strict):
    """Durations in seconds; what is left out keeps the lab's short default."""

    boot_s: float | None = POSITIVE
    download_s: float | None = POSITIVE
    retry_s: float | None = POSITIVE
    ntp_settle_s: float | None = POSITIVE
    eem_cli_s: float | None = POSITIVE
    dmi_sync_s: float | None = POSITIVE
    save_s: float | None = POSITIVE
    reload_s: float | None = POSITIVE
    latency_s: float | None = POSITIVE


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


class ApIn(Strict):
    """Some access points of one kind."""

    kind: str
    count: int = Field(default=1, ge=1, le=10_000)
    model: str | None = None
    name: str | None = None  # pattern with {n}; default: KIND-{n}
    version: str | None = None  # what it runs before it has the controller's image
    signature: Literal["sha1", "sha2", "valid"] | None = None
    cert_start: AwareDatetime | None = None
    cert_end: AwareDatetime | None = None
    predownload: Literal["initiated", "in-progress", "complete", "unsupported", "failed"] | None = (
        None
    )
    reach: int | None = Field(default=None, ge=0, le=100)  # percent at which its download stops
    timings: TimingsIn = TimingsIn()

    @model_validator(mode="after")
    def _known_kind(self) -> "ApIn":
        if self.kind not in KINDS:
            raise ValueError(f"kind: one of {', '.join(sorted(KINDS))}")
        return self


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


class InstallIn(Strict):
    """What install-oper shows."""

    committed: bool = True
    apsp: str | None = None
    apsp_committed: bool = True
    boot_mode: Literal["install", "bundle"] = "install"
    abort_timer: bool = False
    in_progress: bool = False


class ControllerIn(Strict):
    """One box, or `count` of them with {n} in the name."""

    name: str
    count: int = Field(default=1, ge=1, le=1000)
    release: str = Field(pattern=r"^\d+\.\d+\.\d+[a-z]?$")
    model: str = "C9800-L-C-K9"
    timezone: ZoneIn | None = None
    ntp: list[NtpIn] = []
    ntp_globals: list[
        Literal["master", "panic-update", "passive", "update-calendar", "logging"]
    ] = []
    ntp_keys: list[int] = []
    unreachable_ntp: list[str] = []
    certificate: CertificateIn = CertificateIn()
    aps: list[ApIn] = []
    quirks: QuirksIn = QuirksIn()
    timings: TimingsIn = TimingsIn()
    install: InstallIn = InstallIn()
    clock_offset_s: float = 0.0
    candidate: bool = False
    cli: bool = False
    standby: Literal["hot", "cold"] | None = None
    running_config: str = ""
    startup_differs: bool = False
    reload_scheduled: bool = False
    site: str | None = None
    tags: list[str] = []


class LabIn(Strict):
    """Settings of the whole lab."""

    seed: int = 7
    host: Literal["127.0.0.1", "::1"] = "127.0.0.1"  # nobody outside this machine
    timings: TimingsIn = TimingsIn()


class FleetIn(Strict):
    """The file."""

    lab: LabIn = LabIn()
    controllers: list[ControllerIn] = Field(min_length=1)
    policy: dict[str, Any] = {}  # handed on to the inventory as it stands


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
        found = [
            f"{where}:{_line(root, tuple(e['loc']))}: {_key(tuple(e['loc']))}: {e['msg']}"
            for e in err.errors()
        ]
        raise LabError("\n".join(found)) from err


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
