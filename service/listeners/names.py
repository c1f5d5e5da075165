"""Names of controllers as addresses, asked for again every few minutes."""

import socket
import time
from collections.abc import Mapping
from contextlib import suppress

from service.domain.events.tying import Places, canonical_address, places_of
from service.domain.inventory import Inventory

AGAIN_S = 300.0


class Names:
    """Remembers the places of the newest inventory."""

    def __init__(self) -> None:
        self._inventory: Inventory | None = None
        self._places: Places | None = None
        self._asked_s = 0.0
        self._resolved: dict[str, tuple[str, ...]] = {}

    def places(self, inventory: Inventory) -> Places:
        """Where controllers are; a name that cannot be asked for has the addresses of before."""
        is_old = time.monotonic() - self._asked_s > AGAIN_S
        if self._places is None or is_old or inventory != self._inventory:
            self._resolved |= _resolved(inventory)
            self._places = places_of(inventory, self._resolved)
            self._inventory, self._asked_s = inventory, time.monotonic()
        return self._places


def _resolved(inventory: Inventory) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in inventory.controllers:
        for host in (one.host, one.ap_address or ""):
            if host and not canonical_address(host) and host not in found:
                with suppress(OSError, UnicodeError):
                    told = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
                    found[host] = tuple({str(entry[4][0]) for entry in told})
    return found
