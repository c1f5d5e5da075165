"""The public keys of an issuer: found by discovery and kept for an hour.

They are asked for again when an unknown one is used, at most once a minute: whoever makes up names
of keys must not make us call the issuer. While it is away known keys count on, and it is asked once
a minute, so that a key that it revoked meanwhile ends with its first answer. Whoever has a known
key never waits for somebody else's question.

Source: OpenID Connect Discovery 1.0, sections 3 and 4; RFC 7517 (JSON Web Key).
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import jwt

from service.errors import IssuerAway
from service.identity.asking import Asking
from service.identity.discovery import address_in, discovered
from service.identity.trust import Trust

KEPT_S, NOT_AGAIN_S = 3600.0, 60.0
AWAY_S = 5.0
"""For so long an issuer that could not be asked is away: callers are told at once, not one by one
after a time-out each, for anybody can send what looks like its token."""
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
        asking = Asking(self.trust)
        where = address_in(asking, discovered(asking), "jwks_uri")
        listed = asking.document(where).get("keys")
        if not isinstance(listed, list):
            raise asking.away("its jwks_uri holds no keys")
        return {one["kid"]: key for one in listed if (key := _public(one)) is not None}


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
