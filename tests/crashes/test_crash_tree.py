"""Workers that are stopped over their lease, that get every message ten times, or die as a tree.

One lab and one worker with its children. First some boxes are mended side by side: on some a
process is stopped (SIGSTOP) right before it sends, and goes on when everything is over. Then the
whole worker, with all of its children, gets SIGKILL at several points of one remediation.
"""

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service.domain.journal import Entry, Intended
from tests.support.crash_points import Point, write_of
from tests.support.trapped_worker import TIMES
from tests.support.worker_stand import Ending, WorkerStand, box, menders, workers_standing

STOPS = tuple(Point(step, "before") for step in ("ntp-off", "clock-set", "clock-back"))
TREES = (
    Point("clock-set", "sent"),
    Point("clock-back", "sent"),
    Point("ntp-back", "received"),
)
FELLED = "felled"
DOUBLED = ("doubled-1", "doubled-2", "doubled-3")
SETTLES_S = 3.0
WRITES = ("edit-config", "save-config", "ap-reset")
RELEASES = ("17.3.6", "17.9.1", "17.12.1")


def stopped(point: Point) -> str:
    return f"stopped-{point}"


@dataclass
class Told:
    """What became of the boxes.

    Attributes:
        woken: box -> when its stopped process went on, on the host's monotonic clock.
        writes: box -> when the box got something to write.
        fell: at which points the whole worker died.
    """

    endings: dict[str, Ending] = field(default_factory=dict)
    journals: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    woken: dict[str, float] = field(default_factory=dict)
    writes: dict[str, list[float]] = field(default_factory=dict)
    fell: set[Point] = field(default_factory=set)


def note(stand: WorkerStand, name: str, point: Point) -> Path:
    return stand.traps / f"{name}.{point}"


def stop_and_wake(stand: WorkerStand, told: Told) -> None:
    """Wait until others have finished what stopped processes began, and let these go on."""
    names = {stopped(point): point for point in STOPS}
    stand.until(lambda: all(note(stand, n, p).exists() for n, p in names.items()))
    for name, point in names.items():
        stand.until_over([name])
        told.woken[name] = time.monotonic()
        os.kill(int(note(stand, name, point).read_text()), signal.SIGCONT)
    stand.until_over(DOUBLED)
    stand.pause(SETTLES_S)


def heirs(entries: tuple[Entry, ...], step: str) -> int:
    """How many leases there were after the one under which a step was first to be written."""
    first = next(
        entry.fencing
        for entry in entries
        if isinstance(entry.event, Intended) and write_of(entry.event) == step
    )
    return entries[-1].fencing - first


def carry_out(folder: Path) -> Told:
    together = [*DOUBLED, *map(stopped, STOPS)]
    names = [*together, FELLED]
    traps = {stopped(point): {str(point): "stop"} for point in STOPS}
    traps[FELLED] = {str(point): "tree" for point in TREES}
    boxes = [box(name, RELEASES[number % 3]) for number, name in enumerate(names)]
    told = Told()
    with workers_standing(
        folder,
        boxes,
        traps=traps,
        crew=menders(6),
        environ={TIMES: "10"},
    ) as stand:
        with stand.context() as context:
            stand.learn(context, names)
        stand.ask(together, prepared=True)
        stop_and_wake(stand, told)
        stand.ask([FELLED], prepared=True)
        stand.until_over([FELLED])
        told.endings = stand.endings(names)
        with stand.context() as context:
            told.journals = {name: stand.journal(context, name) for name in names}
        for name in names:
            log = stand.box(name).log
            told.writes[name] = [e.at for e in log if e.kind == "rpc" and e.what in WRITES]
        told.fell = {point for point in TREES if note(stand, FELLED, point).exists()}
    return told


@pytest.mark.parametrize("name", DOUBLED)
def test_a_message_that_comes_ten_times_makes_no_extra_write(happened, name):
    ending = happened.endings[name]
    assert ending.closed
    assert (ending.closed.state, ending.violations) == ("succeeded", [])
    intended = [e.event.change for e in happened.journals[name] if isinstance(e.event, Intended)]
    assert len(happened.writes[name]) == len(intended)
    counted = Counter(change.kind for change in intended)
    once = {"prove-timer", "arm-guard", "remove-ntp", "add-ntp", "remove-timers"}
    assert {kind for kind in once if counted[kind] != 1} == set()
    assert counted["set-clock"] in (2, 3)  # a box that was late is set once more
    assert "reset-ap" not in counted


@pytest.mark.parametrize("point", STOPS, ids=str)
def test_a_process_that_was_stopped_over_its_lease_sends_nothing_any_more(happened, point):
    name = stopped(point)
    assert heirs(happened.journals[name], point.step) >= 1
    assert happened.endings[name].violations == []
    assert [at for at in happened.writes[name] if at >= happened.woken[name]] == []


def test_a_remediation_whose_whole_worker_dies_again_and_again_is_brought_home(happened):
    assert happened.fell == set(TREES)
    assert happened.endings[FELLED].violations == []
