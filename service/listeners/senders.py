"""Who may send what proves nothing: the controllers, and whom the inventory names beside them.

Judged where a datagram or a connection comes in, so that what a stranger sends never takes the
place of what a controller says. An address can be forged: this narrows, it does not prove.
"""

from collections import Counter
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from threading import Lock

from service.domain.events.tying import Places, canonical_address
from service.domain.inventory import ANYBODY, Inventory

MOST_STRANGERS = 1000


class Senders:
    """Asked by the sockets' thread, told by another."""

    def __init__(self) -> None:
        self._inventory: Inventory | None = None
        self._places: Places | None = None
        self._anybody = False
        self._addresses: frozenset[str] = frozenset()
        self._networks: tuple[str, ...] = ()
        self._verdicts: dict[str, bool] = {}
        self._strangers: Counter[str] = Counter()
        self._lock = Lock()

    def learn(self, inventory: Inventory, places: Places) -> None:
        """Take over what the inventory says, and where its controllers are."""
        if inventory is self._inventory and places is self._places:
            return
        named = inventory.event_senders
        with self._lock:
            self._inventory, self._places = inventory, places
            self._anybody = ANYBODY in named
            self._addresses = frozenset(places.by_address)
            self._networks = tuple(one for one in named if one != ANYBODY)
            self._verdicts = {}

    def allows(self, address: str) -> bool:
        """Whether what comes from there is heard; a stranger is counted."""
        with self._lock:
            found = self._verdicts.get(address)
            if found is None:
                found = self._judged(canonical_address(address))
                if len(self._verdicts) < MOST_STRANGERS:
                    self._verdicts[address] = found
            if not found and (address in self._strangers or len(self._strangers) < MOST_STRANGERS):
                self._strangers[address] += 1
            elif not found:
                self._strangers["others"] += 1
            return found

    def take_strangers(self) -> Mapping[str, int]:
        """How often each of them was turned away since this was asked last."""
        with self._lock:
            found, self._strangers = self._strangers, Counter()
            return found

    def _judged(self, address: str) -> bool:
        if self._anybody or (address and address in self._addresses):
            return True
        return bool(address) and any(
            ip_address(address) in ip_network(one) for one in self._networks
        )
