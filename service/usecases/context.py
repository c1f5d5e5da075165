"""Everything a use case may reach: the fleet, what is known of issues, and the ports."""

from dataclasses import dataclass, field, replace

from service.domain.audit import SERVICE, Caller, Deed
from service.domain.catalogue import Catalogue
from service.domain.inventory import Controller, Inventory
from service.domain.retention import Retention
from service.domain.scope import WHOLE, Scope
from service.errors import NotFound
from service.ports.clock import Clock
from service.ports.driver import Drivers
from service.ports.fleet_file import FleetFile, NoFleetFile
from service.ports.itsm import ItsmDesk
from service.ports.notices import Announcer, NobodyHears
from service.ports.processes import Processes
from service.ports.software_files import NoSoftwareFiles, SoftwareFiles
from service.ports.store import Store
from service.ports.times import TimeServers
from service.ports.webhooks import NOWHERE, Outside


@dataclass(frozen=True, slots=True)
class Context:
    """The ports of one process.

    Attributes:
        caller: on whose behalf, for the audit trail.
        refusals: what was refused and is recorded after the transaction that it undoes; None: there
            is no such transaction, they are recorded at once.
        desk: the ITSM; None: none is configured.
        fleet_file: where the inventory is changed for callers.
    """

    inventory: Inventory
    catalogue: Catalogue
    store: Store
    drivers: Drivers
    clock: Clock
    time_servers: TimeServers
    processes: Processes
    software_files: SoftwareFiles = field(default_factory=NoSoftwareFiles)
    caller: Caller = SERVICE
    refusals: list[Deed] | None = None
    outside: Outside = NOWHERE
    announcer: Announcer = field(default_factory=NobodyHears)
    desk: ItsmDesk | None = None
    scope: Scope = WHOLE
    fleet_file: FleetFile = field(default_factory=NoFleetFile)
    retention: Retention = Retention()  # noqa: RUF009 - frozen

    def within(self, scope: Scope) -> "Context":
        """The same for who may see a part of the fleet alone: the others are not there."""
        if scope.is_whole:
            return self
        left = tuple(one for one in self.inventory.controllers if scope.covers(one))
        seen = replace(self.inventory, controllers=left, schedules=(), rejected={})
        return replace(self, inventory=seen, scope=scope)

    def sees(self, controller: str) -> bool:
        """Whether what was done about a controller may be seen.

        One that left the inventory is of no site any more: it takes the whole fleet's scope.
        """
        return self.scope.is_whole or self.inventory.get(controller) is not None

    def controller(self, name: str) -> Controller:
        """The controller of that name. Raises NotFound."""
        found = self.inventory.get(name)
        if found is None:
            raise NotFound("controller", name, known=self.inventory.names)
        return found
