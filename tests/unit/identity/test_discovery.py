"""What an issuer says of itself is kept for an hour, and longer while it is away."""

import pytest
import responses

from service.errors import IssuerAway
from service.identity.asking import Asking
from service.identity.discovery import AWAY_S, DISCOVERY, KEPT_S, Discovery, address_in
from service.identity.trust import Trust
from service.ports.tokens import Role

ISSUER = "https://sso.example"
ASKING = Asking(Trust(ISSUER, "aprejoin", {"noc": Role.VIEWER}))


@responses.activate
def test_it_is_asked_once_an_hour_and_counts_on_while_the_issuer_is_away():
    now, asked = [0.0], []
    responses.get(ISSUER + DISCOVERY, json={"issuer": ISSUER, "first": True})
    discovery = Discovery(ASKING, lambda: now[0])
    for moment in (0.0, KEPT_S - 1):
        now[0] = moment
        assert discovery.told()["first"]
        asked.append(len(responses.calls))
    responses.reset()
    responses.get(ISSUER + DISCOVERY, status=503)
    for moment in (KEPT_S, KEPT_S + AWAY_S - 1, KEPT_S + AWAY_S):
        now[0] = moment
        assert discovery.told()["first"]
        asked.append(len(responses.calls))
    assert asked == [1, 1, 1, 1, 2]
    responses.reset()
    responses.get(ISSUER + DISCOVERY, json={"issuer": ISSUER})
    now[0] += AWAY_S
    assert discovery.told() == {"issuer": ISSUER}


@responses.activate
def test_an_issuer_that_never_answered_is_asked_once_in_a_while():
    now = [0.0]
    responses.get(ISSUER + DISCOVERY, status=503)
    discovery = Discovery(ASKING, lambda: now[0])
    for moment, asked in ((0.0, 1), (AWAY_S - 1, 1), (AWAY_S, 2)):
        now[0] = moment
        with pytest.raises(IssuerAway, match="status 503"):
            discovery.told()
        assert len(responses.calls) == asked


@pytest.mark.parametrize("where", [None, 7, "http://sso.example/x", "//sso.example", "https://"])
def test_an_address_that_is_no_https_one_is_none(where):
    with pytest.raises(IssuerAway, match="token_endpoint"):
        address_in(ASKING, {"token_endpoint": where}, "token_endpoint")
