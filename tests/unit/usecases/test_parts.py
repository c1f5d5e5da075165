"""A sweep that is too large for one worker: parts, each polled by one of any number of workers."""

from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest

from service.domain.documents import finding_document, finding_of
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.observation import ApState
from service.errors import StoreError
from service.ports.jobs import SweepFleet, SweepPart
from service.ports.requests import AskedSweep, Kind
from service.usecases.answer import answer_sweep, fail_sweep
from service.usecases.dispatch import job_of
from service.usecases.parts import CLAIM_S, PART, answer_parts, divide, is_polled
from tests.support.builders import CONTROLLER, MAC
from tests.support.crew import crew_stage
from tests.support.fake_controller import FakeController
from tests.support.fake_driver import Line
from tests.support.recording_queue import RecordingQueue
from workers.runtime import PARTS_AT_ONCE, POLLING, FleetRuntime

NAMES = tuple(f"wlc-{number}" for number in range(2 * PART + 1))


class Fleet:
    """Enough controllers for three parts, one of them with a finding."""

    def __init__(self, folder) -> None:
        fleet = tuple(replace(CONTROLLER, name=name) for name in NAMES)
        self.stage = crew_stage(file=folder / "aprejoin.db", fleet=fleet)
        for name in NAMES:
            box = FakeController(self.stage.world, aps=[])
            box.name = name
            self.stage.more[name] = Line(box, latency_s=0.0)
        now = self.stage.clock.now().wall
        self.stage.store.ask_sweep(AskedSweep("s1", now, "ann", ("hq-1", *NAMES[1:])))

    @property
    def context(self):
        return self.stage.process().context

    @property
    def logins(self):
        return Counter({name: line.logins for name, line in self.stage.more.items() if line.logins})

    def close(self) -> None:
        self.stage.store.close()


class Locked:
    """A store that cannot keep a poll, and does all else."""

    def __init__(self, store) -> None:
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def add_poll(self, _):
        raise StoreError("the database is locked")


@pytest.fixture
def fleet(tmp_path):
    found = Fleet(tmp_path)
    yield found
    found.close()


def test_a_large_sweep_is_polled_part_by_part_and_put_together_at_the_end(fleet):
    assert divide(fleet.context, "s1") == 3
    assert divide(fleet.context, "s1") == 0
    mine, theirs = answer_parts(fleet.context, "s1"), answer_parts(fleet.context, "s1")
    polled = [next(mine), next(theirs), next(mine)]
    assert [len(one.controllers) for one in polled] == [PART, PART, 1]
    assert list(theirs) == list(mine) == []
    assert fleet.logins == dict.fromkeys(NAMES[1:], 1)
    assert is_polled(fleet.context, "s1")
    result = answer_sweep(fleet.context, "s1")
    assert result is not None
    document = fleet.stage.store.sweep_document("s1")
    assert [one["name"] for one in document["controllers"]] == ["hq-1", *NAMES[1:]]
    (found,) = document["controllers"][0]["findings"]
    kept = {one.polled.controller.name: one.diagnosis.findings for one in result.controllers}
    assert [one.id for one in kept["hq-1"]] == [found["id"]]
    assert fleet.stage.store.sweep_asked("s1").state == "finished"
    assert fleet.stage.store.due_of(Kind.SWEEP, "s1") is None


def test_while_parts_are_left_nothing_is_put_together(fleet):
    divide(fleet.context, "s1")
    next(answer_parts(fleet.context, "s1"))
    assert not is_polled(fleet.context, "s1")
    fleet.stage.store.set_due(Kind.SWEEP, "s1", in_s=0)
    assert answer_sweep(fleet.context, "s1") is None
    assert fleet.stage.store.sweep_asked("s1").state == "running"


def test_the_part_of_a_worker_that_died_is_polled_by_another_one(fleet):
    divide(fleet.context, "s1")
    assert fleet.stage.store.claim_due(Kind.PART, "s1.00000", for_s=CLAIM_S)  # and dies
    assert len(list(answer_parts(fleet.context, "s1"))) == 2
    fleet.stage.settle(CLAIM_S)
    (late,) = answer_parts(fleet.context, "s1")
    assert [one.polled.controller.name for one in islice(late.controllers, 1)] == ["hq-1"]
    assert is_polled(fleet.context, "s1")


def test_a_nudge_for_a_part_is_one_for_its_sweep():
    assert job_of(Kind.PART, "s1.00002") == SweepPart("s1")


def test_a_sweep_that_fails_leaves_no_part_behind(fleet):
    divide(fleet.context, "s1")
    fail_sweep(fleet.context, "s1", "for a reason")
    assert fleet.stage.store.due_items(Kind.PART, begins="s1.") == ()


def test_a_worker_sends_a_message_for_each_part_and_one_when_all_are_polled(fleet):
    runtime = FleetRuntime(fleet.context, RecordingQueue())
    runtime.sweep("s1")
    assert runtime.queue.jobs == [SweepPart("s1")] * 3
    runtime.part("s1")
    assert runtime.queue.jobs[3:] == [SweepFleet("s1")]
    runtime.sweep("s1")
    assert fleet.stage.store.sweep_asked("s1").state == "finished"


def test_a_worker_without_a_place_hands_the_message_on(fleet):
    runtime = FleetRuntime(fleet.context, RecordingQueue())
    for _ in range(PARTS_AT_ONCE):
        assert POLLING.acquire(blocking=False)
    try:
        runtime.part("s1")
    finally:
        POLLING.release(PARTS_AT_ONCE)
    assert runtime.queue.jobs == [SweepPart("s1")]
    assert not fleet.logins


def test_what_a_document_tells_of_a_finding_is_enough_to_follow_it_up():
    ap = AffectedAp(MAC, "AP1", None, ApState.DOWNLOADING, confidence=Confidence.SUSPECTED)
    found = Finding("hq-1", "FN72524", Confidence.PROBABLE, (ap,))
    assert finding_of("hq-1", finding_document(found, ())) == found


def test_a_part_whose_store_failed_is_due_again_at_once(fleet):
    divide(fleet.context, "s1")
    context = replace(fleet.context, store=Locked(fleet.stage.store))
    with pytest.raises(StoreError):
        next(answer_parts(context, "s1"))
    assert len(list(answer_parts(fleet.context, "s1"))) == 3
