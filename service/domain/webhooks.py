"""Webhooks: which events there are, who wants which, how a delivery is signed, when it is retried.

The signature is HMAC-SHA256 (RFC 2104) over the timestamp, a dot and the very bytes of the body, as
many receivers know it; a receiver refuses old timestamps, so that a captured delivery is worth
nothing later.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 3600.0
GIVE_UP_S = 86_400.0
"""After that much waiting a delivery is dead; only the waits count, not the clock."""
SCHEME = "v1"
SIGNATURE, TIMESTAMP, KEY_ID = "Aprejoin-Signature", "Aprejoin-Timestamp", "Aprejoin-Key-Id"
DELIVERY, EVENT = "Aprejoin-Delivery", "Aprejoin-Event"
USER_AGENT = "aprejoin"
REACH, WINDOW = "reach", "window"
"""Parts of an event's data: an outage, and a window of false time."""


class EventKind(StrEnum):
    """What a webhook may want to hear of."""

    FINDING_OPENED = "finding.opened"
    FINDING_CHANGED = "finding.changed"
    FINDING_GONE = "finding.gone"
    PLAN_READY = "plan.ready"
    REMEDIATION_QUEUED = "remediation.queued"
    REMEDIATION_STEP = "remediation.step"
    REMEDIATION_ENDED = "remediation.ended"
    NEEDS_ATTENTION = "needs-attention"
    CONTROLLER_UNREACHABLE = "controller.unreachable"
    CONTROLLER_REACHABLE = "controller.reachable"
    WINDOW_OPENED = "window.opened"
    WINDOW_OVERDUE = "window.overdue"
    WINDOW_ENDING = "window.ending"
    WINDOW_CLOSED = "window.closed"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event.

    Attributes:
        id: the same event has the same id, whoever notices it and however often.
        subject: what it is about, as `remediation/ID`; those of one subject are told in order.
        data: a plain document.
    """

    id: str
    kind: EventKind
    at: datetime
    controller: str
    subject: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Interest:
    """What a webhook wants to hear of.

    Attributes:
        kinds: empty: every kind.
        sites, tags: a controller has to be of one of the sites, and to have one of the tags; empty:
            any. One that the inventory no longer has is of no site and has no tag.
    """

    kinds: tuple[EventKind, ...] = ()
    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def wants(self, kind: EventKind, *, site: str | None, tags: tuple[str, ...]) -> bool:
        """Whether to tell it."""
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.sites or site in self.sites)
            and (not self.tags or not set(self.tags).isdisjoint(tags))
        )


def body_of(happening: Happening, delivery: str) -> str:
    """What is sent, once and for all: a second try sends the same bytes."""
    document = {
        "event": happening.id,
        "delivery": delivery,
        "type": happening.kind.value,
        "at": happening.at.isoformat(),
        "controller": happening.controller,
        "subject": happening.subject,
        "data": happening.data,
    }
    return json.dumps(document, default=str, separators=(",", ":"), sort_keys=True)


def signature_of(secret: str, timestamp: int, body: bytes) -> str:
    """The signature of a delivery, with its scheme's name before it.

    Args:
        secret: as it was shown, prefix and all, in UTF-8.
        timestamp: seconds since 1970, as the header says it.
        body: what is sent.
    """
    signed = str(timestamp).encode() + b"." + body
    return f"{SCHEME}=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def signed_headers(secret: str, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove who sent a body, and when; `key` says which secret, and is none."""
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        TIMESTAMP: str(timestamp),
        KEY_ID: key,
        SIGNATURE: signature_of(secret, timestamp, body),
    }


def key_id_of(secret: str) -> str:
    """Which secret a signature was made with; tells nothing about it."""
    return hashlib.sha256(b"aprejoin webhook key " + secret.encode()).hexdigest()[:16]


def wait_s(
    tries: int, waited_s: float, chance: float, asked_s: float | None = None
) -> float | None:
    """How long to wait after so many failed tries; None: it has waited long enough, give up.

    Args:
        tries: how often it was sent, at least 1.
        waited_s: what was waited before.
        chance: in [0, 1): spreads receivers that failed together.
        asked_s: what the receiver asked for by Retry-After; counts up to an hour.
    """
    doubled = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(tries - 1, 20))
    wait = doubled * (0.5 + 0.5 * chance)
    if asked_s is not None:
        wait = max(wait, min(asked_s, LONGEST_WAIT_S))
    return None if waited_s + wait > GIVE_UP_S else wait
