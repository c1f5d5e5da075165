"""The only place that chooses adapters: settings and an inventory in, a Context out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.config.catalogue import load_catalogue
from service.config.clock import SystemClock
from service.config.inventory import load_inventory
from service.config.processes import LocalProcesses
from service.config.secrets import SecretResolver
from service.config.sntp import ask
from service.domain.instants import TimeSource
from service.domain.inventory import Controller, Inventory
from service.domain.observation import Platform
from service.drivers.places import PlacedDrivers
from service.drivers.pool import MOST_IDLE, DriverPool
from service.errors import DeviceError, InvalidInput
from service.ports.clock import Clock
from service.ports.driver import ControllerDriver
from service.ports.secrets import Secrets
from service.settings import Settings
from service.store.sql import SqlStore
from service.usecases.context import Context
from service.usecases.guard import Guard


class PlatformDrivers:
    """Opens the driver of a controller's platform, which is loaded when the first one is opened."""

    def __init__(self, secrets: Secrets, clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock

    def open(self, controller: Controller) -> ControllerDriver:
        """Connect; see the driver port for errors."""
        match controller.platform:
            case Platform.IOSXE:
                from service.drivers.iosxe.driver import IosXeDriver  # noqa: PLC0415

                return IosXeDriver.open(controller, self._secrets, self._clock)
            case Platform.AIREOS:
                from service.drivers.aireos.driver import AireOsDriver  # noqa: PLC0415

                return AireOsDriver.open(controller, self._secrets, self._clock)


class SntpServers:
    """Asks NTP servers by SNTP."""

    def ask(self, host: str) -> TimeSource | None:
        """What a server says, or None."""
        try:
            return ask(host)
        except (DeviceError, InvalidInput):
            return None


@contextmanager
def open_guard(settings: Settings) -> Iterator[Guard]:
    """This process as a guardian.

    Raises:
        StoreError: the store cannot be opened.
    """
    settings.ensure_state_dir()
    clock = SystemClock()
    store = SqlStore(settings.database_url, clock)
    try:
        yield Guard(store, LocalProcesses(clock).me())
    finally:
        store.close()


@contextmanager
def open_context(
    settings: Settings,
    inventory: Path | None,
    *,
    keep_going: bool = False,
    fleet: Inventory | None = None,
    most_idle: int = MOST_IDLE,
) -> Iterator[Context]:
    """Everything that a command needs; the store is closed afterwards.

    Args:
        settings: where things are.
        inventory: the file; None: that of the settings, if any.
        keep_going: leave out what is bad in it.
        fleet: what the caller has read of it; None: it is read here.
        most_idle: how many sessions are kept for their next use.

    Raises:
        InvalidInput: the inventory, the catalogue or a setting is bad.
        StoreError: the store cannot be opened.
    """
    path = inventory or settings.inventory
    if fleet is None:
        fleet = Inventory(()) if path is None else load_inventory(path, keep_going=keep_going)
    folder = path.parent if path is not None else Path.cwd()
    settings.ensure_state_dir()
    clock = SystemClock()
    store = SqlStore(settings.database_url, clock)
    processes = LocalProcesses(clock)
    opener = PlatformDrivers(SecretResolver(folder), clock)
    placed = PlacedDrivers(opener, store, processes, clock, settings.max_sessions)
    drivers = DriverPool(placed, most_idle=most_idle)
    try:
        yield Context(
            inventory=fleet,
            catalogue=load_catalogue(settings.catalogue),
            store=store,
            drivers=drivers,
            clock=clock,
            time_servers=SntpServers(),
            processes=processes,
        )
    finally:
        drivers.close()
        store.close()
