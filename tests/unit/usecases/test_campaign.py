"""A campaign over a fleet: the canary, the waves, the stop; and every death in between."""

import hashlib
from dataclasses import replace

import pytest

from service.domain.waves import Fate
from service.ports.jobs import AdvanceCampaign, AdvanceRemediation
from service.ports.requests import AskedRemediation, Kind
from service.usecases.begin import Never, begin
from service.usecases.campaign import Wish, advance_campaign, open_campaign
from service.usecases.campaigns import cancel_campaign, resume_campaign
from service.usecases.dispatch import waiting
from service.usecases.halt import halt, resume
from tests.support.convoy import MENDS, Convoy, found
from tests.support.recording_queue import RecordingQueue


def swept(**fields) -> Convoy:
    convoy = Convoy(**fields)
    convoy.sweep_all()
    convoy.on()
    return convoy


def test_one_goes_first_and_the_others_wait():
    convoy = swept()
    assert convoy.wave() == ["c1"]
    assert convoy.campaign.asked_by == "schedule nightly"
    assert [plan.controller for plan in convoy.store.plans(limit=9)] == ["c1"]
    convoy.plan("c1")
    assert convoy.store.waiting_to_begin("c1")[0].asked_by == "schedule nightly"
    convoy.begin("c1")
    convoy.on(600)
    assert convoy.wave() == ["c1"]


def test_the_controller_with_the_fewest_access_points_is_the_canary():
    convoy = Convoy()
    convoy.sweep(found("c1", aps=5), found("c2", aps=1), found("c3", aps=3))
    convoy.on()
    assert [t.controller for t in convoy.store.targets(convoy.campaign.id)] == ["c2", "c3", "c1"]
    assert convoy.wave() == ["c2"]


def test_waves_follow_until_all_are_mended():
    convoy = swept()
    convoy.end("c1")
    assert convoy.wave() == ["c2", "c3"]
    convoy.end("c2")
    assert convoy.wave() == ["c3"]
    convoy.end("c3")
    assert convoy.wave() == ["c4", "c5"]
    convoy.end("c4", "c5")
    convoy.end("c6")
    assert (convoy.campaign.state, convoy.wave()) == ("finished", [])
    assert convoy.campaign.detail == "6 succeeded, 0 failed, 0 passed-over"
    assert convoy.store.due_of(Kind.CAMPAIGN, convoy.campaign.id) is None


@pytest.mark.parametrize("state", ["rolled-back", "needs-attention"])
def test_a_canary_that_fails_stops_everything_until_a_person_says_so(state):
    convoy = swept()
    convoy.end("c1", state=state)
    assert convoy.campaign.state == "stopped"
    assert "the canary failed (c1)" in convoy.campaign.detail
    convoy.on(86_400)
    assert convoy.wave() == []
    resume_campaign(convoy.context, RecordingQueue(), convoy.campaign.id, who="ann")
    convoy.on()
    assert convoy.wave() == ["c2"]


def test_a_wave_that_stops_takes_back_what_has_not_begun_and_leaves_what_has():
    convoy = swept(policy=replace(MENDS, waves=(1, 4)))
    convoy.end("c1")
    assert convoy.wave() == ["c2", "c3", "c4", "c5"]
    convoy.plan("c2", "c3", "c4")
    under_way = convoy.begin("c3")
    (waits,) = convoy.store.waiting_to_begin("c4")
    convoy.end("c2", state="rolled-back")
    assert convoy.campaign.state == "stopped"
    assert convoy.fates() == {
        "c1": "succeeded", "c2": "failed", "c3": "begun",
        "c4": "waiting", "c5": "waiting", "c6": "waiting",
    }  # fmt: skip
    assert convoy.store.recalled(under_way) is None
    lease = convoy.store.acquire("c4", convoy.stage.process().holder, ttl_s=60)
    assert isinstance(begin(convoy.context, waits.id, lease), Never)


def test_one_on_which_nothing_is_done_is_passed_over_and_another_is_the_canary():
    convoy = swept()
    convoy.plan("c1", reason="nothing to do: no finding on this controller")
    assert convoy.fates()["c1"] == "passed-over"
    assert "nothing to do" in convoy.target("c1").detail
    assert convoy.wave() == ["c2"]
    convoy.plan("c2")
    convoy.store.refuse_remediation(convoy.target("c2").remediation, "the plan expired")
    convoy.on()
    assert convoy.fates()["c2"] == "passed-over"
    assert convoy.wave() == ["c3"]


def test_while_halted_no_wave_begins():
    convoy = Convoy()
    halt(convoy.context, who="ann", reason="not now")
    convoy.sweep_all()
    convoy.on(600)
    assert (convoy.campaign.state, convoy.wave()) == ("running", [])
    assert "not now" in convoy.store.due_of(Kind.CAMPAIGN, convoy.campaign.id).why
    resume(convoy.context, who="ann")
    convoy.on()
    assert convoy.wave() == ["c1"]


def test_one_that_was_cancelled_begins_nothing_more():
    convoy = swept()
    convoy.plan("c1")
    (waits,) = convoy.store.waiting_to_begin("c1")
    cancel_campaign(convoy.context, convoy.campaign.id, who="ann")
    convoy.on(600)
    assert (convoy.campaign.state, convoy.wave()) == ("cancelled", [])
    assert "cancelled by ann" in convoy.store.recalled(waits.id).reason


def test_one_campaign_at_a_time_and_another_after_it():
    convoy = swept()
    assert open_campaign(convoy.context, [Wish("c2", None, 1)], who="ann") is None
    cancel_campaign(convoy.context, convoy.campaign.id, who="ann")
    assert open_campaign(convoy.context, [Wish("c2", None, 1)], who="ann") is not None


def test_what_somebody_else_asked_for_already_is_followed():
    convoy = swept()
    digest = hashlib.sha256(b"c1").hexdigest()
    theirs = AskedRemediation("theirs", convoy.now, "ann", "p0", digest, "c1")
    assert convoy.store.ask_remediation(theirs)
    convoy.plan("c1")
    assert convoy.target("c1").remediation == "theirs"
    convoy.end("c1")
    assert convoy.fates()["c1"] == "succeeded"


def test_a_campaign_that_is_due_is_dispatched():
    convoy = Convoy()
    convoy.sweep_all()
    assert waiting(convoy.context) == (AdvanceCampaign(convoy.campaign.id),)
    convoy.on()
    convoy.plan("c1")
    jobs = waiting(convoy.context)
    assert jobs[0] == AdvanceRemediation(convoy.target("c1").remediation)


def test_ten_deliveries_of_a_message_do_no_more_than_one():
    convoy = Convoy()
    convoy.sweep_all()
    for _ in range(10):
        advance_campaign(convoy.context, convoy.campaign.id)
    assert convoy.wave() == ["c1"]
    convoy.on()
    assert len(convoy.store.plans(limit=9)) == 1


class DiesAfter:
    """A store under which the process dies after so many writes."""

    WRITES = frozenset(
        {"put_target", "ask_plan", "ask_remediation", "set_due", "mark_campaign", "forget_due"}
    )

    def __init__(self, store, writes: int) -> None:
        self._store, self.left = store, writes

    def __getattr__(self, name: str):
        method = getattr(self._store, name)
        if name not in self.WRITES:
            return method

        def write(*args, **kwargs):
            if self.left <= 0:
                raise KeyboardInterrupt
            self.left -= 1
            return method(*args, **kwargs)

        return write


@pytest.mark.parametrize("writes", range(5))
def test_a_worker_that_dies_anywhere_is_followed_by_one_that_asks_for_nothing_twice(writes):
    convoy = Convoy(size=3)
    convoy.sweep_all()
    for _ in range(12):
        mortal = replace(convoy.context, store=DiesAfter(convoy.store, writes))
        try:
            advance_campaign(mortal, convoy.campaign.id)
        except KeyboardInterrupt:
            convoy.stage.world.advance(61)
        advance_campaign(convoy.context, convoy.campaign.id)
        convoy.stage.world.advance(2)
        for name in convoy.wave():
            plan = convoy.store.newest_plan(name)
            if plan is not None and plan.answer.state == "queued":
                convoy.plan(name)
            if convoy.store.waiting_to_begin(name):
                convoy.end(name)
    assert convoy.campaign.state == "finished"
    assert {name: fate for name, fate in convoy.fates().items() if fate != Fate.SUCCEEDED} == {}
    assert sorted(p.controller for p in convoy.store.plans(limit=9)) == ["c1", "c2", "c3"]
    assert len(convoy.store.remediations()) == 3
