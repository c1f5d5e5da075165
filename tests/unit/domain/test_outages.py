"""Outages: told from the poll that a patience lets through, and their end to those who heard."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.backoff import Failing
from service.domain.notices.patience import Patience
from service.domain.outages import Outage, outage_document, outage_from, outage_news
from service.domain.webhooks import EventKind
from tests.support.builders import OPENED

SILENT, READ, UNKNOWN = {"reachable": False}, {"reachable": True}, {"reachable": None}


def failing(times, trouble="unreachable"):
    return Failing("hq-1", trouble, times, "entry", "no answer within 30 s", 300.0)


def looks(*seen, apart_s=300.0):
    """What a row of looks tells; a number: so many failures in a row by then."""
    told, outage = [], None
    for number, one in enumerate(seen):
        at = OPENED + timedelta(seconds=number * apart_s)
        fails = None if one is None else failing(one)
        news, outage = outage_news("hq-1", at, READ if one is None else SILENT, fails, outage)
        told += news
    return told, outage


def test_every_failed_poll_tells_the_same_event_with_what_is_known_by_then():
    told, outage = looks(1, 2, 3)
    assert {one.id for one in told} == {told[0].id}
    assert {one.kind for one in told} == {EventKind.CONTROLLER_UNREACHABLE}
    assert [one.data["reach"]["polls"] for one in told] == [1, 2, 3]
    assert outage == Outage(
        OPENED, OPENED + timedelta(seconds=600), 3, 3, "unreachable", "no answer within 30 s"
    )


def test_a_controller_that_answers_again_is_told_once_and_the_next_outage_is_another():
    told, outage = looks(1, 2, None, None, 1)
    kinds = [one.kind.value.removeprefix("controller.") for one in told]
    assert kinds == ["unreachable", "unreachable", "reachable", "unreachable"]
    assert told[2].data["reach"]["polls"] == 2
    assert len({one.id for one in told}) == 3
    assert outage is not None


@pytest.mark.parametrize("document", [SILENT, UNKNOWN, {}])
def test_where_nothing_failed_by_the_controllers_own_fault_nothing_is_told(document):
    before = Outage(OPENED, OPENED, 1, 1, "unreachable", "no answer")
    assert outage_news("hq-1", OPENED, document, None, None) == ((), None)
    assert outage_news("hq-1", OPENED, document, None, before) == ((), before)


def test_a_count_that_began_anew_with_another_entry_goes_on_here():
    told, _ = looks(1, 2, 3, 1, 2)
    assert [one.data["reach"]["polls"] for one in told] == [1, 2, 3, 4, 5]


def test_a_sweep_that_passed_it_over_is_no_poll():
    told, outage = looks(1, 2, 2, 2)
    assert len(told) == 2
    assert (outage.polls, outage.lasts_s) == (2, 300.0)


def test_patience_takes_both_polls_and_time_and_none_with_a_refused_login():
    told, _ = looks(1, 2, 3, 4)

    def first(patience):
        return next((n for n, one in enumerate(told, 1) if patience.is_over(one)), None)

    assert first(Patience()) == 3
    assert first(Patience(polls=1)) == 1
    assert first(Patience(polls=1, for_s=600)) == 3
    assert first(Patience(polls=4, for_s=600)) == 4
    assert first(Patience(polls=1, for_s=3600)) is None
    (refused,), _ = outage_news("hq-1", OPENED, SILENT, failing(1, "refused"), None)
    assert Patience(polls=50).is_over(refused)


@given(
    st.lists(st.sampled_from(["fails", "answers"]), max_size=12),
    st.integers(1, 5),
    st.floats(0, 1500),
)
def test_the_end_is_told_to_those_alone_who_heard_of_the_outage(seen, polls, for_s):
    counted, numbers = 0, []
    for one in seen:
        counted = counted + 1 if one == "fails" else 0
        numbers.append(counted or None)
    told, _ = looks(*numbers)
    heard, events = False, []
    for one in told:
        if Patience(polls, for_s).is_over(one):
            if one.kind is EventKind.CONTROLLER_REACHABLE:
                assert heard
                heard = False
            else:
                heard = True
            events.append(one.id)
        elif one.kind is EventKind.CONTROLLER_REACHABLE:
            assert not heard


def test_an_outage_is_kept_and_read_back():
    _, outage = looks(1, 2)
    assert outage_from(outage_document(outage)) == outage
