"""Signing in at the page: the authorization code flow with PKCE, with a client secret or without.

The issuer's own addresses are discovered; ours are made of the configured public address, never of
what a request says. Requests and answers are oauthlib's; every answer is verified where bearer
tokens are. Nothing that opens anything is in an error.

Source: OpenID Connect Core 1.0, 3.1; RFC 6749, 4.1; RFC 7636; RFC 9207; OpenID Connect RP-Initiated
Logout 1.0, 2 (without `id_token_hint`: that would put a token into an address).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from requests.auth import HTTPBasicAuth

from service.errors import InvalidInput, IssuerAway, TokenRefused
from service.identity.discovery import Discovery, address_in
from service.identity.oidc import PROVES_NOTHING, OidcIdentities
from service.ports.identities import Identity
from service.ports.secrets import Secrets
from service.ports.sign_in import Attempt

CALLBACK, SIGN_IN = "/sign-in/callback", "/sign-in"
S256 = "S256"
BASIC, POST = "client_secret_basic", "client_secret_post"
LONGEST_CODE = 4096
LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are at the issuer.

    Attributes:
        id: our client id.
        scope: what we ask it to tell.
        home: the public address of the page, without a slash at its end.
        secret: a reference to the client secret; None: a public client, which PKCE protects alone.
    """

    id: str
    scope: str
    home: str
    secret: str | None = None

    @property
    def redirect(self) -> str:
        """Where the issuer sends browsers back to, to the letter."""
        return self.home + CALLBACK


@dataclass(frozen=True, slots=True)
class CodeFlow:
    """The sign-in port over one issuer."""

    client: Client
    label: str
    identities: OidcIdentities
    discovery: Discovery
    secrets: Secrets

    def leads_to(self, attempt: Attempt) -> str:
        """Where to send the browser; see the port."""
        told = self.discovery.told()
        asked = WebApplicationClient(self.client.id)
        where: str = asked.prepare_request_uri(
            address_in(self.discovery.asking, told, "authorization_endpoint"),
            redirect_uri=self.client.redirect,
            scope=self.client.scope,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=asked.create_code_challenge(attempt.verifier, S256),
            code_challenge_method=S256,
        )
        return where

    def redeem(self, attempt: Attempt, code: str, *, issuer: str | None) -> Identity:
        """Whom a code stands for; see the port."""
        told = self.discovery.told()
        needs_issuer = told.get("authorization_response_iss_parameter_supported") is True
        if issuer != told.get("issuer") and (needs_issuer or issuer is not None):
            raise TokenRefused("the answer is not of the issuer that was asked")
        if not 0 < len(code) <= LONGEST_CODE:
            raise TokenRefused("the issuer's answer brings no code")
        url = address_in(self.discovery.asking, told, "token_endpoint")
        auth, more = self._credentials(told)
        form: str = WebApplicationClient(self.client.id).prepare_request_body(
            code=code,
            redirect_uri=self.client.redirect,
            code_verifier=attempt.verifier,
            include_client_id=auth is None,
            **more,
        )
        status, body = self.discovery.asking.posted(url, form, auth)
        clear = self._id_token(url, status, body)
        return self.identities.signed_in(clear, client=self.client.id, nonce=attempt.nonce)

    def leaves_by(self) -> str | None:
        """Where to sign out of the issuer; see the port."""
        told = self.discovery.told()
        if told.get("end_session_endpoint") is None:
            return None
        where = address_in(self.discovery.asking, told, "end_session_endpoint")
        home = {"client_id": self.client.id, "post_logout_redirect_uri": self.client.home + SIGN_IN}
        return f"{where}{'&' if '?' in where else '?'}{urlencode(home)}"

    def _credentials(self, told: Mapping[str, Any]) -> tuple[HTTPBasicAuth | None, dict[str, str]]:
        """How we prove who we are: by header or by fields; without a secret by neither."""
        if self.client.secret is None:
            return None, {}
        try:
            secret = self.secrets.resolve(self.client.secret)
        except InvalidInput as err:
            raise IssuerAway(f"the client secret cannot be had: {err}") from None
        ways = told.get("token_endpoint_auth_methods_supported", [BASIC])
        if isinstance(ways, list) and BASIC not in ways and POST in ways:
            return None, {"client_secret": secret}
        return HTTPBasicAuth(quote(self.client.id, safe=""), quote(secret, safe="")), {}

    def _id_token(self, url: str, status: int, body: bytes) -> str:
        """The ID token of an answer. Raises TokenRefused, IssuerAway."""
        asking = self.discovery.asking
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise asking.away(f"{url} answers with status {status}")
        asking.parsed(url, body)
        try:
            told = WebApplicationClient(self.client.id).parse_request_body_response(body.decode())
        except OAuth2Error as err:
            raise TokenRefused(f"the issuer does not take the code: {word(err.error)}") from None
        except (ValueError, TypeError):
            raise asking.away(f"{url} answers with what is no token") from None
        clear = told.get("id_token")
        if status != HTTPStatus.OK or not isinstance(clear, str):
            raise TokenRefused(f"{PROVES_NOTHING}: it has no ID token")
        return clear


def word(text: object) -> str:
    """An error's name as the issuer gives it, if it looks like one."""
    told = str(text)
    is_word = len(told) <= LONGEST_WORD and told.isascii() and told.replace("_", "").isalnum()
    return told if is_word else "an error without a name"
