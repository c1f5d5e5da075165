"""A C9800 read over RESTCONF; for what RESTCONF does not give there is a NETCONF session.

That session is opened when it is first needed: for a change, for what no RESTCONF tells alike, for
what RESTCONF failed at. From then on everything goes over it, so that whoever changes a controller
reads it over the session that its journal names. A look never mixes the two.
"""

from collections.abc import Callable
from dataclasses import replace

from service.domain.changes import Change
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import ControllerView, Topic
from service.domain.releases import Release
from service.drivers.iosxe.commands import CommandLine
from service.drivers.iosxe.driver import IosXeDriver
from service.drivers.iosxe.identify import OLDEST, by_software
from service.drivers.iosxe.look import Told
from service.drivers.iosxe.reading import Reader
from service.drivers.iosxe.remembered import Remembered, Way
from service.drivers.iosxe.restconf_asking import RestconfAsker
from service.drivers.iosxe.restconf_checking import OVER_NETCONF_ALONE, checked
from service.drivers.links.restconf import RestconfLink, RestconfRefused
from service.drivers.paths import contract
from service.errors import DeviceUnreachable, HostKeyRefused, ReplyMalformed
from service.ports.clock import Clock
from service.ports.driver import CapabilityReport, Receipt
from service.ports.secrets import Secrets

FAILED = (DeviceUnreachable, HostKeyRefused, ReplyMalformed)
IDENTIFY_TIMEOUT_S = 30.0


class RestconfDriver:
    """One C9800 that offers RESTCONF."""

    def __init__(
        self,
        controller: Controller,
        link: RestconfLink,
        secrets: Secrets,
        clock: Clock,
        remembered: Remembered,
    ) -> None:
        """Learn the release.

        Raises:
            DeviceError: see the link; CapabilityMissing and ReplyMalformed as `identify`.
        """
        self.controller = controller.name
        self._entry, self._link, self._remembered = controller, link, remembered
        self._secrets, self._clock = secrets, clock
        self._release, told = self._identified(controller, link, clock)
        self._asker = RestconfAsker(link, contract("iosxe"), self._release)
        commands = CommandLine(controller, secrets)
        self._reader = Reader(controller, self._asker, clock=clock, commands=commands, told=told)
        self._netconf: IosXeDriver | None = None
        self._why: str | None = None  # why what can be read over RESTCONF was read over NETCONF
        self._closed = False

    @staticmethod
    def _identified(
        controller: Controller, link: RestconfLink, clock: Clock
    ) -> tuple[Release, Told]:
        """The running release, and all that was told with it.

        Raises:
            ReplyMalformed: it is not told over RESTCONF (NETCONF has more ways to learn it), or
                whole tables would have to be fetched, which NETCONF spares.
        """
        asker = RestconfAsker(link, contract("iosxe"), OLDEST)
        before = clock.now()
        try:
            found = asker.records("system", timeout_s=IDENTIFY_TIMEOUT_S)
        except (RestconfRefused, ValueError) as err:
            raise ReplyMalformed(controller.name, "identify", str(err)) from err
        told = Told(before, clock.now().seconds_since(before), found)
        if not asker.takes_fields and controller.transport != "restconf":
            raise ReplyMalformed(controller.name, "RESTCONF", "`fields` is refused")
        software = found[0].get("software") if found else None
        identity = by_software(controller.name, software)
        if identity is None:
            raise ReplyMalformed(controller.name, "identify", f"no release in {software!r}")
        return identity.release, told

    @property
    def session(self) -> str:
        """The controller's number for the session that changes would go over."""
        return self._session().session

    @property
    def release(self) -> str:
        """The running release."""
        return str(self._release)

    @property
    def alive(self) -> bool:
        """Whether it can still be used; a connection that was closed is opened again by itself."""
        return not self._closed if self._netconf is None else self._netconf.alive

    def read(
        self,
        topics: frozenset[Topic],
        *,
        timeout_s: float,
        aps: frozenset[BaseRadioMac] | None = None,
    ) -> ControllerView:
        """Look at some topics; see the driver port."""

        def over_netconf() -> ControllerView:
            view = self._session().read(topics, timeout_s=timeout_s, aps=aps)
            return replace(view, transport_note=self._why)

        if self._netconf is not None or topics & OVER_NETCONF_ALONE:
            return over_netconf()
        self._asker.refused.clear()
        try:
            view = self._reader.read(topics, timeout_s=timeout_s, aps=aps)
        except FAILED as err:
            if self._pinned:
                raise
            self._give_up(str(err))
            return over_netconf()
        if self._pinned or self._asker.refused.keys() <= self._way().lacks:
            return view
        return self._second_opinion(over_netconf())

    def render(self, change: Change) -> tuple[str, ...]:
        """The payloads that `change` would send."""
        return self._session().render(change)

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        """Send one change, once, over NETCONF; see the driver port."""
        return self._session().change(change, timeout_s=timeout_s)

    def end_session(self, session: str) -> None:
        """Kill a NETCONF session that a dead process left."""
        self._session().end_session(session)

    def check(
        self, *, deep: bool, on_module: Callable[[str], None] = lambda _: None
    ) -> tuple[CapabilityReport, ...]:
        """Hold the contract against what this controller offers, over both."""
        told = self._session().check(deep=deep, on_module=on_module)
        return (checked(self._asker), *told)

    def close(self) -> None:
        """End connection and session."""
        self._closed = True
        self._link.close()
        if self._netconf is not None:
            self._netconf.close()

    @property
    def _pinned(self) -> bool:
        return self._entry.transport == "restconf"

    def _way(self) -> Way:
        return self._remembered.of(self._entry) or Way(root=self._link.root)

    def _session(self) -> IosXeDriver:
        if self._netconf is None:
            self._netconf = IosXeDriver.open(self._entry, self._secrets, self._clock)
        return self._netconf

    def _give_up(self, why: str) -> None:
        """Read this controller over NETCONF from now on, here and in what comes after."""
        self._why = why
        self._remembered.note(self._entry, Way(why=why))

    def _second_opinion(self, view: ControllerView) -> ControllerView:
        """A look that RESTCONF refused in part, over NETCONF.

        What NETCONF refuses as well does not count against RESTCONF again.
        """
        refused = self._asker.refused
        if refused.keys() <= self._session().refused:
            self._remembered.note_lacks(self._entry, frozenset(refused))
            return view
        self._give_up(f"{self.controller}: RESTCONF refused {'; '.join(refused.values())}")
        return replace(view, transport_note=self._why)
