"""The driver port over a FakeController: sessions, latency, and faults on demand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from service.domain.ap_homes import ApHomes
from service.domain.byhand import ByHand
from service.domain.changes import Change, describe
from service.domain.hazards import Timer
from service.domain.inventory import Controller
from service.domain.join_policy import SWITCHES, Rule
from service.domain.ntp import NtpState
from service.domain.observation import (
    ApPulse,
    ApSighting,
    ApState,
    ClockReading,
    ControllerView,
    Platform,
    Topic,
)
from service.errors import (
    AprejoinError,
    AuthenticationRefused,
    ChangeRefused,
    DeviceBusy,
    DeviceUnreachable,
    OutcomeUnknown,
    ReplyMalformed,
)
from service.ports.driver import CapabilityReport, Receipt
from tests.support.fake_clock import FakeClock
from tests.support.fake_controller import FakeAp, FakeController, Rejected

COMMANDS = ByHand(
    look_at_clock="show time",
    look_at_ntp="show time",
    look_at_sync="show time",
    look_at_timers="",
    set_clock="config time manual {mo}/{dd}/{yy} {hh}:{mm}:{ss}",
    add_ntp="config time ntp server {slot} {host}",
    save="save config",
    look_at_policies="show auth-list",
    set_policies=tuple((rule, f"config {rule} {{word}}") for rule in Rule),
)
"""What a person types on a box of the kind that has no timers."""

ENDED = datetime(2020, 1, 1, tzinfo=UTC)
"""When the certificate of an AP ended that needs a switch to join."""

Fate = Literal["busy", "refused", "unsent", "lost-before", "lost-after", "late"]
LATE_S = 45.0


class Killed(BaseException):
    """kill -9: nothing more is done by this process, not even in a `finally`."""


@dataclass(slots=True)
class Trap:
    """Counts the points at which a process can die, and lets it die at one of them.

    Attributes:
        at: the number of the point to die at; None: live.
        in_flight: a request that the process died over arrives later, unless its session is killed.
    """

    at: int | None = None
    in_flight: bool = False
    dead: bool = False
    names: list[str] = field(default_factory=list)

    def point(self, name: str) -> None:
        if self.dead:
            raise Killed
        self.names.append(name)
        if self.at is not None and len(self.names) > self.at:
            self.dead = True
            raise Killed


@dataclass(slots=True)
class Line:
    """What lies between processes and one box: faults by the number of a call.

    Attributes:
        changes: number of a change (0, 1, ...) -> its fate.
        reads: number of a read -> the error to raise.
        on_read, on_change, on_open: called with the number before the call is served, for foreign
            edits or an error.
        gone: topic -> the names of APs that are away while it is read.
    """

    box: FakeController
    changes: dict[int, Fate] = field(default_factory=dict)
    reads: dict[int, type[AprejoinError]] = field(default_factory=dict)
    on_read: Callable[[int], None] = lambda _: None
    on_change: Callable[[int, Change], None] = lambda _n, _c: None
    on_open: Callable[[int], None] = lambda _: None
    refuse_login: bool = False
    latency_s: float = 0.1
    slow_tables_s: float = 0.0
    slow_aps_s: float = 0.0
    load_percent: int | None = None
    gone: dict[Topic, set[str]] = field(default_factory=dict)
    sent: list[Change] = field(default_factory=list)
    reads_done: int = 0
    logins: int = 0
    next_session: int = 20

    def change_error(self, fate: Fate, what: str) -> AprejoinError:
        name = self.box.name
        match fate:
            case "busy":
                return DeviceBusy(name, what, "lock-denied")
            case "refused":
                return ChangeRefused(name, what, "the device refused one or more commands")
            case "unsent":
                return DeviceUnreachable(name, what, "the session is closed, nothing was sent")
            case _:
                return OutcomeUnknown(name, what, "no reply in 30 s")


class FakeDriver:
    """One session."""

    def __init__(self, line: Line, clock: FakeClock, trap: Trap) -> None:
        self.controller = line.box.name
        self._line, self._box, self._clock, self._trap = line, line.box, clock, trap
        line.next_session += 1
        self._number = str(line.next_session)
        self._box.sessions.add(self._number)

    @property
    def session(self) -> str:
        """Its number; a box without timers is one without session numbers, too."""
        return self._number if self._box.quirks.has_timers else ""

    @property
    def release(self) -> str:
        return self._box.release

    def read(self, topics: frozenset[Topic], *, timeout_s: float, aps=None) -> ControllerView:
        assert timeout_s > 0
        self._trap.point("read")
        number = self._line.reads_done
        self._line.reads_done += 1
        assert number < 20_000, "the engine turns in circles"
        self._line.on_read(number)
        self._check("read")
        error = self._line.reads.get(number)
        if error is ReplyMalformed:
            raise ReplyMalformed(self.controller, "read", "not XML")
        if error is not None:
            self._box.sessions.discard(self._number)
            raise error(self.controller, "read", "dropped")
        return self._look(topics, aps)

    def render(self, change: Change) -> tuple[str, ...]:
        return (describe(change),)

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        number = len(self._line.sent)
        assert number < 2_000, "the engine sends for ever"
        self._line.sent.append(change)
        self._line.on_change(number, change)
        self._trap_before(change)
        self._check("change")
        fate = self._line.changes.get(number)
        if self._box.locked and fate is None:
            fate = "busy"
        if fate in ("busy", "refused", "unsent"):
            raise self._line.change_error(fate, change.kind)
        if fate in ("lost-before", "late"):
            if fate == "late":
                self._arrive_later(change)
            self._clock.wait(timeout_s)
            raise self._line.change_error(fate, change.kind)
        self._clock.wait(self._line.latency_s)
        self._apply(change)
        self._trap.point(f"after {change.kind}")
        if fate == "lost-after":
            self._clock.wait(timeout_s)
            raise self._line.change_error(fate, change.kind)
        return Receipt((describe(change),), self.session)

    def end_session(self, session: str) -> None:
        self._trap.point("kill-session")
        self._check("kill-session")
        self._box.sessions.discard(session)

    def check(self) -> tuple[CapabilityReport, ...]:
        return ()

    def close(self) -> None:
        if not self._trap.dead:
            self._box.sessions.discard(self._number)

    # -- parts -----------------------------------------------------------------------------

    def _trap_before(self, change: Change) -> None:
        try:
            self._trap.point(f"before {change.kind}")
        except Killed:
            if self._trap.in_flight and self._number in self._box.sessions:
                self._arrive_later(change)
            raise

    def _arrive_later(self, change: Change) -> None:
        def arrive() -> None:
            if self._number in self._box.sessions:
                try:
                    self._box.apply(change)
                except Rejected:
                    self._box.log.append(f"a late {change.kind} was refused")

        self._box.later(LATE_S, arrive)

    def _apply(self, change: Change) -> None:
        try:
            self._box.apply(change)
        except Rejected as err:
            raise ChangeRefused(self.controller, change.kind, str(err)) from err

    def _check(self, what: str) -> None:
        if self._box.unreachable or self._number not in self._box.sessions:
            raise DeviceUnreachable(self.controller, what, "the session is gone")

    def _look(self, topics: frozenset[Topic], only=None) -> ControllerView:
        box, before = self._box, self._clock.now()
        half = timedelta(seconds=self._line.latency_s / 2)
        self._clock.wait(half.total_seconds())
        at = self._clock.now()
        reading = ClockReading(box.clock, at.wall, half.total_seconds() + 0.01, at)
        slow_s = self._line.slow_tables_s
        slow_s += self._line.slow_aps_s if Topic.AP_JOIN in topics else 0.0
        self._clock.wait(half.total_seconds() + slow_s)

        def asked(topic: Topic, value):
            return value if topic in topics else None

        scoped = tuple(self._sighting(ap) for ap in box.aps if only is None or ap.mac in only)
        aps = tuple(ap for ap in scoped if self._is_there(Topic.AP_JOIN, ap.name))
        beating = [ap for ap in scoped if self._is_there(Topic.AP_PULSE, ap.name)]
        return ControllerView(
            controller=box.name,
            platform=_platform(box),
            read_at=before.wall,
            release=box.release,
            clock=asked(Topic.CLOCK, reading),
            load_percent=asked(Topic.LOAD, self._line.load_percent),
            zone=asked(Topic.CLOCK_ZONE, box.zone),
            ntp=asked(Topic.NTP_CONFIG, box.ntp),
            ntp_state=asked(Topic.NTP_STATE, self._ntp_state()),
            aps=asked(Topic.AP_JOIN, aps),
            pulses=asked(Topic.AP_PULSE, tuple(map(pulse_of, beating))),
            certificates=asked(Topic.CERTIFICATES, box.certificates),
            install=asked(Topic.INSTALL, box.install),
            operations=asked(Topic.INSTALL_PROGRESS, box.operations),
            storage=asked(Topic.STORAGE, box.storage),
            clients=asked(Topic.CLIENTS, box.clients),
            peers=asked(Topic.MOBILITY, box.peers),
            unsaved=asked(Topic.SAVED, box.unsaved),
            hazards=asked(Topic.HAZARDS, box.hazards),
            timers=asked(Topic.TIMERS, tuple(Timer(a.name, a.about) for a in box.applets.values())),
            standby=asked(Topic.REDUNDANCY, box.standby),
            policies=asked(Topic.JOIN_POLICY, box.policies),
            homes=asked(Topic.AP_HOMES, self._homes()),
            system_name=asked(Topic.AP_HOMES, box.name),
            restores_itself=box.quirks.has_timers,
            by_hand=ByHand() if box.quirks.has_timers and not box.policies else COMMANDS,
        )

    def _is_there(self, topic: Topic, name: str | None) -> bool:
        return name not in self._line.gone.get(topic, ())

    def _homes(self) -> tuple[ApHomes, ...]:
        joined = [ap for ap in self._box.aps if ap.state is not ApState.NOT_JOINED]
        here = [ap for ap in joined if self._is_there(Topic.AP_HOMES, ap.name)]
        return tuple(ap.homes or ApHomes(ap.mac, ap.name) for ap in here)

    def _ntp_state(self) -> NtpState:
        peer = self._box.ntp.entries[0].host if self._box.synced and self._box.ntp.entries else None
        return NtpState(self._box.synced, 3 if self._box.synced else 16, peer)

    def _sighting(self, ap: FakeAp) -> ApSighting:
        box = self._box
        downloading = ap.state is ApState.DOWNLOADING
        gone_s = box.now - ap.began
        return ApSighting(
            mac=ap.mac,
            state=ap.state,
            name=ap.name,
            model=ap.model,
            serial=ap.serial,
            version="15.3.3.0" if ap.state is not ApState.REGISTERED else "17.9.1.8",
            download_percent=min(100, int(100 * gone_s / ap.download_s)) if downloading else None,
            download_started=box.world.true_utc(ap.began) if downloading else None,
            boot_time=box.world.true_utc(ap.booted),
            is_joined=ap.state is ApState.REGISTERED,
            site=ap.site,
            certificate_kind=ap.kind,
            certificate_end=ENDED if ap.needs else None,
        )


def pulse_of(ap: ApSighting) -> ApPulse:
    """What a poll that does not ask for everything is told of it."""
    return ApPulse(ap.mac, ap.state, ap.raw_state, ap.boot_time, ap.join_time, ap.is_joined)


def _platform(box: FakeController) -> Platform:
    """A box whose policy is switches is an AireOS; one without, or with entries, is not."""
    if box.policies is None:
        return Platform.IOSXE
    told = (*(one.rule for one in box.policies.switches), *dict(box.policies.unread))
    return Platform.AIREOS if set(told) & set(SWITCHES) else Platform.IOSXE


class FakeDrivers:
    """Opens sessions to the boxes of one stage, for one process."""

    def __init__(self, lines: dict[str, Line], clock: FakeClock, trap: Trap) -> None:
        self._lines, self._clock, self._trap = lines, clock, trap

    def open(self, controller: Controller) -> FakeDriver:
        self._trap.point("open")
        line = self._lines[controller.name]
        self._clock.wait(line.latency_s)
        line.logins += 1
        line.on_open(line.logins)
        if line.refuse_login:
            raise AuthenticationRefused(controller.name, "login", "refused")
        if line.box.unreachable:
            raise DeviceUnreachable(controller.name, "connect", "no route to host")
        return FakeDriver(line, self._clock, self._trap)
