"""What jobs do beyond calling a use case: what they queue in turn, and how their failure shows."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from service.config.inventory import parse_inventory
from service.errors import DeviceBusy
from service.ports.jobs import AdvanceCampaign, AdvanceRemediation, MakePlan, SweepFleet
from service.ports.requests import AskedPlan, AskedSweep, Kind
from service.usecases.dispatch import AGAIN_S
from tests.support.crew import NOBODY_ASKS, Crew, crew_stage
from tests.support.recording_queue import RecordingQueue
from workers.runtime import READING, TELLING, FleetRuntime

FLEET = b"""
controllers:
  - {name: hq-1, platform: iosxe, host: a, credentials: c, tags: [lab]}
  - {name: b, platform: iosxe, host: b, credentials: c, tags: [production, lab]}
  - {name: c, platform: iosxe, host: c, credentials: c, tags: [production]}
credentials: {c: {username: admin, password: "env:C"}}
schedules: [{name: named, every: 1h, controllers: [c]}]
"""


@pytest.fixture
def crew(tmp_path):
    found = Crew(crew_stage(file=tmp_path / "aprejoin.db"))
    yield found
    found.stage.store.close()


@pytest.fixture
def runtime(crew):
    inventory = parse_inventory(FLEET, Path("/fleet.yaml"))
    context = replace(crew.stage.process().context, inventory=inventory)
    return FleetRuntime(context, RecordingQueue())


@pytest.fixture
def boxed(crew):
    """A runtime whose inventory is the one controller that there is."""
    return FleetRuntime(crew.stage.process().context, RecordingQueue())


def asked(crew):
    return crew.stage.store.sweeps(limit=99)


def test_a_nudge_asks_for_what_schedules_want_after_what_is_due(runtime, crew):
    ask_sweep(crew, "hq-1")
    runtime.nudge()
    (mine,) = [one for one in asked(crew) if one.asked_by == "schedule named"]
    assert mine.controllers == ("c",)
    assert runtime.queue.jobs == [SweepFleet("s1"), SweepFleet(mine.id)]


def ask_sweep(crew, *names, item="s1"):
    crew.stage.store.ask_sweep(AskedSweep(item, crew.stage.clock.now().wall, "ann", names))


def test_a_sweep_keeps_its_document_and_is_made_once(boxed, crew):
    ask_sweep(crew, "hq-1")
    boxed.sweep("s1")
    reads = crew.stage.line.reads_done
    boxed.sweep("s1")
    assert crew.stage.line.reads_done == reads
    (one,) = crew.stage.store.sweep_document("s1")["controllers"]
    assert (one["name"], one["findings"][0]["issue"]) == ("hq-1", "FN72524")
    assert crew.stage.store.sweep_asked("s1").state == "finished"
    assert crew.stage.store.due_of(Kind.SWEEP, "s1") is None


def test_a_sweep_that_nobody_asked_for_is_not_made(boxed, crew):
    reads = crew.stage.line.reads_done
    boxed.sweep("s9")
    assert crew.stage.line.reads_done == reads


def test_a_sweep_whose_worker_died_is_made_by_another_when_its_claim_ran_out(boxed, crew):
    ask_sweep(crew, "hq-1")
    crew.stage.store.claim_due(Kind.SWEEP, "s1", for_s=300)
    boxed.nudge()
    assert boxed.queue.jobs == []
    crew.stage.world.advance(300 + AGAIN_S)
    boxed.nudge()
    assert boxed.queue.jobs == [SweepFleet("s1")]
    boxed.sweep("s1")
    assert crew.stage.store.sweep_asked("s1").state == "finished"


def test_a_sweep_of_controllers_that_are_all_gone_says_so(boxed, crew):
    ask_sweep(crew, "gone-1", "gone-2")
    boxed.sweep("s1")
    assert crew.stage.store.sweep_asked("s1").state == "failed"


def test_a_sweep_by_schedule_leaves_a_failing_controller_alone_and_a_persons_does_not(boxed, crew):
    crew.stage.box.unreachable = True
    logins = []
    for number, who in enumerate(("schedule s", "schedule s", "ann")):
        item, now = f"s{number}", crew.stage.clock.now().wall
        crew.stage.store.ask_sweep(AskedSweep(item, now, who, ("hq-1",)))
        boxed.sweep(item)
        logins.append(crew.stage.line.logins)
    assert logins[0] == logins[1] < logins[2]
    (left,) = crew.stage.store.sweep_document("s1")["controllers"]
    assert (left["reachable"], "next try" in left["error"]) == (False, True)


def test_what_a_sweep_found_is_followed_up_before_the_sweep_is_over(tmp_path):
    policy = replace(NOBODY_ASKS, on_finding="remediate")
    stage = crew_stage(policy, file=tmp_path / "aprejoin.db")
    crew = Crew(stage)
    runtime = FleetRuntime(stage.process().context, RecordingQueue())
    ask_sweep(crew, "hq-1")
    runtime.sweep("s1")
    campaign = stage.store.open_one()
    assert campaign.asked_by == "policy"
    (target,) = stage.store.targets(campaign.id)
    assert (target.controller, target.issue) == ("hq-1", "FN72524")
    runtime.nudge()
    assert runtime.queue.jobs == [AdvanceCampaign(campaign.id)]
    runtime.campaign(campaign.id)
    assert stage.store.targets(campaign.id)[0].wave == 1
    stage.store.close()


def test_a_sweep_that_breaks_is_said_to_have_failed_and_why(boxed, crew):
    def broken(_):
        raise ZeroDivisionError

    crew.stage.line.on_read = broken
    ask_sweep(crew, "hq-1")
    with pytest.raises(ZeroDivisionError):
        boxed.sweep("s1")
    assert "ZeroDivisionError" in crew.stage.store.sweep_asked("s1").detail
    assert crew.stage.store.due_of(Kind.SWEEP, "s1") is None


def ask_plan(crew, **fields):
    wish = AskedPlan("p1", crew.stage.clock.now().wall, "ann", "hq-1", **fields)
    crew.stage.store.ask_plan(wish)


def test_a_plan_is_answered_once_with_its_digest_and_document(boxed, crew):
    ask_plan(crew)
    boxed.plan("p1")
    answer = crew.stage.store.plan_asked("p1").answer
    assert (answer.state, answer.document["plan"]["digest"]) == ("done", answer.digest)
    reads = crew.stage.line.reads_done
    boxed.plan("p1")
    assert crew.stage.line.reads_done == reads


def test_no_plan_is_an_answer_with_a_reason(boxed, crew):
    ask_plan(crew, issue="FN63942")
    boxed.plan("p1")
    answer = crew.stage.store.plan_asked("p1").answer
    assert (answer.state, answer.digest) == ("done", "")
    assert "nothing to do" in answer.document["reason"]


def test_a_controller_that_does_not_answer_leaves_a_plan_failed(boxed, crew):
    crew.stage.box.unreachable = True
    ask_plan(crew)
    boxed.plan("p1")
    answer = crew.stage.store.plan_asked("p1").answer
    assert answer.state == "failed"
    assert "no route to host" in answer.detail


def test_a_plan_waits_for_a_busy_controller_for_ten_minutes(boxed, crew):
    def busy(_):
        raise DeviceBusy("hq-1", "connect", "3 sessions of ours read it already")

    crew.stage.line.on_open = busy
    ask_plan(crew)
    for _ in range(29):
        boxed.plan("p1")
        assert crew.stage.store.plan_asked("p1").answer.state == "queued"
        crew.stage.world.advance(20)
    crew.stage.world.advance(60)
    boxed.plan("p1")
    assert "sessions of ours" in crew.stage.store.plan_asked("p1").answer.detail
    assert crew.stage.store.due_of(Kind.PLAN, "p1") is None


def test_a_plan_that_breaks_is_said_to_have_failed(boxed, crew):
    def broken(_):
        raise ZeroDivisionError

    crew.stage.line.on_read = broken
    ask_plan(crew)
    with pytest.raises(ZeroDivisionError):
        boxed.plan("p1")
    assert crew.stage.store.plan_asked("p1").answer.state == "failed"


def test_everything_that_is_due_is_queued_once_remediations_first(boxed, crew):
    ask_sweep(crew, "hq-1")
    ask_plan(crew)
    crew.ask("r1")
    boxed.nudge()
    assert boxed.queue.jobs == [AdvanceRemediation("r1"), MakePlan("p1"), SweepFleet("s1")]
    boxed.nudge()
    assert len(boxed.queue.jobs) == 3


def test_a_remediation_that_has_more_to_do_nudges_itself(boxed, crew):
    crew.ask("r1")
    crew.stage.line.latency_s = 6.0
    boxed.advance("r1")
    assert boxed.queue.jobs == [AdvanceRemediation("r1")]


def test_advancing_what_nobody_asked_for_does_nothing(boxed):
    boxed.advance("r-1")
    assert boxed.queue.jobs == []


def taken(places):
    """Every place of these, until the block ends."""
    with ExitStack() as stack:
        while places.acquire(blocking=False):
            stack.callback(places.release)
        return stack.pop_all()


def test_sweeps_that_fill_their_places_leave_those_of_who_tells_others(boxed, crew):
    ask_sweep(crew, "hq-1")
    with taken(READING):
        boxed.sweep("s1")
        boxed.plan("p1")
        assert crew.stage.store.sweep_asked("s1").state == "queued"
        assert crew.stage.store.due_of(Kind.SWEEP, "s1").is_due, "a nudge asks again"
        with taken(TELLING):
            assert not TELLING.acquire(blocking=False)
    boxed.sweep("s1")
    assert crew.stage.store.sweep_asked("s1").state == "finished"
