"""What the controller knows of one access point at one moment."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from service.lab.aps.kinds import Refusal
from service.lab.specs import Ap

MOST = 65_535  # join counters are uint16


class Phase(Enum):
    """Where an AP is."""

    BOOTING = "booting"  # away: rebooting or rejoining; join attempt at `until`
    DOWNLOADING = "downloading"  # until `until`
    STUCK = "stuck"  # a straggler at 100 percent; only a reset moves it
    REGISTERED = "registered"
    SILENT = "silent"  # never heard


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
    counters: Counters = field(default_factory=Counters)

    @property
    def present(self) -> bool:
        """Listed in capwap-data."""
        return self.phase in PRESENT

    def percent(self, now: float) -> int:
        """Progress of the download, 0 to 100."""
        if self.phase is Phase.STUCK:
            return 100
        if self.phase is not Phase.DOWNLOADING or self.until is None:
            return 0
        whole = max(self.until - self.since, 0.001)
        reach = float(self.spec.options.get("reach", 100))
        return max(0, min(100, int(reach * (now - self.since) / whole)))
