"""A block that a person put in force is remembered, and its lifting demanded."""

import pytest

from service.errors import InvalidInput, NotFound, Refused
from service.usecases.contain import (
    containments_document,
    demands,
    note_applied,
    note_lifted,
)
from service.usecases.remediate import carry_out
from service.usecases.report import demanding_document, remediations_document, told_document
from tests.support.stage import Stage, quiet

PORT = "switch-port:access-1 Gi1/0/7"


def applied(stage: Stage, said: str = PORT, who: str = "ann"):
    return note_applied(stage.process().context, "hq-1", said, who=who, note="room  7")


def test_what_was_applied_stands_with_its_undo_until_it_is_lifted():
    stage = Stage()
    made = applied(stage)
    context = stage.process().context
    (told,) = containments_document(context.store.containments("hq-1"))
    assert told == {
        "id": made.id,
        "controller": "hq-1",
        "kind": "switch-port",
        "where": "access-1 Gi1/0/7",
        "note": "room 7",
        "applied_by": "ann",
        "at": "2026-11-21T20:00:00Z",
        "lifted_by": None,
        "lifted": None,
        "undo": ["interface Gi1/0/7", " no shutdown"],
    }
    (lifted,) = note_lifted(context, "hq-1", "switch-port", who="bob")
    assert (lifted.lifted_by, lifted.stands) == ("bob", False)
    assert demands(context, "hq-1") == []


def test_the_same_block_is_noted_once_and_another_place_is_another_block():
    stage = Stage()
    first = applied(stage)
    assert applied(stage, who="bob") == first
    assert applied(stage, "switch-port:access-2 Gi1/0/7").id != first.id
    assert len(demands(stage.process().context, "hq-1")) == 2


def test_only_what_is_named_is_lifted():
    stage = Stage()
    applied(stage)
    applied(stage, "capwap-filter")
    context = stage.process().context
    note_lifted(context, "hq-1", "capwap-filter", who="bob")
    (left,) = demands(context, "hq-1")
    assert "switch-port" in left
    with pytest.raises(Refused, match="no such containment stands"):
        note_lifted(context, "hq-1", "switch-port:elsewhere", who="bob")
    note_lifted(context, "hq-1", None, who="bob")
    assert demands(context, "hq-1") == []


def test_wrong_words_are_refused_and_nothing_is_kept():
    stage = Stage()
    context = stage.process().context
    with pytest.raises(NotFound):
        note_applied(context, "hq-9", PORT, who="ann", note="")
    with pytest.raises(InvalidInput, match="no kind of containment"):
        applied(stage, "wall")
    with pytest.raises(InvalidInput, match="note"):
        note_applied(context, "hq-1", PORT, who="ann", note="x" * 300)
    assert context.store.containments() == ()


def test_a_remediation_that_succeeds_while_a_block_stands_demands_its_lifting():
    stage = Stage()
    applied(stage)
    process = stage.process()
    work = stage.open(process)
    closed = carry_out(work, interrupted=lambda: None, on_progress=quiet)
    assert closed.state == "succeeded"
    told = demanding_document(process.context, work.remediation, work.run())
    (lift,) = told["lift"]
    assert "interface Gi1/0/7; no shutdown" in lift
    assert told["left"] == []
    assert told_document(process.context, work.remediation)["remediation"]["lift"] == [lift]
    (listed,) = remediations_document(process.context)
    assert listed["lift"] == [lift]
    note_lifted(process.context, "hq-1", None, who="ann")
    assert demanding_document(process.context, work.remediation, work.run())["lift"] == []


def test_what_is_applied_after_a_remediation_ended_is_no_demand_of_it():
    stage = Stage()
    process = stage.process()
    work = stage.open(process)
    carry_out(work, interrupted=lambda: None, on_progress=quiet)
    stage.world.advance(60)
    applied(stage)
    assert demanding_document(process.context, work.remediation, work.run())["lift"] == []
