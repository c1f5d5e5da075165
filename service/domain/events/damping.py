"""When to look at a controller that events come from: at once, and once more when they end.

The first event after a calm is answered at once. What comes after it within a storm is answered by
one look after the storm has ended, or when it has gone on for long; a new kind of event is answered
at once, too. So any number of events costs a few looks, and none of them is never looked after.
"""

from dataclasses import dataclass

QUIET_S = 30.0
"""A storm has ended when nothing came for so long."""
APART_S = 60.0
"""Two looks that are made at once lie at least so far apart."""
NEW_APART_S = 10.0
"""Less where something of a kind is heard that this storm did not have: kinds are few."""
LONGEST_S = 900.0
"""A storm that does not end is looked after again after that: loops are counted over looks."""


@dataclass(frozen=True, slots=True)
class Storm:
    """What is known of a controller's events so far.

    Attributes:
        senses: what has been heard since the calm.
        heard_ago_s: how long ago the last event came; infinity: from another boot, that is long.
        looked_ago_s: how long ago the newest look was asked for that is not still to come.
        is_tail_set: whether a look is asked for that is still to come.
    """

    senses: frozenset[str]
    heard_ago_s: float
    looked_ago_s: float
    is_tail_set: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What to do about some events.

    Attributes:
        at_once: look now.
        tail_in_s: have the look that is to come come then; None: none is to come.
        senses: what counts as heard from now on.
    """

    at_once: bool
    tail_in_s: float | None
    senses: frozenset[str]


def damp(storm: Storm | None, senses: frozenset[str]) -> Answer:
    """Answer some events of one controller that came together."""
    if storm is None:
        return Answer(at_once=True, tail_in_s=None, senses=senses)
    is_calm = storm.heard_ago_s >= QUIET_S and not storm.is_tail_set
    known = frozenset[str]() if is_calm else storm.senses
    is_new = not is_calm and not senses <= known
    if (is_calm or is_new) and storm.looked_ago_s >= (NEW_APART_S if is_new else APART_S):
        tail_in_s = QUIET_S if storm.is_tail_set else None
        return Answer(at_once=True, tail_in_s=tail_in_s, senses=known | senses)
    tail_in_s = max(0.0, min(QUIET_S, LONGEST_S - storm.looked_ago_s))
    return Answer(at_once=False, tail_in_s=tail_in_s, senses=known | senses)
