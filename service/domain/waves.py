"""A remediation of many controllers: one first, then waves, and none where too many failed.

A wave is made up when the one before has ended, not in advance: a controller on which nothing was
done (its plan expired, it had recovered) proves nothing, so the next in line takes its place. The
canary is the first wave; it is followed by a larger one only after it succeeded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Fate(StrEnum):
    """How far one controller of a campaign is."""

    WAITING = "waiting"
    BEGUN = "begun"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PASSED_OVER = "passed-over"
    """Nothing was changed on it: it says nothing of how the others will fare."""


@dataclass(frozen=True, slots=True)
class Member:
    """One controller of a campaign.

    Attributes:
        wave: 1, 2, 3 ...; 0 while it waits for one.
    """

    controller: str
    fate: Fate = Fate.WAITING
    wave: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many at a time, and when to stop.

    Attributes:
        sizes: controllers of the first wave, of the one after the first success, and so on; the
            last holds for all that follow.
        stop_at: the share of a wave that may fail; more stops the campaign.
        forgiven: the last wave whose failures a person has looked at; what went well up to it
            proves nothing any more.
    """

    sizes: tuple[int, ...]
    stop_at: float
    forgiven: int = 0


@dataclass(frozen=True, slots=True)
class Begin:
    """The next wave."""

    wave: int
    controllers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """A wave is under way."""

    wave: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Too many failed: nothing more begins until a person says so."""

    wave: int
    reason: str


@dataclass(frozen=True, slots=True)
class Over:
    """Nobody waits any more."""


Next: TypeAlias = Begin | Hold | Stop | Over


def next_wave(members: Sequence[Member], limits: Limits) -> Next:
    """What is to be done now. Members wait in the order in which they are given."""
    newest = max((member.wave for member in members), default=0)
    stop = _too_many_failed(members, newest, limits)
    if stop is not None:
        return stop
    if any(member.fate is Fate.BEGUN for member in members):
        return Hold(newest)
    waiting = [member.controller for member in members if member.fate is Fate.WAITING]
    if not waiting:
        return Over()
    return Begin(newest + 1, tuple(waiting[: _size(members, limits)]))


def _too_many_failed(members: Sequence[Member], wave: int, limits: Limits) -> Stop | None:
    """Told as soon as it is certain, while others of the wave are still under way."""
    if wave <= limits.forgiven:
        return None
    tried = [m for m in members if m.wave == wave and m.fate is not Fate.PASSED_OVER]
    failed = [m.controller for m in tried if m.fate is Fate.FAILED]
    if not failed or len(failed) <= limits.stop_at * len(tried):
        return None
    what = "the canary failed" if wave == 1 else f"{len(failed)} of {len(tried)} failed"
    return Stop(
        wave,
        f"wave {wave}: {what} ({', '.join(failed)}); the limit is {limits.stop_at:.0%}",
    )


def _size(members: Sequence[Member], limits: Limits) -> int:
    """Each wave that went well lets the next one be larger; after a stop it begins with one."""
    went_well = {m.wave for m in members if m.fate is Fate.SUCCEEDED}
    proven = [wave for wave in went_well if wave > limits.forgiven]
    return limits.sizes[min(len(proven), len(limits.sizes) - 1)]


def most_careful(many: Sequence[Limits]) -> Limits:
    """The limits of controllers whose policies differ: of each, the smaller one."""
    longest = max(len(one.sizes) for one in many)
    columns = [[one.sizes[min(at, len(one.sizes) - 1)] for one in many] for at in range(longest)]
    return Limits(tuple(min(column) for column in columns), min(one.stop_at for one in many))
