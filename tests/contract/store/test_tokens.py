from datetime import timedelta

import pytest

from service.errors import NotFound
from service.ports.tokens import Role, Token
from tests.support.builders import OPENED


@pytest.fixture
def store(sql_store):
    return sql_store


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def token(item="t1", **fields):
    return Token(item, "ann", Role.OPERATOR, at(0), **fields)


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
