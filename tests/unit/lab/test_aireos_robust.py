"""Whatever is typed or sent, a simulated AireOS box goes on, and no look changes anything."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.lab.aireos.answers import Ask, Context
from service.lab.aireos.shell import COMMANDS
from service.lab.aireos.snmp import ber
from service.lab.aireos.snmp.agent import Agent
from tests.unit.lab.aireos_bench import WlcBench

OIDS = st.lists(st.integers(0, 2**40), max_size=12).map(lambda rest: (1, 3, *rest))
REQUEST = bytes.fromhex(  # a GETBULK of version 2c by community c
    "3025020101 040163 a51d 02020100 020100 020119 3011 300f 060b 2b06010401ee6302020101 0500"
)
APS = [{"kind": "healthy", "count": 3}, {"kind": "mic_expired"}]


@pytest.fixture(scope="module")
def bench():
    return WlcBench(aps=APS)


@given(line=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(
    [word for command in COMMANDS for word in command.split()] + ["enable", "mic", '"', "1", "'"]
), max_size=8).map(" ".join)))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_line_is_answered(line):
    context = Context(TYPED_AT.box, TYPED_AT.box.advance(), "test")
    answer = TYPED_AT.shell.run(context, line)
    while isinstance(answer, Ask):
        answer = answer.then(context, "n")
    assert isinstance(answer.text, str)


@pytest.mark.parametrize("line", sorted(c for c in COMMANDS if c.startswith(("show", "grep"))))
def test_looking_changes_nothing(bench, line):
    arguments = {"show ap config general": "healthy-1", "show ap inventory": "all"}
    bench.type(f"{line} {arguments.get(line, '')}")
    assert bench.dirty == []


def agent():
    return Agent(WlcBench(aps=APS).host, "c")


@given(data=st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_no_request_are_dropped(data):
    assert AGENT._answer(1000.0, data) is None


@given(place=st.integers(0, len(REQUEST) - 1), byte=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_a_spoiled_request_is_dropped_or_answered(place, byte):
    spoiled = REQUEST[:place] + bytes([byte]) + REQUEST[place + 1 :]
    answer = AGENT._answer(1000.0, spoiled)
    assert answer is None or answer[0] == 0x30


def test_the_request_itself_is_answered():
    answer = AGENT._answer(1000.0, REQUEST)
    assert answer is not None
    assert b"healthy-1" in answer


@given(oid=OIDS)
def test_a_name_survives_its_encoding(oid):
    assert ber.Reader(ber.object_id(oid)).want(ber.OID) == ber.arcs(oid)
    assert ber.to_oid(ber.arcs(oid)) == oid


@given(number=st.integers(-(2**63), 2**63))
def test_a_number_survives_its_encoding(number):
    assert ber.Reader(ber.integer(number)).integer() == number


def test_recover_config_typed_as_a_name_wipes_a_box_that_offers_it():
    bench = WlcBench(login={"recover_config": True})
    assert not bench.host.admits("Recover-Config", "")
    assert "saved: missing time ntp server 1 192.0.2.1" in bench.dirty


def test_join_statistics_and_log_begin_anew_after_a_reload():
    bench = WlcBench(aps=[{"kind": "unreachable"}, *APS])
    bench.wait(60)
    assert "Not Joined" in bench.type("show ap join stats summary all")
    assert "HANDSHAKE" in bench.type("show msglog")
    bench.box.reload(bench.box.advance(), "test")
    assert "Joined" not in bench.type("show ap join stats summary all")
    assert "HANDSHAKE" not in bench.type("show msglog")
    bench.wait(60)
    assert bench.type("show ap join stats summary all").count("Joined") == 4


AGENT, TYPED_AT = agent(), WlcBench(aps=APS)
