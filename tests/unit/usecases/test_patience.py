"""Controllers that fail: schedules ask them less and less often, people always."""

from dataclasses import replace
from itertools import pairwise

import pytest

from service.domain.backoff import FIRST_S
from service.domain.inventory import Credentials, Inventory
from service.errors import DeviceBusy
from service.usecases.poll import poll
from service.usecases.sweep import sweep
from tests.support.builders import POLICY
from tests.support.crew import crew_stage

LONGEST_S = 1200.0


@pytest.fixture
def stage(tmp_path):
    policy = replace(POLICY, longest_backoff_s=LONGEST_S)
    found = crew_stage(policy, file=tmp_path / "aprejoin.db")
    yield found
    found.store.close()


def asked(stage, *, is_patient: bool = True, **changes):
    """One sweep: (whether the controller was asked, what is said of it)."""
    context = stage.process().context
    controller = replace(stage.controller, **changes)
    context = replace(context, inventory=Inventory((controller,)))
    logins = stage.line.logins
    result = sweep(context, [controller], sweep_id="s", is_patient=is_patient)
    return stage.line.logins > logins, result.controllers[0].polled.error


def test_one_that_does_not_answer_is_asked_less_and_less_often(stage):
    stage.box.unreachable = True
    tried = []
    for second in range(0, 6000, 60):
        if asked(stage)[0]:
            tried.append(second)  # a look takes a moment: the minute that is due is just missed
        stage.world.advance(60 - (stage.world.elapsed % 60))
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    expected = [FIRST_S, 2 * FIRST_S, LONGEST_S, LONGEST_S, LONGEST_S]
    assert [pause // 60 for pause in pauses] == [pause // 60 + 1 for pause in expected]


def test_what_is_left_alone_says_when_it_is_asked_next(stage):
    stage.box.unreachable = True
    asked(stage)
    was_asked, error = asked(stage)
    assert not was_asked
    assert "no route to host; failed 1 times in a row, next try 2026-" in error


def test_people_always_ask_and_an_answer_ends_the_waiting(stage):
    stage.box.unreachable = True
    asked(stage)
    assert asked(stage, is_patient=False)[0]
    stage.box.unreachable = False
    assert asked(stage, is_patient=False) == (True, None)
    assert asked(stage) == (True, None)


def test_a_refused_login_is_not_tried_again_by_itself(stage):
    stage.line.refuse_login = True
    assert asked(stage)[0]
    stage.world.advance(30 * 86_400)
    was_asked, error = asked(stage)
    assert not was_asked
    assert "the login was refused and is not tried again by itself: aprejoin sweep hq-1" in error


@pytest.mark.parametrize(
    "changes", [{"host": "192.0.2.99"}, {"credentials": Credentials("admin", "env:NEW")}]
)
def test_a_refused_login_is_tried_again_when_the_inventory_says_something_else(stage, changes):
    stage.line.refuse_login = True
    asked(stage)
    assert not asked(stage)[0]
    assert asked(stage, **changes)[0]
    assert not asked(stage, **changes)[0]


def test_a_busy_controller_and_a_missing_secret_are_no_failures_of_it(stage):
    def busy(_):
        raise DeviceBusy("hq-1", "read", "out of sessions")

    stage.line.on_read = busy
    context = stage.process().context
    assert poll(context, stage.controller).view is None
    assert stage.store.failings() == {}
