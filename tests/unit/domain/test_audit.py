"""The chain of the audit trail: what it holds together, and what it gives away."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.audit import (
    LONGEST_DETAIL,
    SERVICE,
    Act,
    Caller,
    ChainCheck,
    Deed,
    Head,
    Outcome,
    Record,
    begin,
    canonical,
    record_document,
    record_from,
    record_of,
)
from tests.support.fake_clock import START

TEXTS = st.text(max_size=40)
DEEDS = st.builds(
    Deed,
    act=st.sampled_from(Act),
    who=TEXTS,
    caller=st.builds(Caller, TEXTS, TEXTS),
    about=TEXTS,
    controller=TEXTS,
    digest=TEXTS,
    outcome=st.sampled_from(Outcome),
    detail=TEXTS,
)
DEED = Deed(Act.PLAN_APPROVE, "bob", Caller("token", "REST"), "plan p1", "hq-1", "d" * 64)


def chain(*deeds: Deed) -> list[Record]:
    made = [begin(START, "a new database")]
    for number, deed in enumerate(deeds, start=1):
        after = Head(made[-1].seq, made[-1].hash)
        made.append(record_of(deed, at=START + timedelta(seconds=number), after=after))
    return made


def check(records: list[Record]) -> ChainCheck:
    done = ChainCheck()
    done.follow(records)
    return done


@given(st.lists(DEEDS, max_size=5))
@settings(max_examples=40)
def test_what_was_recorded_is_whole_and_survives_being_written_out(deeds):
    records = chain(*deeds)
    found = check(records)
    assert (found.broken, found.head) == (None, Head(len(records), records[-1].hash))
    lines = [canonical(record_document(one)) for one in records]
    assert [record_from(json.loads(line)) for line in lines] == records


@given(st.lists(DEEDS, min_size=3, max_size=5), st.data())
@settings(max_examples=60)
def test_a_record_that_was_changed_is_named_whatever_was_changed_in_it(deeds, data):
    records = chain(*deeds)
    victim = data.draw(st.integers(1, len(records)))
    document = record_document(records[victim - 1])
    key = data.draw(st.sampled_from([key for key in document if key not in ("form", "seq")]))
    changed = {"outcome": "failed", "at": "1999-01-01T00:00:00.000000Z"}.get(key, "f" * 64)
    forged = record_from({**document, key: changed})
    if forged == records[victim - 1]:
        return
    assert check([*records[: victim - 1], forged, *records[victim:]]).broken.seq == victim


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_record_that_was_left_out_is_missed_but_for_the_newest(missing):
    records = chain(DEED, DEED, DEED)
    found = check([one for one in records if one.seq != missing])
    assert (found.broken.seq, "is missing" in found.broken.reason) == (missing, True)
    assert check(records[:-1]).broken is None


def test_records_that_changed_places_or_came_twice_are_named():
    one, two, three, four = chain(DEED, DEED, DEED)
    assert check([one, three, two, four]).broken.seq == 2
    assert check([one, two, two, three]).broken.seq == 3


def test_a_record_made_anew_with_a_fitting_hash_breaks_the_next_one():
    records = chain(DEED, DEED)
    after = Head(1, records[0].hash)
    forged = record_of(replace(DEED, who="eve"), at=records[1].at, after=after)
    assert check([records[0], forged, records[2]]).broken.seq == 3


def test_texts_are_kept_such_that_every_database_and_terminal_can_hold_them():
    hostile = Deed("x\x00", "\x1b[2Jeve\n", SERVICE, "\ud800", detail="y" * 5000)
    kept = record_of(hostile, at=START, after=Head()).deed
    assert (kept.act, kept.who, kept.about) == ("x?", "?[2Jeve?", "?")
    assert len(kept.detail) == LONGEST_DETAIL


@pytest.mark.parametrize(
    "wrong",
    [
        {"seq": "1"},
        {"seq": True},
        {"form": 2},
        {"who": None},
        {"hash": "0"},
        {"previous": "g" * 64},
        {"at": "yesterday"},
        {"at": "2026-01-01T00:00:00"},
        {"outcome": "maybe"},
        {"more": "x"},
    ],
)
def test_what_is_no_record_is_not_taken_for_one(wrong):
    document = record_document(chain(DEED)[1])
    with pytest.raises(ValueError, match=r"."):
        record_from({**document, **wrong})
    with pytest.raises(ValueError, match="expected an object"):
        record_from({key: value for key, value in document.items() if key != "who"})
