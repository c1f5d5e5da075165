"""The stop switch: nothing new is changed, and whatever is under way comes home."""

import itertools

import pytest

from service.domain.journal import Closed, HomeCalled, Intended
from service.domain.plan import Asked, Plan
from service.errors import InvalidInput, Refused
from service.usecases.halt import LONGEST_REASON, halt, resume, why_halted
from service.usecases.plan import propose
from service.usecases.remediate import Person, open_remediation
from tests.support.crew import Crew
from tests.support.stage import Stage

WHY = "half of Paris is dark"


def threw(stage: Stage, who: str = "ann") -> None:
    halt(stage.process().context, who=who, reason=WHY)


def kinds(crew: Crew) -> list[str]:
    return [change.kind for change in crew.stage.line.sent]


def homecomings(crew: Crew) -> list[str]:
    return [e.event.reason for e in crew.run().entries if isinstance(e.event, HomeCalled)]


def test_a_remediation_that_was_asked_for_waits_and_begins_when_the_halt_is_lifted():
    crew = Crew()
    crew.ask()
    threw(crew.stage)
    worker = crew.stage.process()
    for _ in range(5):
        crew.beat(worker)
        crew.stage.world.advance(60)
    assert crew.run() is None
    assert WHY in crew.due().why
    assert kinds(crew) == []
    resume(worker.context, who="bob")
    assert crew.due().is_due
    assert crew.until_over(worker).state == "succeeded"


@pytest.mark.parametrize("step", ["prove-timer", "remove-ntp", "set-clock-back", "wait-for-aps"])
def test_one_that_is_under_way_goes_home_and_finishes_there(step):
    crew = Crew()
    crew.ask()
    worker = crew.stage.process()
    crew.until(worker, step)
    threw(crew.stage)
    before = len(kinds(crew))
    closed = crew.until_over(worker)
    assert closed.state in ("rolled-back", "cancelled")
    assert crew.stage.box.differences() == []
    assert any(WHY in reason for reason in homecomings(crew)) or before == 0
    assert {"remove-ntp", "reset-ap"}.isdisjoint(kinds(crew)[before:])


def test_one_on_its_way_home_is_not_disturbed():
    crew = Crew()
    crew.ask()
    worker = crew.stage.process()
    crew.until(worker, "set-true-time")
    threw(crew.stage)
    assert crew.until_over(worker).state == "succeeded"
    assert not any(WHY in reason for reason in homecomings(crew))


def test_what_waits_for_its_next_look_is_called_home_at_once():
    crew = Crew()
    crew.ask()
    worker = crew.stage.process()
    crew.until(worker, "wait-for-aps")
    crew.beat(worker)
    assert crew.due().in_s > 0
    threw(crew.stage)
    assert crew.due().is_due


def test_the_command_in_the_foreground_is_refused_too():
    stage = Stage()
    process = stage.process()
    proposal = stage.propose(process)
    threw(stage)
    with pytest.raises(Refused, match=f"halted by ann at .*: {WHY}; to go on: aprejoin resume"):
        open_remediation(process.context, proposal, Person("ann"))
    assert stage.store.remediations() == ()


def test_a_command_that_is_under_way_in_the_foreground_goes_home():
    stage = Stage()

    def throw_the_switch(_number: int) -> None:
        if stage.box.clock.year < stage.world.true_utc().year:
            threw(stage)

    stage.line.on_read = throw_the_switch
    closed = stage.remediate()
    assert isinstance(closed, Closed)
    assert closed.state == "rolled-back"
    assert stage.box.differences() == []


@pytest.mark.parametrize("read", range(1, 25, 3))
def test_no_forward_write_follows_a_halt_however_close_it_comes(read):
    """The switch is thrown while a look is under way, after which a write would be due."""
    stage, thrown_s = Stage(), []

    def throw_the_switch(number: int) -> None:
        if number == read:
            threw(stage)
            thrown_s.append(stage.clock.now().boottime_s)

    stage.line.on_read = throw_the_switch
    stage.remediate()
    (row,) = stage.store.remediations()
    entries = stage.store.journal(row.id)
    forward = itertools.takewhile(lambda e: not isinstance(e.event, HomeCalled), entries)
    late = [
        e.event.summary
        for e in forward
        if isinstance(e.event, Intended) and e.at.boottime_s >= thrown_s[0]
    ]
    assert late == []
    assert stage.box.differences() == []


def test_a_restore_does_not_mind_a_halt():
    stage = Stage()
    process = stage.process()
    work = stage.open(process)
    stage.kill(process)
    threw(stage)
    closed = stage.restore()
    assert closed.state in ("cancelled", "rolled-back")
    assert work.remediation


def test_what_a_dead_worker_left_is_brought_home_while_everything_is_halted():
    crew = Crew()
    crew.ask()
    worker = crew.stage.process()
    crew.until(worker, "wait-for-aps")
    crew.stage.kill(worker)
    threw(crew.stage)
    assert crew.until_over(crew.stage.process()).state == "rolled-back"
    assert crew.stage.box.differences() == []


def test_plans_are_made_all_the_same():
    crew = Crew()
    threw(crew.stage)
    proposal = propose(crew.stage.process().context, "hq-1", Asked())
    assert isinstance(proposal.planned, Plan)


def test_the_first_who_threw_it_stays_named_and_it_is_lifted_once():
    stage = Stage()
    context = stage.process().context
    threw(stage, "ann")
    threw(stage, "bob")
    assert "halted by ann" in why_halted(context)
    assert resume(context, who="bob").by == "ann"
    assert why_halted(context) is None
    with pytest.raises(Refused, match="nothing is halted"):
        resume(context, who="bob")


@pytest.mark.parametrize("reason", ["", "  \n ", "a\x00b", "x" * (LONGEST_REASON + 1)])
def test_a_halt_says_why(reason):
    with pytest.raises(InvalidInput, match="reason"):
        halt(Stage().process().context, who="ann", reason=reason)
