"""What becomes of the fleet when its inventory is another one: who comes, goes and is changed.

Whether that may be is judged by these values alone, whatever was asked for: a set of credentials, a
tag's policy or an anchor that several entries share changes controllers that nobody named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from service.domain.inventory import Controller, Inventory
from service.domain.scope import Scope

REACH = ("platform", "host", "credentials", "transport", "netconf", "restconf", "ssh", "snmp")
"""What a controller is reached and logged in by."""
Pair: TypeAlias = tuple[Controller | None, Controller | None]


@dataclass(frozen=True, slots=True)
class FleetChange:
    """One inventory and the one after it."""

    before: Inventory
    after: Inventory

    @property
    def added(self) -> tuple[str, ...]:
        """Controllers that were not there."""
        return tuple(name for name in self.after.names if self.before.get(name) is None)

    @property
    def removed(self) -> tuple[str, ...]:
        """Controllers that are not there any more."""
        return tuple(name for name in self.before.names if self.after.get(name) is None)

    @property
    def changed(self) -> tuple[str, ...]:
        """Controllers of which something is different, in whatever part of the file that stands."""
        return tuple(
            old.name for old, new in self._pairs() if old is not None and new not in (None, old)
        )

    @property
    def moved(self) -> tuple[str, ...]:
        """Controllers that are gone, or are reached or logged in to differently."""
        return tuple(old.name for old, new in self._pairs() if old is not None and _moves(old, new))

    def strange_to(self, scope: Scope) -> tuple[str, ...]:
        """Controllers that are touched and not in a scope, as they were or as they would be."""
        touched = ((old, new) for old, new in self._pairs() if old != new)
        both = (one for pair in touched for one in pair if one is not None)
        return tuple(dict.fromkeys(one.name for one in both if not scope.covers(one)))

    def _pairs(self) -> Iterator[Pair]:
        new = {one.name: one for one in self.after.controllers}
        for old in self.before.controllers:
            yield old, new.pop(old.name, None)
        for one in new.values():
            yield None, one


def _moves(old: Controller, new: Controller | None) -> bool:
    return new is None or any(getattr(old, key) != getattr(new, key) for key in REACH)
