"""The laws of waves: one first, never more than a wave at once, and a stop that holds."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.waves import (
    Begin,
    Fate,
    Hold,
    Limits,
    Member,
    Over,
    Stop,
    most_careful,
    next_wave,
)

ENDS = (Fate.SUCCEEDED, Fate.FAILED, Fate.PASSED_OVER)
limits = st.builds(
    Limits,
    st.lists(st.integers(1, 8), min_size=1, max_size=4).map(lambda rest: (1, *rest)),
    st.sampled_from((0.0, 0.2, 0.5, 1.0)),
)
fates = st.lists(st.sampled_from(ENDS), max_size=30)


def played(ends: list[Fate], rules: Limits) -> tuple[list[Member], list[Begin], Stop | None]:
    """A campaign over controllers whose fates are known beforehand, one ending at a time."""
    known = {f"c{number:02}": fate for number, fate in enumerate(ends)}
    members = [Member(name) for name in known]
    begun = []
    for _ in range(10 * len(ends) + 10):
        match next_wave(members, rules):
            case Begin() as wave:
                begun.append(wave)
                members = [
                    replace(m, fate=Fate.BEGUN, wave=wave.wave)
                    if m.controller in wave.controllers
                    else m
                    for m in members
                ]
            case Hold():
                at = next(n for n, m in enumerate(members) if m.fate is Fate.BEGUN)
                members[at] = replace(members[at], fate=known[members[at].controller])
            case Stop() as stop:
                return members, begun, stop
            case Over():
                return members, begun, None
    raise AssertionError("it never ends")


@given(fates, limits)
def test_every_controller_begins_once_and_in_line(ends, rules):
    members, begun, stop = played(ends, rules)
    order = [name for wave in begun for name in wave.controllers]
    assert order == [member.controller for member in members][: len(order)]
    assert stop is not None or len(order) == len(members)


@given(fates, limits)
def test_a_wave_grows_only_after_one_that_succeeded(ends, rules):
    members, begun, _ = played(ends, rules)
    fate = {member.controller: member.fate for member in members}
    proven = 0
    for wave in begun:
        assert len(wave.controllers) <= rules.sizes[min(proven, len(rules.sizes) - 1)]
        proven += any(fate[name] is Fate.SUCCEEDED for name in wave.controllers)


@given(fates, limits)
def test_it_stops_if_and_only_if_more_of_a_wave_failed_than_may(ends, rules):
    members, begun, stop = played(ends, rules)
    too_many = []
    for wave in begun:
        of = [m for m in members if m.wave == wave.wave and m.fate is not Fate.PASSED_OVER]
        failed = [m for m in of if m.fate is Fate.FAILED]
        too_many.append(bool(failed) and len(failed) > rules.stop_at * len(of))
    assert any(too_many) == (stop is not None)
    assert not any(too_many[:-1])


@given(fates, limits)
def test_nothing_begins_after_a_stop_until_it_is_forgiven(ends, rules):
    members, _, stop = played(ends, rules)
    if stop is None:
        return
    assert next_wave(members, rules) == stop
    done = [replace(m, fate=Fate.PASSED_OVER) if m.fate is Fate.BEGUN else m for m in members]
    after = next_wave(done, replace(rules, forgiven=stop.wave))
    waiting = [m for m in done if m.fate is Fate.WAITING]
    assert isinstance(after, Begin if waiting else Over)
    assert after == next_wave(done, replace(rules, forgiven=stop.wave))


@given(st.lists(limits, min_size=1, max_size=5))
@settings(max_examples=50)
def test_policies_that_differ_give_limits_that_none_of_them_finds_too_wide(many):
    found = most_careful(many)
    for one in many:
        for at in range(8):
            ours = found.sizes[min(at, len(found.sizes) - 1)]
            assert ours <= one.sizes[min(at, len(one.sizes) - 1)]
        assert found.stop_at <= one.stop_at
