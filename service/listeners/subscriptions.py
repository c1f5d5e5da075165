"""Every controller that the inventory has subscribed to, each in a thread of its own.

Sessions are blocking and their libraries bring threads of their own, so one thread more for each
is no matter. The inventory is read again while it runs: who is new is subscribed to, who has gone
is let go, who has changed is asked anew.
"""

import threading
from collections.abc import Callable

from service.domain.inventory import Controller, Inventory
from service.listeners.intake import Intake
from service.listeners.watcher import Watcher
from service.ports.pushing import PushSessions

AGAIN_S = 5.0
STOP_WITHIN_S = 10.0


class Subscriptions(threading.Thread):
    """All of one process."""

    def __init__(
        self, inventory: Callable[[], Inventory], sessions: PushSessions, intake: Intake
    ) -> None:
        super().__init__(name="subscriptions", daemon=True)
        self._inventory, self._sessions, self._intake = inventory, sessions, intake
        self._watchers: dict[str, Watcher] = {}
        self._told_to_end = threading.Event()

    def run(self) -> None:
        """Keep the watchers as the inventory says, until told to end."""
        while True:
            self._look_after(subscribed_in(self._inventory()))
            if self._told_to_end.wait(AGAIN_S):
                return

    def close(self) -> None:
        """End every session; what they told is in the intake."""
        self._told_to_end.set()
        if self.is_alive():
            self.join(STOP_WITHIN_S)
        for one in self._watchers.values():
            one.stop()
        for one in self._watchers.values():
            one.join(STOP_WITHIN_S)

    def _look_after(self, wanted: dict[str, Controller]) -> None:
        for name, watcher in tuple(self._watchers.items()):
            if wanted.get(name) != watcher.controller:
                watcher.stop()
                del self._watchers[name]
        for name, controller in wanted.items():
            found = self._watchers.get(name)
            if found is None or not found.is_alive():
                self._watchers[name] = Watcher(controller, self._sessions, self._intake)
                self._watchers[name].start()


def subscribed_in(inventory: Inventory) -> dict[str, Controller]:
    """The controllers that are to be subscribed to, by name."""
    return {one.name: one for one in inventory.controllers if one.push is not None}
