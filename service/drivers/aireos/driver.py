"""The AireOS driver: SNMP for what SNMP tells, the command line for the rest and for every change.

AireOS has no timers, so no dead-man's switch: its views say that it does not restore itself, and
guardians on several hosts take that place.
"""

from collections.abc import Callable

from service.domain.changes import Change
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import ControllerView, Topic
from service.drivers.aireos.book import book
from service.drivers.aireos.changing import Changer
from service.drivers.aireos.checking import Checker
from service.drivers.aireos.identify import identify
from service.drivers.aireos.images import Images
from service.drivers.aireos.reading import Reader
from service.drivers.aireos.ways import Ways
from service.errors import AprejoinError
from service.ports.clock import Clock
from service.ports.driver import CapabilityReport, Receipt
from service.ports.secrets import Secrets

IDENTIFY_TIMEOUT_S = 30.0


class AireOsDriver:
    """One controller, by two ways."""

    def __init__(self, controller: Controller, ways: Ways, clock: Clock, secrets: Secrets) -> None:
        self.controller = controller.name
        self._ways = ways
        self._identity = identify(controller.name, ways, book(), timeout_s=IDENTIFY_TIMEOUT_S)
        self._images = Images(controller.name, ways, book(), secrets)
        self._reader = Reader(controller, ways, book(), self._identity, clock, images=self._images)
        self._changer = Changer(
            controller.name, ways, book(), self._identity.release, images=self._images
        )

    @classmethod
    def open(cls, controller: Controller, secrets: Secrets, clock: Clock) -> "AireOsDriver":
        """Find out by either way what answers; see the driver port for errors."""
        ways = Ways(controller, secrets)
        try:
            return cls(controller, ways, clock, secrets)
        except AprejoinError:
            ways.close()
            raise

    @property
    def session(self) -> str:
        """AireOS numbers no session that another one could end."""
        return ""

    @property
    def release(self) -> str:
        """The running release."""
        return str(self._identity.release)

    @property
    def alive(self) -> bool:
        """Whether either way is open."""
        return self._ways.alive

    def read(
        self,
        topics: frozenset[Topic],
        *,
        timeout_s: float,
        aps: frozenset[BaseRadioMac] | None = None,
    ) -> ControllerView:
        """Look at some topics, always of all APs; see the driver port."""
        del aps
        return self._reader.read(topics, timeout_s=timeout_s)

    def render(self, change: Change) -> tuple[str, ...]:
        """The lines that `change` would send."""
        return self._changer.render(change)

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        """Send one change, once; see the driver port."""
        return self._changer.change(change, timeout_s=timeout_s)

    def end_session(self, session: str) -> None:
        """Nothing: no session of ours has a number, and an idle one ends by itself."""

    def check(
        self, *, deep: bool, on_module: Callable[[str], None] = lambda _: None
    ) -> tuple[CapabilityReport, ...]:
        """Try every read and the account's rights; there are no modules to fetch."""
        del deep, on_module
        return tuple(Checker(self._ways, book(), self._identity).reports())

    def close(self) -> None:
        """Log out; see the driver port."""
        self._images.close()
        self._ways.close()
