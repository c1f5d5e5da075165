"""The crash matrix: real workers, killed at every step of a clock window, at four instants each.

One box for each point; its worker process gets SIGKILL there, once, and whoever is left goes on.
Then the lab says what is left on the box, and the journal what was said of it. What the steps are
in the engine is told in `tests/support/crash_points.py`.
"""

from pathlib import Path

import pytest

from tests.support.crash_points import BESIDE, INSTANTS, STEPS, matrix
from tests.support.crash_run import Crashed, crash, table
from tests.support.worker_stand import box

POINTS = tuple(matrix())
MORE = tuple(matrix(*BESIDE))
RELEASES = ("17.3.6", "17.6.4", "17.9.1", "17.12.1")
SAVES = "17.12.1"
"""Only a box that can tell whether it was saved before is saved afterwards."""
BOXES = {
    str(point): box(str(point), SAVES if point.step == "save" else RELEASES[number % 4])
    for number, point in enumerate((*POINTS, *MORE))
}


def carry_out(folder: Path) -> Crashed:
    return crash(folder, BOXES, {str(point): point for point in (*POINTS, *MORE)})


def test_at_every_point_nothing_is_left_behind_or_it_is_said_truthfully(happened, figures):
    found = {str(point): happened.violations(point) for point in POINTS}
    wrong = {name: lines for name, lines in found.items() if lines}
    held = sum(str(point) in happened.died for point in POINTS)
    figures += table(happened, (*STEPS, *BESIDE))
    figures.append(f"crash matrix: {held} of {len(POINTS)} points, {len(wrong)} violations")
    assert len(POINTS) == len(STEPS) * len(INSTANTS) == 52
    assert wrong == {}


@pytest.mark.parametrize("point", MORE, ids=str)
def test_a_step_of_the_engine_that_the_matrix_does_not_count_holds_too(happened, point):
    assert happened.violations(point) == []


def test_most_boxes_are_put_back_by_the_workers_and_need_nobody(happened):
    """A crash is no reason to call a person: whoever comes next puts everything back."""
    assert happened.calling == {}


def test_every_death_was_another_process(happened):
    assert happened.deaths_short(len(BOXES)) == ""
