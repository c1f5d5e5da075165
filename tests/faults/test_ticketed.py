"""A remediation under a change ticket: forward while the change allows it, home in any case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.changes import RemoveNtp, SetClock
from service.domain.journal import HomeCalled
from service.domain.tickets import ChangeReading
from service.errors import (
    ItsmLoginRefused,
    ItsmOutcomeUnknown,
    ItsmRefused,
    ItsmUnreachable,
    Refused,
    TicketWithdrawn,
)
from service.ports.requests import AskedPlan
from service.usecases.answer_plan import answer_plan
from service.usecases.remediate import Person, open_remediation
from service.usecases.report import remediations_document
from service.usecases.show import show_remediation
from service.usecases.tend import SLOW_OPENING_S, tend
from service.usecases.tickets import LOGIN_REST_S, change_of
from tests.support.crew import BEAT_S, NOBODY_ASKS, Crew, crew_stage
from tests.support.fake_desk import FakeDesk

TICKETED = replace(NOBODY_ASKS, ticket="required")
HOUR = timedelta(hours=1)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def crew(desk) -> Crew:
    """A remediation that was asked for, and waits for its change."""
    found = Crew(crew_stage(TICKETED, desk=desk))
    found.digest = found.ask()
    return found


def lasting(desk: FakeDesk) -> Crew:
    """The same where the APs never come, so that the window stays open for long."""
    policy = replace(TICKETED, wait_for_aps_s=40_000, no_progress_s=40_000)
    found = Crew(crew_stage(policy, desk=desk))
    found.digest = found.ask()
    for fake in found.stage.box.aps:
        fake.hopeless = True
    return found


def beat(crew: Crew, process, times: int = 1) -> None:
    for _ in range(times):
        crew.beat(process)
        crew.stage.world.advance(BEAT_S)


def opened(crew: Crew, desk: FakeDesk):
    """The change is open at the desk; the process that did it."""
    process = crew.stage.process()
    beat(crew, process)
    assert desk.changes
    return process


def approve(crew: Crew, desk: FakeDesk, lasts=6 * HOUR) -> None:
    now = crew.stage.world.true_utc()
    desk.say(standing="approved", opens=now - HOUR, closes=now + lasts, state="Scheduled")


def until_in_the_past(crew: Crew, process) -> None:
    for _ in range(600):
        if abs(crew.stage.box.offset_s) > 60:
            return
        beat(crew, process)
    raise AssertionError("its clock was never set")


def ticket(crew: Crew):
    return change_of(crew.stage.process().context, crew.digest)


def homecoming(crew: Crew) -> str:
    return next(e.event.reason for e in crew.run().entries if isinstance(e.event, HomeCalled))


def settled(crew: Crew, process) -> None:
    """Until nothing is left to be told."""
    for _ in range(100):
        if not crew.stage.store.messages(state="waiting") and ticket(crew).over:
            return
        beat(crew, process, 5)
    raise AssertionError(crew.stage.store.messages(state="waiting"))


def test_nothing_begins_before_the_change_is_approved_and_its_window_is_open(crew, desk):
    process = opened(crew, desk)
    draft = desk.changes[desk.the_ref()]
    assert draft.correlation == crew.digest
    assert "set-false-clock" in draft.steps or "clock" in draft.steps
    beat(crew, process, 20)
    assert crew.run() is None
    assert "not approved: New" in crew.due().why
    approve(crew, desk, lasts=timedelta(minutes=1))
    beat(crew, process, 20)
    assert crew.run() is None
    assert crew.stage.line.sent == []


def test_an_approved_change_is_carried_out_told_step_by_step_and_closed(crew, desk):
    process = opened(crew, desk)
    approve(crew, desk)
    closed = crew.until_over(process)
    assert closed.state == "succeeded"
    settled(crew, process)
    assert desk.states[desk.the_ref()] == "successful"
    told = "\n".join(text for _, text in desk.notes)
    for step in ("arm", "remove-ntp", "set-true-time", "verify"):
        assert step in told
    assert "[aprejoin r1/" in told
    names = [file.name for _, file in desk.files]
    assert names[0].startswith("aprejoin-plan-")
    assert names[1].startswith("aprejoin-r1-")
    assert b'"journal"' in desk.files[1][1].data
    assert names[2].endswith(".zip")
    assert desk.files[2][1].data.startswith(b"PK")
    (told,) = remediations_document(process.context)
    assert told["ticket"]["number"] == "CHG1"
    assert show_remediation(process.context, "r1")["ticket"]["correlation"] == crew.digest
    assert crew.run().charter.ticket == ticket(crew).id
    assert crew.due() is None


def test_a_ticket_that_is_being_told_is_told_by_nobody_else(crew, desk):
    process, other = opened(crew, desk), crew.stage.process()
    taken = []

    def look_by() -> None:
        if "note" in desk.asked[-1]:
            taken.append(tend(other.context, ticket(crew).id))

    desk.meanwhile = look_by
    approve(crew, desk)
    crew.until_over(process)
    settled(crew, process)
    assert len(taken) == len(desk.notes)
    assert {found.sent for found in taken} == {0}
    told = [text for _, text in desk.notes]
    assert len(told) == len(set(told))


def test_a_change_that_is_withdrawn_in_its_window_brings_the_box_home(desk):
    crew = lasting(desk)
    process = opened(crew, desk)
    approve(crew, desk)
    until_in_the_past(crew, process)
    beat(crew, process, 5)
    desk.say(standing="waiting", state="Scheduled, on hold")
    closed = crew.until_over(process)
    assert closed.state == "rolled-back"
    assert "not approved: Scheduled, on hold" in homecoming(crew)
    assert crew.stage.box.differences() == []
    assert abs(crew.stage.box.offset_s) < 2


def test_a_window_that_runs_out_brings_the_box_home_before_its_end(desk):
    crew = lasting(desk)
    process = opened(crew, desk)
    approve(crew, desk, lasts=timedelta(minutes=13))
    ends = crew.stage.world.true_utc() + timedelta(minutes=13)
    closed = crew.until_over(process)
    assert closed.state == "rolled-back"
    assert "ends" in homecoming(crew)
    assert crew.stage.world.true_utc() < ends
    assert crew.stage.box.differences() == []


def test_no_call_to_the_itsm_is_on_the_way_home_and_its_silence_delays_nothing(desk):
    crew = lasting(desk)
    process = opened(crew, desk)
    approve(crew, desk)
    until_in_the_past(crew, process)
    desk.say(standing="withdrawn")
    while crew.run().phase == "forward":
        beat(crew, process)
    desk.away = True
    desk.asked.clear()
    while crew.closed() is None:
        crew.job(process)
        crew.stage.world.advance(BEAT_S)
    assert desk.asked == []
    assert crew.closed().state == "rolled-back"
    assert crew.stage.box.differences() == []
    beat(crew, process, 30)
    assert desk.asked != []
    assert crew.stage.store.messages(state="waiting") != ()
    desk.away = False
    settled(crew, process)
    assert desk.notes[-1][1].count("closed: ") == 1


def test_while_the_itsm_is_silent_nothing_new_is_written_and_at_last_the_box_goes_home(desk):
    crew = lasting(desk)
    process = opened(crew, desk)
    approve(crew, desk)
    until_in_the_past(crew, process)
    desk.away = True
    began = crew.stage.world.elapsed
    sent = len(crew.stage.line.sent)
    while crew.run().phase == "forward":
        assert len(crew.stage.line.sent) == sent or crew.stage.world.elapsed - began < 60
        sent = len(crew.stage.line.sent)
        beat(crew, process)
    assert "last heard of" in homecoming(crew)
    assert crew.stage.world.elapsed - began <= TICKETED.ntp_sync_s + 120
    assert crew.until_over(process).state == "rolled-back"
    assert crew.stage.box.differences() == []


def test_an_itsm_that_is_silent_before_the_first_write_leaves_the_box_untouched(crew, desk):
    process = opened(crew, desk)
    approve(crew, desk)
    beat(crew, process, 5)
    desk.away = True
    crew.stage.world.advance(120)
    beat(crew, process, 40)
    assert not [c for c in crew.stage.line.sent if isinstance(c, RemoveNtp | SetClock)]


def test_a_change_that_was_rejected_is_never_begun(crew, desk):
    process = opened(crew, desk)
    desk.say(standing="withdrawn", state="Canceled, approval Rejected")
    beat(crew, process, 20)
    assert crew.run() is None
    assert "withdrawn: Canceled" in crew.stage.store.remediation_asked("r1").refused
    assert crew.due() is None
    beat(crew, process, 40)
    assert ticket(crew).over
    asked = len(desk.asked)
    beat(crew, process, 40)
    assert len(desk.asked) == asked


def test_an_opening_whose_answer_was_lost_is_found_again_and_not_repeated(crew, desk):
    desk.deaf_after["open_change"] = ItsmOutcomeUnknown("open", "no answer in time")
    process = opened(crew, desk)
    assert ticket(crew).number == ""
    beat(crew, process, int(SLOW_OPENING_S / BEAT_S) - 5)
    assert desk.asked.count("find") == 1
    beat(crew, process, 20)
    assert len(desk.changes) == 1
    assert ticket(crew).number == "CHG1"


def test_a_note_whose_answer_was_lost_is_looked_for_and_told_once(crew, desk):
    process = opened(crew, desk)
    approve(crew, desk)
    desk.deaf_after["note"] = ItsmOutcomeUnknown("note", "it broke")
    crew.until_over(process)
    settled(crew, process)
    texts = [text for _, text in desk.notes]
    assert len(texts) == len(set(texts))
    assert texts == sorted(texts, key=lambda text: int(text.rpartition("/")[2].rstrip("]")))


def test_what_is_refused_is_put_aside_and_the_rest_is_told_all_the_same(crew, desk):
    process = opened(crew, desk)
    approve(crew, desk)
    refused = ItsmRefused("attach", "status 403, ACL Exception", status=403)
    desk.fate["attach"] = refused
    crew.until_over(process)
    settled(crew, process)
    (dead, bundle) = crew.stage.store.messages(state="dead")
    assert (dead.verb, dead.trouble, bundle.verb) == ("attach", str(refused), "attach")
    assert desk.states[desk.the_ref()] == "successful"
    del desk.fate["attach"]
    assert crew.stage.store.revive(dead.number) == 1
    beat(crew, process, 5)
    assert crew.stage.store.messages(state="dead") == (bundle,)
    assert len(desk.files) == 2


def test_a_change_that_may_not_be_opened_waits_for_a_person(crew, desk):
    desk.fate["open_change"] = ItsmRefused("open", "status 403, ACL Exception", status=403)
    process = crew.stage.process()
    beat(crew, process, 10)
    (dead,) = crew.stage.store.messages(state="dead")
    assert dead.verb == "open"
    assert "not opened yet" in crew.due().why
    desk.fate.clear()
    crew.stage.store.revive()
    beat(crew, process, 5)
    assert ticket(crew).number == "CHG1"


def test_a_refused_login_is_tried_again_by_nobody_for_a_while(crew, desk):
    desk.fate["find"] = ItsmLoginRefused("look", "status 401")
    process = crew.stage.process()
    beat(crew, process, int(LOGIN_REST_S / BEAT_S) - 2)
    assert desk.asked == ["find"]
    desk.fate.clear()
    beat(crew, process, 20)
    assert ticket(crew).number == "CHG1"


def test_who_asks_to_be_left_alone_is(crew, desk):
    desk.fate["find"] = ItsmUnreachable("look", "status 429", again_s=200.0)
    process = crew.stage.process()
    beat(crew, process, 45)
    assert desk.asked == ["find"]
    desk.fate.clear()
    beat(crew, process, 30)
    assert ticket(crew).number == "CHG1"


def test_the_same_plan_asked_for_twice_has_one_change(crew, desk):
    process = opened(crew, desk)
    assert crew.stage.store.waiting_for(crew.digest)
    now = crew.now(process)
    process.context.store.ask_plan(AskedPlan("again", now, "bob", "hq-1"))
    assert answer_plan(process.context, "again").digest == crew.digest
    beat(crew, process, 5)
    assert len(desk.changes) == 1


def test_a_command_in_the_foreground_is_refused_without_its_change(crew, desk):
    process = crew.stage.process()
    proposal = crew.stage.propose(process)
    with pytest.raises(Refused, match="not opened yet"):
        open_remediation(process.context, proposal, Person("ann"))
    assert crew.stage.store.lease_of("hq-1") is None


def test_a_plan_by_command_has_its_change_opened_when_it_is_to_be_carried_out(desk):
    stage = crew_stage(TICKETED, desk=desk)
    process = stage.process()
    proposal = stage.propose(process)
    with pytest.raises(Refused, match="not opened yet"):
        open_remediation(process.context, proposal, Person("ann"))
    (found,) = process.context.store.tickets()
    tend(process.context, found.id)
    assert desk.changes[desk.the_ref()].correlation == proposal.planned.charter.digest


def test_a_command_in_the_foreground_reads_the_change_by_itself(crew, desk):
    process = opened(crew, desk)
    approve(crew, desk)
    crew.stage.world.advance(30)
    closed = crew.stage.remediate(process)
    assert closed.state == "succeeded"
    tend(process.context, ticket(crew).id)
    settled(crew, process)
    assert desk.states[desk.the_ref()] == "successful"


def test_a_change_that_was_used_up_lets_nothing_more_through(crew, desk):
    process = opened(crew, desk)
    approve(crew, desk)
    crew.until_over(process)
    settled(crew, process)
    desk.readings[desk.the_ref()] = ChangeReading("approved", None, None, "Scheduled")
    for fake in crew.stage.box.aps:
        fake.mended, fake.stuck = False, True
        crew.stage.box.reset(fake.mac)
    proposal = crew.stage.propose(process)
    with pytest.raises((TicketWithdrawn, Refused)):
        open_remediation(process.context, proposal, Person("ann"))
