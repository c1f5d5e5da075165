"""One session with a C9800 on which it tells changes of its access points by itself.

Every subscription is asked for on change first where a source says that the node takes it, and by
a period where the controller refuses that. What it refuses altogether is done without, as long as
something is left.
"""

from collections.abc import Sequence

from lxml import etree

from service.domain.events.pushing import Pushed, PushEnded
from service.domain.inventory import Controller, PushWanted
from service.drivers.iosxe.driver import IDENTIFY_TIMEOUT_S, target_of
from service.drivers.iosxe.identify import identify
from service.drivers.iosxe.pushes import Wanted, establish, read, wanted_of
from service.drivers.links.netconf import NetconfLink, RpcRefused
from service.drivers.paths import Contract, contract
from service.errors import AprejoinError, CapabilityMissing, DeviceBusy
from service.ports.secrets import Secrets

ANSWER_S = 30.0
OK, NO_ROOM = "ok", "error-insufficient-resources"
PERIODS_MISSED, GRACE_S = 3, 30.0
"""A controller that pushes nothing for so many periods, and then some, does so no more."""


class IosXePushSession:
    """See the port."""

    def __init__(self, controller: Controller, link: NetconfLink) -> None:
        self.controller = controller.name
        self._link = link
        self._paths: Contract = contract("iosxe")
        self._subscribed: dict[str, Wanted] = {}
        self._ways: list[str] = []
        self._refused: list[str] = []
        self._is_periodic = False
        self._wish = controller.push or PushWanted()

    @classmethod
    def open(cls, controller: Controller, secrets: Secrets) -> "IosXePushSession":
        """Log in once, learn the release, subscribe; see the port for errors."""
        link = NetconfLink.open(target_of(controller, secrets))
        found = cls(controller, link)
        try:
            found.subscribe()
        except (AprejoinError, RpcRefused):
            link.close()
            raise
        return found

    @property
    def ways(self) -> Sequence[str]:
        """What is told how, and what is not."""
        return (*self._ways, *self._refused)

    @property
    def longest_silence_s(self) -> float | None:
        """Some periods, where something is told by them."""
        return PERIODS_MISSED * self._wish.period_s + GRACE_S if self._is_periodic else None

    def subscribe(self) -> None:
        """Subscribe to everything that the release has. Raises CapabilityMissing, DeviceError."""
        known = identify(
            self.controller, self._link, self._paths, timeout_s=IDENTIFY_TIMEOUT_S
        ).release
        for wanted in wanted_of(self._paths).values():
            if wanted.node.exists_in(known):
                self._subscribe(wanted)
        if not self._subscribed:
            told = "; ".join(self._refused) or f"release {known} has nothing to subscribe to"
            raise CapabilityMissing(self.controller, "establish-subscription", told)

    def take(self, *, within_s: float) -> Pushed | PushEnded | None:
        """What comes next; see the port."""
        event = self._link.heard(within_s=within_s)
        return None if event is None else read(event, self._subscribed)

    def ask(self, *, timeout_s: float) -> None:
        """Whether it is syncing, whatever it answers."""
        ((namespace, name),) = self._paths.steps(self._paths.rpcs["is-syncing"].path)
        try:
            self._link.ask(etree.Element(f"{{{namespace}}}{name}"), timeout_s=timeout_s)
        except RpcRefused:
            return  # it is there, which is what was asked

    def close(self) -> None:
        """End the session."""
        self._link.close()

    def _subscribe(self, wanted: Wanted) -> None:
        """On change, else by a period, else not."""
        on_change = self._wish.way == "on-change" and wanted.node.on_change
        if on_change and self._asked(wanted, None) is None:
            self._ways.append(f"{wanted.about} on change")
            return
        why = self._asked(wanted, self._wish.period_s)
        if why is not None:
            self._refused.append(f"{wanted.about} refused: {why}")
            return
        self._ways.append(f"{wanted.about} every {self._wish.period_s:g} s")
        self._is_periodic = True

    def _asked(self, wanted: Wanted, period_s: float | None) -> str | None:
        """Why it was refused; None: it is subscribed to."""
        request = establish(wanted, period_s=period_s)
        try:
            output = self._link.ask(request, timeout_s=ANSWER_S)
        except RpcRefused as refused:
            if refused.busy:
                raise DeviceBusy(self.controller, "subscribe", refused.text) from refused
            return refused.text
        word = output.get("subscription-result", "").rpartition(":")[2]
        if word == NO_ROOM:
            raise DeviceBusy(self.controller, "subscribe", word)
        if word != OK or "subscription-id" not in output:
            return word or "no result"
        self._subscribed[output["subscription-id"]] = wanted
        return None
