"""Polls that do not read back who serves as it is kept, beside polls that read everybody back.

Whatever access points do, both tell, judge and keep the same.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.documents import ap_counts
from service.domain.history import extend
from service.domain.observation import ApState
from service.domain.polling.choosing import worth_a_look
from service.domain.polling.composing import NOBODY, composed
from service.domain.polling.note import note_of
from service.domain.polling.telling import facts_document
from service.domain.polling.turns import grade_of
from service.usecases.poll import Polled
from service.usecases.sweep import worth_judging
from tests.properties.test_polls_once import MACS, PLAIN, both, read_back
from tests.support.builders import CONTROLLER
from tests.support.cases import NOW, catalogue, minutes, registered, view
from tests.support.poll_world import pulse_of

TOLD = st.builds(
    lambda ap, state: replace(
        ap, details_at=None, state=state or ap.state, boot_time=ap.boot_time or NOW - minutes(60)
    ),
    PLAIN,
    st.sampled_from([None, ApState.REGISTERED]),
)
"""Half of them serve. All tell when they booted: who does not is asked for each time otherwise, for
its history remembers when it did.
"""
LATER = NOW + minutes(5)
MOVED = st.dictionaries(st.sampled_from(MACS), st.sampled_from([None, 0, 1, 2, 3]), max_size=2)
"""Who says something else from now on: one of what was drawn; None: it leaves."""
TURNS = st.tuples(
    MOVED, st.sampled_from([60.0, 1.0, 0.000001]), st.sampled_from(["whole", "", "", ""])
)


def thrifty(store, note, seen, *, reads_all):
    """A poll that asks for the pulse and for the rows that are worth it, as `look` makes it."""
    pulse = replace(seen, aps=None, pulses=tuple(map(pulse_of, seen.aps)), install=None)
    kept = NOBODY if reads_all else store.as_kept("hq-1", pulse.pulses)
    others = [one for one in pulse.pulses if one.mac.value not in kept.marks]
    histories = store.histories("hq-1", of=None if reads_all else [one.mac for one in others])
    wanted = worth_a_look(others, histories)
    rows = tuple(ap for ap in seen.aps if ap.mac in wanted)
    return composed(note, pulse, replace(seen, aps=rows) if rows else None, histories, kept)


def judged(seen, histories):
    held = worth_judging(Polled(CONTROLLER, seen, histories)).histories
    found = diagnose(seen, held, catalogue(), DiagnosisContext())
    return found, grade_of(found, held.values(), seen), ap_counts(seen), facts_document(seen)


@settings(max_examples=15)
@given(st.lists(TOLD, min_size=4, max_size=4), st.lists(TURNS, min_size=2, max_size=8))
def test_who_is_as_it_is_kept_is_told_judged_and_kept_as_if_it_had_been_read_back(said, turns):
    stores, at = both(), NOW
    world = {mac: replace(said[0], mac=mac) for mac in MACS}
    notes = [None, None]
    for moved, later_s, how in turns:
        at += timedelta(seconds=later_s)
        for mac, which in moved.items():
            world.pop(mac, None)
            if which is not None:
                world[mac] = replace(said[which], mac=mac)
        truth = view(*(world[mac] for mac in sorted(world)), at=at)
        told = [truth, truth]
        if not how and notes[0] is not None:
            told = [
                thrifty(store, note, truth, reads_all=store is stores[1])
                for store, note in zip(stores, notes, strict=True)
            ]
            assert {
                ap.mac: ap for ap in told[0].aps if ap.mac.value not in told[0].kept
            }.items() <= {ap.mac: ap for ap in told[1].aps}.items()
        judgements = [
            judged(seen, store.add_poll(seen)) for store, seen in zip(stores, told, strict=True)
        ]
        assert judgements[0] == judgements[1]
        notes = [note_of(seen, note) for seen, note in zip(told, notes, strict=True)]
        assert notes[0] == notes[1]
        assert read_back(stores[0]) == read_back(stores[1])
    stores[0].close()


@pytest.mark.parametrize("later", [None, "pre-dwnld-failed"])
def test_who_plainly_serves_is_not_read_back_and_who_does_not_is(later):
    ours, _ = both()
    aps = [registered(mac=mac, predownload=later) for mac in MACS]
    for minute in range(2):
        ours.add_poll(view(*aps, at=NOW + timedelta(minutes=minute)))
    kept = ours.as_kept("hq-1", [pulse_of(ap) for ap in aps])
    assert set(kept.marks) == (set() if later else {mac.value for mac in MACS})
    assert kept.details_at == NOW + timedelta(minutes=1)
    ours.close()


def test_what_another_poll_kept_meanwhile_is_kept_on():
    ours, _ = both()
    aps = [registered(mac=mac, name="old") for mac in MACS]
    whole = view(*aps, at=NOW)
    ours.add_poll(whole)
    seen = view(*aps, at=LATER)
    told = thrifty(ours, note_of(whole, None), seen, reads_all=False)
    assert len(told.kept) == len(MACS)
    renamed = [replace(aps[0], name="new"), *aps[1:]]
    ours.add_poll(view(*renamed, at=NOW + timedelta(minutes=2)))
    ours.add_poll(told)
    kept = read_back(ours)
    assert [kept[ap.mac].last.name for ap in aps] == ["new", *["old"] * (len(MACS) - 1)]
    assert {past.last.details_at for past in kept.values()} == {NOW + timedelta(minutes=2)}
    assert {past.polls for past in kept.values()} == {3}
    ours.close()


def test_who_moved_by_another_poll_meanwhile_keeps_all_that_is_known():
    ours, _ = both()
    aps = [registered(mac=mac, country="FR") for mac in MACS]
    note = note_of(view(*aps), None)
    ours.add_poll(view(*aps, at=NOW))
    ours.add_poll(thrifty(ours, note, view(*aps, at=LATER), reads_all=False))
    told = thrifty(ours, note, view(*aps, at=LATER + minutes(2)), reads_all=False)
    moved = [replace(aps[0], join_time=NOW, country="DE"), *aps[1:]]
    ours.add_poll(thrifty(ours, note, view(*moved, at=LATER + minutes(1)), reads_all=False))
    ours.add_poll(told)
    last = read_back(ours)[aps[0].mac].last
    assert (last.join_time, last.country) == (aps[0].join_time, "DE")
    ours.close()


def test_where_most_were_asked_for_afresh_the_others_are_as_old_as_they_were():
    ours, _ = both()
    aps = [registered(mac=mac) for mac in MACS]
    ours.add_poll(view(*aps, at=NOW))
    moved = [replace(ap, join_time=NOW) for ap in aps[:3]]
    told = thrifty(
        ours, note_of(view(*aps), None), view(*moved, *aps[3:], at=LATER), reads_all=False
    )
    assert len(told.kept) == len(MACS) - 3
    ours.add_poll(told)
    kept = read_back(ours)
    assert [kept[mac].last.details_at for mac in MACS] == [None, None, None, NOW, NOW]
    assert [kept[ap.mac].last.join_time for ap in aps] == [NOW] * 3 + [
        ap.join_time for ap in aps[3:]
    ]
    ours.close()


def test_what_comes_after_a_newer_poll_tells_of_those_alone_that_it_did_not_see():
    ours, _ = both()
    aps = [registered(mac=mac, country="FR") for mac in MACS]
    ours.add_poll(view(*aps, at=NOW))
    told = thrifty(ours, note_of(view(*aps), None), view(*aps, at=LATER), reads_all=False)
    ours.add_poll(view(*aps[1:], at=LATER + minutes(1)))
    before = read_back(ours)
    ours.add_poll(told)
    late = replace(aps[0], details_at=NOW)
    assert read_back(ours) == {**before, aps[0].mac: extend(before[aps[0].mac], late, LATER)}
    ours.close()


def test_who_was_forgotten_meanwhile_is_told_by_its_pulse_alone():
    ours, _ = both()
    aps = [registered(mac=mac) for mac in MACS]
    ours.add_poll(view(*aps, at=NOW))
    told = thrifty(
        ours, note_of(view(*aps), None), view(*aps, at=NOW + timedelta(minutes=1)), reads_all=False
    )
    other, _ = both()
    other.add_poll(told)
    assert {past.last.model for past in read_back(other).values()} == {None}
    assert {past.last.state for past in other.histories("hq-1").values()} == {ApState.REGISTERED}
    ours.close()
    other.close()
