"""Capture, remove, add: whatever happened meanwhile, ours come back and theirs stay."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.domain.changes import AddNtp, RemoveNtp
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.steps.protocol import Done, Fail, Send
from service.domain.steps.restore_ntp import RestoreNtp
from tests.support.builders import Journal, look, moment

LEAVES = st.lists(
    st.tuples(st.sampled_from(["key", "prefer", "minpoll", "source", "version"]), st.text("179")),
    max_size=3,
    unique_by=lambda leaf: leaf[0],
).map(tuple)
ENTRIES = st.builds(
    NtpEntry,
    st.sampled_from(["server", "peer"]),
    st.sampled_from(["server-list", "ip", "ipv6"]),
    st.sampled_from(["192.0.2.1", "192.0.2.2", "ntp.example.org"]),
    st.none() | st.just("Mgmt-intf"),
    LEAVES,
)
CONFIGS = st.lists(ENTRIES, max_size=6, unique_by=lambda e: e.identity).map(
    lambda entries: NtpConfig(tuple(entries))
)


def removed(captured: NtpConfig) -> Journal:
    return Journal(ntp=captured).under_guard().sent("remove-ntp", RemoveNtp(captured)).home(50)


def restored(journal: Journal, now: NtpConfig) -> tuple[NtpConfig, Done | Fail]:
    """What the step makes of a configuration, its changes applied."""
    for _ in range(3):
        move = RestoreNtp().decide(journal.run(), look(60, ntp=now), moment(60))
        if not isinstance(move, Send):
            assert isinstance(move, Done | Fail)
            return now, move
        assert isinstance(move.change, AddNtp)
        there = {entry.identity for entry in now.entries}
        assert not any(e.identity in there for e in move.change.entries.entries)
        now = NtpConfig((*now.entries, *move.change.entries.entries))
        journal.sent("restore-ntp", move.change, at=61)
    raise AssertionError("it never ends")


@given(CONFIGS)
def test_what_was_removed_comes_back_identical(captured):
    end, move = restored(removed(captured), captured.without(captured))
    assert end.same_as(captured)
    assert isinstance(move, Done)


@given(CONFIGS, CONFIGS)
def test_ours_come_back_and_theirs_stay_whatever_is_there(captured, theirs):
    end, move = restored(removed(captured), theirs)
    assert not captured.without(end).entries
    assert all(entry in end.entries for entry in theirs.entries)
    assert isinstance(move, Fail if captured.altered_in(theirs) else Done)


@given(CONFIGS, CONFIGS)
def test_without_and_altered_split_what_is_missing_from_what_differs(one, two):
    missing, altered = one.without(two), one.altered_in(two)
    assert one.same_as(two) == two.same_as(one)
    assert not set(missing.entries) & {ours for ours, _ in altered}
    same = len(one.entries) - len(missing.entries) - len(altered)
    assert sum(any(e.same_as(t) for t in two.entries) for e in one.entries) == same


@given(CONFIGS)
def test_entries_that_were_altered_keep_their_identity(config):
    bare = NtpConfig(tuple(replace(e, leaves=()) for e in config.entries))
    assert not config.without(bare).entries
    with_leaves = [e for e in config.entries if e.leaves]
    assert [ours for ours, _ in config.altered_in(bare)] == with_leaves
