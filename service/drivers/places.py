"""Never more sessions than a controller bears: a place is taken before a login, over all processes.

Whoever holds a controller's lease changes it or brings it home, and takes no place: the lease lets
in one such process at a time, so that with one place fewer than the policy's `max_sessions` for all
others, no controller ever sees more. So no sweep keeps a restore from logging in. Such a process
reads over the session that it changes by. A second kind of
place bounds the sessions of all processes together.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from service.domain.changes import Change
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import ControllerView, Topic
from service.errors import DeviceBusy
from service.ports.clock import Clock
from service.ports.driver import CapabilityReport, ControllerDriver, Drivers, Receipt
from service.ports.processes import Processes
from service.ports.steering import Slot, Slots
from service.ports.store import Leases

EVERYWHERE = ":all"
PLACE_TTL_S, KEPT_FOR_S = 180.0, 30.0
"""A place outlasts any single call to a controller, before which it is kept anew if it is old."""
WAIT_S, MOST_WAITS = 0.25, 240
"""For a place among all sessions one waits: the others are reading, and get done."""


class Places(Slots, Leases, Protocol):
    """What this needs of a store."""


class PlacedDrivers:
    """Opens drivers where there is a place for them."""

    def __init__(
        self, opener: Drivers, places: Places, processes: Processes, clock: Clock, limit: int
    ) -> None:
        """`limit`: sessions of all processes together, those under a lease not counted."""
        self._opener, self._places, self._processes = opener, places, processes
        self._clock, self._limit = clock, limit

    def open(self, controller: Controller) -> ControllerDriver:
        """Take a place and connect.

        Raises:
            DeviceBusy: every place is taken; the others as in the driver port.
        """
        if self._may_change(controller.name):
            return self._opener.open(replace(controller, transport="netconf"))
        taken = self._take(controller)
        try:
            return Placed(self._opener.open(controller), self._places, taken, self._clock)
        except BaseException:
            self._places.give_slots(*taken)
            raise

    def _may_change(self, name: str) -> bool:
        lease = self._places.lease_of(name)
        return lease is not None and lease.left_s > 0 and lease.holder == self._processes.me()

    def _take(self, controller: Controller) -> tuple[Slot, ...]:
        subscribed = int(controller.push is not None)  # stands beside them, see placed_pushes
        most = controller.policy.max_sessions - 1 - subscribed
        here = self._places.take_slot(f"at {controller.name}", limit=most, ttl_s=PLACE_TTL_S)
        if here is None:
            raise DeviceBusy(controller.name, "connect", f"{most} sessions of ours read it already")
        for _ in range(MOST_WAITS):
            among = self._places.take_slot(EVERYWHERE, limit=self._limit, ttl_s=PLACE_TTL_S)
            if among is not None:
                return here, among
            self._clock.wait(WAIT_S)
            self._places.keep_slot(here, ttl_s=PLACE_TTL_S)
        self._places.give_slots(here)
        detail = f"{self._limit} sessions of ours are open in the whole fleet"
        raise DeviceBusy(controller.name, "connect", detail)


class Placed:
    """A driver whose place is kept while it is used, and given back when it is closed."""

    def __init__(
        self, driver: ControllerDriver, places: Slots, taken: tuple[Slot, ...], clock: Clock
    ) -> None:
        self.controller = driver.controller
        self._driver, self._places, self._taken = driver, places, taken
        self._clock, self._kept = clock, clock.now()

    @property
    def session(self) -> str:
        """The controller's number for this session."""
        return self._driver.session

    @property
    def release(self) -> str:
        """The running release."""
        return self._driver.release

    @property
    def alive(self) -> bool:
        """Whether the session can still be used."""
        return self._driver.alive

    def read(
        self,
        topics: frozenset[Topic],
        *,
        timeout_s: float,
        aps: frozenset[BaseRadioMac] | None = None,
    ) -> ControllerView:
        """Look at some topics."""
        self._keep()
        return self._driver.read(topics, timeout_s=timeout_s, aps=aps)

    def render(self, change: Change) -> tuple[str, ...]:
        """The exact payloads."""
        return self._driver.render(change)

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        """Send one change, once."""
        return self._driver.change(change, timeout_s=timeout_s)

    def end_session(self, session: str) -> None:
        """Kill another session."""
        self._driver.end_session(session)

    def check(
        self, *, deep: bool, on_module: Callable[[str], None] = lambda _: None
    ) -> tuple[CapabilityReport, ...]:
        """Hold the contract against what the controller offers."""

        def told(module: str) -> None:
            self._keep()
            on_module(module)

        self._keep()
        return self._driver.check(deep=deep, on_module=told)

    def close(self) -> None:
        """End the session; its place is free for another."""
        self._driver.close()
        taken, self._taken = self._taken, ()
        if taken:
            self._places.give_slots(*taken)

    def _keep(self) -> None:
        now = self._clock.now()
        if now.seconds_since(self._kept) < KEPT_FOR_S:
            return
        self._kept = now
        for slot in self._taken:
            self._places.keep_slot(slot, ttl_s=PLACE_TTL_S)
