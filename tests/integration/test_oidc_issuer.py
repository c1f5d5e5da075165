"""An OpenID Connect issuer that speaks HTTPS on loopback: its keys come, change, and go."""

import json
import ssl
from contextlib import contextmanager

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from service.config.clock import SystemClock
from service.errors import IssuerAway
from service.identity.discovery import DISCOVERY
from service.identity.keys import AWAY_S, KEPT_S, NOT_AGAIN_S, IssuerKeys
from service.identity.oidc import OidcIdentities
from service.identity.trust import Trust
from service.ports.tokens import Role
from tests.support.certificates import for_loopback
from tests.support.receiver import BROKEN, receiving

OLD, NEW, STRANGE = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
PRIVATE = {"old": OLD, "new": NEW}


class Issuer:
    """The pages of an issuer behind a real server; `asked` counts how often its keys were."""

    def __init__(self, receiver) -> None:
        self.receiver = receiver
        self.url = f"https://127.0.0.1:{receiver.port}/realms/net"

    def publish(self, *kids: str) -> None:
        """What it answers from now on: discovery, then these keys, again and again."""
        where = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        keys = {"keys": [_public(PRIVATE[kid], kid) for kid in kids]}
        self.receiver.answers[:] = [_page(where), _page(keys)] * 20

    def say(self, answer: bytes | None) -> None:
        self.receiver.answers[:] = [answer]

    def token(self, kid: str, key=None) -> str:
        now = int(SystemClock().now().wall.timestamp())
        claims = {"iss": self.url, "aud": "aprejoin", "sub": "ann", "groups": ["cab"]}
        claims |= {"iat": now, "exp": now + 86_400}
        return jwt.encode(claims, key or PRIVATE[kid], "ES256", headers={"kid": kid})

    @property
    def asked(self) -> int:
        return sum(DISCOVERY in call.line for call in self.receiver.calls)


class Caller:
    """Our side, with a clock of its own."""

    def __init__(self, issuer: Issuer, ca) -> None:
        self.now_s = 0.0
        trust = Trust(issuer.url, "aprejoin", {"cab": Role.APPROVER}, ca=ca and str(ca))
        self.identities = OidcIdentities(trust, IssuerKeys(trust, lambda: self.now_s))
        self.who = self.identities.who


def _public(key, kid: str) -> dict:
    return {**jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid}


def _page(document) -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return for_loopback(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def serving(files):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*files)
    with receiving(tls=tls) as receiver:
        yield Issuer(receiver)


def test_keys_of_a_live_issuer_come_change_survive_its_absence_and_go(files):
    with serving(files) as issuer:
        issuer.publish("old")
        caller = Caller(issuer, files[0])
        old, new = issuer.token("old"), issuer.token("new")
        found = caller.who(old)
        assert (found.name, found.role) == ("ann", Role.APPROVER)
        assert caller.who(issuer.token("old", STRANGE)) is None
        assert issuer.asked == 1

        issuer.publish("old", "new")  # rotated: asked once for the new one, whoever comes
        assert caller.who(new) is None
        caller.now_s += NOT_AGAIN_S + 1
        assert caller.who(new).name == caller.who(old).name == caller.who(new).name == "ann"
        assert issuer.asked == 2

        issuer.say(BROKEN)  # away: what is known counts on, what is not does not
        caller.now_s += KEPT_S + 1
        assert caller.who(new) is not None
        assert caller.who(issuer.token("unknown", STRANGE)) is None
        assert caller.who(old) is not None
        assert issuer.asked == 3

        issuer.publish("new")  # back, and the old one was revoked meanwhile
        caller.now_s += NOT_AGAIN_S + 1
        assert caller.who(old) is None
        assert caller.who(new) is not None
        assert issuer.asked == 4

    caller.now_s += KEPT_S + 1
    assert caller.who(new) is not None  # nobody listens there any more
    with pytest.raises(IssuerAway, match=r"does not answer .ConnectionError"):
        Caller(issuer, files[0]).who(new)


def test_what_a_live_issuer_does_wrong_is_said_and_lets_nobody_in(files, tmp_path):
    with serving(files) as issuer:
        issuer.publish("old")
        token = issuer.token("old")
        with pytest.raises(IssuerAway, match=r"not trusted: self.signed .*APREJOIN_OIDC_CA"):
            Caller(issuer, None).who(token)
        assert issuer.receiver.calls == []
        (tmp_path / "odd.pem").write_text("no certificate")
        for name, said in (("none.pem", "of APREJOIN_OIDC_CA: "), ("odd.pem", "by TLS: .*CERT")):
            with pytest.raises(IssuerAway, match=said):
                Caller(issuer, tmp_path / name).who(token)

        caller = Caller(issuer, files[0])
        for answer, said in (
            (_page(b"<html>log in</html>"), "answers with no JSON"),
            (_page([1]), "answers with no JSON object"),
            (BROKEN, "status 500"),
            (None, "does not answer"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", "does not answer"),
        ):
            issuer.say(answer)
            with pytest.raises(IssuerAway, match=said):
                caller.who(token)
            caller.now_s += AWAY_S
        issuer.publish("old")
        assert caller.who(token).name == "ann"
