"""The air between controllers that share access points: which of them an AP goes to next.

An AP tries its primary, secondary and tertiary controller, then the one that it finds by itself
(DHCP option 43, DNS: the controller of its fleet entry). One that turned it down is passed over
until it is told otherwise, or nobody else is left. A joined AP goes back to the best one after a
while, if its fallback is on. Source: the 9800 configuration guide, "AP fallback"; that an AP which
only loops in a download takes an order like any other is unverified.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from service.lab.aps.state import ApState, Counters, Ground, Phase
from service.lab.specs import Roaming

PLACES = ("primary", "secondary", "tertiary")
NONE = ("", "")


class OpenGround(Ground, Protocol):
    """The access points of a controller in reach of others."""

    air: "Air | None"


@dataclass(frozen=True, slots=True)
class Member:
    """One controller that APs can go to."""

    aps: OpenGround
    name: Callable[[], str]
    roaming: Roaming

    def is_meant(self, home: tuple[str, str]) -> bool:
        """Is it the controller that an AP was told of, by name and address?"""
        name, address = home
        by_name = not name or name == self.name()
        return home != NONE and by_name and address in {"", self.roaming.ap_address}


class Air:
    """Controllers among which access points move."""

    def __init__(self) -> None:
        self.members: list[Member] = []

    def add(self, member: Member) -> None:
        """A controller comes into reach of the others."""
        self.members.append(member)
        member.aps.air = self

    def advance(self, now: float) -> None:
        """Let time pass for every AP, wherever it goes meanwhile."""
        while True:
            for member in self.members:
                member.aps.advance_alone(now)
            if not any(member.aps.is_due(now) for member in self.members):
                return

    def choice(self, state: ApState, here: Ground) -> Ground:
        """The controller that an AP joins next."""
        told = [self._meant(state.homes.get(place, NONE)) for place in PLACES]
        order = [aps for aps in (*told, state.origin or here) if aps is not None]
        able = [aps for aps in order if id(aps) not in state.turned_down]
        if not able:
            state.turned_down.clear()
        return (able or order)[0]

    def _meant(self, home: tuple[str, str]) -> Ground | None:
        return next((one.aps for one in self.members if one.is_meant(home)), None)

    def roaming_of(self, here: Ground) -> Roaming:
        """What one controller does with guests."""
        return next(one.roaming for one in self.members if one.aps is here)


def hand_over(state: ApState, here: Ground, there: Ground) -> None:
    """An AP goes from one controller to another; each keeps statistics of its own."""
    left_behind = replace(state, phase=Phase.ELSEWHERE, until=None, fetched_at=None)
    before = there.states.get(state.spec.mac)
    here.states[state.spec.mac] = left_behind
    state.counters = Counters() if before is None else before.counters
    state.refusal = None
    there.states[state.spec.mac] = state
    here.moved()
    there.moved()


def astray(aps: OpenGround) -> list[str]:
    """What differs of the APs whose own controller this is: where they are, what they are told."""
    found = []
    for member in aps.air.members if aps.air else ():
        for state in member.aps.states.values():
            if state.origin is not aps or state.phase is Phase.ELSEWHERE:
                continue
            name, began = state.spec.name, state.spec.options.get("homes", {})
            if member.aps is not aps:
                found.append(f"AP {name} is at {member.name()}")
            now = {place: home for place, home in state.homes.items() if home != NONE}
            if now != began:
                found.append(f"AP {name} is told {now or 'nothing'}, was told {began or 'nothing'}")
    return found
