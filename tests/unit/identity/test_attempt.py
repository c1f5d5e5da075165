"""A browser on its way to the issuer: what it keeps, how long, and what nobody else can have."""

import re

import pytest

from service.ports.sign_in import EARLY_S, LASTS_S, Attempt

WAYS = ["/", "/stuck?q=a b&x=\u00e9", "/" + "x" * 2000]


@pytest.mark.parametrize("after", WAYS)
def test_what_a_cookie_holds_is_all_of_it(after):
    attempt = Attempt.new(after, now_s=1000.9)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", attempt.cookie)
    found = Attempt.from_cookie(attempt.cookie, now_s=1001)
    assert found == attempt
    assert (found.state, found.nonce, found.verifier) == (
        attempt.state,
        attempt.nonce,
        attempt.verifier,
    )


def test_what_is_derived_tells_nothing_of_the_rest_and_is_never_the_same():
    attempts = [Attempt.new("/", now_s=0) for _ in range(20)]
    told = {word for one in attempts for word in (one.state, one.nonce, one.verifier, one.secret)}
    assert len(told) == 80
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", word) for word in told)
    assert attempts[0].secret not in repr(attempts[0])


def test_it_counts_for_ten_minutes_and_for_clocks_that_differ_a_little():
    cookie = Attempt.new("/", now_s=5000).cookie
    for off_s, counts in ((-EARLY_S, 1), (-EARLY_S - 1, 0), (LASTS_S, 1), (LASTS_S + 1, 0)):
        assert (Attempt.from_cookie(cookie, now_s=5000 + off_s) is not None) == bool(counts)


BAD = [
    "",
    ".",
    "..",
    "a.b.c",
    ".5.Lw",
    "a.5.\u00e9",
    "a.\u0665.Lw",
    "a.5.____",
    "a.5." + "x" * 4000,
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_cookie_of_ours_is_none(text):
    assert Attempt.from_cookie(text, now_s=5) is None


def test_an_answer_fits_its_own_attempt_alone():
    one, other = Attempt.new("/", now_s=0), Attempt.new("/", now_s=0)
    assert one.is_answered_by(one.state)
    for state in ("", other.state, one.state[:-1], one.nonce, "\ud800"):
        assert not one.is_answered_by(state)
