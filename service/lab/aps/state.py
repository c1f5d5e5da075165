"""What the controller knows of one access point at one moment."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from service.lab.aps.kinds import Refusal
from service.lab.specs import Ap

MOST = 65_535  # join counters are uint16
INITIATED = 0.2  # part of a predownload in which it is initiated only


class Phase(Enum):
    """Where an AP is."""

    BOOTING = "booting"  # away: rebooting or rejoining; join attempt at `until`
    DOWNLOADING = "downloading"  # until `until`
    STUCK = "stuck"  # a straggler at 100 percent; only a reset moves it
    REGISTERED = "registered"
    SILENT = "silent"  # never heard
    ELSEWHERE = "elsewhere"  # at another controller; what is kept here is its past


PRESENT = {Phase.DOWNLOADING, Phase.STUCK, Phase.REGISTERED}  # listed in capwap-data


@dataclass(slots=True)
class Counters:
    """What join statistics count; they never go back."""

    discoveries: int = 0
    joins: int = 0
    joins_ok: int = 0
    dtls: int = 0
    dtls_failed: int = 0
    disconnects: int = 0
    config_failed: int = 0
    downloads: int = 0

    def add(self, name: str, by: int = 1) -> None:
        """Count, up to what the leaf can show."""
        setattr(self, name, min(MOST, getattr(self, name) + by))


@dataclass(slots=True)
class ApState:
    """One AP. Times of events are as the controller's clock showed them."""

    spec: Ap
    version: str
    backup: str = "0.0.0.0"  # noqa: S104  # a version nobody installed, not an address
    phase: Phase = Phase.BOOTING
    since: float = 0.0
    until: float | None = None
    is_reset: bool = False  # a straggler that got its reset
    boot_time: datetime | None = None
    join_time: datetime | None = None
    download_start: datetime | None = None
    last_error: str = "ap-con-failure-unknown"
    error_time: datetime | None = None
    fail_time: datetime | None = None
    ok_time: datetime | None = None
    discovery_time: datetime | None = None
    dtls_fail_time: datetime | None = None
    disconnect_time: datetime | None = None
    refusal: Refusal | None = None
    disconnect: str = "unkown"
    reboot: str = "ap-reboot-reason-none"
    text: str = ""
    predownload: str | None = None
    fetching: str = ""  # the version that a predownload brings or brought
    fetch_began: float = 0.0
    fetched_at: float | None = None  # when it will be through
    fetch_mended: bool = False
    swaps: bool = False  # boots its other slot the next time
    counters: Counters = field(default_factory=Counters)
    homes: dict[str, tuple[str, str]] = field(default_factory=dict)  # place -> name, address
    origin: "Ground | None" = None  # the controller that it finds by itself
    turned_down: set[int] = field(default_factory=set)  # controllers that refused it

    @property
    def present(self) -> bool:
        """Listed in capwap-data."""
        return self.phase in PRESENT

    def predownload_state(self, now: float) -> str | None:
        """The last words of pre-dwnld-*."""
        if self.fetched_at is None:
            return self.predownload
        passed = (now - self.fetch_began) / max(self.fetched_at - self.fetch_began, 0.001)
        return "initiated" if passed < INITIATED else "in-progress"

    def percent(self, now: float) -> int:
        """Progress of the download, 0 to 100."""
        if self.phase is Phase.STUCK:
            return 100
        if self.phase is not Phase.DOWNLOADING or self.until is None:
            return 0
        whole = max(self.until - self.since, 0.001)
        reach = float(self.spec.options.get("reach", 100))
        return max(0, min(100, int(reach * (now - self.since) / whole)))


class Ground(Protocol):
    """The access points of one controller, as those of others see them."""

    states: dict[str, ApState]

    def advance_alone(self, now: float) -> None:
        """Let time pass for those that are here."""

    def is_due(self, now: float) -> bool:
        """Does one of them have something to do?"""

    def moved(self) -> None:
        """One came or went."""
