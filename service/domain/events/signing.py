"""Signatures of calls that bring events: who sent the body, when, and that nobody changed it.

They are made as those of our own deliveries are (`domain/webhooks.py`).
"""

import hmac
from dataclasses import dataclass

from service.domain.webhooks import signature_of

WINDOW_S = 300.0
"""How far the sender's time may be from ours: a call that was overheard is of no use later."""
SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class Signed:
    """What a call says of its sender.

    Attributes:
        key: which key it was signed with; no secret.
        at: the sender's time, whole seconds since 1970, as it was written.
        signature: `v1=` and 64 hexadecimal digits.
    """

    key: str
    at: str
    signature: str


def why_refused(signed: Signed, key: str | None, body: bytes, now_s: float) -> str | None:
    """Why a call is refused; None: it is good.

    Args:
        signed: what the call says.
        key: the key's clear text; None: nobody has one of that name.
        body: as it came.
        now_s: seconds since 1970 by this host.
    """
    if key is None:
        return "no such key"
    if len(key) < SHORTEST_KEY:
        return f"the key has fewer than {SHORTEST_KEY} characters"
    if not (signed.at.isascii() and signed.at.isdecimal() and len(signed.at) < 13):  # noqa: PLR2004 - years
        return "the time is no number of seconds"
    made, given = signature_of(key, int(signed.at), body), signed.signature
    if not hmac.compare_digest(made.encode(), given.encode()):
        return "another signature"
    if abs(float(signed.at) - now_s) > WINDOW_S:
        return f"more than {WINDOW_S:g} s from now"
    return None
