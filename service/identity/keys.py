"""The public keys of an issuer: found by discovery and kept for an hour.

They are asked for again when an unknown one is used, at most once a minute: whoever makes up names
of keys must not make us call the issuer. While it is away known keys count on, and it is asked once
a minute, so that a key that it revoked meanwhile ends with its first answer. Whoever has a known
key never waits for somebody else's question.

Source: OpenID Connect Discovery 1.0, sections 3 and 4; RFC 7517 (JSON Web Key).
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from service.errors import IssuerAway
from service.identity.trust import CA, Trust

CONNECT_S, READ_S = 5.0, 10.0
KEPT_S, NOT_AGAIN_S = 3600.0, 60.0
AWAY_S = 5.0
"""For so long an issuer that could not be asked is away: callers are told at once, not one by one
after a time-out each, for anybody can send what looks like its token."""
READ_BYTES, LARGEST_BYTES = 65_536, 1_000_000
DISCOVERY = "/.well-known/openid-configuration"
_PUBLIC = ("RSA", "EC", "OKP")
"""Kinds of keys that only the issuer can sign with; with a shared secret, whoever has it could."""


@dataclass
class IssuerKeys:
    """Shared by the threads of one API process.

    `_asked_s` is when it was last asked, `_had_s` when it last answered; None: never.
    """

    trust: Trust
    now_s: Callable[[], float] = time.monotonic
    _keys: Mapping[str, jwt.PyJWK] = field(default_factory=dict)
    _asked_s: float | None = None
    _had_s: float | None = None
    _missed: tuple[float, str] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of that name; None: the issuer has none.

        Raises:
            IssuerAway: its keys cannot be had, and none are known.
        """
        known = self._keys.get(kid)
        if known is not None and not self._is_due(kid):
            return known
        if not self._turn.acquire(blocking=known is None):
            return known  # somebody else asks at this moment
        try:
            if self._is_due(kid):
                self._ask()
            return self._keys.get(kid)
        finally:
            self._turn.release()

    def _is_due(self, kid: str) -> bool:
        if self._asked_s is None or self._had_s is None:
            return True
        now_s = self.now_s()
        is_wanted = kid not in self._keys or now_s - self._had_s > KEPT_S
        return is_wanted and now_s - self._asked_s > NOT_AGAIN_S

    def _ask(self) -> None:
        """Have them anew; those that are known count on where the issuer is away."""
        if self._missed is not None and self.now_s() - self._missed[0] < AWAY_S:
            raise IssuerAway(self._missed[1])
        try:
            self._keys = self._read()
            self._had_s = self.now_s()
        except IssuerAway as err:
            if not self._keys:
                self._missed = (self.now_s(), str(err))
                raise
        self._asked_s = self.now_s()

    def _read(self) -> dict[str, jwt.PyJWK]:
        told = self._json(self.trust.issuer.rstrip("/") + DISCOVERY)
        where = told.get("jwks_uri")
        if told.get("issuer") != self.trust.issuer or not isinstance(where, str):
            raise self._away("its discovery document is of another issuer, or names no jwks_uri")
        if urlsplit(where).scheme != "https":
            raise self._away("its jwks_uri is no https: address")
        listed = self._json(where).get("keys")
        if not isinstance(listed, list):
            raise self._away("its jwks_uri holds no keys")
        return {one["kid"]: key for one in listed if (key := _public(one)) is not None}

    def _json(self, url: str) -> dict[str, Any]:
        status, body = self._page(url)
        if status != requests.codes.ok:
            raise self._away(f"{url} answers with status {status}")
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise self._away(f"{url} answers with no JSON") from None
        if not isinstance(document, dict):
            raise self._away(f"{url} answers with no JSON object")
        return document

    def _page(self, url: str) -> tuple[int, bytes]:
        body = b""
        try:
            with requests.get(
                url,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                verify=self.trust.ca or True,
                stream=True,
            ) as reply:
                for part in reply.iter_content(READ_BYTES):
                    body += part
                    if len(body) > LARGEST_BYTES:
                        raise self._away(f"{url} answers with more than {LARGEST_BYTES} bytes")
                return reply.status_code, body
        except (requests.RequestException, OSError) as err:
            raise self._away(f"{url} {_lost(err)}") from None

    def _away(self, why: str) -> IssuerAway:
        return IssuerAway(f"the issuer of tokens, {self.trust.issuer}, cannot be asked: {why}")


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


def _public(entry: object) -> jwt.PyJWK | None:
    """A key to verify signatures with; None: it is for something else, or of a kind unknown."""
    if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
        return None
    if entry.get("kty") not in _PUBLIC or entry.get("use", "sig") != "sig":
        return None
    try:
        return jwt.PyJWK.from_dict(entry)
    except jwt.PyJWTError:
        return None
