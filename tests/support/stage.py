"""One controller, one store, and as many processes as a test wants: the whole engine in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.guardians import BEAT_S
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller, Freeze, Inventory
from service.domain.journal import Closed
from service.domain.observation import ControllerView, Topic
from service.domain.plan import Asked, Plan, Situation
from service.domain.planning import make_plan
from service.domain.policy import Policy
from service.ports.itsm import ItsmDesk
from service.ports.store import Holder, Store
from service.usecases.context import Context
from service.usecases.plan import ALL_TOPICS, Proposal
from service.usecases.progress import Progress
from service.usecases.recover import take_up
from service.usecases.remediate import Person, carry_out, open_remediation
from service.usecases.tried import tried_on
from service.usecases.truth import true_time_by
from service.usecases.work import Work
from tests.support.builders import CONTROLLER, POLICY
from tests.support.cases import catalogue
from tests.support.fake_clock import FakeClock, FakeProcesses, FakeTimeServers, World, store_clock
from tests.support.fake_controller import FakeAp, FakeController, Quirks
from tests.support.fake_driver import FakeDrivers, Line, Trap
from tests.support.memory_store import InMemoryStore
from tests.support.trapped_store import TrappedStore

HOME_S = 3600.0  # longer than any guard and any wait for NTP of the short policy


def ap(number: int, **fields) -> FakeAp:
    return FakeAp(BaseRadioMac.parse(f"84:3d:c6:00:00:{number:02x}"), f"AP{number}", **fields)


def quiet(_: Progress) -> None:
    """Nobody watches."""


@dataclass(slots=True)
class Process:
    """One process: its ports and the trap that may kill it."""

    context: Context
    trap: Trap
    holder: Holder


@dataclass(slots=True)
class Stage:
    """Everything that outlives a process."""

    policy: Policy = POLICY
    world: World = field(default_factory=World)
    store: Store = None  # type: ignore[assignment]  # by default one in memory, of this world
    open_store: Callable[[], Store] | None = None  # one connection for each process
    aps: list[FakeAp] = field(default_factory=lambda: [ap(1), ap(2)])
    freezes: tuple[Freeze, ...] = ()
    timezone: str = "UTC"
    dead: set[Holder] = field(default_factory=set)
    box: FakeController = field(init=False)
    line: Line = field(init=False)
    clock: FakeClock = field(init=False)
    more: dict[str, Line] = field(default_factory=dict)
    fleet: tuple[Controller, ...] = ()
    quirks: Quirks = field(default_factory=Quirks)
    hosts: dict[str, str] = field(default_factory=dict)  # living guardians: host -> boot id
    desk: ItsmDesk | None = None
    _pid: int = 100

    def __post_init__(self) -> None:
        self.box = FakeController(self.world, aps=self.aps, quirks=self.quirks)
        self.line = Line(self.box)
        self.clock = FakeClock(self.world)
        self.store = self.store or InMemoryStore(store_clock(self.world))
        if self.hosts:
            self.world.pulse_s = BEAT_S
            self.world.moved.append(self.beat)
            self.beat()

    def beat(self) -> None:
        """What the workers of every living host say of themselves."""
        for host, boot_id in self.hosts.items():
            self.store.guard(f"worker on {host}", host=host, boot_id=boot_id)

    @property
    def controller(self) -> Controller:
        return replace(CONTROLLER, policy=self.policy, timezone=self.timezone)

    def process(
        self,
        *,
        trap: Trap | None = None,
        host: str = "host-1",
        clock: FakeClock | None = None,
        servers: dict[str, float] | None = None,
    ) -> Process:
        self._pid += 1
        trap, clock = trap or Trap(), clock or self.clock
        holder = Holder(host, clock.boot_id, self._pid, str(self._pid))
        store = self.store if self.open_store is None else self.open_store()
        context = Context(
            inventory=Inventory((self.controller, *self.fleet), freezes=self.freezes),
            catalogue=catalogue(),
            store=TrappedStore(store, trap),
            drivers=FakeDrivers({self.box.name: self.line, **self.more}, clock, trap),
            clock=clock,
            time_servers=FakeTimeServers(clock, servers),
            processes=FakeProcesses(holder, self.dead),
            desk=self.desk,
        )
        return Process(context, trap, holder)

    def kill(self, process: Process) -> None:
        process.trap.dead = True
        self.dead.add(process.holder)

    # -- what commands do ------------------------------------------------------------------

    def look(self, process: Process) -> ControllerView:
        driver = process.context.drivers.open(self.controller)
        try:
            return driver.read(ALL_TOPICS - {Topic.CERTIFICATES}, timeout_s=60)
        finally:
            driver.close()

    def finding(self, view: ControllerView) -> Finding:
        stuck = {fake.mac for fake in self.box.aps if fake.stuck}
        aps = tuple(AffectedAp.of(a, Confidence.PROBABLE) for a in view.aps or () if a.mac in stuck)
        return Finding(self.box.name, "FN72524", Confidence.PROBABLE, aps)

    def propose(self, process: Process, asked: Asked | None = None) -> Proposal:
        view = self.look(process)
        finding = self.finding(view)
        issue = catalogue().get(finding.issue)
        assert issue is not None
        truth = true_time_by(process.context, view)
        tried = tried_on(process.context, self.box.name)
        situation = Situation(finding, issue, self.controller, view, truth, tried)
        return Proposal(make_plan(situation, asked or Asked()), finding, view, {})

    def open(self, process: Process, asked: Asked | None = None) -> Work:
        proposal = self.propose(process, asked)
        assert isinstance(proposal.planned, Plan), proposal.planned
        return open_remediation(process.context, proposal, Person("ann"))

    def remediate(
        self,
        process: Process | None = None,
        *,
        interrupted: Callable[[], str | None] = lambda: None,
        asked: Asked | None = None,
    ) -> Closed:
        work = self.open(process or self.process(), asked)
        return carry_out(work, interrupted=interrupted, on_progress=quiet)

    def restore(
        self,
        process: Process | None = None,
        interrupted: Callable[[], str | None] = lambda: None,
    ) -> Closed | None:
        work = take_up((process or self.process()).context, self.box.name)
        if work is None:
            return None
        return carry_out(work, interrupted=interrupted, on_progress=quiet)

    def settle(self, seconds: float = HOME_S) -> None:
        """Let the box do what it does by itself."""
        self.world.advance(seconds)
