"""A remediation carried by workers: job by job, by whichever is free, and never by two."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.changes import ArmGuard, SetClock
from service.domain.inventory import Inventory
from service.domain.journal import Closed, HomeCalled, Opened
from service.errors import LeaseHeld, StoreError
from service.ports.requests import Kind, Recall
from service.ports.store import Approval
from service.usecases.advance import advance
from service.usecases.carry import MENDED_S, carry
from service.usecases.dispatch import waiting
from service.usecases.orphans import LEASE_TTL_S, due
from service.usecases.recover import take_up
from service.usecases.remediate import Person, give_word, open_remediation
from tests.support.builders import POLICY
from tests.support.crew import NOBODY_ASKS, Crew, crew_stage
from tests.support.fake_clock import FakeClock
from tests.support.stage import ap

BACK = ("succeeded", "rolled-back")


def asked(policy=NOBODY_ASKS, **fields) -> Crew:
    crew = Crew(crew_stage(policy, **fields))
    crew.ask()
    return crew


def kinds(crew: Crew) -> list[str]:
    return [change.kind for change in crew.stage.line.sent]


def recall(crew: Crew, why: str = "cancel asked by bob", seen: int = 0) -> None:
    crew.stage.store.recall(Recall("r1", "bob", crew.stage.clock.now().wall, why, seen))
    if crew.due() is not None:
        due_now(crew)


def due_now(crew: Crew) -> None:
    crew.stage.store.set_due(Kind.REMEDIATION, "r1", in_s=0)


def homecomings(crew: Crew) -> list[str]:
    return [e.event.reason for e in crew.run().entries if isinstance(e.event, HomeCalled)]


def test_what_was_asked_for_is_carried_to_its_end():
    crew = asked()
    closed = crew.until_over(crew.stage.process())
    assert closed.state == "succeeded"
    assert crew.stage.box.differences() == []
    assert crew.due() is None
    assert crew.stage.store.lease_of("hq-1") is None


def test_it_goes_on_forward_when_every_job_runs_in_another_process():
    crew = asked()
    while crew.closed() is None:
        crew.beat(crew.stage.process())
        crew.stage.world.advance(2)
    assert crew.closed().state == "succeeded"
    assert homecomings(crew) == ["the APs were waited for"]


def test_ten_deliveries_of_every_message_write_no_more_than_one():
    once, often = asked(), asked()
    once.until_over(once.stage.process())
    while often.closed() is None:
        for _ in waiting(often.stage.process().context):
            for _ in range(10):
                often.job(often.stage.process())
        often.stage.world.advance(2)
    assert kinds(often) == kinds(once)
    assert often.closed().state == "succeeded"


def test_a_message_that_comes_too_early_does_not_even_look():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    assert not crew.due().is_due
    reads, logins = crew.stage.line.reads_done, crew.stage.line.logins
    assert crew.job(process) is None
    assert (crew.stage.line.reads_done, crew.stage.line.logins) == (reads, logins)


def test_a_message_for_what_is_over_or_was_never_asked_for_does_nothing():
    crew = asked()
    process = crew.stage.process()
    crew.until_over(process)
    reads = crew.stage.line.reads_done
    assert crew.job(process) is None
    assert crew.job(process, "never-heard-of") is None
    assert crew.stage.line.reads_done == reads


def test_a_job_leaves_where_another_worker_holds_the_controller():
    crew = asked()
    one, two = crew.stage.process(), crew.stage.process()
    crew.stage.store.acquire("hq-1", one.holder, ttl_s=LEASE_TTL_S)
    with pytest.raises(LeaseHeld):
        carry(two.context, "r1", on_progress=lambda *_: None)
    assert crew.stage.line.sent == []


def test_a_lease_that_is_given_back_between_look_and_lease_is_no_death():
    crew = asked()
    one, two = crew.stage.process(), crew.stage.process()
    crew.until(one, "wait-for-aps")
    due_now(crew)
    held = crew.stage.store.acquire("hq-1", one.holder, ttl_s=LEASE_TTL_S)
    look = two.context.store.lease_of

    def looked_at_just_before(controller):
        found = look(controller)
        two.context.store.release(held)
        return found

    two.context.store.lease_of = looked_at_just_before
    crew.job(two)
    assert homecomings(crew) == []


def test_a_worker_that_was_overtaken_between_look_and_lease_leaves():
    crew = asked()
    one, two = crew.stage.process(), crew.stage.process()
    lease_of = one.context.store.lease_of

    def overtaken(controller):
        one.context.store.lease_of = lease_of
        crew.job(two)
        return lease_of(controller)

    one.context.store.lease_of = overtaken
    assert crew.job(one) is None
    assert crew.stage.store.lease_of("hq-1") is None
    assert len(crew.stage.line.sent) == 1  # two's probe


def test_between_jobs_nobody_holds_the_lease_and_no_restore_is_due():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    assert crew.stage.store.lease_of("hq-1") is None
    assert due(process.context) == ()


def test_workers_that_stay_away_are_missed():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    crew.stage.world.advance(POLICY.poll_every_s + LEASE_TTL_S + 1)
    assert [row.id for row in due(process.context)] == ["r1"]


def test_a_worker_that_died_is_no_case_for_a_person_before_the_others_had_their_time():
    crew = asked()
    first, other = crew.stage.process(), crew.stage.process()
    crew.until(first, "wait-for-aps")
    crew.stage.store.acquire("hq-1", first.holder, ttl_s=LEASE_TTL_S)
    crew.stage.kill(first)
    assert due(other.context) == ()
    crew.stage.world.advance(LEASE_TTL_S + 1)
    assert [row.id for row in due(other.context)] == ["r1"]


def test_a_worker_that_died_over_its_lease_leaves_something_to_put_back():
    crew = asked()
    first = crew.stage.process()
    crew.until(first, "wait-for-aps")
    crew.stage.store.acquire("hq-1", first.holder, ttl_s=LEASE_TTL_S)
    crew.stage.kill(first)
    closed = crew.until_over(crew.stage.process())
    assert closed.state == "rolled-back"
    assert homecomings(crew) == ["the worker that carried it died"]
    assert crew.stage.box.differences() == []


def test_a_worker_on_another_host_takes_over_when_the_lease_runs_out():
    crew = asked()
    first = crew.stage.process()
    crew.until(first, "wait-for-aps")
    crew.stage.store.acquire("hq-1", first.holder, ttl_s=LEASE_TTL_S)
    crew.stage.kill(first)
    clock = FakeClock(crew.stage.world, boot_id="boot-of-host-2")
    other = crew.stage.process(host="host-2", clock=clock, servers={"192.0.2.1": 0.0})
    assert crew.until_over(other).state in BACK
    assert homecomings(crew) == ["the worker that carried it died"]
    assert crew.stage.box.differences() == []


def test_a_worker_on_another_host_goes_on_with_what_was_let_go():
    crew = asked()
    crew.until(crew.stage.process(), "wait-for-aps")
    clock = FakeClock(crew.stage.world, boot_id="boot-of-host-2")
    other = crew.stage.process(host="host-2", clock=clock, servers={"192.0.2.1": 0.0})
    assert crew.until_over(other).state == "succeeded"
    assert crew.stage.box.differences() == []


# -- beginning ---------------------------------------------------------------------------------


def test_it_waits_for_somebody_elses_word_and_begins_with_it():
    crew = Crew(crew_stage(POLICY))
    digest = crew.ask(by="ann")
    process = crew.stage.process()
    crew.beat(process)
    assert crew.run() is None
    assert "needs the word of an approver" in crew.due().why
    now, left = crew.now(process), timedelta(seconds=crew.due().in_s)
    assert left > timedelta(hours=23)
    for who in ("ann", "bob"):
        crew.stage.store.approve(Approval(digest, "hq-1", who, now, now + left))
        due_now(crew)
        crew.job(process)
        assert (crew.run() is not None) == (who == "bob")
    assert crew.run().charter.approved_by == "bob"


@pytest.mark.parametrize("moment", ["due_of", "approvals", "put_off", "release"])
def test_a_word_that_is_given_while_a_worker_looks_for_it_is_not_lost(moment, monkeypatch):
    crew = Crew(crew_stage(POLICY))
    digest = crew.ask(by="ann")
    process, store = crew.stage.process(), crew.stage.store
    until = crew.now(process) + timedelta(hours=24)
    word, call = Approval(digest, "hq-1", "bob", crew.now(process), until), getattr(store, moment)

    def given_meanwhile(*args, **kwargs):
        """What the worker asked the store for; then comes the word."""
        if moment == "put_off":
            monkeypatch.undo()
            give_word(process.context, word)
            return call(*args, **kwargs)
        answer = call(*args, **kwargs)
        monkeypatch.undo()
        give_word(process.context, word)
        return answer

    monkeypatch.setattr(store, moment, given_meanwhile)
    crew.beat(process)
    crew.job(process)  # at once: no time passes
    assert crew.run().charter.approved_by == "bob"


def test_a_wish_to_have_it_back_that_comes_while_it_is_looked_at_is_not_put_off(monkeypatch):
    crew = asked()
    process, store = crew.stage.process(), crew.stage.store
    crew.until(process, "wait-for-aps")
    put_off = store.put_off

    def wanted_meanwhile(*args, **kwargs):
        monkeypatch.undo()
        recall(crew)
        return put_off(*args, **kwargs)

    monkeypatch.setattr(store, "put_off", wanted_meanwhile)
    due_now(crew)
    assert crew.job(process) == 0
    assert crew.due().is_due
    assert crew.until_over(process).state == "rolled-back"


def test_a_plan_that_nobody_approves_is_never_begun():
    crew = Crew(crew_stage(POLICY))
    crew.ask()
    process = crew.stage.process()
    crew.beat(process)
    crew.stage.world.advance(86400)
    crew.beat(process)
    assert crew.run() is None
    assert crew.due() is None
    refused = crew.stage.store.remediation_asked("r1").refused
    assert "the plan expired" in refused
    assert "needs the word of an approver" in refused


def test_it_waits_for_a_window_without_asking_the_controller():
    crew = asked(replace(NOBODY_ASKS, clock_windows=("* 21-23",)))  # it is half past eight
    process = crew.stage.process()
    reads = crew.stage.line.reads_done
    crew.beat(process)
    assert "no clock window" in crew.due().why
    assert crew.stage.line.reads_done == reads
    assert crew.until_over(process).state == "succeeded"


def test_a_controller_that_does_not_answer_is_asked_again():
    crew = asked()
    process = crew.stage.process()
    crew.stage.box.unreachable = True
    crew.beat(process)
    assert "no route to host" in crew.due().why
    assert crew.stage.store.lease_of("hq-1") is None
    crew.stage.box.unreachable = False
    assert crew.until_over(process).state == "succeeded"


def test_a_plan_that_is_another_one_by_now_is_not_carried_out():
    crew = asked()
    crew.stage.box.set_ntp(crew.stage.box.ntp.entries[1:])
    crew.stage.box.save()
    crew.stage.settle(20)
    crew.beat(crew.stage.process())
    assert crew.run() is None
    assert "no longer holds" in crew.stage.store.remediation_asked("r1").refused
    assert crew.stage.line.sent == []


def test_where_there_is_no_plan_any_more_nothing_is_done():
    crew = asked()
    crew.stage.box.create("aprejoin-guard-a", "aprejoin another", 1800)
    crew.beat(crew.stage.process())
    assert crew.run() is None
    assert "there is no plan any more" in crew.stage.store.remediation_asked("r1").refused


def test_a_refused_login_is_not_tried_again():
    crew = asked()
    crew.stage.line.refuse_login = True
    process = crew.stage.process()
    crew.beat(process)
    logins = crew.stage.line.logins
    crew.stage.world.advance(120)
    crew.beat(process)
    assert crew.stage.line.logins == logins
    assert "refused" in crew.stage.store.remediation_asked("r1").refused


def test_no_more_begin_than_the_policy_allows_and_the_next_one_waits():
    crew = Crew(crew_stage(replace(NOBODY_ASKS, max_parallel_remediations=1)))
    process = crew.stage.process()
    crew.ask()
    holder, now = crew.stage.process().holder, process.context.clock.now()
    lease = crew.stage.store.acquire("hq-2", holder, ttl_s=LEASE_TTL_S)
    charter = crew.stage.propose(process).planned.charter
    other = Opened(replace(charter, controller="hq-2"))
    crew.stage.store.open_remediation("of-hq-2", other, at=now, lease=lease)
    crew.beat(process)
    assert crew.run() is None
    assert "the policy allows 1" in crew.due().why
    over = Closed("cancelled", "", 0, 0)
    crew.stage.store.append("of-hq-2", over, after=1, at=process.context.clock.now(), lease=lease)
    assert crew.until_over(process).state == "succeeded"


def test_one_that_another_worker_is_just_opening_is_waited_for():
    crew = asked()
    process, other = crew.stage.process(), crew.stage.process()
    crew.stage.store.acquire(":opening", other.holder, ttl_s=60)
    crew.beat(process)
    assert crew.run() is None
    assert "being changed by" in crew.due().why
    assert crew.until_over(process).state == "succeeded"


# -- wanted back -------------------------------------------------------------------------------


def test_one_that_is_wanted_back_is_brought_home_at_once():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    recall(crew)
    closed = crew.until_over(process)
    assert closed.state == "rolled-back"
    assert homecomings(crew) == ["cancel asked by bob"]
    assert crew.stage.store.recalled("r1") is None
    assert crew.stage.box.differences() == []


def test_one_that_is_wanted_back_before_it_began_never_begins():
    crew = asked()
    recall(crew)
    crew.beat(crew.stage.process())
    assert crew.run() is None
    assert crew.stage.store.remediation_asked("r1").refused == "cancel asked by bob"
    assert crew.stage.line.sent == []


def test_a_wish_that_came_too_late_begins_nothing_anew():
    crew = asked()
    process = crew.stage.process()
    crew.until_over(process)
    entries = len(crew.run().entries)
    recall(crew, seen=entries - 1)
    due_now(crew)
    crew.beat(process)
    assert len(crew.run().entries) == entries
    assert crew.due() is None
    assert crew.stage.store.recalled("r1") is None


def test_the_way_home_is_begun_again_where_something_was_left():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    crew.stage.box.quirks.ntp_reachable = False
    assert crew.until_over(process).state == "needs-attention"
    crew.stage.box.quirks.ntp_reachable = crew.stage.box.synced = True
    recall(crew, "rollback asked by bob", seen=crew.run().seq)
    due_now(crew)
    closed = crew.until_over(process)
    assert closed.state in BACK
    assert homecomings(crew)[-1] == "rollback asked by bob"


# -- trouble -----------------------------------------------------------------------------------


def test_what_a_foreground_process_left_is_adopted_and_brought_home():
    crew = Crew()
    first = crew.stage.process()
    work = open_remediation(first.context, crew.stage.propose(first), Person("ann"))
    item = work.remediation
    for _ in range(40):
        if any(isinstance(s, SetClock) for s in crew.stage.line.sent):
            break
        crew.stage.world.advance(advance(work).come_back_s)
    crew.stage.kill(first)
    closed = crew.until_over(crew.stage.process(), item)
    assert closed.state == "rolled-back"
    assert crew.stage.box.differences() == []


def test_a_restore_by_command_takes_over_from_the_workers_at_once():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    work = take_up(crew.stage.process().context, "hq-1")
    assert work is not None
    assert crew.job(process) is None
    assert crew.run().phase == "home"


def test_a_store_that_fails_for_a_while_delays_and_changes_nothing():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    fails = iter([True] * 20)

    def fail(name):
        if next(fails, False):
            raise StoreError(f"{name}: the database is away")

    process.context.store.fail = fail
    assert crew.until_over(process).state == "succeeded"
    assert homecomings(crew) == ["the APs were waited for"]


def test_after_an_error_that_nobody_foresaw_everything_is_put_back():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")

    def broken(_):
        crew.stage.line.on_read = lambda _: None
        raise ZeroDivisionError

    crew.stage.line.on_read = broken
    crew.stage.world.advance(POLICY.poll_every_s)
    with pytest.raises(ZeroDivisionError):
        crew.beat(process)
    assert crew.stage.store.lease_of("hq-1").holder == process.holder
    assert crew.until_over(process).state in BACK
    assert homecomings(crew) == ["the worker that carried it died"]
    assert crew.stage.box.differences() == []


def test_a_controller_that_left_the_inventory_is_waited_for_and_said():
    crew = asked()
    process = crew.stage.process()
    crew.until(process, "wait-for-aps")
    gone = replace(process.context, inventory=Inventory(()))
    crew.stage.world.advance(POLICY.poll_every_s)
    assert carry(gone, "r1", on_progress=lambda *_: None) == MENDED_S
    assert "no controller named 'hq-1'" in crew.due().why
    assert crew.stage.store.lease_of("hq-1") is None
    assert crew.until_over(process).state == "succeeded"


def test_a_job_ends_soon_also_where_there_is_much_to_do():
    crew = Crew(crew_stage(aps=[ap(1)]))
    crew.ask()
    process = crew.stage.process()
    crew.stage.line.latency_s = 6.0  # a slow controller: two calls are longer than a job may begin
    began = crew.stage.world.elapsed
    assert crew.job(process) == 0
    assert crew.stage.world.elapsed - began < 60
    assert crew.due() is not None
    assert not any(isinstance(change, ArmGuard) for change in crew.stage.line.sent)
