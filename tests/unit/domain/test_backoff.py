from dataclasses import replace

import pytest

from service.domain.backoff import FIRST_S, Failing, entry_of, is_left_alone, pause_s
from service.domain.inventory import Credentials
from tests.support.builders import CONTROLLER

MINE = entry_of(CONTROLLER)


def failing(left_s: float | None, entry: str = MINE) -> Failing:
    return Failing("hq-1", "unreachable", 3, entry, "no route to host", left_s)


def test_the_pause_doubles_up_to_the_longest():
    pauses = [pause_s("unreachable", times, 3600) for times in (1, 2, 3, 4, 5, 99_999)]
    assert pauses == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S, 3600, 3600]


def test_a_refused_login_is_not_asked_again_by_itself():
    assert pause_s("refused", 1, 3600) is None
    assert is_left_alone(failing(None), CONTROLLER)


@pytest.mark.parametrize(("left_s", "is_left"), [(1.0, True), (0.0, False), (-5.0, False)])
def test_a_controller_is_left_alone_until_its_time_has_come(left_s, is_left):
    assert is_left_alone(failing(left_s), CONTROLLER) == is_left
    assert not is_left_alone(None, CONTROLLER)


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "192.0.2.99"},
        {"credentials": Credentials("root", "env:HQ")},
        {"credentials": Credentials("admin", "env:OTHER")},
        {"netconf": replace(CONTROLLER.netconf, port=8830)},
    ],
)
def test_what_a_login_depends_on_ends_the_waiting_when_it_changes(changed):
    assert not is_left_alone(failing(None), replace(CONTROLLER, **changed))


def test_what_no_login_depends_on_does_not():
    assert is_left_alone(failing(None), replace(CONTROLLER, tags=("new",), site="hq"))
