"""What findings set going by themselves: under which policy, and never twice."""

from dataclasses import replace

import pytest

from service.domain.finding import Confidence
from service.domain.inventory import Freeze
from service.usecases.answer_plan import answer_plan
from service.usecases.campaign import advance_campaign
from tests.support.convoy import MENDS, Convoy, found
from tests.support.crew import NOBODY_ASKS, Crew, crew_stage
from tests.support.fake_clock import START

PLANS = replace(MENDS, on_finding="plan")
DAY_S = 86_400.0


def plans(convoy: Convoy) -> list[tuple[str, str, str]]:
    return [(p.controller, p.issue, p.asked_by) for p in convoy.store.plans(limit=20)]


def test_a_policy_that_only_reports_sets_nothing_going():
    convoy = Convoy(policy=replace(MENDS, on_finding="report"))
    convoy.sweep_all()
    assert (plans(convoy), convoy.campaign) == ([], None)


def test_a_policy_that_plans_asks_for_a_plan_in_the_schedules_name():
    convoy = Convoy(policy=PLANS)
    convoy.sweep(found("c1"))
    assert plans(convoy) == [("c1", "FN72524", "schedule nightly")]
    assert convoy.campaign is None


def test_a_policy_acts_on_what_an_event_led_to_in_the_events_name():
    convoy = Convoy(policy=PLANS)
    convoy.sweep(found("c1"), by="event 5b380f843b1723a7")
    assert plans(convoy) == [("c1", "FN72524", "event 5b380f843b1723a7")]


def test_after_a_persons_sweep_it_is_the_policy_that_asks():
    convoy = Convoy()
    convoy.sweep(found("c1"), by="ann")
    assert convoy.campaign.asked_by == "policy"


@pytest.mark.parametrize(
    "fields",
    [
        {"confidence": Confidence.SUSPECTED},
        {"issue": "CLOCK-SKEW", "confidence": Confidence.CONFIRMED},
        {"issue": "OF-ANOTHER-CATALOGUE"},
        {"aps": 0},
    ],
)
@pytest.mark.parametrize("policy", [PLANS, MENDS])
def test_what_takes_a_person_sets_nothing_going(policy, fields):
    convoy = Convoy(policy=policy)
    convoy.sweep(found("c1", **fields))
    assert (plans(convoy), convoy.campaign) == ([], None)


def test_a_plan_is_asked_for_once_as_long_as_it_is_worked_out_or_holds():
    convoy = Convoy(policy=PLANS)
    for _ in range(3):
        convoy.sweep(found("c1"))
    convoy.plan("c1")
    convoy.sweep(found("c1"))
    assert len(plans(convoy)) == 1
    convoy.stage.world.advance(DAY_S)  # it expired
    convoy.sweep(found("c1"))
    assert len(plans(convoy)) == 2


def test_a_question_that_led_to_no_plan_is_asked_again_after_an_hour():
    convoy = Convoy(policy=PLANS)
    convoy.sweep(found("c1"))
    convoy.plan("c1", reason="frozen")
    convoy.sweep(found("c1"))
    assert len(plans(convoy)) == 1
    convoy.stage.world.advance(3600)
    convoy.sweep(found("c1"))
    assert len(plans(convoy)) == 2


def test_a_campaign_that_has_not_ended_is_joined_by_no_other():
    convoy = Convoy()
    convoy.sweep(found("c1"))
    convoy.sweep(found("c2"))
    assert [t.controller for t in convoy.store.targets(convoy.campaign.id)] == ["c1"]
    assert len(convoy.store.campaigns(limit=9)) == 1


def ended(state: str, *, size: int = 1) -> Convoy:
    convoy = Convoy(size=size)
    convoy.sweep(found("c1"))
    convoy.on()
    convoy.end("c1", state=state)
    if convoy.campaign.state == "stopped":
        convoy.store.mark_campaign(convoy.campaign.id, "cancelled", "looked at")
    return convoy


@pytest.mark.parametrize("state", ["rolled-back", "succeeded", "cancelled"])
def test_what_was_tried_is_tried_again_only_after_the_policys_time(state):
    convoy = ended(state)
    convoy.stage.world.advance(3000)
    convoy.sweep(found("c1"))
    assert len(convoy.store.campaigns(limit=9)) == 1
    convoy.stage.world.advance(700)
    convoy.sweep(found("c1"))
    assert len(convoy.store.campaigns(limit=9)) == 2


def test_what_needs_attention_is_never_tried_again_by_itself():
    convoy = ended("needs-attention")
    convoy.stage.world.advance(30 * DAY_S)
    convoy.sweep(found("c1"))
    assert len(convoy.store.campaigns(limit=9)) == 1


@pytest.mark.parametrize("jump_s", [-400 * DAY_S, -7200.0, 7200.0, 400 * DAY_S])
def test_a_host_clock_that_jumps_hurries_nothing(jump_s):
    """The controllers that were read lately say what time it is."""
    convoy = ended("rolled-back")
    process = convoy.stage.process()
    process.context.store.add_poll(convoy.stage.look(process))
    convoy.stage.clock.off_s = jump_s
    convoy.sweep(found("c1"))
    assert len(convoy.store.campaigns(limit=9)) == 1


@pytest.mark.parametrize("step", ["waits", "open"])
def test_while_a_remediation_waits_or_is_under_way_nothing_is_set_going(step):
    convoy = Convoy()
    convoy.sweep(found("c1"))
    convoy.on()
    convoy.plan("c1")
    if step == "open":
        convoy.begin("c1")
    convoy.store.mark_campaign(convoy.campaign.id, "cancelled", "")
    convoy.sweep(found("c1"), found("c2"))
    newest = convoy.store.targets(convoy.campaign.id)
    assert [target.controller for target in newest] == ["c2"]


# -- with the engine ---------------------------------------------------------------------------


def mended_by(policy, **fields) -> Crew:
    """A stage of one controller whose finding set a campaign going, and its plan."""
    crew = Crew(crew_stage(policy, **fields))
    context = crew.stage.process().context
    convoy = Convoy(policy=policy, stage=crew.stage, context=context)
    convoy.sweep(found("hq-1"))
    convoy.on()
    answer_plan(context, crew.stage.store.newest_plan("hq-1").id)
    for _ in range(3):
        crew.stage.world.advance(6)
        advance_campaign(context, convoy.campaign.id)
    return crew


def item_of(crew: Crew) -> str:
    return crew.stage.store.remediation_places(limit=1)[0].id


AUTOMATIC = replace(NOBODY_ASKS, on_finding="remediate")


def test_without_approval_a_finding_is_mended_by_itself():
    crew = mended_by(AUTOMATIC)
    closed = crew.until_over(crew.stage.process(), item_of(crew))
    assert closed.state == "succeeded"
    assert crew.run(item_of(crew)).charter.approved_by == "policy"


def test_where_approval_is_required_it_waits_for_it():
    crew = mended_by(replace(AUTOMATIC, approval="required"))
    worker = crew.stage.process()
    for _ in range(20):
        crew.job(worker, item_of(crew))
        crew.stage.world.advance(60)
    assert crew.run(item_of(crew)) is None
    assert "needs the word of an approver" in crew.due(item_of(crew)).why
    assert crew.stage.line.sent == []


@pytest.mark.parametrize("closed", ["window", "freeze"])
def test_windows_and_freezes_hold_for_what_a_schedule_sets_going(closed):
    """It is half past eight in the evening when it is asked for."""
    policy, freezes = AUTOMATIC, ()
    if closed == "window":
        policy = replace(policy, clock_windows=("* 23-24",))
    if closed == "freeze":
        freezes = (Freeze(START, START.replace(hour=23)),)
    crew = mended_by(policy, freezes=freezes)
    worker, item = crew.stage.process(), item_of(crew)
    while crew.stage.clock.now().wall < START.replace(hour=22, minute=50):
        crew.job(worker, item)
        crew.stage.world.advance(300)
    assert crew.run(item) is None
    assert crew.stage.line.sent == []
    assert crew.until_over(worker, item, at_most_s=20_000).state == "succeeded"
    assert crew.run(item).opened_at.wall.hour == 23
