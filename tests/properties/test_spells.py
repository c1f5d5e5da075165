"""Spells tell what polls saw, one after the other without a gap; folding loses no beginning."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.identity import BaseRadioMac
from service.domain.observation import ApState
from service.domain.spells import ABSENT
from tests.support.cases import NOW, minutes, registered, view
from tests.support.fake_clock import World, store_clock
from tests.support.stores import MemoryStore

MACS = tuple(BaseRadioMac(f"00:00:00:00:00:{n}0") for n in range(2))
STATES = st.sampled_from([ApState.REGISTERED, ApState.DOWNLOADING, ApState.NOT_JOINED, None])
"""None: in no table."""
POLLS = st.lists(st.tuples(STATES, STATES), min_size=1, max_size=16)


def polled(polls) -> MemoryStore:
    """A store after polls a minute apart."""
    store = MemoryStore(store_clock(World()))
    for turn, states in enumerate(polls):
        there = zip(MACS, states, strict=True)
        aps = [registered(mac=mac, state=state, is_joined=None) for mac, state in there if state]
        store.add_poll(view(*aps, at=NOW + minutes(turn)))
    return store


def seen(polls, number) -> list[tuple[str, int]]:
    """The states of one access point, each with the poll that saw it first."""
    said: list[tuple[str, int]] = []
    for turn, states in enumerate(polls):
        if not any(states) or (states[number] is None and not said):
            continue  # a poll that lists nobody says nothing of anybody
        state = states[number] or ABSENT
        if not said or said[-1][0] != state:
            said.append((state, turn))
    return said


def away_since(said) -> int | None:
    """The poll since when it was not seen to serve."""
    since = None
    for state, turn in said:
        since = None if state == ApState.REGISTERED else turn if since is None else since
    return since


def told(store, mac) -> list:
    """Its spells that are over, oldest first."""
    return list(reversed(store.past_spells(mac, on="hq-1", limit=99)))


@settings(max_examples=40)
@given(POLLS, st.integers(0, 20), st.integers(1, 3))
def test_spells_are_what_polls_saw_and_folding_keeps_who_is_away_since_when(polls, cut, most):
    store = polled(polls)
    for number, mac in enumerate(MACS):
        said = seen(polls, number)
        spell, past = store.spell(mac, on="hq-1"), told(store, mac)
        if not said:
            assert (spell, past) == (None, [])
            continue
        every = [(one.spell.state, one.spell.since) for one in past] + [(spell.state, spell.since)]
        assert every == [(state, NOW + minutes(turn)) for state, turn in said]
        ends = [one.until for one in past]
        assert ends == [since for _, since in every[1:]]
        away = away_since(said)
        assert spell.away_since == (None if away is None else NOW + minutes(away))
    before = [told(store, mac) for mac in MACS]
    while store.fold_spells(before=NOW + minutes(cut), most=most) == most:
        pass
    for mac, whole in zip(MACS, before, strict=True):
        left = told(store, mac)
        assert all(one.until == two.spell.since for one, two in pairwise(left))
        assert [one.spell.since for one in left[:1]] == [one.spell.since for one in whole[:1]]
        assert [one.until for one in left[-1:]] == [one.until for one in whole[-1:]]
        assert len(left) + sum(one.changes for one in left) == len(whole)
        old = [one.spell.away_since for one in left if one.until < NOW + minutes(cut)]
        runs = [run for run in old if run is not None]
        assert len(runs) == len(set(runs))  # one row of each run
        assert [one for one in left if one.until >= NOW + minutes(cut)] == [
            one for one in whole if one.until >= NOW + minutes(cut)
        ]
    store.close()


@settings(max_examples=20)
@given(POLLS, st.integers(0, 20))
def test_what_is_dropped_is_only_what_ended_before(polls, cut):
    store = polled(polls)
    at = NOW + minutes(cut)
    whole = [told(store, mac) for mac in MACS]
    while store.forget_spells(before=at, most=2):
        pass
    assert [told(store, mac) for mac in MACS] == [
        [one for one in past if one.until >= at] for past in whole
    ]
    gone = store.forget_absent(before=at + timedelta(days=1), most=9)
    assert gone == sum(
        bool(said) and said[-1][0] == ABSENT for said in map(seen, [polls] * 2, (0, 1))
    )
    store.close()
