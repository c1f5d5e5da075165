"""The only place that chooses adapters: settings and an inventory in, a Context out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.config.catalogue import load_catalogue
from service.config.checksums import CACHE, Checksums
from service.config.clock import SystemClock
from service.config.fleet_file import FleetYaml
from service.config.inventory import load_inventory
from service.config.processes import LocalProcesses
from service.config.secrets import SecretResolver
from service.config.sntp import ask
from service.config.software_folder import SoftwareFolders
from service.domain.audit import SERVICE, Caller
from service.domain.instants import TimeSource
from service.domain.inventory import Controller, Hook, Inventory, Itsm
from service.domain.notices.damping import Message
from service.domain.observation import Platform
from service.domain.targets import target_of
from service.drivers.iosxe.remembered import Remembered
from service.drivers.places import PlacedDrivers
from service.drivers.pool import MOST_IDLE, DriverPool
from service.errors import DeviceError, InvalidInput
from service.notify.post import HttpSender
from service.ports.clock import Clock
from service.ports.driver import ControllerDriver
from service.ports.fleet_file import FleetFile, NoFleetFile
from service.ports.itsm import ItsmDesk
from service.ports.notices import Announcer
from service.ports.pushing import PushSession, PushSessions
from service.ports.saved_state import StateSource, StateTarget
from service.ports.secrets import Secrets
from service.ports.steering import Slots
from service.ports.webhooks import Outside, Receipt, Sealer
from service.settings import INVENTORY_EDITS, Settings
from service.store.sql import SqlStore
from service.store.state_in import DatabaseTarget
from service.store.state_out import DatabaseSource
from service.usecases.context import Context
from service.usecases.guard import Guard

CLOSED = f"{INVENTORY_EDITS} is off, as it is by itself where the database is a PostgreSQL"


def no_ways_yet() -> Remembered:
    """How controllers are read, for a process that opens one context after the other."""
    return Remembered(SystemClock())


class PlatformDrivers:
    """Opens the driver of a controller's platform, which is loaded when the first one is opened."""

    def __init__(self, secrets: Secrets, clock: Clock, ways: Remembered | None = None) -> None:
        """`ways`: what this process knows of how controllers are read; None: nothing so far."""
        self._secrets = secrets
        self._clock = clock
        self._remembered = ways or Remembered(clock)

    def open(self, controller: Controller) -> ControllerDriver:
        """Connect; see the driver port for errors."""
        match controller.platform:
            case Platform.IOSXE if controller.transport == "netconf":
                from service.drivers.iosxe.driver import IosXeDriver  # noqa: PLC0415

                return IosXeDriver.open(controller, self._secrets, self._clock)
            case Platform.IOSXE:
                from service.drivers.iosxe.choosing import open_driver  # noqa: PLC0415

                return open_driver(controller, self._secrets, self._clock, self._remembered)
            case Platform.AIREOS:
                from service.drivers.aireos.driver import AireOsDriver  # noqa: PLC0415

                return AireOsDriver.open(controller, self._secrets, self._clock)


@dataclass(frozen=True, slots=True)
class NetconfPushSessions:
    """Opens a session with subscriptions; its library is loaded when the first one is opened."""

    secrets: Secrets

    def open(self, controller: Controller) -> PushSession:
        """Log in and subscribe; see the port for errors."""
        from service.drivers.iosxe.subscribing import IosXePushSession  # noqa: PLC0415

        return IosXePushSession.open(controller, self.secrets)


def open_push_sessions(inventory: Path | None, places: Slots, clock: Clock) -> PushSessions:
    """Who opens sessions with subscriptions, of a process with that inventory."""
    from service.drivers.placed_pushes import PlacedPushSessions  # noqa: PLC0415 - no poll needs it

    folder = inventory.parent if inventory is not None else Path.cwd()
    return PlacedPushSessions(NetconfPushSessions(SecretResolver(folder)), places, clock)


class SntpServers:
    """Asks NTP servers by SNTP."""

    def ask(self, host: str) -> TimeSource | None:
        """What a server says, or None."""
        try:
            return ask(host)
        except (DeviceError, InvalidInput):
            return None


@dataclass(frozen=True, slots=True)
class LateSealer:
    """Seals secrets with the key of the settings; its library is loaded when the first one is."""

    settings: Settings
    secrets: Secrets

    def seal(self, secret: str, about: str) -> str:
        """See the port."""
        return self._sealer().seal(secret, about)

    def unseal(self, sealed: str, about: str) -> str:
        """See the port."""
        return self._sealer().unseal(sealed, about)

    def _sealer(self) -> Sealer:
        from service.notify.seal import KeySealer  # noqa: PLC0415 - takes 0.1 s to load

        return KeySealer(self.settings.secrets_key, self.secrets)


@dataclass(frozen=True, slots=True)
class LateAnnouncer:
    """Tells people; its library is loaded with the first message."""

    secrets: Secrets

    def check(self, reference: str) -> str:
        """See the port."""
        return self._announcer().check(reference)

    def say(self, reference: str, message: Message) -> Receipt:
        """See the port."""
        return self._announcer().say(reference, message)

    def _announcer(self) -> Announcer:
        from service.notify.people import AppriseAnnouncer  # noqa: PLC0415 - takes 0.3 s to load

        return AppriseAnnouncer(self.secrets)


def open_desk(itsm: Itsm | None, secrets: Secrets, clock: Clock) -> ItsmDesk | None:
    """The ITSM of the inventory; nothing is asked of it yet. None: there is none."""
    if itsm is None:
        return None
    if itsm.hook is not None:
        return _open_hook(itsm, itsm.hook, secrets, clock)
    from service.notify.itsm_http import ClientCredentials, ItsmHttp, basic  # noqa: PLC0415 - 0.1 s
    from service.notify.jira import Jira  # noqa: PLC0415
    from service.notify.servicenow import ServiceNow  # noqa: PLC0415

    def who() -> tuple[str, str]:
        return itsm.credentials.username, secrets.resolve(itsm.credentials.password)

    client = ClientCredentials(itsm.url, clock, who, ca=itsm.ca)
    login = client if itsm.auth == "oauth" else lambda: basic(*who())
    http = ItsmHttp(itsm.url, clock, login, ca=itsm.ca)
    if itsm.jira is not None:
        return Jira(http, itsm.jira, change=itsm.change, incident=itsm.incident)
    return ServiceNow(http, change=itsm.change, incident=itsm.incident)


def _open_hook(itsm: Itsm, hook: Hook, secrets: Secrets, clock: Clock) -> ItsmDesk:
    """A desk that is told by signed calls."""
    from service.notify.itsm_http import ItsmHttp  # noqa: PLC0415 - 0.1 s
    from service.notify.ticket_hook import Signer, TicketHook  # noqa: PLC0415

    target = target_of(itsm.url)
    http = ItsmHttp(f"{target.scheme}://{target.authority}", clock, lambda: "", ca=itsm.ca)
    signer = Signer(hook.key, lambda: secrets.resolve(hook.secret), clock)
    return TicketHook(http, target.path, signer, hook.mapping)


def fleet_file(settings: Settings, path: Path | None) -> FleetFile:
    """The inventory file as callers may change it; nothing of it is read yet."""
    if path is None:
        return NoFleetFile()
    closed = "" if settings.inventory_edits else CLOSED
    versions = settings.state_dir / "inventory-versions"
    return FleetYaml(path, versions, settings.own_references, closed)


def state_parts(settings: Settings) -> tuple[StateSource, StateTarget, Clock]:
    """The database as what is saved, and as where a save is loaded; nothing is opened yet."""
    url = settings.database_url
    return DatabaseSource(url), DatabaseTarget(url), SystemClock()


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
    caller: Caller = SERVICE,
    ways: Remembered | None = None,
) -> Iterator[Context]:
    """Everything that a command needs; the store is closed afterwards.

    Args:
        settings: where things are.
        inventory: the file; None: that of the settings, if any.
        keep_going: leave out what is bad in it.
        fleet: what the caller has read of it; None: it is read here.
        most_idle: how many sessions are kept for their next use.
        caller: on whose behalf, for the audit trail.
        ways: how controllers are read, as the process has found out so far.

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
    secrets = SecretResolver(folder)
    opener = PlatformDrivers(secrets, clock, ways)
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
            software_files=SoftwareFolders(Checksums(settings.state_dir / CACHE)),
            caller=caller,
            outside=Outside(HttpSender(settings.webhook_networks), LateSealer(settings, secrets)),
            announcer=LateAnnouncer(secrets),
            desk=open_desk(fleet.itsm, secrets, clock),
            fleet_file=fleet_file(settings, path),
            retention=settings.retention,
        )
    finally:
        drivers.close()
        store.close()
