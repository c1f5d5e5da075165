"""Callers whom an issuer vouches for, at the door of the API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.errors import IssuerAway
from service.ports.identities import Identity
from service.ports.tokens import Role

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FAR = NOW + timedelta(days=36_500)


class Issuer:
    """Vouches for whom it is told to."""

    def __init__(self, found):
        self.found = found

    def who(self, clear):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found if clear == "a.b.c" else None


@pytest.fixture
def asking(service):
    def ask(found, clear="a.b.c"):
        state = service.api.app.state
        state.front = replace(state.front, identities=Issuer(found))
        return service.api.as_(None, token=clear).get("/api/v1/controllers")

    return ask


def test_who_is_vouched_for_is_admitted(asking):
    assert asking(Identity("ann", Role.VIEWER, NOW, FAR)).status_code == 200


@pytest.mark.parametrize(
    ("found", "clear", "status", "problem"),
    [
        (None, "a.b.c", 401, "token-refused"),
        (Identity("ann", Role.VIEWER, NOW, FAR), "x.y.z", 401, "token-refused"),
        (Identity("ann", Role.VIEWER, NOW, NOW - timedelta(days=36_500)), "a.b.c", 401, "token"),
        (Identity("ann", None, NOW, FAR), "a.b.c", 403, "role-needed"),
        (IssuerAway("the issuer cannot be asked"), "a.b.c", 503, "issuer-unavailable"),
    ],
)
def test_who_is_not_is_told_why_in_the_usual_form(asking, found, clear, status, problem):
    answered = asking(found, clear)
    assert answered.status_code == status
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert problem in answered.json()["type"]


def test_a_token_of_ours_needs_no_issuer(service):
    state = service.api.app.state
    state.front = replace(state.front, identities=Issuer(IssuerAway("away")))
    assert service.vera.get("/api/v1/controllers").status_code == 200
