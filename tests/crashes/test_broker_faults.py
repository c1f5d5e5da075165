"""The broker is killed, and emptied, at each step of a clock window: the database is the truth.

A worker is held at a point while the test does it, so that every step really meets both. Then it
goes on, and what counts is whether somebody takes up the next step, and after how many seconds.
"""

import os
import signal
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import redis

from service.ports.requests import Kind
from service.queue.broker_address import answers, client
from service.usecases.context import Context
from tests.support.crash_points import STEPS, Point
from tests.support.trapped_context import released
from tests.support.worker_stand import Ending, WorkerStand, box, menders, workers_standing

FAULTS = {"before": "kill -9", "received": "FLUSHALL"}
POINTS = tuple(Point(step, instant) for step in STEPS for instant in FAULTS)
SAVES = "17.12.1"


@dataclass
class Felt:
    """One fault, and how long it was felt.

    Attributes:
        fencing: the number of the lease under which a worker was held; a later one is another job.
        resumed_s: until the next job wrote or had nothing left to write; None: never.
    """

    point: Point
    fencing: int
    at: float
    resumed_s: float | None = None


@dataclass
class Suffered:
    """What became of all boxes."""

    felt: list[Felt] = field(default_factory=list)
    endings: dict[str, Ending] = field(default_factory=dict)
    restarts: int = 0


class Tormentor:
    """Watches for held workers, does to the broker what their point asks for, and lets them go."""

    def __init__(self, stand: WorkerStand, context: Context) -> None:
        self._stand, self._context = stand, context
        self._seen: set[str] = set()
        self.suffered = Suffered()

    def look(self) -> bool:
        """Do what is due; whether everything is over."""
        for instant in FAULTS:
            for note in sorted(self._stand.traps.glob(f"*-{instant}")):
                self._torment(note)
        for felt in self.suffered.felt:
            if felt.resumed_s is None and self._has_gone_on(felt):
                felt.resumed_s = time.monotonic() - felt.at
        ids = self._stand.ids.values()
        is_open = any(self._context.store.due_of(Kind.REMEDIATION, item) for item in ids)
        return not is_open and all(felt.resumed_s is not None for felt in self.suffered.felt)

    def _torment(self, note) -> None:
        if note.name in self._seen:
            return
        self._seen.add(note.name)
        name, _, point = note.name.partition(".")
        step, _, instant = point.rpartition("-")
        lease = self._context.store.lease_of(name)
        fencing = 1 if lease is None else lease.fencing
        if instant == "before":
            self._kill()
        else:
            self._flush()
        self.suffered.felt.append(Felt(Point(step, instant), fencing, time.monotonic()))
        released(note).touch()

    def _kill(self) -> None:
        supervisor = self._stand.supervisor
        broker = supervisor._broker
        pid = self._await(lambda: broker.pid)
        os.kill(pid, signal.SIGKILL)
        self._await(lambda: broker.pid != pid)  # or the next fault would be the death of the same
        self.suffered.restarts += 1

    def _flush(self) -> None:
        url = self._stand.supervisor.broker_url
        self._await(lambda: answers(url))
        with closing(client(url)) as link, suppress(redis.ConnectionError):
            link.flushall()

    def _await(self, condition):
        while not (found := condition()):
            self._stand.pause(0.1)
        return found

    def _has_gone_on(self, felt: Felt) -> bool:
        entries = self._stand.journal(self._context, felt.point.step)
        return any(entry.fencing > felt.fencing for entry in entries) or (
            bool(entries) and entries[-1].event.type == "closed"
        )


def carry_out(folder: Path) -> Suffered:
    boxes = [box(step, SAVES) for step in STEPS]
    traps = {step: {f"{step}-{instant}": "hold" for instant in FAULTS} for step in STEPS}
    with workers_standing(folder, boxes, traps=traps, crew=menders(4)) as stand:
        stand.ask(STEPS)
        with stand.context() as context:
            tormentor = Tormentor(stand, context)
            ends = time.monotonic() + 480
            while not tormentor.look() and time.monotonic() < ends:
                stand.pause(0.2)
        tormentor.suffered.endings = stand.endings(STEPS)
        return tormentor.suffered


def test_the_broker_was_killed_and_emptied_at_each_step(happened):
    assert {felt.point for felt in happened.felt} == set(POINTS)


def test_no_remediation_is_lost_and_each_ends_well(happened):
    found = {name: ending.violations for name, ending in happened.endings.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}
    states = {ending.closed.state for ending in happened.endings.values() if ending.closed}
    assert states == {"succeeded"}


def test_consumption_resumes_after_every_fault(happened, figures):
    for instant, fault in FAULTS.items():
        waits = [f.resumed_s for f in happened.felt if f.point.instant == instant]
        assert None not in waits
        figures.append(
            f"broker {fault} at {len(waits)} steps: next job after {median(waits):.1f} s (median), "
            f"{max(waits):.1f} s (longest)"
        )
    assert happened.restarts == len(STEPS)
