"""Whether a poll says of access points what the last one said, for next to nothing.

A mark is a digest of everything that a poll says of one access point. When its details were asked
for moves with every poll, though for most of a controller's access points at once: those are marked
as like the others, and the moment is kept once (`usual_of`).

Of a thousand access points nearly all say the same again, so what this takes is what a poll takes:
many are put into words in one go, and told apart by a line feed, which JSON never holds bare.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from hashlib import blake2b
from itertools import chain, repeat
from operator import attrgetter

import orjson

from service.domain.observation import ApSighting

DIGEST_BYTES = 16
LIKE_THE_OTHERS, BY_ITSELF = "=", "."
APART = ("mac", "ethernet_mac", "details_at", "counted_back")
"""The key; no plain value; moves with every poll; says how to read others."""
AT_ONCE = 250
"""Access points put into words at once; from 1,000 on they leave the processor's own memory."""
_LINE = b"\n"
_LINE_FEED = orjson.Fragment(_LINE)
_plain = attrgetter(*(one.name for one in fields(ApSighting) if one.name not in APART))
_wire = attrgetter("ethernet_mac")
_details_at = attrgetter("details_at")


def usual_of(aps: Iterable[ApSighting]) -> datetime | None:
    """When most of them were asked for their details; None: by this very poll."""
    counted = Counter(map(_details_at, aps)).most_common(1)
    return counted[0][0] if counted else None


def marks_of(aps: Sequence[ApSighting], usual: datetime | None) -> list[str | None]:
    """A mark for each: the same text for the same words of a poll; None where there can be none."""
    return [
        mark
        for start in range(0, len(aps), AT_ONCE)
        for mark in _marks_of(aps[start : start + AT_ONCE], usual)
    ]


def is_like_the_others(mark: str | None) -> bool:
    """Whether an access point's details are as old as most of its controller's."""
    return mark is not None and mark.startswith(LIKE_THE_OTHERS)


def _marks_of(aps: Sequence[ApSighting], usual: datetime | None) -> list[str | None]:
    try:
        words = _words(aps)
    except TypeError:  # half a character, or a number beyond 64 bits, in one of them
        return [None] if len(aps) == 1 else [_marks_of([ap], usual)[0] for ap in aps]
    said = zip(words, map(_details_at, aps), strict=True)
    return [
        LIKE_THE_OTHERS + blake2b(text, digest_size=DIGEST_BYTES).hexdigest()
        if at == usual
        else BY_ITSELF + blake2b(text + orjson.dumps(at), digest_size=DIGEST_BYTES).hexdigest()
        for text, at in said
    ]


def _words(aps: Sequence[ApSighting]) -> list[bytes]:
    """All that is said of each, but when its details were asked for."""
    wires = [wire and wire.value for wire in map(_wire, aps)]
    said = zip(repeat(_LINE_FEED), map(_plain, aps), wires)
    whole = orjson.dumps([*chain.from_iterable(said), _LINE_FEED])
    return whole.split(_LINE)[1:-1]
