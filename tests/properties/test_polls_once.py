"""Polls that changed nothing are counted once for their controller: nobody can tell by reading.

The fake of tests keeps every history whole and extends it with each poll: the plain way. Whatever
polls say, in whatever order they come, the database reads back the same.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.history import begin, caught_up, extend, is_settled, is_there
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, JoinPhase
from service.domain.polling.turns import grade_of
from service.store.sameness import AT_ONCE, is_like_the_others, marks_of
from tests.support.cases import NOW, catalogue, minutes, view
from tests.support.fake_clock import World, store_clock
from tests.support.memory_store import InMemoryStore
from tests.support.stores import MemoryStore

MACS = tuple(BaseRadioMac(f"00:00:00:00:00:{n}0") for n in range(5))
MOMENTS = st.sampled_from([None, NOW - minutes(60), NOW - minutes(5)])
NUMBERS = st.sampled_from([None, 0, 1, 70])
SIGHTINGS = st.builds(
    ApSighting,
    mac=st.just(MACS[0]),
    state=st.sampled_from(ApState),
    name=st.sampled_from([None, "ap-1", "\ud800"]),  # the last is half a character
    model=st.sampled_from([None, "AIR-CAP2702E-E-K9"]),
    raw_state=st.sampled_from([None, "registered", "strange"]),
    version=st.sampled_from([None, "17.9.1.8", "15.3.3.0"]),
    download_percent=NUMBERS,
    download_started=MOMENTS,
    boot_time=MOMENTS,
    is_joined=st.sampled_from([None, True, False]),
    failure_phase=st.sampled_from([None, JoinPhase.DTLS, JoinPhase.JOIN]),
    last_failure_at=MOMENTS,
    discovery_requests=NUMBERS,
    predownload=st.sampled_from([None, "pre-dwnld-failed"]),
    details_at=MOMENTS,
)
PLAIN = SIGHTINGS.filter(lambda ap: ap.name != "\ud800")
LATER = st.sampled_from([60.0, 60.0, 60.0, 1.0, 0.000001, 0.0, -0.5, -90.0])
"""Seconds after the poll before; some come twice, and some come late."""
PICKS = st.dictionaries(st.sampled_from(MACS), st.integers(0, 2))
POLLS = st.tuples(PICKS, LATER, st.sampled_from(["kept", "kept", "kept", "lost", "unread"]))


class Lost(Exception):
    """The process died before the transaction ended."""


def both() -> tuple[MemoryStore, InMemoryStore]:
    clock = store_clock(World())
    return MemoryStore(clock), InMemoryStore(clock)


def read_back(store) -> dict:
    """Everything that polls left, by every way of reading it."""
    known = store.histories("hq-1")
    assert store.sightings(MACS, on=["hq-1"]) == tuple(known[mac] for mac in sorted(known))
    return known


@settings(max_examples=40)
@given(st.lists(PLAIN, min_size=3, max_size=3), st.lists(POLLS, min_size=1, max_size=14))
def test_whatever_polls_say_it_is_read_back_as_if_each_had_written_every_row(said, polls):
    ours, plain = both()
    at = NOW
    for picks, later_s, fate in polls:
        at += timedelta(seconds=later_s)
        aps = [replace(said[which], mac=mac) for mac, which in picks.items()]
        seen = view(*aps, at=at) if fate != "unread" else replace(view(at=at), aps=None)
        if fate == "lost":
            with suppress(Lost), ours.together():
                ours.add_poll(seen)
                raise Lost
        else:
            told, whole = ours.add_poll(seen), plain.add_poll(seen)
            assert told.items() <= whole.items()
            judged = [diagnose(seen, one, catalogue(), DiagnosisContext()) for one in (told, whole)]
            assert judged[0] == judged[1]
            grades = [grade_of(judged[0], one.values(), seen) for one in (told, whole)]
            assert grades[0] == grades[1]
        assert read_back(ours) == read_back(plain)
    pages = ours.history_page("hq-1", limit=9, after=None, backwards=False)
    assert pages == tuple(history for _, history in sorted(plain.histories("hq-1").items()))
    ours.close()


@given(st.lists(PLAIN, min_size=1, max_size=4), st.integers(1, 40))
def test_what_is_settled_is_counted_exactly_as_if_each_poll_had_been_looked_at(said, polls):
    history, at = begin(said[0], NOW), NOW
    for ap in [*said[1:], said[-1], said[-1], said[-1]]:
        at += minutes(1)
        history = extend(history, ap, at)
    assert is_settled(history, said[-1])  # at the latest then
    counted = history
    for _ in range(polls):
        at += minutes(1)
        history = extend(history, said[-1], at)
    details_at = said[-1].details_at
    assert caught_up(counted, polls=polls, seen_at=at, details_at=details_at) == history


@given(st.lists(PLAIN, min_size=1, max_size=3))
def test_whoever_serves_is_settled_at_once(said):
    history, at = begin(said[0], NOW), NOW
    for ap in said[1:]:
        at += minutes(1)
        history = extend(history, ap, at)
    later, details_at = at + minutes(1), said[-1].details_at
    counted = caught_up(history, polls=1, seen_at=later, details_at=details_at)
    assert extend(history, said[-1], later) == counted or not is_there(said[-1])


@pytest.mark.parametrize("name", ["ap-1", "half a character: \ud800"])
def test_what_cannot_be_marked_has_none_and_is_looked_at_each_time(name):
    ap = ApSighting(MACS[0], ApState.REGISTERED, name=name)
    assert (marks_of([ap], None) == [None]) == ("\ud800" in name)


def test_a_mark_hangs_on_what_is_said_of_one_alone():
    """Many are marked at once: neither their number nor their neighbours move anybody's mark."""
    aps = [ApSighting(MACS[0], ApState.REGISTERED, name=f"ap-{n}") for n in range(AT_ONCE + 3)]
    apart = replace(aps[1], details_at=NOW)
    aps[2:4] = apart, replace(aps[0], name="half a character: \ud800")
    alone = [mark for ap in aps for mark in marks_of([ap], None)]
    assert marks_of(aps, None) == alone
    assert len(set(alone)) == len(aps)
    assert [is_like_the_others(mark) for mark in alone[:4]] == [True, True, False, False]


def test_line_feeds_in_names_move_nobody_elses_mark():
    one, other = (ApSighting(mac, ApState.REGISTERED, name="ap") for mac in MACS[:2])
    strange = replace(one, name='","\n",["ap\n')
    assert marks_of([strange, other], None)[1] == marks_of([one, other], None)[1]
