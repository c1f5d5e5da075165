"""Spells: from when to when polls saw an access point in one state, and since when it is away.

All moments are those of polls: what happened between two of them is dated by the later one.
"""

from dataclasses import dataclass
from datetime import datetime

from service.domain.history import ApHistory, is_there

ABSENT = "absent"
"""In no table of the controller; on 17.3 an access point that reboots is in none, so this breaks no
run of spells in which it does not serve."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One state of an access point on one controller.

    Attributes:
        state: an `ApState`, or `ABSENT`.
        away_since: the first poll of this run that did not see it serve; None: it serves.
    """

    state: str
    since: datetime
    away_since: datetime | None


@dataclass(frozen=True, slots=True)
class PastSpell:
    """A spell that is over, or several of one run in which the access point did not serve.

    Attributes:
        spell: the state is that of the newest of them.
        until: the poll that saw another state.
        changes: how many changes of state lie within.
    """

    controller: str
    spell: Spell
    until: datetime
    changes: int = 0


def spell_after(before: Spell | None, history: ApHistory, seen_at: datetime) -> Spell:
    """The spell under way once a poll saw the access point; the one before where it goes on.

    Args:
        before: None: nothing was noted yet; then as far back as the history knows.
        history: with that poll.
        seen_at: the poll.
    """
    state, serves = history.last.state.value, is_there(history.last)
    if before is None:
        known = (history.failing_since, history.downloading_since, seen_at)
        since = seen_at if serves else min(one for one in known if one is not None)
        return Spell(state, since, None if serves else since)
    if (before.state, before.away_since is None) == (state, serves):
        return before
    return Spell(state, seen_at, None if serves else before.away_since or seen_at)


def spell_without(before: Spell | None, missed_at: datetime) -> Spell:
    """The spell under way once a poll did not list the access point any more."""
    if before is None:
        return Spell(ABSENT, missed_at, missed_at)
    return before if before.state == ABSENT else _absent(before, missed_at)


def _absent(before: Spell, missed_at: datetime) -> Spell:
    return Spell(ABSENT, missed_at, before.away_since or missed_at)


def folded(run: list[PastSpell]) -> PastSpell:
    """Spells of one run as one, from the oldest to the newest."""
    first, last = run[0], run[-1]
    spell = Spell(last.spell.state, first.spell.since, last.spell.away_since)
    return PastSpell(
        last.controller, spell, last.until, sum(one.changes for one in run) + len(run) - 1
    )
