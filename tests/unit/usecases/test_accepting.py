"""What a person accepts goes with a plan, from the wish to the charter and to the next plan."""

from dataclasses import fields, replace

import pytest

from service.domain.plan import Asked
from service.usecases.request import PlanWish, accepted_in, request_plan
from tests.support.builders import charter
from tests.support.crew import crew_stage
from tests.support.recording_queue import RecordingQueue

FLAGS = ("accept_suspected", "save_pending", "accept_reload", "accept_stranded")


@pytest.mark.parametrize("flag", FLAGS)
def test_a_wish_keeps_each_flag_by_itself(flag):
    process = crew_stage().process()
    wish = PlanWish("hq-1", **{flag: True})
    asked = request_plan(process.context, RecordingQueue(), wish, who="ann")
    kept = process.context.store.plan_asked(asked.id)
    assert kept is not None
    assert {name: getattr(accepted_in(kept), name) for name in FLAGS} == {
        name: name == flag for name in FLAGS
    }


def test_a_charter_tells_everything_that_it_was_made_with():
    flags = {"accepted_suspected": True, "accepted_reload": True, "accepted_stranded": True}
    made = Asked.by(replace(charter(), save_pending=True, **flags))
    assert made == Asked(**dict.fromkeys(FLAGS, True))
    assert {one.name for one in fields(Asked)} == {*FLAGS, "approved_by"}
