"""Between two parts of a remediation: what begins the second, and what the whole comes to."""

from dataclasses import replace

import pytest

from service.domain.images import BootImages, ImageJob, Slot, TransferSettings
from service.domain.journal import Closed, Continued, HomeCalled, Sequel
from service.domain.remediation import Run
from service.domain.sequel import RECALLED, SEAM, is_due, overall, recall_fact
from tests.support.builders import Journal, affected, charter

NEW, OLD = "8.10.183.0", "8.10.151.0"
JOB = ImageJob(
    NEW, BootImages(OLD, None, Slot.PRIMARY, Slot.PRIMARY), TransferSettings(), None, "5", ()
)
THEN = Sequel("fixed-software", "d" * 64, JOB)
MENDED = Closed("succeeded", "the APs were waited for", 1, 0)


def window() -> Journal:
    return Journal(then=THEN).done("verify", 50)


def home(*, goal_missed: bool = False) -> Journal:
    return window().add(60, HomeCalled("the APs were waited for", goal_missed=goal_missed))


def second() -> Run:
    begun = replace(charter(), strategy="fixed-software", image=JOB, aps=(), moment=None)
    return home().done("verify", 70).add(80, Continued(begun, "mended")).run()


def test_the_second_part_is_due_when_the_first_reached_its_goal_and_came_home_once():
    assert is_due(home().run(), MENDED)


@pytest.mark.parametrize("state", ["rolled-back", "needs-attention", "cancelled"])
def test_any_other_end_of_the_first_part_ends_it_all(state):
    ended = replace(MENDED, state=state)
    assert not is_due(home().run(), ended)
    assert overall(home().run(), ended).state == state


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (home(goal_missed=True).run(), "the APs were waited for"),
        (home().add(70, HomeCalled("restore was asked for", goal_missed=False)).run(), "restore"),
        (home().noted(SEAM, 70, **{RECALLED: "cancel asked for by bob"}).run(), "by bob"),
    ],
)
def test_whoever_calls_it_back_before_ends_it_without_an_installation(run, why):
    assert not is_due(run, MENDED)
    ended = overall(run, MENDED)
    assert (ended.state, ended.recovered) == ("rolled-back", 1)
    assert ended.detail.startswith(f"{NEW} was not installed: ")
    assert why in ended.detail


def test_a_recall_is_remembered_once_and_only_between_the_parts():
    assert recall_fact(home().run(), "enough") == {RECALLED: "enough"}
    assert recall_fact(home().noted(SEAM, 70, **{RECALLED: "x"}).run(), "enough") == {}
    assert recall_fact(window().run(), "enough") == {}
    assert recall_fact(Journal().home(60).run(), "enough") == {}


def test_a_remediation_of_one_part_ends_as_it_says():
    run = Journal().home(60).run()
    assert not is_due(run, MENDED)
    assert overall(run, MENDED) is MENDED


def test_a_second_part_is_folded_as_if_the_journal_began_with_it():
    run = second()
    assert run.phase == "forward"
    assert not run.wrote
    assert run.finished() == {}
    assert run.charter.strategy == "fixed-software"
    assert run.finding == (affected(),)
    assert run.before is not None
    assert run.before.phase == "home"
    assert [entry.seq for entry in run.journal] == list(range(1, run.seq + 1))


def test_a_second_part_that_wrote_nothing_cancels_nothing_that_the_first_one_did():
    ended = overall(second(), Closed("cancelled", "home: enough", 1, 0))
    assert ended.state == "rolled-back"
    assert "not installed: home: enough" in ended.detail
    assert overall(second(), MENDED) is MENDED
