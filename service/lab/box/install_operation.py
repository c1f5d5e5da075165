"""An operation of the installer, and what the installer works on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from service.lab.agenda import Agenda, Entry
from service.lab.box.flash import Flash
from service.lab.box.install_scripts import Request, Step
from service.lab.box.software import Software, SoftwareSet
from service.lab.images import Image
from service.lab.log import Log
from service.lab.specs import Controller


class InstallWorld(Protocol):
    """What the installer works on."""

    spec: Controller
    log: Log
    agenda: Agenda
    flash: Flash
    software: Software

    @property
    def unsaved(self) -> bool:
        """Does running-config differ from startup-config?"""

    def utc(self, moment: float) -> datetime:
        """The box's clock."""

    def can_run(self, image: Image) -> bool:
        """Does the lab have the models of this release?"""

    def run(self, now: float, wanted: SoftwareSet, *, reload: bool) -> None:
        """Put other software into force."""


@dataclass(frozen=True, slots=True)
class Mischief:
    """What a fault of the lab does to the next operation."""

    kind: str  # op_hang | op_fail | op_revert | op_confirm | boot_old
    percent: int
    seconds: float


@dataclass(slots=True)
class Operation:
    """One operation, running or ended. `start` and `end` are of the box's clock."""

    request: Request
    number: int
    start: datetime
    began: float
    steps: list[Step]
    image: Image | None = None
    percent: int = 0
    sub_states: list[tuple[datetime, str]] = field(default_factory=list)
    transaction: str = "unknown"
    status: str = "in-progress"  # install-op-*
    end: datetime | None = None
    reverted: bool = False
    awaits_boot: bool = False
    entry: Entry | None = None
    mischief: Mischief | None = None

    @property
    def over(self) -> bool:
        """Has it ended?"""
        return self.end is not None
