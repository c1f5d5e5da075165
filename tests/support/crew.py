"""Workers around one controller: a remediation that was asked for, carried on job by job."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from service.domain.journal import Closed
from service.domain.observation import ControllerView
from service.domain.remediation import Run
from service.errors import StoreError
from service.ports.jobs import AdvanceCampaign, AdvanceRemediation, TendTicket
from service.ports.requests import AskedPlan, AskedRemediation, Due, Kind
from service.usecases.answer_plan import answer_plan
from service.usecases.campaign import advance_campaign
from service.usecases.carry import carry
from service.usecases.dispatch import waiting
from service.usecases.tend import tend
from tests.support.builders import POLICY
from tests.support.fake_clock import World, store_clock
from tests.support.stage import Process, Stage
from tests.support.stores import MemoryStore, file_store

NOBODY_ASKS = replace(POLICY, approval="none")
BEAT_S = 4.0
LOOPED_S, POLLS = 1800.0, 10


def crew_stage(policy=NOBODY_ASKS, *, file: Path | None = None, **fields) -> Stage:
    """A stage with a store that keeps what was asked for, whose APs were seen to loop.

    A database in memory belongs to one thread: whoever sweeps needs a file.
    """
    world = World()
    clock = store_clock(world)
    data = None if fields else _looped()
    store = MemoryStore(clock, data) if file is None else file_store(file, clock, data)
    stage = Stage(policy=policy, world=world, store=store, **fields)
    for view in _looks(stage):
        if fields:
            store.add_poll(view)
    return stage


def _looks(stage: Stage) -> Iterator[ControllerView]:
    process = stage.process()
    for _ in range(POLLS):
        yield stage.look(process)
        stage.settle(LOOPED_S / POLLS)


@cache
def _looped() -> bytes:
    """What a store keeps of these looks at the usual access points: the same for every stage."""
    world = World()
    store = MemoryStore(store_clock(world))
    for view in _looks(Stage(world=world, store=store)):
        store.add_poll(view)
    try:
        return store.data()
    finally:
        store.close()


@dataclass
class Crew:
    """Workers and a dispatcher of one stage.

    Attributes:
        seen: what every move came to: (remediation, step, text).
    """

    stage: Stage = field(default_factory=crew_stage)
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def now(self, process: Process):
        return process.context.clock.now().wall

    def ask(self, item: str = "r1", *, by: str = "ann") -> str:
        """Ask for a plan, work it out, ask for it to be carried out; the plan's digest."""
        process = self.stage.process()
        now = self.now(process)
        process.context.store.ask_plan(AskedPlan(f"plan-{item}", now, by, "hq-1"))
        answer = answer_plan(process.context, f"plan-{item}")
        assert answer is not None
        assert answer.digest, answer
        asked = AskedRemediation(item, now, by, f"plan-{item}", answer.digest, "hq-1")
        assert process.context.store.ask_remediation(asked)
        return answer.digest

    def job(self, process: Process, item: str = "r1") -> float | None:
        """One message, worked on by one process; where the store says no, a nudge comes again."""
        try:
            return carry(process.context, item, on_progress=self._note)
        except StoreError:
            return None

    def beat(self, process: Process) -> None:
        """One tick of the dispatcher, and every job that it sends."""
        for job in waiting(process.context):
            if isinstance(job, AdvanceCampaign):
                advance_campaign(process.context, job.campaign)
                continue
            if isinstance(job, TendTicket):
                tend(process.context, job.ticket)
                continue
            assert isinstance(job, AdvanceRemediation)
            self.job(process, job.remediation)

    def until_over(self, process: Process, item: str = "r1", *, at_most_s: float = 7200) -> Closed:
        """Beat until it has ended."""
        began = self.stage.world.elapsed
        while True:
            self.beat(process)
            if self.due(item) is None and (closed := self.closed(item)) is not None:
                return closed
            assert self.stage.world.elapsed - began < at_most_s, "it never ends"
            self.stage.world.advance(BEAT_S)

    def until(self, process: Process, step: str, item: str = "r1") -> None:
        """Beat until a step is due."""
        while not any(name == step for _, name, _ in self.seen):
            assert self.closed(item) is None, f"it ended before {step}"
            self.beat(process)
            self.stage.world.advance(BEAT_S)

    def closed(self, item: str = "r1") -> Closed | None:
        run = self.run(item)
        return None if run is None else run.closed

    def run(self, item: str = "r1") -> Run | None:
        known = {row.id for row in self.stage.store.remediations()}
        return Run(self.stage.store.journal(item)) if item in known else None

    def due(self, item: str = "r1") -> Due | None:
        return self.stage.store.due_of(Kind.REMEDIATION, item)

    def _note(self, item, progress) -> None:
        self.seen.append((item, progress.step, progress.text))
