"""An in-memory C9800 at the level of the driver port: what a change means, without any XML.

Its clock free-runs or follows NTP, its applets act by themselves when time passes, its APs recover
when the clock lies in their certificate's life. It judges nothing; `differences` says what is not
as it was at the start.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

from service.domain.ap_homes import ApHome, ApHomes, Place
from service.domain.changes import (
    CANARY,
    CLOCK,
    PROBE,
    TIMER_PREFIX,
    WITNESS,
    AddNtp,
    ArmGuard,
    Change,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    ResetAp,
    SaveConfig,
    SetApHome,
    SetClock,
    SetJoinPolicy,
)
from service.domain.hazards import Hazard
from service.domain.identity import BaseRadioMac
from service.domain.installation import Operation, Storage
from service.domain.join_policy import GRANTS, HOLDER, JoinPolicies, Rule, Switch
from service.domain.mobility import MobilityPeer
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.observation import ApState, Certificate, CertificateKind, InstallState
from service.domain.wallclock import ClockZone
from tests.support.fake_clock import World

CERT_START = datetime(2012, 12, 4, 21, 33, 46, tzinfo=UTC)
CERT_END = datetime(2022, 12, 4, 21, 37, 36, tzinfo=UTC)
SERVERS = NtpConfig(
    (
        NtpEntry("server", "server-list", "192.0.2.1", None, (("prefer", ""), ("key", "7"))),
        NtpEntry("server", "server-list", "192.0.2.2"),
        NtpEntry("peer", "server-list", "192.0.2.9", "Mgmt-intf"),
    )
)


class Installer(Protocol):
    """What carries out changes of software."""

    def mends_ap(self, ap: "FakeAp") -> bool:
        """Whether what runs mends the image that a stuck AP loads."""

    def apply(self, change: Change) -> None:
        """Carry one out. Raises Rejected."""


class Rejected(Exception):
    """The box refuses a change; nothing was applied."""


@dataclass(slots=True)
class Quirks:
    """What a real box may do and no document tells."""

    eem_dead: bool = False
    self_delete_aborts: bool = False
    countdown_follows_clock: bool = False
    guarded_part_fails: bool = False
    tells_saved: bool = True
    keeps_descriptions: bool = True
    cli_s: float = 0.2
    ntp_settle_s: float = 8.0
    ntp_reachable: bool = True
    dead_servers: frozenset[str] = frozenset()  # those that answer no more
    ntp_leads_s: float = 0.0  # how wrong the servers are
    has_timers: bool = True
    follows_within_s: float = 1e12  # NTP gives up on a clock that is farther off
    takes_utc: bool = False  # a clock set by command takes UTC, not local time


@dataclass(slots=True)
class FakeAp:
    """One AP. `stuck`: it downloads for ever unless a download ends inside the certificate."""

    mac: BaseRadioMac
    name: str
    model: str = "AIR-CAP2702E-E-K9"
    serial: str = "FGL1830X0AB"
    stuck: bool = True
    needs_reset: bool = False
    hopeless: bool = False
    download_s: float = 60.0
    boot_s: float = 45.0
    state: ApState = ApState.REGISTERED
    began: float = 0.0
    booted: float = -3600.0
    resets: int = 0
    turn: int = 0
    site: str | None = None
    needs: tuple[Rule, ...] = ()  # switches that have to be on when it joins
    kind: CertificateKind | None = None
    homes: ApHomes | None = None  # what it is told to join
    mended: bool = False  # it took an image, so that it registers wherever it comes

    @property
    def serves(self) -> bool:
        return self.mended or not self.stuck


@dataclass(slots=True)
class Applet:
    """One timed applet: actions in order, each taking a while."""

    name: str
    about: str
    actions: list[Callable[[], object]]
    due: float
    countdown_s: float = 0.0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Config:
    """What can be saved."""

    ntp: tuple[NtpEntry, ...]
    applets: frozenset[str]
    switches: tuple[Switch, ...] = ()


@dataclass
class FakeController:
    """The box."""

    world: World
    name: str = "hq-1"
    ntp: NtpConfig = SERVERS
    zone: ClockZone = field(default_factory=ClockZone)
    aps: list[FakeAp] = field(default_factory=list)
    quirks: Quirks = field(default_factory=Quirks)
    release: str = "17.9.1"
    offset_s: float = 0.0
    synced: bool = True
    certificates: tuple[Certificate, ...] | None = None
    hazards: tuple[Hazard, ...] = ()
    install: InstallState = field(default_factory=lambda: InstallState("17.9.1"))
    standby: str | None = None
    policies: JoinPolicies | None = None
    operations: tuple[Operation, ...] | None = None
    storage: Storage | None = None
    clients: int | None = None
    peers: tuple[MobilityPeer, ...] | None = None
    installer: "Installer | None" = None

    applets: dict[str, Applet] = field(default_factory=dict)
    startup: Config = field(init=False)
    sessions: set[str] = field(default_factory=set)
    log: list[str] = field(default_factory=list)
    unreachable: bool = False
    locked: bool = False
    saved_dirty: int = 0
    false_s: float = 0.0
    choice: Callable[[FakeAp], "FakeController"] | None = None  # where an AP goes at its next join

    def __post_init__(self) -> None:
        self.now = self.world.elapsed
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count(1)
        self._ntp_turn = 0
        self.startup = self.config
        self.began_with = self.config
        self.world.moved.append(self.catch_up)
        for ap in self.aps:
            if ap.stuck:
                self._download(ap)
            if ap.needs:
                ap.state = ApState.NOT_JOINED

    # -- time ------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Let everything happen that is due by now, in order."""
        while self._agenda and self._agenda[0][0] <= self.world.elapsed:
            at, _, act = heapq.heappop(self._agenda)
            self._pass(at)
            act()
        self._pass(self.world.elapsed)

    def _pass(self, to: float) -> None:
        if abs(self.offset_s) > 5:
            self.false_s += max(0.0, to - self.now)
        self.now = max(self.now, to)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self.now + seconds, next(self._numbers), act))

    @property
    def clock(self) -> datetime:
        """What the box's clock shows, UTC."""
        return self.world.true_utc(self.now) + timedelta(seconds=self.offset_s)

    def set_clock(self, wall: datetime, who: str) -> None:
        """`clock set` in local time. An ambiguous hour is noted: nobody may use one."""
        try:
            moment = self.zone.to_utc(wall)
        except ValueError:
            self.log.append(f"ambiguous clock set by {who}: {wall}")
            moment = (wall - timedelta(minutes=self.zone.offset_min)).replace(tzinfo=UTC)
        before = self.clock
        self.offset_s += (moment - before).total_seconds()
        self.log.append(f"clock set by {who}: {moment:%Y-%m-%d %H:%M:%S}")
        if self.quirks.countdown_follows_clock:
            for applet in list(self.applets.values()):
                applet.due += (before - moment).total_seconds()
                self._wind(applet)
        self.ntp_moved()

    # -- NTP -------------------------------------------------------------------------------

    def ntp_moved(self) -> None:
        """Servers or clock changed: settle anew."""
        self._ntp_turn += 1
        turn = self._ntp_turn
        self.synced = False
        answer = any(e.host not in self.quirks.dead_servers for e in self.ntp.entries)
        if answer and self.quirks.ntp_reachable:
            self.later(self.quirks.ntp_settle_s, lambda: self._settled(turn))

    def _settled(self, turn: int) -> None:
        if turn == self._ntp_turn and abs(self.offset_s) <= self.quirks.follows_within_s:
            self.offset_s, self.synced = self.quirks.ntp_leads_s, True

    def set_ntp(self, entries: tuple[NtpEntry, ...]) -> None:
        """Anybody's edit."""
        self.ntp = NtpConfig(entries)
        self.ntp_moved()

    # -- configuration ---------------------------------------------------------------------

    @property
    def config(self) -> Config:
        switches = self.policies.switches if self.policies else ()
        ntp = tuple(sorted(self.ntp.entries, key=str))
        return Config(ntp, frozenset(self.applets), switches)

    @property
    def unsaved(self) -> bool | None:
        return self.config != self.startup if self.quirks.tells_saved else None

    def save(self) -> None:
        """`write memory`, by anybody."""
        self.startup = self.config
        if self.startup != self.began_with:
            self.saved_dirty += 1
        self.log.append("saved")

    def reload(self) -> None:
        """Running becomes startup; the clock runs on; countdowns of saved applets start anew."""
        self._agenda.clear()
        self.sessions.clear()
        self.applets = {n: a for n, a in self.applets.items() if n in self.startup.applets}
        for applet in self.applets.values():
            applet.due = self.now + applet.countdown_s
            self._wind(applet)
        self.set_ntp(self.startup.ntp)
        for switch in self.startup.switches:
            self.turn(switch.rule, on=switch.enabled)
        for ap in self.aps:
            if ap.stuck:
                self._download(ap)

    # -- applets ---------------------------------------------------------------------------

    def create(
        self, name: str, about: str, countdown_s: float, *acts: Callable[[], object]
    ) -> None:
        if name in self.applets:
            raise Rejected(f"data-exists: applet {name}")
        applet = Applet(name, about, list(acts), self.now + countdown_s, countdown_s)
        self.applets[name] = applet
        self._wind(applet)

    def delete(self, name: str) -> None:
        self.applets.pop(name, None)

    def _wind(self, applet: Applet) -> None:
        applet.number = next(self._numbers)
        number = applet.number

        def fire() -> None:
            there = self.applets.get(applet.name)
            if there is applet and applet.number == number and not self.quirks.eem_dead:
                self.log.append(f"{applet.name} fires")
                self._act(applet, 0)

        self.later(max(0.0, applet.due - self.now), fire)

    def _act(self, applet: Applet, place: int) -> None:
        """One action, then the next after the time that a CLI command takes."""
        if place >= len(applet.actions):
            return
        deleted = applet.name not in self.applets
        if deleted and self.quirks.self_delete_aborts:
            return
        if applet.actions[place]() is not False:  # False: a guard did not match, skip what follows
            self.later(self.quirks.cli_s, lambda: self._act(applet, place + 1))

    # -- access points ---------------------------------------------------------------------

    def join(self, ap: FakeAp) -> None:
        """An AP comes, or comes again; it may go to another controller that it was told of."""
        there = self.choice(ap) if self.choice else self
        if there is not self:
            self.aps.remove(ap)
            there.aps.append(ap)
            there.join(ap)
        elif ap.serves:
            ap.state = ApState.REGISTERED
        else:
            self._begin_download(ap)

    def _download(self, ap: FakeAp) -> None:
        """The next turn of a loop, which begins with a restart: it may lead elsewhere."""
        if self.choice is None:
            self._begin_download(ap)
        else:
            self.join(ap)

    def tell(self, ap: FakeAp, homes: ApHomes) -> None:
        """An AP is told which controllers it joins; one that serves goes to a better one alone."""
        ap.homes = homes
        if ap.state is ApState.REGISTERED and self.choice and self.choice(ap) is not self:
            ap.turn += 1
            self.later(ap.boot_s / 3, lambda: self._fall_back(ap, ap.turn))

    def _fall_back(self, ap: FakeAp, turn: int) -> None:
        if turn == ap.turn and ap in self.aps:
            ap.state = ApState.NOT_JOINED
            self.later(ap.boot_s / 3, lambda: ap in self.aps and self.join(ap))

    def _begin_download(self, ap: FakeAp) -> None:
        ap.state, ap.began = ApState.DOWNLOADING, self.now
        ap.turn += 1
        turn = ap.turn
        self.later(ap.download_s, lambda: self._downloaded(ap, turn))

    def _downloaded(self, ap: FakeAp, turn: int) -> None:
        if turn != ap.turn:
            return
        is_mended = self.installer is not None and self.installer.mends_ap(ap)
        good = CERT_START <= self.clock <= CERT_END or is_mended
        if good and not ap.hopeless and not (ap.needs_reset and not ap.resets):
            ap.state, ap.mended = ApState.REGISTERED, True
        elif good and (ap.needs_reset or ap.hopeless):
            pass  # hangs where it is until somebody resets it
        else:
            self._download(ap)

    def reset(self, mac: BaseRadioMac) -> None:
        ap = next((ap for ap in self.aps if ap.mac == mac), None)
        if ap is None:
            raise Rejected("AP not found")
        ap.resets += 1
        ap.turn += 1
        ap.state, ap.booted = ApState.NOT_JOINED, self.now
        self.later(ap.boot_s, lambda: self._download(ap))

    def turn(self, rule: Rule, *, on: bool) -> None:
        """Somebody turns a switch; APs try again after a while.

        What is held comes with its holder, and goes with it.
        """
        assert self.policies is not None
        along = {HOLDER} if on and rule in GRANTS else set(GRANTS) if rule is HOLDER else set()
        moved = {rule} if on and rule is HOLDER else {rule, *along}
        before = self.policies.switches
        turned = tuple(Switch(one.rule, on) if one.rule in moved else one for one in before)
        self.policies = replace(self.policies, switches=turned)
        for ap in self.aps:
            if ap.needs and ap.state is not ApState.REGISTERED:
                self.later(ap.boot_s, lambda ap=ap: self._knock(ap))

    def _knock(self, ap: FakeAp) -> None:
        """An AP whose certificate has run out tries to join."""
        if not ap.hopeless and self.policies and all(map(self.policies.of, ap.needs)):
            ap.state = ApState.REGISTERED

    # -- changes ---------------------------------------------------------------------------

    def apply(self, change: Change) -> None:  # noqa: C901, PLR0912 - one arm for each change
        """Carry out one change, all or nothing. Raises Rejected."""
        match change:
            case RemoveNtp(entries):
                self._require(not entries.without(self.ntp).entries, "data-missing: ntp")
                self.set_ntp(self.ntp.without(entries).entries)
            case AddNtp(entries):
                there = {entry.identity for entry in self.ntp.entries}
                fresh = not any(entry.identity in there for entry in entries.entries)
                self._require(fresh, "data-exists: ntp")
                self.set_ntp((*self.ntp.entries, *entries.entries))
            case ProveTimer() | ArmGuard() | RemoveTimers() if not self.quirks.has_timers:
                raise Rejected("this box has no timers")
            case ProveTimer():
                self._prove(change)
            case ArmGuard():
                self._arm(change)
            case SetClock() if self.quirks.has_timers:
                self._set_clock(change)
            case SetClock():
                self._set_at_once(change)
            case RemoveTimers(names):
                for name in names:
                    self.delete(name)
            case SaveConfig():
                self.save()
            case ResetAp(mac):
                self.reset(mac)
            case SetApHome(mac, _, place, home):
                self._tell(mac, place, home)
            case SetJoinPolicy(rule, before, after):
                there = self.policies.of(rule) if self.policies else None
                self._require(there is before, f"{rule} is not as it was")
                held = rule is HOLDER and any(map(self.policies.of, GRANTS))
                self._require(not held, "others keep something in it")
                self.turn(rule, on=after)

            case _ if self.installer is not None:
                self.installer.apply(change)

    def _tell(self, mac: BaseRadioMac, place: Place, home: ApHome) -> None:
        ap = next((ap for ap in self.aps if ap.mac == mac), None)
        here = ap is not None and ap.state is not ApState.NOT_JOINED
        self._require(here, "AP not found")
        assert ap is not None
        self.tell(ap, replace(ap.homes or ApHomes(mac, ap.name), **{place.value: home}))

    @staticmethod
    def _require(holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not holds:
            raise Rejected(why)

    def _about(self, remediation: str) -> str:
        return f"aprejoin {remediation}" if self.quirks.keeps_descriptions else ""

    def _year(self) -> int:
        return self.zone.local(self.clock).year

    def _prove(self, change: ProveTimer) -> None:
        self._require(not {PROBE, WITNESS} & set(self.applets), "data-exists: probe")
        about = self._about(change.remediation)

        def guarded() -> object:
            return self._year() in change.years and not self.quirks.guarded_part_fails

        self.create(WITNESS, about, 86400)
        self.create(
            PROBE, about, change.countdown_s,
            lambda: self.delete(PROBE), guarded, lambda: self.delete(WITNESS),
        )  # fmt: skip

    def _arm(self, change: ArmGuard) -> None:
        def home() -> None:
            if self._year() == change.false_year:
                self.set_clock(change.home_wall, change.name)

        def add(entry: NtpEntry) -> Callable[[], None]:
            def line() -> None:
                kept = [e for e in self.ntp.entries if e.identity != entry.identity]
                self.set_ntp((*kept, entry))

            return line

        self.create(
            change.name, self._about(change.remediation), change.countdown_s,
            home, *(add(entry) for entry in change.ntp.entries),
            *((lambda n=name: self.delete(n)) for name in change.forget),
            lambda: self.delete(change.name),
        )  # fmt: skip

    def _set_clock(self, change: SetClock) -> None:
        wanted = {CLOCK} | ({CANARY} if change.canary_s is not None else set())
        self._require(not wanted & set(self.applets), "data-exists: clock")
        about = self._about(change.remediation)
        if change.canary_s is not None:
            self.create(CANARY, about, change.canary_s, lambda: self.delete(CANARY))
        self.create(
            CLOCK, about, change.countdown_s,
            lambda: None, lambda: self.delete(CLOCK), lambda: self.set_clock(change.wall, CLOCK),
        )  # fmt: skip

    def _set_at_once(self, change: SetClock) -> None:
        self._require(change.countdown_s == 0, "this box has no timers")
        wall = self.zone.local(change.wall.replace(tzinfo=UTC)) if self.quirks.takes_utc else None
        self.set_clock(wall or change.wall, "a command")

    # -- the judge -------------------------------------------------------------------------

    @property
    def ours(self) -> set[str]:
        return {name for name in self.applets if name.startswith(TIMER_PREFIX)}

    def differences(self, *, within_s: float = 2.0) -> list[str]:
        """Everything that is not as it was at the start."""
        found = []
        if self.config.ntp != self.began_with.ntp:
            found.append(f"NTP is {[e.label for e in self.ntp.entries]}")
        if abs(self.offset_s) > within_s:
            found.append(f"the clock is {self.offset_s:+.1f} s off")
        found += [f"applet {name}" for name in sorted(self.ours)]
        if self.startup != self.began_with:
            found.append("what is saved is not what was saved")
        return found
