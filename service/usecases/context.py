"""Everything a use case may reach: the fleet, what is known of issues, and the ports."""

from dataclasses import dataclass

from service.domain.catalogue import Catalogue
from service.domain.inventory import Controller, Inventory
from service.errors import NotFound
from service.ports.clock import Clock
from service.ports.driver import Drivers
from service.ports.processes import Processes
from service.ports.store import Store
from service.ports.times import TimeServers


@dataclass(frozen=True, slots=True)
class Context:
    """The ports of one process."""

    inventory: Inventory
    catalogue: Catalogue
    store: Store
    drivers: Drivers
    clock: Clock
    time_servers: TimeServers
    processes: Processes

    def controller(self, name: str) -> Controller:
        """The controller of that name. Raises NotFound."""
        found = self.inventory.get(name)
        if found is None:
            raise NotFound("controller", name, known=self.inventory.names)
        return found
