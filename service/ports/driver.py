"""The driver port: one controller, read and changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from service.domain.changes import Change
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import ControllerView, Topic


@dataclass(frozen=True, slots=True)
class Receipt:
    """A change that the controller accepted.

    Attributes:
        sent: the payloads, as sent.
        session: which session sent it; empty where the platform has no session numbers.
    """

    sent: tuple[str, ...]
    session: str = ""


@dataclass(frozen=True, slots=True)
class CapabilityReport:
    """Whether one thing of the contract works on one controller (`yang check`).

    Attributes:
        verdict: works, fallback or missing.
        detail: which fallback, or what is lost without it.
    """

    key: str
    verdict: str
    detail: str


class ControllerDriver(Protocol):
    """One open session to one controller. Blocking; never shared between threads."""

    controller: str

    @property
    def session(self) -> str:
        """The controller's own number for this session; empty where there is none."""

    @property
    def release(self) -> str:
        """The running release, as told at connect."""

    @property
    def alive(self) -> bool:
        """Whether the session can still be used, as far as this end knows."""

    def read(
        self,
        topics: frozenset[Topic],
        *,
        timeout_s: float,
        aps: frozenset[BaseRadioMac] | None = None,
    ) -> ControllerView:
        """Look at some topics. What a controller cannot tell is in the view's `unknown`.

        Args:
            topics: what to look at.
            timeout_s: for each request.
            aps: those whose rows are wanted, of the tables of APs; a driver that cannot ask for
                some tells all. None: all.

        Raises:
            DeviceUnreachable: the session ended or did not answer in time; open another.
            DeviceBusy: try later.
        """

    def render(self, change: Change) -> tuple[str, ...]:
        """The exact payloads that `change` would send. Sends nothing.

        Raises:
            CapabilityMissing: this controller cannot be asked that.
        """

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        """Send one change, once.

        Raises:
            DeviceUnreachable, DeviceBusy, ChangeRefused: nothing was applied.
            OutcomeUnknown: its fate was not seen: read, never resend.
        """

    def end_session(self, session: str) -> None:
        """Kill another session, left by a process that died; one that is gone is no error."""

    def check(
        self, *, deep: bool, on_module: Callable[[str], None] = ...
    ) -> tuple[CapabilityReport, ...]:
        """Hold the contract against what this controller offers.

        Args:
            deep: also fetch its YANG modules and look every path up; takes half a minute.
            on_module: told of every module that is fetched.
        """

    def close(self) -> None:
        """End the session. Never raises."""


class Drivers(Protocol):
    """Opens drivers."""

    def open(self, controller: Controller) -> ControllerDriver:
        """Connect, log in once, and learn the release.

        Raises:
            DeviceUnreachable, DeviceBusy: try later.
            AuthenticationRefused, HostKeyRefused, CapabilityMissing, ReplyMalformed: don't.
        """
