"""The SNMP link against an agent that behaves, and against agents that don't."""

import itertools
import re
from pathlib import Path

import pytest

from service.drivers.links.snmp import SnmpLink
from service.drivers.links.snmp_session import SnmpTarget
from service.errors import AuthenticationRefused, DeviceBusy, DeviceUnreachable, ReplyMalformed
from tests.contract.drivers.scripted_agent import (
    BULK,
    END,
    GET,
    NEXT,
    NO_INSTANCE,
    Agent,
    number,
    oid,
    text,
)
from tests.support.patience import REPLY_S

TABLE = "1.3.6.1.4.1.14179.2.2.1.1"
NAME, STATE = f"{TABLE}.3", f"{TABLE}.6"
CLOCK = "1.3.6.1.4.1.14179.2.3.1.10.0"
ROWS = 130


def box(rows: int = ROWS):
    """Two columns whose indices cross the border at which a number takes two octets."""
    values = {oid(CLOCK): text("Thu Sep 17 09:35:19 2015.")}
    for row in range(rows):
        index = (0, 25, 85, 204, row // 64, 100 + row % 64)
        values[(*oid(NAME), *index)] = text(f"AP{row}")
        values[(*oid(STATE), *index)] = number(1 + row % 3)
    return values


def link(agent, **settings):
    settings = {"community": "public", "patience_s": REPLY_S} | settings
    return SnmpLink.open(SnmpTarget("wlc", "127.0.0.1", agent.port, **settings))


def walked(agent, columns=(NAME, STATE), **settings):
    opened = link(agent, **settings)
    try:
        return opened.walk(columns, timeout_s=REPLY_S)
    finally:
        opened.close()


def got(agent, oids, **settings):
    opened = link(agent, **settings)
    try:
        return opened.get(oids, timeout_s=REPLY_S)
    finally:
        opened.close()


def test_columns_are_walked_whole_and_in_order():
    with Agent(box()) as agent:
        table = walked(agent)
    assert [len(rows) for rows in table.values()] == [ROWS, ROWS]
    assert list(table[NAME]) == sorted(table[NAME]) == list(table[STATE])
    assert list(table[NAME].values())[129] == b"AP129"


def test_one_request_is_under_way_at_a_time_and_its_size_grows_slowly():
    with Agent(box(1500)) as agent:
        walked(agent)
    sizes = [asked.repetitions for asked in agent.asked]
    assert sizes[0] == 15
    assert sizes == sorted(sizes)
    assert max(sizes) <= 40
    assert all(after - before <= 1 for before, after in itertools.pairwise(sizes))


def test_an_agent_that_finds_requests_too_big_is_asked_for_less_and_never_that_much_again():
    with Agent(box(), spoil=lambda asked, answer: 1 if asked.repetitions > 5 else answer) as agent:
        assert len(walked(agent)[NAME]) == ROWS
    sizes = [asked.repetitions for asked in agent.asked]
    assert sum(size > 5 for size in sizes) <= 3
    assert max(sizes[6:]) <= 6


def test_lost_packets_are_asked_again_for_less():
    drops = {3, 4, 9}
    with Agent(
        box(), spoil=lambda _, answer: None if len(agent.asked) in drops else answer
    ) as agent:
        assert len(walked(agent, patience_s=1.0)[NAME]) == ROWS
    assert agent.asked[3].repetitions == agent.asked[2].repetitions // 2


def test_an_agent_that_falls_silent_in_mid_table_is_no_smaller_fleet():
    with (
        Agent(box(), spoil=lambda _, answer: None if len(agent.asked) > 4 else answer) as agent,
        pytest.raises(DeviceUnreachable, match=r"no answer after 60 row\(s\)"),
    ):
        walked(agent, patience_s=0.5)


def test_an_end_of_the_table_that_is_none_is_found_out():
    def spoil(asked, answer):
        in_table = asked.kind == BULK and len(agent.asked) == 3
        return [(asked.names[0], END)] if in_table else answer

    with (
        Agent(box(), spoil=spoil) as agent,
        pytest.raises(ReplyMalformed, match="said that nothing follows, and something does"),
    ):
        walked(agent)


def test_the_end_of_everything_is_a_fair_end():
    values = {key: value for key, value in box().items() if key[: len(oid(NAME))] == oid(NAME)}
    with Agent(values) as agent:
        assert len(walked(agent, (NAME,))[NAME]) == ROWS
    assert agent.asked[-1].kind == NEXT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda asked, answer: 5 if asked.names[0][-1] != 3 else answer, "genErr"),
        (lambda _asked, _answer: [], "an empty answer"),
        (lambda _, answer: answer[:3] * 2, "answered already"),
        (lambda _, answer: [(answer[0][0], NO_INSTANCE)], "answered already"),
    ],
)
def test_a_walk_that_is_cut_short_is_an_error(answer, words):
    with Agent(box(), spoil=answer) as agent, pytest.raises(ReplyMalformed, match=words):
        walked(agent)


def test_an_agent_without_room_is_busy():
    with Agent(box(), spoil=lambda _asked, _answer: 13) as agent, pytest.raises(DeviceBusy):
        walked(agent)


def test_a_wrong_community_reads_as_what_it_may_be():
    with Agent(box()) as agent, pytest.raises(DeviceUnreachable, match="or the community wrong"):
        got(agent, [CLOCK], community="wrong", patience_s=0.05)
    assert not agent.asked


def test_objects_that_are_not_there_are_left_out():
    with Agent(box()) as agent:
        found = got(agent, [CLOCK, "1.3.6.1.2.1.1.1.0"])
    assert found == {CLOCK: b"Thu Sep 17 09:35:19 2015."}
    assert [asked.kind for asked in agent.asked] == [GET]


def test_a_get_that_is_too_big_is_cut_up():
    wanted = [".".join(map(str, key)) for key in list(box())[:20]]
    with Agent(box(), spoil=lambda asked, answer: 1 if len(asked.names) > 6 else answer) as agent:
        assert len(got(agent, wanted)) == 20


def test_version_3_proves_the_user_and_finds_the_engine_by_itself():
    with Agent(box(), secret="open-sesame") as agent:  # noqa: S106
        table = walked(agent, user="reader", auth="open-sesame")
    assert len(table[NAME]) == ROWS


def test_version_3_says_which_of_its_secrets_is_wrong():
    with Agent(box(), secret="open-sesame") as agent:  # noqa: S106
        with pytest.raises(AuthenticationRefused, match="wrong digest"):
            link(agent, user="reader", auth="guessed-it")
        with pytest.raises(AuthenticationRefused, match="unknown user"):
            link(agent, user="nobody", auth="open-sesame")
    assert not agent.asked


def test_nothing_in_the_program_can_write_by_snmp():
    """A SET is tag 0xA3; no module makes one."""
    folder = Path(__file__).parents[3] / "service" / "drivers"
    texts = [path.read_text() for path in folder.rglob("*.py")]
    assert len(texts) > 20
    assert not [text for text in texts if re.search(r"0x[aA]3\b|SET_REQUEST|set_request", text)]
