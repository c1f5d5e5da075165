"""What is signed, what comes again when, and who wants to hear of what."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.webhooks import (
    FIRST_WAIT_S,
    GIVE_UP_S,
    LONGEST_WAIT_S,
    EventKind,
    Happening,
    Interest,
    body_of,
    key_id_of,
    signature_of,
    wait_s,
)

CHANCES = st.floats(0, 1, exclude_max=True)


def test_a_signature_is_what_openssl_says():
    """`printf '1732190000.{"a":1}' | openssl dgst -sha256 -hmac whsec_AAAA`."""
    said = "28dfa92658e42d1029cb8550b9e9ce6860a02facde5ebe2a650678f9d93f5f16"
    assert signature_of("whsec_AAAA", 1732190000, b'{"a":1}') == f"v1={said}"


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(0, 2**33), st.integers(0, 2**33))
def test_another_body_or_another_time_has_another_signature(one, other, then, later):
    same = (one, then) == (other, later)
    assert (signature_of("s", then, one) == signature_of("s", later, other)) is same


def test_a_key_id_tells_secrets_apart_and_nothing_of_them():
    assert key_id_of("whsec_a") != key_id_of("whsec_b")
    assert len(key_id_of("whsec_a")) == 16


@given(st.lists(CHANCES, min_size=90, max_size=90))
def test_waits_double_up_to_an_hour_and_end_within_a_day(chances):
    waited, waits = 0.0, []
    while (wait := wait_s(len(waits) + 1, waited, chances[len(waits)])) is not None:
        waits.append(wait)
        waited += wait
    assert GIVE_UP_S - LONGEST_WAIT_S < waited <= GIVE_UP_S
    assert FIRST_WAIT_S / 2 <= waits[0] <= FIRST_WAIT_S
    assert max(waits) <= LONGEST_WAIT_S
    for number, wait in enumerate(waits[:10]):
        assert 0.5 <= wait / min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**number) <= 1


@given(st.integers(1, 10**6), st.floats(0, GIVE_UP_S), CHANCES, st.floats(0, 1e9))
def test_what_a_receiver_asks_for_counts_up_to_an_hour(tries, waited, chance, asked):
    wait = wait_s(tries, waited, chance, asked)
    assert wait is None or min(asked, LONGEST_WAIT_S) <= wait <= LONGEST_WAIT_S


@pytest.mark.parametrize(
    ("interest", "wanted"),
    [
        (Interest(), True),
        (Interest(kinds=(EventKind.PLAN_READY,)), True),
        (Interest(kinds=(EventKind.FINDING_GONE,)), False),
        (Interest(sites=("hq", "lab")), True),
        (Interest(sites=("lab",)), False),
        (Interest(tags=("x", "b")), True),
        (Interest(tags=("x",)), False),
        (Interest(sites=("hq",), tags=("x",)), False),
    ],
)
def test_a_webhook_wants_what_fits_every_word_of_it(interest, wanted):
    assert interest.wants(EventKind.PLAN_READY, site="hq", tags=("a", "b")) is wanted


def test_a_controller_that_the_inventory_lost_is_told_of_to_those_who_want_all():
    assert Interest().wants(EventKind.PLAN_READY, site=None, tags=())
    assert not Interest(sites=("hq",)).wants(EventKind.PLAN_READY, site=None, tags=())


def test_a_body_names_its_event_its_delivery_and_what_it_is_about():
    at = datetime(2026, 11, 21, tzinfo=UTC)
    happening = Happening("e", EventKind.PLAN_READY, at, "hq-1", "plan/p", {"plan": None})
    assert json.loads(body_of(happening, "d")) == {
        "event": "e",
        "delivery": "d",
        "type": "plan.ready",
        "at": "2026-11-21T00:00:00+00:00",
        "controller": "hq-1",
        "subject": "plan/p",
        "data": {"plan": None},
    }
