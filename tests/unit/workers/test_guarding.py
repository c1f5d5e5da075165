"""A stop that comes while the worker's own loop writes to the database."""

import threading
from collections.abc import Callable
from contextlib import nullcontext

import pytest

from workers.guarding import Place


class Slow:
    """A guard whose first word takes until somebody lets it pass."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.during: Callable[[], None] = lambda: None

    def stand(self) -> None:
        during, self.during = self.during, lambda: None
        during()
        self.said.append("stand")

    def stand_down(self) -> None:
        self.said.append("stand down")


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> Slow:
    guard = Slow()
    monkeypatch.setattr("service.bootstrap.open_guard", lambda _: nullcontext(guard))
    return guard


def leavers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "stand-down"]


def test_a_stop_in_the_middle_of_a_beat_waits_for_nothing_and_has_the_last_word(guard: Slow):
    place = Place()
    guard.during = place.leave  # as a signal that comes in the middle of the transaction
    place.stand()
    for one in leavers():
        one.join(30)
    assert guard.said == ["stand", "stand down"]


def test_who_has_left_does_not_come_back(guard: Slow):
    place = Place()
    place.leave()
    for one in leavers():
        one.join(30)
    place.stand()
    assert guard.said == ["stand down"]


def test_the_process_does_not_end_before_it_is_said(guard: Slow):
    place = Place()
    guard.during = place.leave
    seen: list[bool] = []
    guard.stand_down = lambda: seen.append(threading.current_thread().daemon)  # type: ignore[method-assign]
    place.stand()
    for one in leavers():
        one.join(30)
    assert seen == [False]
