"""Simulated controllers under random faults, for as long as you like: `make soak MINUTES=60`.

Rounds of twenty boxes, each mended once by real workers over the embedded broker, while workers are
killed, the broker is emptied, replies are lost, boxes reload and other people edit. After a round
every box is judged by the lab's own state. One violation makes the exit status 1.

The same seed makes the same trouble; what it meets depends on the machine.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.settings import INVENTORY, STATE_DIR, VISIBILITY_TIMEOUT, Settings
from service.supervise import Supervisor
from tests.e2e.stand import QUICK, SHORT, box
from tests.soak.judging import TRUE_S, Memory, violations
from tests.soak.trouble import Trouble
from tests.support.worker_stand import KEPT, ROOT, WorkerStand, menders

BOXES, PROCESSES = 20, 4
RELEASES = ("17.3.6", "17.6.4", "17.9.1", "17.12.1")
DEAD_MAN_S = 90.0
POLICY = {**SHORT, "poll_every_s": 3, "dead_man_after_s": DEAD_MAN_S, "approval": "none"}
ROUND_S = 420.0
"""How long a round is under trouble at most; after that and the quiet, nothing is to be open."""
QUIET_S = 240.0
EVERY_S, TELL_EVERY_S = 1.5, 15.0
SETTLES_S, NTP_FOLLOWS_S = 60.0, 5.0


@dataclass
class Soak:
    """One run.

    Attributes:
        wrong: what must never be, with round and box.
        ended: how many remediations ended in which state.
    """

    folder: Path
    settings: Settings
    supervisor: Supervisor
    chance: random.Random
    ends: float
    memory: Memory = field(default_factory=Memory)
    wrong: list[str] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    troubles: int = 0
    began: float = field(default_factory=time.monotonic)

    def round(self, number: int) -> None:
        """Twenty boxes from finding to end, under trouble; then the judgement."""
        names = [f"r{number}-{n:02}" for n in range(BOXES)]
        boxes = [box(name, RELEASES[n % 4]) for n, name in enumerate(names)]
        fleet = {"lab": {"timings": QUICK}, "controllers": boxes, "policy": POLICY}
        with Lab(from_mapping(fleet), state_dir=self.folder / f"lab-{number}") as lab:
            assert self.settings.inventory is not None
            draft = self.settings.inventory.with_suffix(".new")
            shutil.copyfile(lab.inventory_path, draft)
            draft.replace(self.settings.inventory)
            stand = WorkerStand(lab, self.settings, self.folder, self.supervisor)
            stand.ask(names)
            trouble = Trouble(stand, self.chance)
            self._torment(stand, names, trouble)
            self._quiet(stand, names)
            self._judge(stand, names, trouble)
            self.troubles += trouble.made.total()
            self.tell(f"round {number} is over; trouble: {dict(trouble.made)}")

    def _torment(self, stand: WorkerStand, names: list[str], trouble: Trouble) -> None:
        round_ends, next_told = time.monotonic() + ROUND_S, 0.0
        while time.monotonic() < round_ends and (left := _not_over(stand, names)):
            trouble.make(left)
            stand.pause(self.chance.expovariate(1 / EVERY_S))
            self.memory.look(stand)
            if time.monotonic() >= next_told:
                next_told = time.monotonic() + TELL_EVERY_S
                self.tell(f"{len(names) - len(left)} of {len(names)} ended")

    def _quiet(self, stand: WorkerStand, names: list[str]) -> None:
        """No trouble any more: whatever can end ends, and boxes do what they do by themselves."""
        for name in names:
            stand.box(name).faults_clear()
        ends = time.monotonic() + QUIET_S
        while time.monotonic() < ends and _not_over(stand, names):
            stand.pause(1.0)
        with stand.context() as context:
            loud = [n for n in names if _is_loud(stand.ending(context, n))]
        ends = time.monotonic() + DEAD_MAN_S + SETTLES_S
        stand.pause(NTP_FOLLOWS_S)
        while time.monotonic() < ends and any(not _is_true(stand, name) for name in loud):
            stand.pause(1.0)

    def _judge(self, stand: WorkerStand, names: list[str], trouble: Trouble) -> None:
        with stand.context() as context:
            for name in names:
                refused = stand.refusal(context, name)
                ending = stand.ending(context, name)
                state = "refused" if refused else ending.closed.state if ending.closed else "none"
                self.ended[state] = self.ended.get(state, 0) + 1
                begun = ending.closed is not None or not refused
                found = violations(ending, touched=name in trouble.touched) if begun else []
                self.wrong += [f"{name} ({state}): {line}" for line in found]
                for line in found:
                    say(f"VIOLATION {name} ({state}): {line}")

    def tell(self, what: str) -> None:
        gone_s = time.monotonic() - self.began
        say(f"{gone_s:6.0f} s  {what}; violations {len(self.wrong)}")


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _not_over(stand: WorkerStand, names: list[str]) -> list[str]:
    still = {line.partition(":")[0] for line in stand.open_ones()}
    return [name for name in names if name in still]


def _is_true(stand: WorkerStand, name: str) -> bool:
    return abs(stand.box(name).clock_offset_s) <= TRUE_S


def _is_loud(ending: object) -> bool:
    closed = getattr(ending, "closed", None)
    return closed is None or closed.state == "needs-attention"


def soaked(minutes: float, seed: int) -> int:
    """Run rounds until the time is up; the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="aprejoin-soak-"))
    values = {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        STATE_DIR: str(folder / "state"),
        INVENTORY: str(folder / "inventory.yaml"),
        VISIBILITY_TIMEOUT: "120",
        "PYTHONPATH": str(ROOT),
    }
    settings = Settings.from_environment(values)
    supervisor = Supervisor(settings, environ=values, canary_every_s=10.0)
    say(f"soak: {minutes:g} minutes, seed {seed}, {BOXES} boxes a round, state in {folder}")
    try:
        supervisor.start_broker()
        supervisor.start_worker(menders(PROCESSES))
        supervisor.start_beat()
        ends = time.monotonic() + 60 * minutes
        run = Soak(folder, settings, supervisor, random.Random(seed), ends)  # noqa: S311
        number = 0
        while number == 0 or time.monotonic() < ends:
            number += 1
            run.round(number)
    finally:
        supervisor.stop()
    run.tell(f"done: {number} rounds, {run.troubles} troubles, endings {run.ended}")
    say(f"memory: {run.memory.told()}")
    say(f"violations: {len(run.wrong)}")
    if not run.wrong:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if run.wrong else 0


def main(words: Sequence[str] | None = None) -> int:
    """Parse and run."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="default 5; the round is ended")
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    given = parser.parse_args(words)
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    return soaked(given.minutes, seed)


if __name__ == "__main__":
    sys.exit(main())
