"""Traps and informs of versions 1 and 2c are read; anything else is malformed, and nothing worse.

They are written by the lab's own coder, which shares nothing with what reads them.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.config.messages import load_messages
from service.domain.events.notices import said_by_trap
from service.lab.aireos.snmp import ber
from service.transcripts import traps
from service.transcripts.ber import MalformedError

LEFT = "1.3.6.1.4.1.14179.2.6.3.8"
MAC_OF, NAME_OF = "1.3.6.1.4.1.14179.2.6.2.20.0", "1.3.6.1.4.1.14179.2.2.1.1.3.0"
MAC = bytes.fromhex("003a99c01020")
UPTIME, WHICH = "1.3.6.1.2.1.1.3.0", traps.TRAP_OID


def oid(text):
    return ber.object_id(ber.dotted(text))


def bindings(pairs):
    return ber.tlv(0x30, b"".join(ber.tlv(0x30, oid(name) + value) for name, value in pairs))


def sent(*pairs, kind=traps.TRAP, version=1):
    listed = bindings([(UPTIME, ber.integer(5, 0x43)), (WHICH, oid(LEFT)), *pairs])
    body = ber.integer(77) + ber.integer(0) + ber.integer(0) + listed
    return ber.tlv(0x30, ber.integer(version) + ber.octets("public") + ber.tlv(kind, body))


PAIRS = ((MAC_OF, ber.octets(MAC)), (NAME_OF, ber.octets("lobby-1")))


def old(enterprise, generic, specific):
    fields = (
        oid(enterprise),
        ber.tlv(0x40, bytes((192, 0, 2, 10))),
        ber.integer(generic),
        ber.integer(specific),
        ber.integer(5, 0x43),
        bindings(PAIRS),
    )
    body = ber.tlv(traps.TRAP_V1, b"".join(fields))
    return ber.tlv(0x30, ber.integer(0) + ber.octets("public") + body)


def test_a_trap_says_which_it_is_and_whose_access_point_is_meant():
    trap = traps.read(sent(*PAIRS))
    assert (trap.oid, trap.reply) == (LEFT, b"")
    said = said_by_trap(
        trap.oid, trap.values, load_messages().traps, via="snmp", source="192.0.2.10"
    )
    assert (said.sense, said.message) == ("ap-left", "aireos-trap-ap-left")
    assert said.clues.macs == ("00:3a:99:c0:10:20",)
    assert "lobby-1" in said.clues.aps
    assert f"{NAME_OF}=lobby-1" in said.text


def test_an_inform_is_acknowledged_with_its_own_number_and_bindings():
    trap = traps.read(sent(*PAIRS, kind=traps.INFORM))
    assert trap.oid == LEFT
    assert trap.reply == sent(*PAIRS, kind=traps.RESPONSE)


@pytest.mark.parametrize(
    ("enterprise", "generic", "specific", "name"),
    [
        ("1.3.6.1.4.1.14179.2.6.3", 6, 8, "aireos-trap-ap-left"),
        ("1.3.6.1.4.1.9.9.513", 6, 13, "aireos-trap-image-failed"),
        ("1.3.6.1.4.1.14179.1.1.4.3", 0, 0, None),
    ],
)
def test_a_trap_of_version_1_is_named_as_in_version_2(enterprise, generic, specific, name):
    trap = traps.read(old(enterprise, generic, specific))
    assert trap.agent == "192.0.2.10"
    said = said_by_trap(trap.oid, trap.values, load_messages().traps, via="x", source="y")
    assert (said and said.message) == name
    assert trap.oid != "1.3.6.1.6.3.1.1.5.1" or generic == 0


@pytest.mark.parametrize(
    "datagram",
    [b"", b"\x30", sent(*PAIRS)[:-1], sent(version=3), sent(kind=traps.RESPONSE), sent(kind=0xA0)],
)
def test_what_is_no_trap_is_malformed(datagram):
    with pytest.raises(MalformedError):
        traps.read(datagram)


@given(st.binary(max_size=120), st.integers(0, 200), st.integers(0, 255))
def test_no_bytes_do_worse_than_being_malformed(noise, place, octet):
    good = bytearray(sent(*PAIRS, kind=traps.INFORM))
    good[place % len(good)] = octet
    for datagram in (noise, bytes(good)):
        try:
            traps.read(datagram)
        except MalformedError:
            continue
