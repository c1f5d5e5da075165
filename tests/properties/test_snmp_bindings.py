"""Answers of any length, whole or damaged, are read as the rules of BER say, short cuts or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.drivers.links.snmp_message import REPLY, Binding, reply_of
from service.transcripts.ber import (
    OCTETS,
    OID,
    SEQUENCE,
    MalformedError,
    element,
    encoded,
    integer,
    sequence,
)

AROUND_ONE_OCTET = [0, 1, 60, 121, 122, 123, 124, 125, 126, 127, 128, 300]
NAMES = st.sampled_from([0, 1, 14, 127, 128]).map(lambda size: b"\x2b" * size)
VALUES = st.sampled_from(AROUND_ONE_OCTET).map(lambda size: b"x" * size)
PAIRS = st.lists(st.builds(Binding, NAMES, st.sampled_from([OCTETS, 0x41, 0x82]), VALUES))
DAMAGE = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=3)


def listed(pairs):
    """Bindings as octets."""
    return b"".join(
        sequence(encoded(OID, one.name), encoded(one.tag, one.content)) for one in pairs
    )


def answer(content):
    """A reply around octets that should be bindings."""
    return encoded(REPLY, integer(7) + integer(0) * 2 + encoded(SEQUENCE, content))


def plainly(content):
    """Bindings, each element by itself."""
    found, at = [], 0
    while at < len(content):
        _, start, at = element(content, at)
        _, name_at, name_end = element(content, start)
        tag, value_at, value_end = element(content, name_end)
        found.append(Binding(content[name_at:name_end], tag, content[value_at:value_end]))
    return found


@given(PAIRS)
def test_what_an_agent_answers_is_read_back_whatever_its_length(pairs):
    assert reply_of(answer(listed(pairs))).bindings == pairs


@given(PAIRS.filter(bool), DAMAGE, st.integers(0, 40))
def test_damaged_answers_are_read_or_refused_as_element_by_element(pairs, damage, cut):
    content = bytearray(listed(pairs))
    for at, octet in damage:
        content[at % len(content)] = octet
    octets = bytes(content[: len(content) - cut % len(content)])
    try:
        expected = plainly(octets)
    except MalformedError as err:
        with pytest.raises(MalformedError, match=str(err)):
            reply_of(answer(octets))
    else:
        assert reply_of(answer(octets)).bindings == expected
