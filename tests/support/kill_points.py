"""At which of the points of a process's life a test kills it: all that can be told apart.

Between two effects a process only looks and waits: whoever comes after it finds what the first one
left, a little later. So a kill is tried after every effect, where a change is on its way, at the
first point of each name, and at an even sample of all others. With `APREJOIN_EVERY_POINT=1` every
point is tried; the numbers of rounds that are cut short for time are whole then, too.
"""

import os
from collections.abc import Mapping, Sequence

EVERY_POINT = os.environ.get("APREJOIN_EVERY_POINT") == "1"
SAMPLE = 11
"""Of the points that only look or wait, or are about to write, every so many are tried."""
Points = Mapping[int, str]
"""Number -> name, in order."""


def effects(names: Sequence[str]) -> Points:
    """The points after which something is other than before, and a sample."""
    worth = {number for number, name in enumerate(names) if name.startswith("after ")}
    return _those(names, worth | _firsts(names), every=SAMPLE)


def sends(names: Sequence[str]) -> Points:
    """The points where a change is on its way: its intent was just written."""
    return _those(names, _sends(names), every=len(names))


def effects_and_sends(names: Sequence[str]) -> Points:
    """Both: for a process whose last request arrives after it died."""
    return dict(sorted({**effects(names), **sends(names)}.items()))


def firsts(names: Sequence[str], *, every: int) -> Points:
    """Each name's first point, and an even sample."""
    return _those(names, _firsts(names), every=every)


def ends(names: Sequence[str], *, every: int) -> Points:
    """Each name's first and last point, and an even sample."""
    lasts = {len(names) - 1 - names[::-1].index(name) for name in names}
    return _those(names, _firsts(names) | lasts, every=every)


def _firsts(names: Sequence[str]) -> set[int]:
    return {names.index(name) for name in names}


def _sends(names: Sequence[str]) -> set[int]:
    found = {number + 1 for number, name in enumerate(names) if name == "after intended"}
    assert all(names[number].startswith("before ") for number in found)
    return found


def _those(names: Sequence[str], worth: set[int], *, every: int) -> Points:
    step = 1 if EVERY_POINT else every
    return {number: names[number] for number in sorted(worth | set(range(0, len(names), step)))}
