"""Subscriptions take a place, too: one for each controller, whoever of us listens.

Any number of listeners may run; the one that has the place of a controller's subscriber holds the
session, and when it dies another takes over as soon as its place runs out. Readers leave one
session of `max_sessions` to it wherever the inventory has the controller subscribed (`places`). It
stays open for days and hardly ever asks, so it is not counted among the sessions of the whole
fleet, which are bounded for the load that they make.
"""

from collections.abc import Sequence

from service.domain.events.pushing import Pushed, PushEnded
from service.domain.inventory import Controller
from service.errors import DeviceTaken
from service.ports.clock import Clock
from service.ports.pushing import PushSession, PushSessions
from service.ports.steering import Slot, Slots

OPENING_TTL_S = 180.0
PLACE_TTL_S, KEPT_FOR_S = 40.0, 10.0
"""Short once the session stands, so that whoever dies is followed soon."""


class PlacedPushSessions:
    """Opens sessions where there is a place for them."""

    def __init__(self, opener: PushSessions, places: Slots, clock: Clock) -> None:
        self._opener, self._places, self._clock = opener, places, clock

    def open(self, controller: Controller) -> PushSession:
        """Take the place and subscribe. Raises DeviceTaken, and as the port."""
        scope = f"subscribed to {controller.name}"
        place = self._places.take_slot(scope, limit=1, ttl_s=OPENING_TTL_S)
        if place is None:
            raise DeviceTaken(controller.name, "subscribe", "another listener is subscribed")
        try:
            session = self._opener.open(controller)
        except BaseException:
            self._places.give_slots(place)
            raise
        return PlacedPushSession(session, self._places, place, self._clock)


class PlacedPushSession:
    """A session whose place is kept while it is listened to."""

    def __init__(self, session: PushSession, places: Slots, place: Slot, clock: Clock) -> None:
        self.controller = session.controller
        self._session, self._places, self._place = session, places, place
        self._clock = clock
        self._keep()

    @property
    def ways(self) -> Sequence[str]:
        """What is told how."""
        return self._session.ways

    @property
    def longest_silence_s(self) -> float | None:
        """How long nothing may come."""
        return self._session.longest_silence_s

    def take(self, *, within_s: float) -> Pushed | PushEnded | None:
        """What comes next; the place is kept meanwhile. Raises also StoreError."""
        if self._clock.now().seconds_since(self._kept) >= KEPT_FOR_S:
            self._keep()
        return self._session.take(within_s=within_s)

    def ask(self, *, timeout_s: float) -> None:
        """Ask anything."""
        self._session.ask(timeout_s=timeout_s)

    def close(self) -> None:
        """End the session; its place is free for others."""
        self._session.close()
        self._places.give_slots(self._place)

    def _keep(self) -> None:
        self._kept = self._clock.now()
        self._places.keep_slot(self._place, ttl_s=PLACE_TTL_S)
