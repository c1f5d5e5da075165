"""Look next door: the staging controller of one that is planned for, where a plan may use it."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.changes import Change
from service.domain.finding import Finding
from service.domain.inventory import Controller
from service.domain.observation import Topic
from service.domain.plan import Companion
from service.domain.strategies import staging_controller
from service.errors import CapabilityMissing, DeviceError, RequestError
from service.ports.driver import ControllerDriver
from service.usecases.context import Context
from service.usecases.poll import READ_TIMEOUT_S
from service.usecases.truth import dated, true_time_by

AP_HOMES = frozenset({Topic.AP_HOMES})


@dataclass(slots=True)
class NextDoor:
    """One staging controller; its session stays open until its payloads were shown."""

    context: Context
    controller: Controller
    driver: ControllerDriver | None = None

    @property
    def topics(self) -> frozenset[Topic]:
        """What has to be read of the controller itself, beside what every plan reads."""
        return AP_HOMES if self._is_allowed else frozenset()

    @property
    def _is_allowed(self) -> bool:
        allowed = staging_controller.NAME in self.controller.policy.strategies
        return allowed and self.controller.staging is not None

    def companion(self, findings: Iterable[Finding], topics: frozenset[Topic]) -> Companion | None:
        """The staging controller as it is now; None where none is named, or no finding asks.

        One that cannot be read is an answer.
        """
        issues = (self.context.catalogue.get(one.issue) for one in findings)
        wanted = any(one and staging_controller.NAME in one.strategies for one in issues)
        name = self.controller.staging
        if not wanted or not self._is_allowed or name is None:
            return None
        there = self.context.controller(name)
        try:
            self.driver = self.context.drivers.open(there)
            view = self.driver.read(topics | AP_HOMES, timeout_s=READ_TIMEOUT_S)
        except (DeviceError, RequestError) as err:
            return Companion(there, trouble=str(err))
        view = dated(self.context, view)
        truth = true_time_by(self.context, view, there.policy.ntp_servers)
        return Companion(there, view, truth)

    def render(self, change: Change) -> tuple[str, ...]:
        """The payload of a change there. Raises CapabilityMissing."""
        if self.driver is None:
            raise CapabilityMissing(str(self.controller.staging), "payload", "it was not read")
        return self.driver.render(change)

    def close(self) -> None:
        """End the session, if there is one."""
        if self.driver is not None:
            self.driver.close()
