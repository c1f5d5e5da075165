"""Whether a poll says of an access point what the last one said, for next to nothing.

A mark is a digest of everything that a poll says of one access point. When its details were asked
for moves with every poll, though for most of a controller's access points at once: those are marked
as like the others, and the moment is kept once (`usual_of`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter

import orjson

from service.domain.observation import ApSighting

DIGEST_BYTES = 16
LIKE_THE_OTHERS, BY_ITSELF = "=", "."
APART = ("mac", "ethernet_mac", "details_at")
"""The key; no plain value; moves with every poll."""
_plain = attrgetter(*(one.name for one in fields(ApSighting) if one.name not in APART))
_details_at = attrgetter("details_at")


def usual_of(aps: Iterable[ApSighting]) -> datetime | None:
    """When most of them were asked for their details; None: by this very poll."""
    counted = Counter(map(_details_at, aps)).most_common(1)
    return counted[0][0] if counted else None


def mark_of(ap: ApSighting, usual: datetime | None) -> str | None:
    """The same text for the same words of a poll; None where they cannot be marked."""
    ethernet, like = ap.ethernet_mac, ap.details_at == usual
    wire = None if ethernet is None else ethernet.value
    try:
        text = orjson.dumps((_plain(ap), wire, None if like else ap.details_at))
    except TypeError:  # half a character, or a number beyond 64 bits
        return None
    digest = blake2b(text, digest_size=DIGEST_BYTES).hexdigest()
    return LIKE_THE_OTHERS + digest if like else BY_ITSELF + digest


def is_like_the_others(mark: str | None) -> bool:
    """Whether an access point's details are as old as most of its controller's."""
    return mark is not None and mark.startswith(LIKE_THE_OTHERS)
