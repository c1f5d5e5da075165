"""Every message delivered twice and ten times, at every point of the job that it doubles.

The copies come while the first delivery is under way: between any two things that it does to the
store or to the controller. None of them may write anything to the controller.
"""

from dataclasses import dataclass, field

import pytest

from tests.support.crew import Crew
from tests.support.fake_driver import Trap
from tests.support.kill_points import EVERY_POINT
from tests.support.promises import broken
from tests.support.stage import Process

HELD = -1
"""Wherever the first one holds the lease: elsewhere a copy takes the work over, rightly."""


@dataclass(slots=True)
class Doubling(Trap):
    """At one point, or at many, other workers get the same message.

    Attributes:
        where: the number of the point; HELD; None: nowhere.
        copies: who gets it.
        met: at how many points they did.
        free: points at which nobody held the lease.
    """

    where: int | None = None
    crew: Crew | None = None
    copies: list[Process] = field(default_factory=list)
    met: int = 0
    free: list[int] = field(default_factory=list)

    def point(self, name: str) -> None:
        Trap.point(self, name)
        if self.crew is not None and self._is_meant(self.crew):
            self.met += 1
            for copy in self.copies:
                self.crew.job(copy)

    def _is_meant(self, crew: Crew) -> bool:
        is_held = crew.stage.store.lease_of("hq-1") is not None
        if not is_held:
            self.free.append(len(self.names) - 1)
        return is_held if self.where == HELD else self.where == len(self.names) - 1


def carried(where: int | None = None, times: int = 1) -> tuple[Crew, Doubling]:
    """A crew whose worker gets company."""
    crew = Crew()
    crew.ask()
    trap = Doubling(where=where, crew=crew)
    process = crew.stage.process(trap=trap)
    trap.copies = [crew.stage.process() for _ in range(times - 1)]
    crew.until_over(process)
    return crew, trap


@pytest.fixture(scope="module")
def undisturbed() -> tuple[list[str], Doubling]:
    """What is sent, and what was met, where every message comes once."""
    crew, trap = carried()
    return [change.kind for change in crew.stage.line.sent], trap


def wrongs(crew: Crew, kinds: list[str]) -> list[str]:
    """Where a copy wrote, or left something behind."""
    sent = [change.kind for change in crew.stage.line.sent]
    return broken(crew.stage, crew.closed()) + ([] if sent == kinds else [f"sent {sent}"])


@pytest.mark.parametrize("times", [2, 10])
def test_deliveries_at_all_points_of_a_job_write_nothing_more(undisturbed, figures, times):
    crew, trap = carried(HELD, times)
    assert wrongs(crew, undisturbed[0]) == []
    assert trap.met > 100
    figures.append(f"every message x{times} at {trap.met} points of its job: no extra write")


def test_ten_deliveries_where_nobody_holds_the_lease_write_nothing_more(undisturbed):
    """One by one: where a copy takes the work over, the points after it are others."""
    kinds, trap = undisturbed
    firsts = {trap.names[n]: n for n in reversed(trap.free)}
    points = {*firsts.values(), *trap.free[:: 1 if EVERY_POINT else 5]}
    found = {(n, trap.names[n]): wrongs(carried(n, 10)[0], kinds) for n in sorted(points)}
    assert {point: lines for point, lines in found.items() if lines} == {}
    assert {"after release", "before acquire", "before forget_due"} <= set(firsts)
