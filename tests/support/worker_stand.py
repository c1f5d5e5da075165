"""A lab, a state folder and real workers over an embedded broker, as `aprejoin serve` runs them.

The test's own thread owns the children: it tends them whenever it waits.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import yaml

from service.bootstrap import open_context
from service.domain.journal import Closed, Entry, HomeCalled
from service.domain.remediation import Run
from service.errors import NotFound
from service.lab.aireos.handle import WlcHandle
from service.lab.box.clock import SET_WITHIN_S
from service.lab.fleet import from_mapping
from service.lab.handle import BoxHandle
from service.lab.lab import Lab
from service.ports.jobs import Lane
from service.ports.requests import AskedPlan, Kind, PlanAnswer
from service.ports.store import Approval
from service.queue.celery_queue import CeleryQueue
from service.settings import INVENTORY, STATE_DIR, VISIBILITY_TIMEOUT, Settings
from service.supervise import Crew, Supervisor
from service.usecases.answer_plan import answer_plan
from service.usecases.context import Context
from service.usecases.remediate import give_word
from service.usecases.request import request_remediation
from service.usecases.sweep import sweep
from tests.e2e.stand import QUICK, SHORT, box
from tests.support.patience import PATIENCE_S
from tests.support.trapped_context import FOLDER, PLAN

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
APPLICATION = "tests.support.trapped_worker"
LOOP_S = QUICK["boot_s"] + QUICK["download_s"] + QUICK["retry_s"]
SWEEPS = 12
PATIENT = {
    "poll_every_s": 4,
    "dead_man_after_s": 300,
    "ntp_sync_s": 600,
    "approval": "none",
}
"""Fewer looks and longer limits, so that many boxes fit on few cores; and nobody has to approve."""
VISIBILITY_S = 400.0
"""Longer than anything here: what a dead worker had comes back by the database."""
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Ending:
    """How one remediation ended, by the store and by the lab.

    Attributes:
        left: what differs on the box by the lab's own comparison.
        turned: why it was called home short of its goal; empty: it never was.
    """

    closed: Closed | None
    left: list[str]
    offset_s: float
    held: str | None
    due: str | None
    turned: str = ""

    @property
    def violations(self) -> list[str]:
        """What must never be; empty: put back, or said truthfully that it is not."""
        if self.closed is None:
            return ["it never ended"]
        found = [f"held by {self.held}"] if self.held else []
        found += [f"still due: {self.due}"] if self.due else []
        if self.closed.state == "needs-attention":
            right = bool(self.left) and bool(self.closed.left) and bool(self.closed.mend)
            return found if right else [*found, f"needs attention for nothing: {self.closed}"]
        found += self.left
        return found + (
            [] if abs(self.offset_s) <= SET_WITHIN_S else [f"off by {self.offset_s:.1f} s"]
        )


@dataclass
class WorkerStand:
    """Boxes, workers, and what was asked of them.

    Attributes:
        ids: remediation by controller.
    """

    lab: Lab
    settings: Settings
    traps: Path
    supervisor: Supervisor
    ids: dict[str, str] = field(default_factory=dict)

    def box(self, name: str) -> BoxHandle:
        return self.lab.box(name)

    def any_box(self, name: str) -> BoxHandle | WlcHandle:
        return self.lab.any_box(name)

    @contextmanager
    def context(self) -> Iterator[Context]:
        with open_context(self.settings, self.settings.inventory) as context:
            yield context

    # -- asking ----------------------------------------------------------------------------

    def ask(
        self,
        names: Sequence[str],
        *,
        prepared: bool = False,
        suspected: bool = False,
        approver: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Have these controllers mended: sweeps until their findings are sure, plans, and go.

        Args:
            names: of the controllers, in the order in which they are asked for.
            prepared: their findings are sure already.
            suspected: they need not be.
            approver: whose word the plans are given; None: the policy asks for nobody's.
            more: of what a plan is asked for with.
        """
        with self.context() as context:
            if not (prepared or suspected):
                self.learn(context, names)
            with ThreadPoolExecutor(max_workers=8) as pool:
                plan = partial(_plan, context, suspected=suspected, more=more or {})
                answers = list(pool.map(plan, names))
            with closing(self.queue()) as queue:
                for name, answer in zip(names, answers, strict=True):
                    if approver is not None:
                        give_word(context, _word(context, name, answer, approver))
                    asked = request_remediation(context, queue, answer.digest, who="ann")
                    self.ids[name] = asked.id

    def queue(self) -> CeleryQueue:
        return CeleryQueue.at(
            self.supervisor.broker_url,
            visibility_timeout_s=self.settings.visibility_timeout_s,
        )

    def learn(self, context: Context, names: Sequence[str]) -> None:
        """Sweep until every finding is probable: a loop is counted, not guessed."""
        unsure = set(names)
        for number in range(SWEEPS):
            began = time.monotonic()
            controllers = [context.controller(name) for name in sorted(unsure)]
            result = sweep(context, controllers, sweep_id=f"learn-{number}")
            unsure -= {one.polled.controller.name for one in result.controllers if _is_sure(one)}
            if not unsure:
                return
            self.pause(max(0.2, LOOP_S / 2 - (time.monotonic() - began)))
        raise AssertionError(f"never probable: {sorted(unsure)}")

    # -- waiting ---------------------------------------------------------------------------

    def tend(self) -> None:
        self.supervisor.tend()

    def pause(self, seconds: float) -> None:
        """Wait, looking after the children."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self.tend()
            threading.Event().wait(min(0.2, left))

    def until(self, condition: Callable[[], T], within_s: float = PATIENCE_S) -> T:
        """Wait for something, looking after the children."""
        ends = time.monotonic() + within_s
        while not (found := condition()):
            assert time.monotonic() < ends, f"not within {within_s:g} s: {self.open_ones()}"
            self.pause(0.25)
        return found

    def until_over(self, names: Sequence[str], within_s: float = PATIENCE_S) -> None:
        """Wait until these have ended, or were refused before they began, or time is up."""
        ends = time.monotonic() + within_s
        with self.context() as context:
            while time.monotonic() < ends:
                names = [n for n in names if context.store.due_of(Kind.REMEDIATION, self.ids[n])]
                if not names:
                    return
                self.pause(0.5)

    def open_ones(self) -> list[str]:
        """What has not ended yet, with the last word on it."""
        found = []
        with self.context() as context:
            for name, item in self.ids.items():
                due = context.store.due_of(Kind.REMEDIATION, item)
                if due is not None:
                    found.append(f"{name}: {due.why}")
        return found

    # -- telling ---------------------------------------------------------------------------

    def journal(self, context: Context, name: str) -> tuple[Entry, ...]:
        try:
            return context.store.journal(self.ids[name])
        except NotFound:
            return ()

    def run(self, name: str) -> Run:
        with self.context() as context:
            return Run(context.store.journal(self.ids[name]))

    def ending(self, context: Context, name: str) -> Ending:
        entries = self.journal(context, name)
        lease = context.store.lease_of(name)
        due = context.store.due_of(Kind.REMEDIATION, self.ids[name])
        return Ending(
            closed=Run(entries).closed if entries else None,
            left=self.any_box(name).left_dirty(),
            offset_s=self.any_box(name).clock_offset_s,
            held=None if lease is None else lease.holder.label,
            due=None if due is None else due.why,
            turned=next((why for entry in entries if (why := _called_short(entry))), ""),
        )

    def endings(self, names: Sequence[str]) -> dict[str, Ending]:
        with self.context() as context:
            return {name: self.ending(context, name) for name in names}

    def refusal(self, context: Context, name: str) -> str:
        asked = context.store.remediation_asked(self.ids[name])
        return "" if asked is None else asked.refused


def _called_short(entry: Entry) -> str:
    event = entry.event
    return event.reason if isinstance(event, HomeCalled) and event.goal_missed else ""


def _is_sure(one: Any) -> bool:
    return any(found.confidence.rank >= 1 for found in one.diagnosis.findings)


def _plan(context: Context, name: str, *, suspected: bool, more: Mapping[str, Any]) -> PlanAnswer:
    item = f"plan-{name}-{time.monotonic_ns()}"
    now = context.clock.now().wall
    context.store.ask_plan(AskedPlan(item, now, "ann", name, accept_suspected=suspected, **more))
    answer = answer_plan(context, item)
    assert answer is not None
    assert answer.digest, (name, answer)
    return answer


def _word(context: Context, name: str, answer: PlanAnswer, approver: str) -> Approval:
    assert answer.expires is not None
    now = context.clock.now().wall
    return Approval(answer.digest, name, approver, now, answer.expires)


def menders(concurrency: int) -> Crew:
    """The crew that changes controllers, with so many processes."""
    return Crew("remediate", (Lane.REMEDIATE, Lane.NOTIFY), "prefork", concurrency)


@contextmanager
def workers_standing(
    folder: Path,
    boxes: Sequence[Mapping[str, Any]],
    *,
    traps: Mapping[str, Mapping[str, str]] | None = None,
    policy: Mapping[str, Any] | None = None,
    policies: Mapping[str, Mapping[str, Any]] | None = None,
    crew: Crew | None = None,
    environ: Mapping[str, str] | None = None,
    top: Mapping[str, Any] | None = None,
) -> Iterator[WorkerStand]:
    """A lab with real workers; everything is ended on the way out, by the thread that began it.

    Args:
        folder: for state and traps.
        boxes: of the lab.
        traps: controller -> point -> what happens there (`tests.support.trapped_context`).
        policy: beside the short waits, for all; `policies`: for one controller.
        crew: who changes controllers; None: six processes.
        environ: more of the environment.
        top: more of the inventory: keys at its top; mappings are added to.
    """
    fleet = {
        "lab": {"timings": QUICK},
        "controllers": [*boxes],
        "policy": {**SHORT, **PATIENT, **(policy or {})},
    }
    notes = folder / "traps"
    notes.mkdir(parents=True)
    (notes / PLAN).write_text(json.dumps(traps or {}))
    with Lab(from_mapping(fleet), state_dir=folder / "lab") as lab:
        _with_policies(lab.inventory_path, policies or {})
        _with_top(lab.inventory_path, top or {})
        values = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            STATE_DIR: str(folder / "state"),
            INVENTORY: str(lab.inventory_path),
            VISIBILITY_TIMEOUT: str(VISIBILITY_S),
            FOLDER: str(notes),
            "PYTHONPATH": str(ROOT),
            **(environ or {}),
        }
        settings = Settings.from_environment(values)
        supervisor = Supervisor(settings, environ=values, application=APPLICATION)
        try:
            supervisor.start_broker()
            supervisor.start_worker(crew or menders(6))
            supervisor.start_beat()
            yield WorkerStand(lab, settings, notes, supervisor)
        finally:
            supervisor.stop()


def _with_policies(path: Path, policies: Mapping[str, Mapping[str, Any]]) -> None:
    if not policies:
        return
    document = yaml.safe_load(path.read_text())
    for entry in document["controllers"]:
        if entry["name"] in policies:
            entry["policy"] = dict(policies[entry["name"]])
    path.write_text(yaml.safe_dump(document))


def _with_top(path: Path, top: Mapping[str, Any]) -> None:
    document = yaml.safe_load(path.read_text())
    for key, value in top.items():
        document[key] = {**document.get(key, {}), **value}
    path.write_text(yaml.safe_dump(document))


__all__ = ["APPLICATION", "Ending", "WorkerStand", "box", "menders", "workers_standing"]
