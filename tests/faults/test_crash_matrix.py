"""The crash matrix: real workers, killed at every step of a clock window, at four instants each.

One box for each point; its worker process gets SIGKILL there, once, and whoever is left goes on.
Then the lab says what is left on the box, and the journal what was said of it. What the steps are
in the engine is told in `tests/support/crash_points.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.crash_points import BESIDE, INSTANTS, STEPS, Point, matrix
from tests.support.worker_stand import Ending, box, menders, workers_standing

POINTS = tuple(matrix())
MORE = tuple(matrix(*BESIDE))
RELEASES = ("17.3.6", "17.6.4", "17.9.1", "17.12.1")
SAVES = "17.12.1"
"""Only a box that can tell whether it was saved before is saved afterwards."""
BOXES = {
    str(point): box(str(point), SAVES if point.step == "save" else RELEASES[number % 4])
    for number, point in enumerate((*POINTS, *MORE))
}


@dataclass(frozen=True)
class Crashed:
    """What became of every box, and at which points a process really died.

    Attributes:
        died: box -> the process that died on it.
    """

    endings: Mapping[str, Ending]
    died: Mapping[str, int]

    def violations(self, point: Point) -> list[str]:
        name = str(point)
        if name not in self.died:
            return ["nobody died there"]
        return self.endings[name].violations


def carry_out(folder: Path) -> Crashed:
    names = list(BOXES)
    traps = {name: {name: "kill"} for name in names}
    with workers_standing(folder, list(BOXES.values()), traps=traps, crew=menders(6)) as stand:
        stand.ask(names)
        stand.until_over(names)
        notes = {path.name.partition(".")[0]: path for path in stand.traps.glob("*.*-*")}
        died = {name: int(path.read_text()) for name, path in notes.items()}
        return Crashed(stand.endings(names), died)


def test_at_every_point_nothing_is_left_behind_or_it_is_said_truthfully(happened, figures):
    found = {str(point): happened.violations(point) for point in POINTS}
    wrong = {name: lines for name, lines in found.items() if lines}
    held = sum(str(point) in happened.died for point in POINTS)
    figures += table(happened)
    figures.append(f"crash matrix: {held} of {len(POINTS)} points, {len(wrong)} violations")
    assert len(POINTS) == len(STEPS) * len(INSTANTS) == 52
    assert wrong == {}


@pytest.mark.parametrize("point", MORE, ids=str)
def test_a_step_of_the_engine_that_the_matrix_does_not_count_holds_too(happened, point):
    assert happened.violations(point) == []


def test_most_boxes_are_put_back_by_the_workers_and_need_nobody(happened):
    """A crash is no reason to call a person: whoever comes next puts everything back."""
    calling = {
        name: ending.closed
        for name, ending in happened.endings.items()
        if ending.closed is None or ending.closed.state == "needs-attention"
    }
    assert calling == {}


def test_every_death_was_another_process(happened):
    assert len(set(happened.died.values())) == len(happened.died) == len(BOXES)


def table(crashed: Crashed) -> list[str]:
    """Step by instant: how it ended."""
    rows = [f"{'':12}" + "".join(f"{instant:>16}" for instant in INSTANTS)]
    for step in (*STEPS, *BESIDE):
        ended = [crashed.endings[f"{step}-{instant}"].closed for instant in INSTANTS]
        rows.append(f"{step:12}" + "".join(f"{one.state if one else '-':>16}" for one in ended))
    return rows
