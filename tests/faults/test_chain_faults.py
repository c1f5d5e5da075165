"""A clock window and then new software on AireOS, in one remediation: faults, and the seam.

What must never be: a line of the installation while a clock is false, NTP is not as captured, or an
AP of the finding is stuck; and after a death anywhere between the parts, an installation.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.documents import plan_document
from service.domain.evidence.looks import AP, known
from service.domain.image_changes import FetchImage, ImageChange, SetTransfer
from service.domain.inventory import Freeze
from service.domain.journal import Continued
from service.domain.news import journal_news
from service.domain.observation import ApState
from service.domain.plan import NoPlan
from service.domain.remediation import Run
from service.domain.remediation_document import remediation_document
from service.errors import DeviceUnreachable, Refused
from service.ports.requests import Kind
from service.usecases.carry_on import carry_on
from service.usecases.guard import hurry_unguarded, is_unguarded
from service.usecases.plan import Proposal
from service.usecases.remediate import Person, carry_out, open_remediation
from service.usecases.report import remediations_document, told_document
from service.usecases.tend import tend
from service.usecases.tickets import ask_change
from tests.support.chain_stage import ChainStage, broken_chain
from tests.support.fake_clock import World, store_clock
from tests.support.fake_desk import FakeDesk
from tests.support.fake_driver import Killed, Trap
from tests.support.image_stage import FILE, NEW, OLD, SHELF
from tests.support.stage import Process, ap
from tests.support.stores import MemoryStore


def kinds(stage) -> list[str]:
    return [change.kind for change in stage.line.sent]


def installs(stage) -> list[str]:
    return [change.kind for change in stage.line.sent if isinstance(change, ImageChange)]


def journal(stage):
    (row,) = stage.store.remediations()
    return stage.store.journal(row.id)


def watched(**fields) -> tuple[ChainStage, list[str]]:
    """A stage that notes what was wrong with the box when a line of the installation came."""
    stage, wrong = ChainStage(**fields), []

    def watch(_: int, change) -> None:
        if isinstance(change, ImageChange):
            wrong.extend(stage.box.differences())
            wrong.extend(str(one.mac) for one in stage.box.aps if not one.serves)
            wrong.extend(["NTP is not in sync"] if not stage.box.synced else [])

    stage.line.on_change = watch
    return stage, wrong


def names_of(stage: ChainStage) -> list[str]:
    process = stage.process()
    stage.remediate(process)
    return process.trap.names


# -- the story ---------------------------------------------------------------------------------


def test_stuck_aps_are_mended_first_and_then_everybody_runs_the_new_software():
    stage, wrong = watched()
    closed = stage.remediate()
    assert (closed.state, closed.recovered, closed.remaining) == ("succeeded", 2, 0), closed
    assert broken_chain(stage, closed) == []
    assert wrong == []
    assert kinds(stage)[:5] == ["remove-ntp", "set-clock", "set-clock", "add-ntp", "save-config"]
    assert kinds(stage).count("reset-system") == 1
    assert {one.version for one in stage.images.aps} == {NEW}


def test_those_that_were_mended_have_to_come_back_on_the_new_image_too():
    stage = ChainStage()
    stage.remediate()
    (begun,) = [e.event for e in journal(stage) if isinstance(e.event, Continued)]
    assert len(begun.charter.image.aps) == 3
    assert len(begun.charter.image.hit) == 2
    assert begun.charter.approved_by == "ann"
    assert begun.charter.guardians == 0


def test_the_document_shows_the_steps_of_both_parts_under_one_strategy():
    stage = ChainStage()
    closed = stage.remediate()
    context = stage.process().context
    (row,) = stage.store.remediations()
    told = told_document(context, row.id)
    states = {one["name"]: one["state"] for one in told["remediation"]["steps"]}
    assert told["remediation"]["strategy"] == "fixed-software"
    assert told["remediation"]["aps"] == {"recovered": closed.recovered, "remaining": 0}
    assert states["window/set-true-time"] == states["restart"] == "done"
    assert len(told["journal"]) == len(journal(stage))
    assert any("continued: fixed-software" in one["what"] for one in told["journal"])
    assert remediations_document(context)[0]["state"] == "succeeded"


def test_evidence_follows_the_aps_of_the_finding_onto_the_new_software():
    stage = ChainStage()
    stage.remediate()
    (row,) = stage.store.remediations()
    told = known(stage.store.pieces(row.id))
    aps = [value for key, (_, value) in told.items() if key.startswith(AP)]
    assert [one["version"] for one in aps] == [NEW, NEW]


# -- what keeps the second part from being begun -----------------------------------------------


def test_aps_that_the_window_does_not_mend_are_never_installed_over():
    stage = ChainStage(stuck=[ap(1), ap(2, hopeless=True)])
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert f"{NEW} was not installed" in closed.detail
    assert (closed.recovered, closed.remaining) == (1, 1)
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def test_a_lost_guardian_closes_the_window_and_nothing_is_installed():
    stage = ChainStage()
    stage.box.aps[0].download_s = 600

    def lose(number: int, change) -> None:
        del number
        if change.kind == "set-clock":
            stage.hosts.pop("host-2", None)

    stage.line.on_change = lose
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert "was not installed" in closed.detail
    assert "guardian" in closed.detail
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def test_a_guardian_lost_after_the_window_does_not_disturb_the_installation():
    stage = ChainStage()
    looked = []

    def lose(number: int, change) -> None:
        del number
        if isinstance(change, SetTransfer) and "host-2" in stage.hosts:
            stage.hosts.pop("host-2")
            stage.settle(100)
            context = stage.process().context
            (row,) = stage.store.remediations()
            stage.store.set_due(Kind.REMEDIATION, row.id, in_s=50.0, why="looking")
            hurry_unguarded(context)
            due = stage.store.due_of(Kind.REMEDIATION, row.id)
            looked.append((due.is_due, is_unguarded(context, Run(stage.store.journal(row.id)))))
            stage.store.forget_due(Kind.REMEDIATION, row.id)

    stage.line.on_change = lose
    closed = stage.remediate()
    assert looked == [(False, False)]
    assert closed.state == "succeeded", closed


@pytest.mark.parametrize("kind", ["add-ntp", "save-config"])
def test_whoever_calls_it_back_while_the_window_goes_home_calls_the_installation_off(kind):
    stage = ChainStage()
    closed = stage.remediate(interrupted=lambda: "enough" if kind in kinds(stage) else None)
    assert closed.state == "rolled-back", closed
    assert "was not installed: enough" in closed.detail
    assert (closed.recovered, closed.remaining) == (2, 0)
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def test_a_file_that_is_another_one_by_then_is_not_installed():
    stage = ChainStage()

    def swap(number: int, change) -> None:
        del number
        if change.kind == "add-ntp":
            stage.shelves.shelf_now = replace(SHELF, files=(replace(FILE, sha512="6" * 128),))

    stage.line.on_change = swap
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "not what was approved any more" in closed.detail
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def test_images_that_somebody_changed_meanwhile_are_left_to_them():
    stage = ChainStage()

    def choose(number: int, change) -> None:
        del number
        if change.kind == "add-ntp":
            stage.images.boot = replace(stage.images.boot, default=None)

    stage.line.on_change = choose
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "which image runs and which comes up next cannot be read" in closed.detail
    assert installs(stage) == []


def test_a_freeze_that_begins_by_then_keeps_it_from_being_begun():
    stage = ChainStage(policy=replace(ChainStage().policy, stay_registered_s=1200))
    start = stage.world.true_utc(900 + stage.policy.dead_man_after_s)
    end = stage.world.true_utc(90_000)
    stage.freezes = (Freeze(start, end),)
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert "frozen from" in closed.detail
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def test_a_change_window_that_does_not_hold_until_the_restart_is_over_ends_it_at_the_seam():
    policy = replace(ChainStage().policy, clock_windows=("* 20:00-20:35",))
    stage = ChainStage(policy=policy)
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert "until the controller is back from its restart (40 min)" in closed.detail
    assert kinds(stage).count("set-clock") == 2  # the window itself fitted
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def loads_from_the_window_on(stage: ChainStage, *, for_s: float | None) -> None:
    """The AP that served loads an image by then, for a while or for ever."""
    other = stage.images.aps[2]

    def begin(number: int, change) -> None:
        del number
        if change.kind == "add-ntp":
            other.state = ApState.DOWNLOADING
            if for_s is not None:
                stage.box.later(for_s, lambda: setattr(other, "state", ApState.REGISTERED))

    stage.line.on_change = begin


def test_an_ap_that_loads_an_image_just_then_is_waited_for():
    stage = ChainStage(policy=replace(ChainStage().policy, no_progress_s=200))
    loads_from_the_window_on(stage, for_s=120.0)
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    facts = str([e.event for e in journal(stage) if e.event.type == "observed"])
    assert "1 APs are downloading" in facts


def test_an_ap_that_loads_for_ever_ends_it_before_anything_of_it_is_written():
    stage = ChainStage()
    loads_from_the_window_on(stage, for_s=None)
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert "1 APs are downloading" in closed.detail
    assert installs(stage) == []


# -- the second part goes home alone -----------------------------------------------------------


def test_an_image_that_does_not_come_up_leaves_mended_aps_on_the_old_one():
    stage, wrong = watched()
    stage.images.bad_image = True
    closed = stage.remediate()
    assert closed.state == "rolled-back", closed
    assert (closed.recovered, closed.remaining) == (2, 0)
    assert wrong == []
    assert broken_chain(stage, closed) == []
    assert {one.version for one in stage.images.aps} == {OLD}


def test_a_step_back_before_its_first_line_is_no_cancelled_remediation():
    """The window before it wrote: nothing of the installation did."""
    stage = ChainStage()

    def interrupted() -> str | None:
        rows = stage.store.remediations()
        begun = rows and any(isinstance(e.event, Continued) for e in journal(stage))
        return "enough" if begun else None

    closed = stage.remediate(interrupted=interrupted)
    assert closed.state == "rolled-back", closed
    assert "everything is put back; not installed" in closed.detail
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


# -- deaths ------------------------------------------------------------------------------------


def over_the_seam() -> list[int]:
    """From the save that ends the window to the first line of the installation, every point."""
    names = names_of(ChainStage())
    first, last = names.index("after save-config"), names.index("after set-transfer")
    return list(range(first, last + 1))


def test_a_death_anywhere_between_the_parts_leaves_everything_put_back():
    failures, begun = {}, set()
    for number in over_the_seam():
        stage, wrong = watched()
        process = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        closed = stage.restore()
        stage.settle(900)
        found = [*broken_chain(stage, closed), *wrong]
        state = closed.state if closed else "none"
        if found or state != "rolled-back" or {"fetch-image", "reset-system"} & set(kinds(stage)):
            failures[number] = (found, closed, kinds(stage))
        begun.add(any(isinstance(e.event, Continued) for e in journal(stage)))
    assert not failures
    assert begun == {True, False}


def test_a_worker_that_dies_while_the_window_goes_home_is_not_followed_by_an_installation():
    stage = ChainStage()
    number = names_of(ChainStage()).index("after add-ntp")
    dying = stage.process(trap=Trap(number))
    with pytest.raises(Killed):
        stage.remediate(dying)
    stage.kill(dying)
    (row,) = stage.store.remediations()
    stage.store.set_due(Kind.REMEDIATION, row.id, in_s=0.0, why="the next worker")
    closed = carried(stage, row.id)
    assert closed.state == "rolled-back", closed
    assert "the worker that carried it died" in closed.detail
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def test_workers_carry_both_parts_bit_by_bit():
    stage = ChainStage()
    work = stage.open(stage.process())
    stage.store.set_due(Kind.REMEDIATION, work.remediation, in_s=0.0, why="just opened")
    stage.store.release(work.lease)
    closed = carried(stage, work.remediation)
    assert closed.state == "succeeded", closed
    assert broken_chain(stage, closed) == []


def carried(stage: ChainStage, remediation: str):
    for _ in range(400):
        context = stage.process().context
        again_s = carry_on(context, remediation, on_progress=lambda *_: None, begin=None)
        closed = Run(stage.store.journal(remediation)).closed
        if closed is not None:
            return closed
        stage.settle(again_s or 1.0)
    raise AssertionError("it does not end")


def test_a_death_in_the_second_part_is_followed_by_its_way_home_alone():
    """A sample: within a part everything is as where it is all there is."""
    names, failures = names_of(ChainStage()), {}
    writes = [n for n, name in enumerate(names) if name not in ("read", "open")]
    late = [n for n in writes if n > names.index("after set-transfer")]
    for number in late[::15]:
        stage, wrong = watched()
        process = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        closed = stage.restore()
        stage.settle(900)
        found = [*broken_chain(stage, closed, loud=True), *wrong]
        if found or kinds(stage).count("set-clock") != 2:
            failures[f"{number} {names[number]}"] = (found, closed)
    assert not failures


def test_a_look_that_fails_between_the_parts_is_taken_again():
    stage = ChainStage()
    looks = []

    def fail(number: int) -> None:
        if journal_has_verified(stage):
            looks.append(number)
            if len(looks) in (2, 3):
                stage.line.reads[number] = DeviceUnreachable

    stage.line.on_read = fail
    closed = stage.remediate()
    assert len(looks) > 3
    assert closed.state == "succeeded", closed
    assert broken_chain(stage, closed) == []


def journal_has_verified(stage: ChainStage) -> bool:
    return any(
        entry.event.type == "done" and entry.event.step == "verify"
        for row in stage.store.remediations()
        for entry in stage.store.journal(row.id)
    )


def test_an_ap_of_the_finding_that_is_lost_at_the_very_end_is_a_persons():
    stage = ChainStage()

    def lose(number: int, change) -> None:
        del number
        restarted = "reset-system" in kinds(stage)
        if restarted and change.kind == "save-config":
            stage.images.aps[0].state = ApState.NOT_JOINED

    stage.line.on_change = lose
    closed = stage.remediate()
    assert closed.state == "needs-attention", closed
    assert (closed.recovered, closed.remaining) == (1, 1)
    assert closed.left == (f"{NEW} runs, and stays",)
    assert closed.mend


# -- the approval ------------------------------------------------------------------------------


def test_the_approval_covers_the_second_part_a_changed_file_is_another_plan():
    stage = ChainStage()
    process = stage.process()
    proposal = stage.propose(process)
    stage.shelves.shelf_now = replace(SHELF, files=(replace(FILE, sha512="6" * 128),))
    again = stage.propose(process)
    assert again.planned.charter.digest != proposal.planned.charter.digest


def test_one_guardian_where_two_are_wanted_refuses_the_whole():
    stage = ChainStage()
    stage.hosts.pop("host-2")
    stage.settle(120)
    proposal = stage.propose(stage.process())
    assert not isinstance(proposal.planned, NoPlan)
    with pytest.raises(Refused, match="cannot restore itself"):
        open_remediation(stage.process().context, proposal, Person("ann"))
    assert stage.line.sent == []


def test_an_order_of_the_second_part_whose_fate_is_unknown_is_given_once():
    stage = ChainStage()
    fated = []

    def doom(number: int, change) -> None:
        if isinstance(change, FetchImage) and not fated:
            fated.append(change)
            stage.line.changes[number] = "lost-after"

    stage.line.on_change = doom
    closed = stage.remediate()
    assert closed.state == "succeeded", closed
    assert kinds(stage).count("fetch-image") == 1


def test_receivers_are_told_of_every_step_of_both_parts_and_of_the_moment_between():
    stage = ChainStage()
    stage.remediate()
    (row,) = stage.store.remediations()
    run = Run(stage.store.journal(row.id))
    told = journal_news(row.id, run.journal, after=0, document=remediation_document(row.id, run))
    steps = [one.data["remediation"].get("step") for one in told]
    assert steps.index("verify") < steps.index("next-part") < steps.index("restart")
    assert {one.data["remediation"]["strategy"] for one in told} == {"fixed-software"}


# -- under a change ticket ---------------------------------------------------------------------


def ticketed() -> tuple[ChainStage, FakeDesk, Process, Proposal, str]:
    """A plan of both parts whose change is open at the desk, and approved for hours."""
    desk, world = FakeDesk(), World()
    policy, store = replace(ChainStage().policy, ticket="required"), MemoryStore(store_clock(world))
    stage = ChainStage(policy=policy, desk=desk, world=world, store=store)
    process = stage.process()
    proposal = stage.propose(process)
    document = plan_document(proposal.planned, {})
    ticket = ask_change(process.context, stage.controller, document).id
    stage.settle(1)
    tend(process.context, ticket)
    now = stage.world.true_utc()
    desk.say(standing="approved", opens=now, closes=now + timedelta(hours=6), state="Scheduled")
    stage.settle(25)  # what was read just before is not asked for again
    return stage, desk, process, proposal, ticket


def carry(process: Process, proposal: Proposal):
    work = open_remediation(process.context, proposal, Person("ann"))
    return carry_out(work, interrupted=lambda: None, on_progress=lambda _: None)


def test_a_change_that_is_withdrawn_while_the_window_goes_home_lets_nothing_be_installed():
    stage, desk, process, proposal, _ = ticketed()

    def withdraw(number: int, change) -> None:
        del number
        if change.kind == "add-ntp":
            desk.say(standing="withdrawn", state="Canceled")

    stage.line.on_change = withdraw
    closed = carry(process, proposal)
    assert closed.state == "rolled-back", closed
    assert installs(stage) == []
    assert broken_chain(stage, closed) == []


def test_a_change_is_told_of_both_parts_even_where_the_first_was_over_before_it_was_looked_at():
    stage, desk, process, proposal, ticket = ticketed()
    assert carry(process, proposal).state == "succeeded"
    for _ in range(20):
        stage.settle(60)
        tend(process.context, ticket)
        if not stage.store.messages(state="waiting"):
            break
    told = " ".join(map(str, desk.notes))
    assert told.index("set-true-time") < told.index("continued") < told.index("restart")
