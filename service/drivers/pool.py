"""Sessions kept between uses: a login is the dearest thing that we ask of a controller.

One idle session for each controller at most, and a few in all: a sweep over thousands must not hold
them open to its end. A session that went stale while idle is noticed by its
first read, which is asked again over a fresh one; changes never are: whoever changes reads first.
"""

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Self

from service.domain.changes import Change
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import ControllerView, Topic
from service.errors import DeviceUnreachable
from service.ports.driver import CapabilityReport, ControllerDriver, Drivers, Receipt

MOST_IDLE = 16


class DriverPool:
    """Opens drivers, and keeps one idle session for each controller."""

    def __init__(self, opener: Drivers, *, most_idle: int = MOST_IDLE) -> None:
        self._opener, self._most_idle = opener, most_idle
        self._idle: dict[str, ControllerDriver] = {}
        self._lock = Lock()

    def open(self, controller: Controller) -> ControllerDriver:
        """An idle session, or a new one; see the driver port for errors."""
        with self._lock:
            idle = self._idle.pop(controller.name, None)
        if idle is not None and idle.alive:
            return Loan(self, controller, idle, used_before=True)
        return Loan(self, controller, self.fresh(controller), used_before=False)

    def fresh(self, controller: Controller) -> ControllerDriver:
        """A new session."""
        return self._opener.open(controller)

    def take_back(self, driver: ControllerDriver) -> None:
        """Keep a session for the next use, if it is alive and there is none yet."""
        with self._lock:
            is_room = driver.controller not in self._idle and len(self._idle) < self._most_idle
            if driver.alive and is_room:
                self._idle[driver.controller] = driver
                return
        driver.close()

    def close(self) -> None:
        """End every idle session."""
        with self._lock:
            idle, self._idle = list(self._idle.values()), {}
        for driver in idle:
            driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


class Loan:
    """A driver on loan: closing it gives its session back."""

    def __init__(
        self,
        pool: DriverPool,
        controller: Controller,
        driver: ControllerDriver,
        *,
        used_before: bool,
    ) -> None:
        self.controller = controller.name
        self._pool = pool
        self._entry = controller
        self._driver = driver
        self._used_before = used_before

    @property
    def session(self) -> str:
        """The controller's number for this session."""
        return self._driver.session

    @property
    def release(self) -> str:
        """The running release."""
        return self._driver.release

    @property
    def alive(self) -> bool:
        """Whether the session can still be used."""
        return self._driver.alive

    def read(
        self,
        topics: frozenset[Topic],
        *,
        timeout_s: float,
        aps: frozenset[BaseRadioMac] | None = None,
    ) -> ControllerView:
        """Look at some topics; over a fresh session where the idle one went stale."""
        stale, self._used_before = self._used_before, False
        try:
            return self._driver.read(topics, timeout_s=timeout_s, aps=aps)
        except DeviceUnreachable:
            if not stale:
                raise
        self._driver.close()
        self._driver = self._pool.fresh(self._entry)
        return self._driver.read(topics, timeout_s=timeout_s, aps=aps)

    def render(self, change: Change) -> tuple[str, ...]:
        """The exact payloads."""
        return self._driver.render(change)

    def change(self, change: Change, *, timeout_s: float) -> Receipt:
        """Send one change, once."""
        return self._driver.change(change, timeout_s=timeout_s)

    def end_session(self, session: str) -> None:
        """Kill another session."""
        self._driver.end_session(session)

    def check(
        self, *, deep: bool, on_module: Callable[[str], None] = lambda _: None
    ) -> tuple[CapabilityReport, ...]:
        """Hold the contract against what the controller offers."""
        return self._driver.check(deep=deep, on_module=on_module)

    def close(self) -> None:
        """Give the session back."""
        self._pool.take_back(self._driver)
