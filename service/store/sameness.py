"""Whether a poll says of access points what the last one said, for next to nothing.

A mark is a digest of everything that a poll says of one access point. When its details were asked
for moves with every poll, though for most of a controller's access points at once: those are marked
as like the others, and the moment is kept once (`usual_of`). The mark of one that plainly serves
ends with a digest of its pulse alone, so that a poll that asks for no more can tell as much.

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

from service.domain.diagnosis.case import plainly_serves
from service.domain.observation import ApPulse, ApSighting

DIGEST_BYTES = 16
LIKE_THE_OTHERS, BY_ITSELF = "=", "."
PULSE = ("state", "raw_state", "boot_time", "join_time", "is_joined")
PULSE_DIGITS = 14
"""With the digest and what it begins with: 47 of the 48 characters that a mark may have."""
APART = (*PULSE, "mac", "ethernet_mac", "details_at", "counted_back")
"""Before the rest; the key; no plain value; moves with every poll; says how to read others."""
AT_ONCE = 250
"""Access points put into words at once; from 1,000 on they leave the processor's own memory."""
_LINE = b"\n"
_LINE_FEED = orjson.Fragment(_LINE)
_plain = attrgetter(*(one.name for one in fields(ApSighting) if one.name not in APART))
_pulse = attrgetter(*PULSE)
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


def pulse_ends(pulses: Sequence[ApPulse]) -> list[str]:
    """How the mark of each ends, if it plainly serves as its pulse tells; empty: nobody's does.

    Raises:
        TypeError: one of them says what cannot be put into words.
    """
    said = zip(repeat(_LINE_FEED), map(_pulse, pulses))
    whole = orjson.dumps([*chain.from_iterable(said), _LINE_FEED])
    return [_digest(text).hexdigest()[:PULSE_DIGITS] for text in whole.split(_LINE)[1:-1]]


def ends_so(mark: str | None, end: str) -> bool:
    """Whether it is the mark of one like the others that plainly serves, with such a pulse."""
    if mark is None or not mark.startswith(LIKE_THE_OTHERS):
        return False
    return mark[1 + 2 * DIGEST_BYTES :] == end


def _marks_of(aps: Sequence[ApSighting], usual: datetime | None) -> list[str | None]:
    try:
        words = _words(aps)
    except TypeError:  # half a character, or a number beyond 64 bits, in one of them
        return [None] if len(aps) == 1 else [_marks_of([ap], usual)[0] for ap in aps]
    return [
        _mark(ap, pulse, rest, usual)
        for ap, pulse, rest in zip(aps, words[::2], words[1::2], strict=True)
    ]


def _mark(ap: ApSighting, pulse: bytes, rest: bytes, usual: datetime | None) -> str:
    digest = _digest(pulse)
    if ap.details_at != usual:
        digest.update(rest + orjson.dumps(ap.details_at))
        return BY_ITSELF + digest.hexdigest()
    end = digest.hexdigest()[:PULSE_DIGITS] if plainly_serves(ap) and not ap.counted_back else ""
    digest.update(rest)
    return LIKE_THE_OTHERS + digest.hexdigest() + end


def _digest(text: bytes) -> blake2b:
    return blake2b(text, digest_size=DIGEST_BYTES)


def _words(aps: Sequence[ApSighting]) -> list[bytes]:
    """What the pulse would say of each, and the rest, but when its details were asked for."""
    wires = [wire and wire.value for wire in map(_wire, aps)]
    feeds = [_LINE_FEED] * len(aps)
    said = zip(feeds, map(_pulse, aps), feeds, map(_plain, aps), wires, strict=True)
    whole = orjson.dumps([*chain.from_iterable(said), _LINE_FEED])
    return whole.split(_LINE)[1:-1]
