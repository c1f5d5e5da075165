"""Guardians: hosts that bring a controller home where it has no timer of its own to do it.

One that dies is survived by another. So they count by host, not by process: whatever shares a name
or a boot may be one machine (two containers, a host that rebooted meanwhile) and counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SEEN_S = 60.0
"""A guardian that was not heard of for longer counts as lost (DESIGN.md, section 6.4)."""
BEAT_S = 10.0
"""How often one says that it lives: a database that is away for half a minute loses nobody."""


@dataclass(frozen=True, slots=True)
class Guardian:
    """One process that can bring controllers home, as it was last heard of.

    Attributes:
        host, boot_id: which machine, and which boot of it.
        unseen_s: seconds since it was heard of.
        steady_s: for how long it had been heard of by then, never `SEEN_S` without a word.
    """

    host: str
    boot_id: str
    unseen_s: float
    steady_s: float

    def is_with(self, other: "Guardian") -> bool:
        """Whether the two may be on one machine."""
        return self.host == other.host or self.boot_id == other.boot_id


def living(guardians: Iterable[Guardian], *, for_s: float = 0.0) -> tuple[str, ...]:
    """The hosts that guard, by name.

    Args:
        guardians: everybody who was ever heard of.
        for_s: only those that have guarded for that long without a gap.
    """
    alive = [g for g in guardians if g.unseen_s <= SEEN_S and g.steady_s + SEEN_S >= for_s]
    groups: list[list[Guardian]] = []
    for one in alive:
        near = [group for group in groups if any(one.is_with(other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([one, *(other for group in near for other in group)])
    return tuple(sorted(min(g.host for g in group) for group in groups))


def too_few(found: tuple[str, ...], needed: int) -> str | None:
    """Why these hosts are not guard enough, or None."""
    if len(found) >= needed:
        return None
    names = ", ".join(found) or "nobody"
    return f"{needed} hosts have to guard, and {len(found)} do: {names}"
