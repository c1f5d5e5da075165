"""Subscriptions: one session of its own for each controller that tells changes by itself."""

from collections.abc import Sequence
from typing import Protocol

from service.domain.events.pushing import Pushed, PushEnded
from service.domain.inventory import Controller


class PushSession(Protocol):
    """One session with its subscriptions. Blocking; for one thread."""

    controller: str

    @property
    def ways(self) -> Sequence[str]:
        """What is told how, for people: `ap-state on change`."""

    @property
    def longest_silence_s(self) -> float | None:
        """How long nothing may come before something is wrong; None: it may be silent."""

    def take(self, *, within_s: float) -> Pushed | PushEnded | None:
        """What comes next; None: nothing did.

        Raises:
            DeviceUnreachable: the session is over.
            ReplyMalformed: something came that is not of the promised form.
        """

    def ask(self, *, timeout_s: float) -> None:
        """Ask anything, to see whether the controller is there. Raises DeviceUnreachable."""

    def close(self) -> None:
        """End the session, and with it its subscriptions."""


class PushSessions(Protocol):
    """Opens them."""

    def open(self, controller: Controller) -> PushSession:
        """Log in and subscribe as the inventory says.

        Raises:
            DeviceTaken: another process of ours is subscribed already.
            CapabilityMissing: the controller takes none of the subscriptions.
            DeviceError: as the driver port.
        """
