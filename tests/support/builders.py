"""Builders for the engine: charters, journals and looks, with only what a test is about.

Times are seconds since the remediation was opened.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    ArmGuard,
    Change,
    RemoveNtp,
    SetClock,
    describe,
)
from service.domain.finding import AffectedAp
from service.domain.hazards import Timer
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant, TrueTime
from service.domain.inventory import Controller, Credentials
from service.domain.journal import (
    Charter,
    Entry,
    Event,
    HomeCalled,
    Intended,
    Observed,
    Opened,
    Outcome,
    Settled,
    StepDone,
    StepFailed,
)
from service.domain.ntp import NtpConfig, NtpEntry, NtpState
from service.domain.observation import ApSighting, ApState, ClockReading, ControllerView, Platform
from service.domain.policy import Policy
from service.domain.remediation import Run
from service.domain.steps.protocol import Moment
from service.domain.wallclock import ClockZone

OPENED = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
FALSE = datetime(2022, 12, 4, 16, 0, tzinfo=UTC)
BOOT = "boot-1"
REMEDIATION = "abc123def456"
ABOUT = f"aprejoin {REMEDIATION}"
MAC, OTHER = BaseRadioMac("84:3d:c6:73:10:d0"), BaseRadioMac("f4:4e:05:aa:4c:d0")
ONE = NtpEntry("server", "server-list", "192.0.2.1", None, (("prefer", ""),))
TWO = NtpEntry("peer", "server-list", "192.0.2.2", "Mgmt-intf", (("key", "7"),))
THEIRS = NtpEntry("server", "server-list", "198.51.100.7")
NTP = NtpConfig((ONE, TWO))
NO_NTP = NtpConfig()

POLICY = Policy(
    poll_every_s=10,
    reboot_stragglers_after_s=120,
    no_progress_s=120,
    wait_for_aps_s=1200,
    dead_man_after_s=600,
    ntp_sync_s=300,
    stay_registered_s=60,
)
CONTROLLER = Controller(
    "hq-1", Platform.IOSXE, "192.0.2.10", Credentials("admin", "env:HQ"), policy=POLICY
)


def instant(at: float = 0.0, *, boot: str = BOOT, wall_off_s: float = 0.0) -> Instant:
    return Instant(OPENED + timedelta(seconds=at + wall_off_s), 5000.0 + at, boot)


def moment(at: float = 0.0, *, true: bool = True, boot: str = BOOT) -> Moment:
    now = instant(at, boot=boot)
    return Moment(now, OPENED + timedelta(seconds=at) if true else None)


def affected(mac: BaseRadioMac = MAC, **fields) -> AffectedAp:
    made = AffectedAp(mac, "AP1", "AIR-CAP2702E-E-K9", ApState.DOWNLOADING, "FGL1830X0AB")
    return replace(made, **fields)


def charter(**fields) -> Charter:
    made = Charter(
        controller="hq-1",
        issue="FN72524",
        strategy="clock-window",
        digest="0" * 64,
        aps=(affected(),),
        policy=POLICY,
        moment=FALSE,
        ntp=NTP,
        zone=ClockZone(),
        ntp_was_synchronised=True,
        unsaved=False,
        save_pending=False,
        true_time=TrueTime(OPENED, instant(), ("hq-1, synchronised by NTP",)),
        approved_by="ann",
        release="17.9.1",
    )
    return replace(made, **fields)


class Journal:
    """A journal put together line by line."""

    def __init__(self, **fields) -> None:
        self.charter = charter(**fields)
        self.entries = [Entry(1, instant(), Opened(self.charter), 1)]

    def add(self, at: float, event: Event, *, boot: str = BOOT) -> "Journal":
        entry = Entry(len(self.entries) + 1, instant(at, boot=boot), event, 1)
        self.entries.append(entry)
        return self

    def sent(
        self,
        step: str,
        change: Change,
        outcome: Outcome | None = "applied",
        *,
        at: float = 0.0,
        detail: str = "",
    ) -> "Journal":
        self.add(at, Intended(step, change, describe(change), "21"))
        return self if outcome is None else self.add(at, Settled(step, outcome, detail))

    def done(self, step: str, at: float = 0.0) -> "Journal":
        return self.add(at, StepDone(step, "done"))

    def failed(self, step: str, at: float = 0.0, *left: str) -> "Journal":
        return self.add(at, StepFailed(step, "failed", left))

    def noted(self, step: str, at: float = 0.0, **facts: str) -> "Journal":
        return self.add(at, Observed(step, facts))

    def home(self, at: float = 0.0) -> "Journal":
        return self.add(at, HomeCalled("called home"))

    # -- the usual beginnings --------------------------------------------------------------

    def armed(self, at: float = 10.0, name: str = GUARDS[0], step: str = "arm-dead-man"):
        return self.sent(step, guard(name, at), at=at)

    def under_guard(self, at: float = 10.0) -> "Journal":
        return self.done("prove-timer", at - 1).armed(at).done("arm-dead-man", at)

    def without_ntp(self, at: float = 20.0) -> "Journal":
        self.under_guard(at - 10).sent("remove-ntp", RemoveNtp(self.charter.ntp), at=at)
        return self.done("remove-ntp", at)

    def in_the_past(self, at: float = 30.0) -> "Journal":
        """The false moment was sent at `at` and took effect five seconds later."""
        self.without_ntp(at - 5).sent("set-clock-back", set_back(self.charter.moment), at=at)
        return self.done("set-clock-back", at + 20)

    def run(self) -> Run:
        return Run(self.entries)


def guard(name: str = GUARDS[0], at: float = 10.0, countdown_s: int = 600) -> ArmGuard:
    fires = OPENED + timedelta(seconds=at + countdown_s)
    others = tuple(other for other in GUARDS if other != name)
    return ArmGuard(
        name, REMEDIATION, countdown_s, NTP, FALSE.year, fires.replace(tzinfo=None),
        (CLOCK, CANARY, *others),
    )  # fmt: skip


def set_back(to: datetime = FALSE) -> SetClock:
    return SetClock(REMEDIATION, 5, to.replace(tzinfo=None), 15)


def set_true(at: float) -> SetClock:
    return SetClock(REMEDIATION, 5, (OPENED + timedelta(seconds=at + 5)).replace(tzinfo=None))


def timers(*names: str, about: str = ABOUT) -> tuple[Timer, ...]:
    return tuple(Timer(name, about) for name in names)


def sighting(mac: BaseRadioMac = MAC, state: ApState = ApState.DOWNLOADING, **fields) -> ApSighting:
    made = ApSighting(mac, state, name="AP1", model="AIR-CAP2702E-E-K9", serial="FGL1830X0AB")
    return replace(made, **fields)


def look(at: float = 0.0, *, off_s: float = 0.0, **fields) -> ControllerView:
    """A look taken at `at`, at a clock that is `off_s` from true time; NTP as captured."""
    read_at = OPENED + timedelta(seconds=at)
    made = ControllerView(
        controller="hq-1",
        platform=Platform.IOSXE,
        read_at=read_at,
        release="17.9.1",
        clock=ClockReading(read_at + timedelta(seconds=off_s), read_at, 0.1, instant(at)),
        zone=ClockZone(),
        ntp=NTP,
        ntp_state=NtpState(synchronised=True, stratum=3, system_peer="192.0.2.1"),
        aps=(sighting(),),
        unsaved=True,
        timers=(),
    )
    return replace(made, **fields)


def in_the_past(at: float, *, since: float = 35.0, off_s: float = 0.0, **fields) -> ControllerView:
    """A look inside the window: the false moment took effect at `since`."""
    shown = FALSE + timedelta(seconds=at - since + off_s)
    read_at = OPENED + timedelta(seconds=at)
    clock = ClockReading(shown, read_at, 0.1, instant(at))
    return look(at, **{"clock": clock, "ntp": NO_NTP, "timers": timers(GUARDS[0]), **fields})
