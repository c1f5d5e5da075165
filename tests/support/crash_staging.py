"""Controllers and their staging controllers, where a worker dies over the window next door."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.stand import NTP
from tests.support.crash_points import Point
from tests.support.worker_stand import Ending, WorkerStand, box

POINTS = {
    "move-child-stage": Point("clock-set", "sent"),
    "move-parent-stage": Point("claim", "stored"),
}
"""The worker of the window next door dies over the false clock; and the parent's, which holds both
controllers, right after it opened that window: nobody has been told of it yet."""
HOMES = ("move-child", "move-parent")
ASKED = {"strategy": "staging-controller"}
PATIENT = {"no_progress_s": 240}
"""How long an AP, and the window, may take: minutes, for on a slow machine looks lie far apart, and
a looping AP is on neither controller for a third of its time."""
LINGERS = {"boot_s": 0.2, "download_s": 2.9, "retry_s": 0.1}
"""A loop that is away for a tenth of its time: looks may come in step with it for a while."""
APS = [{"kind": "healthy"}, {"kind": "looping", "name": "loop-{n}"}]


def stage_of(name: str) -> str:
    return f"{name}-stage"


def home_box(name: str) -> dict[str, Any]:
    return box(name, aps=APS, roaming={"staging": stage_of(name)}, timings=LINGERS)


STAGES = [
    {"name": stage_of(name), "release": "17.9.1", "ntp": [*NTP], "roaming": {"max_aps": 5}}
    for name in HOMES
]


@dataclass(frozen=True)
class Moved:
    """What is left next door, and how long the clock at home was false."""

    left: list[str]
    false_s: float
    aps: Mapping[str, str]

    @classmethod
    def by(cls, here: WorkerStand, name: str) -> "Moved":
        one, there = here.box(name), here.box(stage_of(name))
        return cls(
            there.left_dirty(),
            one.seconds_of_false_time,
            {ap["name"]: ap["phase"] for ap in one.aps()},
        )


def judged_staging(ending: Ending, moved: Moved) -> list[str]:
    """Both controllers as they were, every AP told as before, and each one home or counted out."""
    found = [f"next door: {line}" for line in moved.left] + ending.violations
    if moved.false_s:
        found.append(f"the clock at home was false for {moved.false_s:.0f} s")
    out = [name for name, phase in moved.aps.items() if phase != "registered"]
    counted = ending.closed.remaining if ending.closed else 0
    return found + ([f"out, and nobody says so: {out}"] if len(out) > counted else [])
