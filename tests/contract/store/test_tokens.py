from datetime import timedelta

import pytest

from service.errors import NotFound
from service.ports.tokens import Answer, Role, Token
from tests.support.builders import OPENED

KEPT_S, STALE_S = 86400.0, 60.0


@pytest.fixture
def store(sql_store):
    return sql_store


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def token(item="t1", **fields):
    return Token(item, "ann", Role.OPERATOR, at(0), **fields)


def begin(store, key="k", fingerprint="f", seconds=0.0, who="ann"):
    return store.begin_answer(
        who, key, fingerprint, now=at(seconds), kept_s=KEPT_S, stale_s=STALE_S
    )


def test_a_token_is_found_by_its_hash_alone(store):
    store.add_token(token(expires=at(60)), "hash-1")
    assert store.token_with("hash-1") == token(expires=at(60))
    assert store.token_with("t1") is None
    assert store.tokens() == (token(expires=at(60)),)


def test_only_the_very_first_token_is_made_by_itself(store):
    assert store.add_first_token(token(), "hash-1")
    assert not store.add_first_token(token("t2"), "hash-2")
    assert store.token_with("hash-2") is None


def test_a_token_is_revoked_once_and_stays_listed(store):
    store.add_token(token(), "hash-1")
    assert store.revoke_token("t1", at=at(5)) == token(revoked=at(5))
    assert store.revoke_token("t1", at=at(9)).revoked == at(5)
    assert store.token_with("hash-1").revoked == at(5)
    with pytest.raises(NotFound):
        store.revoke_token("t9", at=at(5))


def test_a_key_is_answered_once_and_the_answer_kept(store):
    assert begin(store) is None
    assert begin(store) == Answer("f")
    given = Answer("f", 202, "/there", "{}")
    store.end_answer("ann", "k", given)
    assert begin(store, fingerprint="other", seconds=KEPT_S - 1) == given


def test_keys_of_two_people_do_not_meet(store):
    assert begin(store) is None
    assert begin(store, who="bob") is None


def test_an_answer_is_forgotten_after_a_day(store):
    begin(store)
    store.end_answer("ann", "k", Answer("f", 202))
    assert begin(store, seconds=KEPT_S) is None


def test_a_key_whose_work_went_wrong_or_died_is_free_again(store):
    begin(store)
    store.end_answer("ann", "k", None)
    assert begin(store, seconds=1) is None
    assert begin(store, seconds=1 + STALE_S - 1) == Answer("f")
    assert begin(store, seconds=1 + STALE_S) is None
