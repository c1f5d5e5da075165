"""What is new in what a controller tells: differences alone, and whatever may have been missed."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.events.messages import Sense
from service.domain.events.pushing import JOIN, STATE, Memory, Pushed
from service.domain.events.resubscribing import LONGEST_S, TAKEN_S, UNABLE_S, pause_s
from service.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    DeviceTaken,
    DeviceUnreachable,
)

MAC, OTHER = "84:3d:c6:73:10:d0", "84:3d:c6:73:10:e0"
STATES = st.sampled_from([None, "registered", "downloading", "unregistered"])


def states(*, whole=False, **rows):
    named = {MAC: rows.get("one"), OTHER: rows.get("two")}
    listed = {mac: {"state": state} for mac, state in named.items() if state}
    return Pushed(STATE, is_whole=whole, rows=listed)


def failed(kind, at):
    return Pushed(JOIN, is_whole=True, rows={MAC: {"error": kind, "at": at, "name": "lobby-1"}})


def test_the_first_whole_update_tells_how_things_are_and_is_no_event():
    memory = Memory("hq-1")
    assert memory.noticed(states(whole=True, one="downloading", two="registered")) == ()
    (said,) = memory.noticed(states(one="registered"))
    assert (said.sense, said.message, said.via) == (
        Sense.AP_JOINED,
        "netconf-ap-state",
        "netconf",
    )
    assert (said.clues.controller, said.clues.macs) == ("hq-1", (MAC,))
    assert said.text == f"{MAC}: downloading -> registered"


def test_an_access_point_that_is_not_in_a_whole_update_has_gone():
    memory = Memory("hq-1")
    memory.noticed(states(whole=True, one="registered", two="registered"))
    (said,) = memory.noticed(states(whole=True, two="registered"))
    assert (said.sense, said.clues.macs) == (Sense.AP_LEFT, (MAC,))
    gone = Pushed(STATE, is_whole=False, rows={OTHER: None})
    assert [one.sense for one in memory.noticed(gone)] == [Sense.AP_LEFT]
    assert memory.noticed(gone) == ()


def test_a_state_that_nobody_foresaw_is_an_error_of_the_access_point():
    memory = Memory("hq-1")
    memory.noticed(states(whole=True, one="registered"))
    assert [one.sense for one in memory.noticed(states(one="unregistered"))] == [Sense.AP_ERROR]


def test_what_the_controller_left_out_is_a_gap():
    memory = Memory("hq-1")
    short = Pushed(STATE, is_whole=False, rows={}, is_short=True)
    assert [one.sense for one in memory.noticed(short)] == [Sense.GAP]


def test_a_join_that_failed_again_is_told_by_the_phase_that_it_failed_in():
    memory = Memory("hq-1")
    assert memory.noticed(failed("ap-con-failure-dtls", "t1")) == ()
    (said,) = memory.noticed(failed("ap-con-failure-dtls", "t2"))
    assert (said.sense, said.clues.ap_name) == (Sense.DTLS_FAILED, "lobby-1")
    assert memory.noticed(failed("ap-con-failure-dtls", "t2")) == ()
    (said,) = memory.noticed(failed("ap-con-failure-imgdwnld", "t2"))
    assert said.sense == Sense.IMAGE_FAILED
    assert memory.noticed(failed("ap-con-failure-unknown", "t3")) == ()
    (said,) = memory.noticed(failed("ap-con-failure-join", "t3"))
    assert said.sense == Sense.AP_ERROR


@given(st.lists(st.tuples(st.booleans(), STATES, STATES), max_size=12))
def test_a_push_that_says_nothing_new_is_never_an_event(pushes):
    memory = Memory("hq-1")
    for whole, one, two in pushes:
        pushed = states(whole=whole, one=one, two=two)
        memory.noticed(pushed)
        assert memory.noticed(pushed) == ()


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_grow_up_to_a_limit_and_are_spread(times, share):
    error = DeviceUnreachable("hq-1", "x", "y")
    waits = pause_s(error, times, share)
    assert 0 < waits <= LONGEST_S
    assert pause_s(error, times + 1, share) >= waits
    assert pause_s(error, times, 0.0) * 2 == pause_s(error, times, 1.0)


def test_a_refused_login_is_not_tried_again_and_standing_by_takes_turns():
    assert pause_s(AuthenticationRefused("hq-1", "x", "y"), 1, 0.5) is None
    assert pause_s(CapabilityMissing("hq-1", "x", "y"), 1, 1.0) == UNABLE_S
    assert pause_s(DeviceTaken("hq-1", "x", "y"), 99, 1.0) == TAKEN_S
