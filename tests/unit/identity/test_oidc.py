"""Tokens of an OpenID Connect issuer: whom they stand for, and which count for nothing."""

import base64
import json
import threading
from functools import cache

import jwt
import pytest
import requests
import responses
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from service.config.clock import SystemClock
from service.domain.scope import WHOLE, Scope
from service.errors import InvalidInput, IssuerAway
from service.identity.asking import LARGEST_BYTES
from service.identity.discovery import DISCOVERY
from service.identity.keys import AWAY_S, KEPT_S, NOT_AGAIN_S, IssuerKeys
from service.identity.oidc import GRACE_S, OidcIdentities
from service.identity.parts import PARTS
from service.identity.trust import Trust
from service.ports.tokens import Role

ISSUER, KEYS = "https://sso.example/realms/net", "https://sso.example/keys"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = ec.generate_private_key(ec.SECP256R1())
TRUST = Trust(ISSUER, "aprejoin", {"noc": Role.VIEWER, "cab": Role.APPROVER})


def public(key, kid, **more):
    algorithm = jwt.algorithms.RSAAlgorithm if key is RSA else jwt.algorithms.ECAlgorithm
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


def publish(*keys, issuer=ISSUER, uri=KEYS):
    responses.get(ISSUER + DISCOVERY, json={"issuer": issuer, "jwks_uri": uri})
    responses.get(KEYS, json={"keys": list(keys)})


def now():
    return int(SystemClock().now().wall.timestamp())


def signed(key=RSA, kid="one", algorithm="RS256", **claims):
    usual = {"iss": ISSUER, "aud": "aprejoin", "sub": "ann", "groups": ["noc", "cab", "else"]}
    moment = now()
    found = {**usual, "iat": moment, "exp": moment + 300, **claims}
    found = {name: value for name, value in found.items() if value is not None}
    return jwt.encode(found, key, algorithm, headers={"kid": kid} if kid else {})


def who(clear, trust=TRUST):
    return OidcIdentities(trust).who(clear)


# -- whom it stands for ------------------------------------------------------------------------


@responses.activate
def test_the_highest_role_that_a_group_stands_for_counts():
    publish(public(RSA, "one"))
    found = who(signed())
    assert (found.name, found.role) == ("ann", Role.APPROVER)
    assert (found.expires - found.issued).total_seconds() == 300


@responses.activate
def test_role_and_name_can_lie_where_the_issuer_puts_them():
    publish(public(OTHER, "two"))
    trust = Trust(ISSUER, "aprejoin", {"ops": Role.OPERATOR}, ("realm_access", "roles"), "email")
    clear = signed(OTHER, "two", "ES256", email="a@b.example", realm_access={"roles": ["ops"]})
    found = who(clear, trust)
    assert (found.name, found.role) == ("a@b.example", Role.OPERATOR)


@pytest.mark.parametrize("groups", [None, [], "else", ["CAB"], {"cab": 1}, [["cab"]], 7])
@responses.activate
def test_who_has_no_role_here_is_known_without_one(groups):
    publish(public(RSA, "one"))
    assert who(signed(groups=groups)).role is None


@responses.activate
def test_one_group_may_be_a_plain_word():
    publish(public(RSA, "one"))
    assert who(signed(groups="cab")).role is Role.APPROVER


# -- what counts for nothing -------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        lambda: signed(exp=now() - GRACE_S - 5),
        lambda: signed(nbf=now() + GRACE_S + 60),
        lambda: signed(iat=now() + GRACE_S + 60),
        lambda: signed(iss="https://sso.example/realms/other"),
        lambda: signed(aud="another"),
        lambda: signed(aud=None),
        lambda: signed(exp=None),
        lambda: signed(iat=None),
        lambda: signed(exp=10**12),
        lambda: signed(exp=10**30),
        lambda: signed(iat=-(10**30)),
        lambda: signed(sub=None),
        lambda: signed(sub=" "),
        lambda: signed(sub="a\nb"),
        lambda: signed(sub="x" * 129),
        lambda: signed(kid=None),
        lambda: signed(kid="unknown"),
        lambda: signed(OTHER, "one", "ES256"),
        lambda: signed(pad="x" * 20_000),
        lambda: "aprejoin_not-one-of-these",
        lambda: "a.b.c",
        lambda: "..",
    ],
)
@responses.activate
def test_a_token_that_lacks_anything_stands_for_nobody(made):
    publish(public(RSA, "one"))
    assert who(made()) is None


def knowing():
    """Keys that were just asked for."""
    known = {"one": jwt.PyJWK.from_dict(public(RSA, "one"))}
    return IssuerKeys(TRUST, lambda: 1.0, known, _asked_s=0.0, _had_s=0.0)


def test_an_unsigned_token_stands_for_nobody():
    keys = knowing()
    head, claims, _ = signed().split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "one"}).encode()).decode()
    for clear in (f"{none.rstrip('=')}.{claims}.", f"{head}.{claims}."):
        assert OidcIdentities(TRUST, keys).who(clear) is None


@responses.activate
def test_nobody_signs_with_the_public_key_as_a_shared_secret():
    shared = {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "kid": "one"}
    publish(shared)
    secret = b"secretsecretsecretsecretsecret" * 2
    assert who(signed(secret, "one", "HS256")) is None


@given(where=st.integers(0, 400), change=st.integers(1, 255))
def test_no_byte_of_a_token_can_be_another(where, change):
    keys = knowing()
    clear = long_lived().encode()
    assert OidcIdentities(TRUST, keys).who(clear.decode()) is not None
    where %= len(clear) - 1  # the last character of base64 has bits that nobody reads
    other = bytes([*clear[:where], clear[where] ^ change, *clear[where + 1 :]])
    assert OidcIdentities(TRUST, keys).who(other.decode("latin-1")) is None


@cache
def long_lived():
    return signed(exp=now() + 86_400)


# -- the issuer's keys -------------------------------------------------------------------------


@responses.activate
def test_keys_are_asked_for_once_an_hour_and_for_unknown_ones_once_a_minute():
    publish(public(RSA, "one"))
    now = [0.0]
    keys = IssuerKeys(TRUST, now_s=lambda: now[0])
    asked = []
    for moment, kid in [
        *((0.0, "one"), (NOT_AGAIN_S, "new"), (NOT_AGAIN_S + 1, "new")),
        *((NOT_AGAIN_S + 2, "new"), (KEPT_S, "one"), (KEPT_S + NOT_AGAIN_S + 2, "one")),
    ]:
        now[0] = moment
        keys.key(kid)
        asked.append(len(responses.calls) // 2)
    assert asked == [1, 1, 2, 2, 2, 3]


@responses.activate
def test_an_issuer_that_is_away_is_told_unless_its_keys_are_known():
    publish(public(RSA, "one"))
    now = [0.0]
    keys = IssuerKeys(TRUST, now_s=lambda: now[0])
    assert keys.key("one") is not None
    responses.reset()
    responses.get(ISSUER + DISCOVERY, status=503)
    now[0] = KEPT_S + 1
    assert keys.key("one") is not None
    with pytest.raises(IssuerAway, match="status 503"):
        IssuerKeys(TRUST).key("one")


@responses.activate
def test_known_keys_count_while_the_issuer_is_being_asked(monkeypatch):
    publish(public(RSA, "one"))
    now = [0.0]
    keys = IssuerKeys(TRUST, now_s=lambda: now[0])
    known = keys.key("one")
    now[0] = KEPT_S + 1
    found = []
    publish_again = keys._read

    def asked_slowly():
        in_line = threading.Thread(target=lambda: found.append(keys.key("one")))
        in_line.start()
        in_line.join()  # for ever, if it waited for this answer
        return publish_again()

    monkeypatch.setattr(keys, "_read", asked_slowly)
    assert keys.key("one") is not None
    assert found == [known]


@responses.activate
def test_who_makes_up_tokens_has_an_issuer_that_is_away_asked_once_in_a_while():
    responses.get(ISSUER + DISCOVERY, status=503)
    now = [100.0]
    keys = IssuerKeys(TRUST, now_s=lambda: now[0])
    asked = []
    for moment in (100.0, 100.0, 100.0 + AWAY_S - 1, 100.0 + AWAY_S):
        now[0] = moment
        with pytest.raises(IssuerAway, match="status 503"):
            keys.key(f"kid{moment}")
        asked.append(len(responses.calls))
    assert asked == [1, 1, 1, 2]
    responses.reset()
    publish(public(RSA, "one"))
    now[0] += AWAY_S
    assert keys.key("one") is not None


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"json": {"issuer": "https://evil.example", "jwks_uri": KEYS}}, "another issuer"),
        ({"json": {"issuer": ISSUER}}, "names no jwks_uri"),
        ({"json": {"issuer": ISSUER, "jwks_uri": "http://sso.example/keys"}}, "no https: address"),
        ({"body": "<html>"}, "answers with no JSON"),
        ({"body": "[" * 100_000}, "answers with no JSON"),
        ({"body": "[]"}, "no JSON object"),
        ({"body": b"\xff"}, "answers with no JSON"),
        ({"body": " " * (LARGEST_BYTES + 1)}, "more than 1000000 bytes"),
        ({"body": requests.exceptions.ReadTimeout()}, "does not answer .ReadTimeout"),
        ({"body": requests.exceptions.SSLError("verify failed")}, "TLS: verify failed"),
        ({"status": 302, "headers": {"Location": "https://else.example"}}, "status 302"),
        ({"json": {"issuer": ISSUER, "jwks_uri": KEYS}}, "holds no keys"),
    ],
)
@responses.activate
def test_a_discovery_that_is_wrong_is_told(answers, said):
    responses.get(ISSUER + DISCOVERY, **answers)
    responses.get(KEYS, json={"keys": "none"})
    with pytest.raises(IssuerAway, match=said):
        IssuerKeys(TRUST).key("one")


@responses.activate
def test_keys_of_an_unknown_kind_are_left_out():
    odd = [{"kty": "RSA", "kid": "bad"}, "one", {"kid": 7}, public(RSA, "enc", use="enc")]
    publish(*odd, public(RSA, "one"))
    keys = IssuerKeys(TRUST)
    assert keys.key("one") is not None
    assert keys.key("enc") is keys.key("bad") is None


# -- the settings ------------------------------------------------------------------------------

SET = {
    "APREJOIN_OIDC_ISSUER": ISSUER,
    "APREJOIN_OIDC_AUDIENCE": "aprejoin",
    "APREJOIN_OIDC_ROLES": "viewer=noc; approver = the cab;",
    "APREJOIN_OIDC_ROLE_CLAIM": "realm_access.roles",
}


def test_the_environment_says_whom_to_trust():
    found = Trust.from_environment(SET)
    assert found.roles == {"noc": Role.VIEWER, "the cab": Role.APPROVER}
    assert (found.role_claim, found.name_claim) == (("realm_access", "roles"), "sub")
    assert Trust.from_environment({}) is None


def test_the_page_is_a_client_of_the_issuer_where_it_is_named():
    assert Trust.from_environment(SET).client is None
    more = {"APREJOIN_OIDC_CLIENT_ID": " page ", "APREJOIN_OIDC_SCOPE": " openid  groups "}
    more |= {"APREJOIN_PUBLIC_URL": "https://aprejoin.example"}
    found = Trust.from_environment({**SET, **more})
    assert (found.client, found.scope, found.label) == ("page", "openid groups", "sso.example")
    assert Trust.from_environment({**SET, "APREJOIN_OIDC_LABEL": "us"}).label == "us"
    assert Trust.from_environment(SET).scope == "openid"


@pytest.mark.parametrize(
    ("groups", "scope", "role"),
    [
        (["cab"], None, None),
        (["cab", "paris"], Scope(sites=("paris",)), Role.APPROVER),
        (["cab", "paris", "lab"], Scope(("paris",), ("lab", "spare")), Role.APPROVER),
        (["cab", "paris", "world"], WHOLE, Role.APPROVER),
        (["paris"], Scope(sites=("paris",)), None),
    ],
)
@responses.activate
def test_values_of_the_claim_open_parts_of_the_fleet_where_that_is_said(groups, scope, role):
    publish(public(RSA, "one"))
    told = "all = world; site:paris=paris; tag:lab=lab; tag:spare=lab"
    found = who(signed(groups=groups), Trust.from_environment({**SET, **CLAIM, PARTS: told}))
    assert (found.role, found.scope if scope else None) == (role, scope)


CLAIM = {"APREJOIN_OIDC_ROLE_CLAIM": "groups", "APREJOIN_OIDC_ROLES": "approver=cab"}


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("APREJOIN_OIDC_ISSUER", "http://sso.example", "expected an https: address"),
        ("APREJOIN_OIDC_ISSUER", "https://sso.example/?a", "expected an https: address"),
        ("APREJOIN_OIDC_AUDIENCE", "", "APREJOIN_OIDC_AUDIENCE: found nothing"),
        ("APREJOIN_OIDC_ROLES", "", "APREJOIN_OIDC_ROLES: found nothing"),
        ("APREJOIN_OIDC_ROLES", "boss=cab", "found 'boss=cab'"),
        ("APREJOIN_OIDC_ROLES", "viewer=", "found 'viewer='"),
        ("APREJOIN_OIDC_ROLES", "viewer=x; admin=x", "found 'admin=x'"),
        ("APREJOIN_OIDC_PARTS", "paris=x", "found 'paris=x'"),
        ("APREJOIN_OIDC_PARTS", "site:=x", "found 'site:=x'"),
        ("APREJOIN_OIDC_PARTS", "all:x=y", "found 'all:x=y'"),
        ("APREJOIN_OIDC_PARTS", "tag:lab=", "found 'tag:lab='"),
        ("APREJOIN_OIDC_SCOPE", "groups", "openid among them"),
        ("APREJOIN_OIDC_LABEL", "x" * 61, "at most 60 characters"),
    ],
)
def test_a_bad_setting_is_named(variable, value, said):
    with pytest.raises(InvalidInput, match=said):
        Trust.from_environment({**SET, variable: value})
