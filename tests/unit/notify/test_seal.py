"""Secrets at rest: nobody reads or moves them, and whoever lacks the key is told what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput, Refused
from service.notify.seal import SHORTEST, KeySealer
from tests.support.outside import Secrets

MINE = KeySealer("env:KEY", Secrets())


@given(st.text(st.characters(codec="utf-8"), max_size=100), st.text(max_size=20))
def test_what_is_sealed_opens_again_and_never_looks_the_same(secret, about):
    sealed = MINE.seal(secret, about)
    assert MINE.unseal(sealed, about) == secret
    assert MINE.seal(secret, about) != sealed
    assert len(secret) < 8 or secret not in sealed


@pytest.mark.parametrize("spoil", [lambda s: s[:-8] + "AAAAAAA=", lambda _: "1:", lambda _: "x"])
def test_what_was_spoilt_does_not_open(spoil):
    sealed = MINE.seal("whsec_a", "w1")
    with pytest.raises(Refused, match="does not open"):
        MINE.unseal(spoil(sealed), "w1")


def test_what_was_moved_to_another_row_or_sealed_with_another_key_does_not_open():
    sealed = MINE.seal("whsec_a", "w1")
    with pytest.raises(Refused, match="does not open"):
        MINE.unseal(sealed, "w2")
    with pytest.raises(Refused, match="APREJOIN_SECRETS_KEY is another one"):
        KeySealer("env:KEY", Secrets("l" * SHORTEST)).unseal(sealed, "w1")


def test_without_a_key_or_with_a_weak_one_nothing_is_sealed():
    with pytest.raises(Refused, match="set APREJOIN_SECRETS_KEY"):
        KeySealer(None, Secrets()).seal("whsec_a", "w1")
    with pytest.raises(Refused, match="shorter than"):
        KeySealer("env:KEY", Secrets("k" * (SHORTEST - 1))).seal("whsec_a", "w1")


def test_a_reference_that_leads_nowhere_is_named_without_a_value():
    class Nowhere:
        def resolve(self, reference):
            raise InvalidInput("the variable is not set", where=reference, expected="it set")

    with pytest.raises(Refused, match="env:KEY: the variable is not set"):
        KeySealer("env:KEY", Nowhere()).seal("whsec_a", "w1")
