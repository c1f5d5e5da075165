"""Asking an issuer by HTTPS: bounded in time and bytes, never redirected, its word JSON or nothing.

What goes wrong is IssuerAway, with the address and the reason, and nothing of what was sent.
"""

import json
import ssl
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from service.errors import IssuerAway
from service.identity.trust import CA, Trust

CONNECT_S, READ_S = 5.0, 10.0
READ_BYTES, LARGEST_BYTES = 65_536, 1_000_000
FORM = "application/x-www-form-urlencoded"


class _Nobody(AuthBase):
    """No name and no password, also where a file of this host has some for that address."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


NOBODY = _Nobody()


@dataclass(frozen=True, slots=True)
class Asking:
    """Requests to one issuer."""

    trust: Trust

    def document(self, url: str) -> dict[str, Any]:
        """The JSON object at an address. Raises IssuerAway."""
        status, body = self._page("GET", url)
        if status != requests.codes.ok:
            raise self.away(f"{url} answers with status {status}")
        return self.parsed(url, body)

    def posted(self, url: str, form: str, auth: HTTPBasicAuth | None) -> tuple[int, bytes]:
        """The status and the body that a form is answered with. Raises IssuerAway."""
        return self._page("POST", url, form, auth or NOBODY)

    def parsed(self, url: str, body: bytes) -> dict[str, Any]:
        """What an answer says. Raises IssuerAway."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise self.away(f"{url} answers with no JSON") from None
        if not isinstance(document, dict):
            raise self.away(f"{url} answers with no JSON object")
        return document

    def away(self, why: str) -> IssuerAway:
        """Why it cannot be asked."""
        return IssuerAway(f"the issuer of tokens, {self.trust.issuer}, cannot be asked: {why}")

    def _page(
        self, method: str, url: str, form: str | None = None, auth: AuthBase = NOBODY
    ) -> tuple[int, bytes]:
        body = b""
        try:
            with requests.request(
                method,
                url,
                data=form,
                headers={"Accept": "application/json", **({"Content-Type": FORM} if form else {})},
                auth=auth,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                verify=self.trust.ca or True,
                stream=True,
            ) as reply:
                for part in reply.iter_content(READ_BYTES):
                    body += part
                    if len(body) > LARGEST_BYTES:
                        raise self.away(f"{url} answers with more than {LARGEST_BYTES} bytes")
                return reply.status_code, body
        except (requests.RequestException, OSError) as err:
            raise self.away(f"{url} {_lost(err)}") from None


def _lost(err: Exception) -> str:
    """Why there was no answer; a certificate is told of with what is wrong with it."""
    if not isinstance(err, requests.RequestException):  # nothing was sent: the authorities' file
        return f"cannot be asked with the authorities of {CA}: {str(err)[:200]}"
    inner = _innermost(err)
    if isinstance(inner, ssl.SSLCertVerificationError):
        said = inner.verify_message or "it cannot be verified"
        return f"has a certificate that is not trusted: {said} ({CA} names its authorities)"
    if isinstance(err, requests.exceptions.SSLError):
        return f"cannot be asked by TLS: {str(inner)[:200]}"
    return f"does not answer ({type(err).__name__})"


def _innermost(err: BaseException) -> BaseException:
    inner = err.__cause__ or err.__context__
    return err if inner is None else _innermost(inner)
