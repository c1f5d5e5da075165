"""What an issuer says of itself: where people sign in and out, where codes are redeemed.

Kept for an hour. While the issuer is away what is known counts on; where nothing is, it is asked
again after five seconds, so that nobody waits in line for a time-out.

Source: OpenID Connect Discovery 1.0, sections 3 and 4.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from service.errors import IssuerAway
from service.identity.asking import Asking

DISCOVERY = "/.well-known/openid-configuration"
KEPT_S, AWAY_S = 3600.0, 5.0


def discovered(asking: Asking) -> dict[str, Any]:
    """The issuer's discovery document. Raises IssuerAway."""
    issuer = asking.trust.issuer
    told = asking.document(issuer.rstrip("/") + DISCOVERY)
    if told.get("issuer") != issuer:
        raise asking.away("its discovery document is of another issuer")
    return told


def address_in(asking: Asking, told: Mapping[str, Any], name: str) -> str:
    """An address that the document has to name. Raises IssuerAway."""
    where = told.get(name)
    if not isinstance(where, str):
        raise asking.away(f"its discovery document names no {name}")
    parts = urlsplit(where)
    if parts.scheme != "https" or not parts.hostname:
        raise asking.away(f"its {name} is no https: address")
    return where


@dataclass
class Discovery:
    """The document of one issuer, shared by the threads of one API process.

    `_had_s` is when it was had, `_missed` when it was not, and why; None: never.
    """

    asking: Asking
    now_s: Callable[[], float] = time.monotonic
    _told: Mapping[str, Any] | None = None
    _had_s: float = 0.0
    _missed: tuple[float, IssuerAway] | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def told(self) -> Mapping[str, Any]:
        """The document. Raises IssuerAway: it cannot be had, and none is known."""
        known = self._told
        if known is not None and self.now_s() - self._had_s < KEPT_S:
            return known
        if not self._turn.acquire(blocking=known is None):
            return known or {}  # somebody else asks at this moment
        try:
            return self._asked()
        finally:
            self._turn.release()

    def _asked(self) -> Mapping[str, Any]:
        if self._told is not None and self.now_s() - self._had_s < KEPT_S:
            return self._told  # by whoever was before us in line
        if self._missed is not None and self.now_s() - self._missed[0] < AWAY_S:
            return self._known_or(self._missed[1])
        try:
            self._told, self._had_s, self._missed = discovered(self.asking), self.now_s(), None
        except IssuerAway as err:
            self._missed = (self.now_s(), err)
            return self._known_or(err)
        return self._told

    def _known_or(self, err: IssuerAway) -> Mapping[str, Any]:
        if self._told is None:
            raise IssuerAway(str(err))
        return self._told
