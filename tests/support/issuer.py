"""An OpenID Connect issuer that speaks HTTPS on loopback, and says no where a real one does.

It shares no code with what it judges: the challenge, the credentials and the redirect are checked
here by the specifications' words (RFC 6749, RFC 7636, OpenID Connect Core 1.0).
"""

import base64
import hashlib
import json
import secrets
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import ec

from service.config.clock import SystemClock

KEY, STRANGE = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
CLIENT = "the page"
"""A space: what goes into a header has to be quoted first."""


class No(Exception):
    """What it refuses, by the error's name."""


@dataclass
class Grant:
    """What a code stands for."""

    challenge: str
    nonce: str
    redirect: str
    used: bool = False


@dataclass
class Issuer:
    """One issuer.

    Attributes:
        secret: of its only client; None: a public one.
        methods: how a secret may come.
        redirect, home: the only addresses that it sends browsers back to.
        claims: what the next ID tokens say otherwise; None: not at all.
        key, kid, algorithm: what they are signed with.
        tells: what discovery says otherwise; None: not at all.
        ends: sign-outs.
        given: every ID token and code that it gave away.
    """

    url: str = ""
    ca: Path | None = None
    secret: str | None = None
    methods: list[str] = field(default_factory=lambda: ["client_secret_basic"])
    redirect: str = ""
    home: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    kid: str = "one"
    algorithm: str = "ES256"
    tells: dict[str, Any] = field(default_factory=dict)
    keeps_id_token: bool = False
    ends: int = 0
    grants: dict[str, Grant] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    # -- pages -------------------------------------------------------------------------------------

    def discovery(self) -> dict[str, Any]:
        usual = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/logout",
            "token_endpoint_auth_methods_supported": self.methods,
            "authorization_response_iss_parameter_supported": True,
        }
        return {name: value for name, value in (usual | self.tells).items() if value is not None}

    def keys(self) -> dict[str, Any]:
        public = jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": "one", "use": "sig"}]}

    def authorize(self, query: dict[str, str]) -> str:
        """A page with a link to go in by."""
        self._check_request(query)
        link = f"{self.url}/enter?{urlencode(query)}"
        return f'<title>Issuer</title><h1>Issuer</h1><a href="{escape(link)}">Go in as ann</a>'

    def enter(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        self._check_request(query)
        code = secrets.token_urlsafe(24)
        self.given.append(code)
        self.grants[code] = Grant(query["code_challenge"], query["nonce"], query["redirect_uri"])
        back = {"code": code, "state": query["state"], "iss": self.url}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str | None) -> dict[str, Any]:
        """What a code is redeemed for."""
        self._check_client(form, authorization)
        if form.get("grant_type") != "authorization_code":
            raise No("unsupported_grant_type")
        grant = self.grants.get(form.get("code", ""))
        if grant is None or grant.used:
            raise No("invalid_grant")
        grant.used = True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if proof != grant.challenge or form.get("redirect_uri") != grant.redirect:
            raise No("invalid_grant")
        told = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 60}
        return told if self.keeps_id_token else told | {"id_token": self.id_token(grant.nonce)}

    def id_token(self, nonce: str) -> str:
        now = int(SystemClock().now().wall.timestamp())
        usual = {"iss": self.url, "aud": CLIENT, "sub": "ann", "nonce": nonce}
        usual |= {"iat": now, "exp": now + 60, "groups": ["ops"]}
        found = {name: value for name, value in (usual | self.claims).items() if value is not None}
        key = None if self.algorithm == "none" else self.key
        made = jwt.encode(found, key, self.algorithm, headers={"kid": self.kid})
        self.given.append(made)
        return made

    def logout(self, query: dict[str, str]) -> str:
        """Where the browser is sent after signing out."""
        if query != {"client_id": CLIENT, "post_logout_redirect_uri": self.home}:
            raise No("invalid_request")
        self.ends += 1
        return self.home

    # -- what it checks ----------------------------------------------------------------------------

    def _check_request(self, query: dict[str, str]) -> None:
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self.redirect,
            "code_challenge_method": "S256",
        }
        if any(query.get(name) != value for name, value in wanted.items()):
            raise No("invalid_request")
        if len(query.get("code_challenge", "")) != 43 or "openid" not in query["scope"].split():
            raise No("invalid_request")
        if not (query.get("state") and query.get("nonce")):
            raise No("invalid_request")

    def _check_client(self, form: dict[str, str], authorization: str | None) -> None:
        if self.secret is None:
            given: tuple[str | None, ...] = (form.get("client_id"), form.get("client_secret"))
            wanted: tuple[str | None, ...] = (CLIENT, None)
        elif "client_secret_basic" in self.methods:
            kind, _, told = (authorization or "").partition(" ")
            pair = base64.b64decode(told).decode().split(":") if kind == "Basic" else ("",)
            given, wanted = tuple(map(unquote, pair)), (CLIENT, self.secret)
        else:
            given = (form.get("client_id"), form.get("client_secret"))
            wanted = (CLIENT, self.secret)
        if given != wanted or (authorization is not None and self.secret is None):
            raise No("invalid_client")

    # -- for tests ---------------------------------------------------------------------------------

    def goes_in(self, where: str) -> str:
        """Go where a browser is sent, and in; where it is sent back to, as path and query."""
        page = requests.get(where, verify=self.ca, allow_redirects=False, timeout=60)
        assert page.status_code == 200, page.text
        where = where.replace(f"{self.url}/authorize", f"{self.url}/enter")
        entered = requests.get(where, verify=self.ca, allow_redirects=False, timeout=60)
        back = urlsplit(entered.headers["location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == self.redirect
        return f"{back.path}?{back.query}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    timeout = 60
    issuer: Issuer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        name, query = parts.path.rpartition("/")[2], _flat(parts.query)
        self._guarded(lambda: self._get(name, query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self._guarded(lambda: self._post(_flat(body)))

    def _get(self, name: str, query: dict[str, str]) -> None:
        issuer = self.issuer
        match name:
            case "openid-configuration":
                self._say(200, json.dumps(issuer.discovery()))
            case "keys":
                self._say(200, json.dumps(issuer.keys()))
            case "authorize":
                self._say(200, issuer.authorize(query), kind="text/html")
            case "enter":
                self._say(303, "", location=issuer.enter(query))
            case "logout":
                self._say(303, "", location=issuer.logout(query))
            case "favicon.ico":
                self._say(204, "")
            case _:
                self._say(404, "")

    def _post(self, form: dict[str, str]) -> None:
        told = self.issuer.token(form, self.headers.get("authorization"))
        self._say(200, json.dumps(told))

    def _guarded(self, act: Any) -> None:
        try:
            act()
        except No as err:
            self.issuer.refused.append(str(err))
            status = 401 if str(err) == "invalid_client" else 400
            self._say(status, json.dumps({"error": str(err), "error_description": "no"}))

    def _say(
        self, status: int, text: str, *, kind: str = "application/json", location: str = ""
    ) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser hangs up on a certificate that nobody vouches for, and comes again."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def _flat(text: str) -> dict[str, str]:
    found = parse_qs(text, keep_blank_values=True, strict_parsing=bool(text))
    if any(len(values) != 1 for values in found.values()):
        raise No("invalid_request")
    return {name: values[0] for name, values in found.items()}


@contextmanager
def issuing(files: tuple[Path, Path]) -> Iterator[Issuer]:
    """An issuer on a free port of loopback, with a certificate and its key."""
    issuer = Issuer(ca=files[0])
    handler = type("Handler", (_Handler,), {"issuer": issuer})
    server = _Server(("127.0.0.1", 0), handler)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*files)
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    issuer.url = f"https://127.0.0.1:{server.server_port}/realms/net"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
