"""Somebody else saves while the configuration is ours, at any moment at all (DESIGN.md, 6.10).

A save is seen by the next look where the box can tell. One that falls between a look and our next
change is not: that change makes the configuration unsaved again. So it has to be harmless: the
clean save at the end takes it back, and a box that reloads meanwhile comes home from it.
"""

from itertools import pairwise

import pytest

from service.domain.journal import Closed, StepFailed
from tests.support.fake_driver import Killed
from tests.support.promises import broken
from tests.support.stage import Stage

RELOADS_AFTER_S = [0.0, 7.0, 100.0]


class Saves:
    """Saves once, at one movement of time after the switch was armed."""

    def __init__(self, stage: Stage, at: int, *, then=lambda: None) -> None:
        self._stage, self._at, self._then = stage, at, then
        self.armed = 0
        stage.world.moved.append(self)

    def __call__(self) -> None:
        if not self._stage.box.ours:
            return
        if self.armed == self._at:
            self._stage.box.save()
            self._then()
        self.armed += 1


def moments() -> list[int]:
    """Every movement of time while something of ours is on the box, long waits by their ends."""
    stage, at, ends = Stage(), [], []
    seen = Saves(stage, -1)
    stage.world.moved.append(lambda: ends.append((seen.armed, len(stage.line.sent))))
    stage.remediate()
    for (number, sent), (_, next_sent) in pairwise(ends):
        if number and (sent != next_sent or not number % 3):
            at.append(number - 1)
    return sorted(set(at))


@pytest.fixture(scope="module")
def saved() -> dict[int, tuple[Stage, Closed]]:
    """What became of it, by the moment of the save."""
    found = {}
    for at in moments():
        stage = Stage()
        Saves(stage, at)
        found[at] = stage, stage.remediate()
    return found


def test_it_is_taken_back_by_a_clean_save_at_whatever_moment_it_came(saved):
    failures = {}
    for at, (stage, closed) in saved.items():
        stage.box.saved_dirty = 0  # theirs, not ours
        if found := broken(stage, closed):
            failures[at] = found
    assert len(saved) > 60  # before and after every change, and between
    assert not failures


def test_inside_of_the_window_it_is_noticed_by_the_next_look_and_reported(saved):
    noticed = []
    for at, (stage, _) in saved.items():
        (row,) = stage.store.remediations()
        failed = [e.event for e in stage.store.journal(row.id) if isinstance(e.event, StepFailed)]
        noticed += [at for event in failed if "somebody else saved" in event.detail]
    assert len(noticed) > 10


@pytest.mark.parametrize("after_s", RELOADS_AFTER_S)
def test_a_box_that_reloads_after_it_with_nobody_left_comes_home_and_is_cleaned_later(after_s):
    failures = {}
    for at in moments()[::2]:
        stage = Stage()
        process = stage.process()

        def die(stage=stage, process=process) -> None:
            process.trap.dead = True
            stage.box.later(after_s, stage.box.reload)

        Saves(stage, at, then=die)
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        stage.settle()
        found = [one for one in stage.box.differences() if "saved" not in one]
        closed = stage.restore()
        stage.settle(120)
        stage.box.saved_dirty = 0
        if found := [*found, *broken(stage, closed)]:
            failures[at] = found
    assert not failures
