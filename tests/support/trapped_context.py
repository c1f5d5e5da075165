"""The ports of a real worker process, with traps at the points where it is to die.

Only the ports are wrapped; use cases, drivers and store are the real ones. Each trap goes off once,
whichever process comes by first, and leaves a note with that process' number.
"""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from service.domain.inventory import Controller
from service.domain.journal import Intended, Opened, Settled
from service.domain.remediation import Run
from service.errors import NotFound
from service.usecases.begin import OPENING
from service.usecases.context import Context
from tests.support.crash_points import look_of, verdict_of, write_of
from tests.support.trapped_wire import lines_of, watch, watch_transfers

FOLDER = "APREJOIN_TEST_TRAPS"
PLAN = "traps.json"
STOPPED_LEASE_S = 8.0
HELD_AT_MOST_S = 40.0


@dataclass(frozen=True, slots=True)
class Traps:
    """What is to happen where, and what has happened: a folder that all processes share.

    Attributes:
        plan: controller -> point -> `kill` (this process), `tree` (its worker with all children),
            `stop` (SIGSTOP) or `hold` (until a file says go).
    """

    folder: Path
    plan: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, folder: Path) -> "Traps":
        return cls(folder, json.loads((folder / PLAN).read_text()))

    def holds(self, controller: str, step: str, instant: str) -> bool:
        return self.plan.get(controller, {}).get(f"{step}-{instant}") == "hold"

    def stops(self, controller: str) -> bool:
        return "stop" in self.plan.get(controller, {}).values()

    def at(self, controller: str, step: str, instant: str) -> None:
        """Be at a point: go on, die, or wait there."""
        action = self.plan.get(controller, {}).get(f"{step}-{instant}")
        if action is None or not self._first(controller, step, instant):
            return
        match action:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()
            case "tree":
                os.killpg(0, signal.SIGKILL)
                signal.pause()
            case "stop":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "hold":
                self._hold(controller, step, instant)

    def _note(self, controller: str, step: str, instant: str) -> Path:
        return self.folder / f"{controller}.{step}-{instant}"

    def _first(self, controller: str, step: str, instant: str) -> bool:
        try:
            note = os.open(
                self._note(controller, step, instant), os.O_CREAT | os.O_EXCL | os.O_RDWR
            )
        except FileExistsError:
            return False
        os.write(note, str(os.getpid()).encode())
        os.close(note)
        return True

    def _hold(self, controller: str, step: str, instant: str) -> None:
        go = released(self._note(controller, step, instant))
        ends = time.monotonic() + HELD_AT_MOST_S
        while not go.exists() and time.monotonic() < ends:
            threading.Event().wait(0.02)


def released(note: Path) -> Path:
    """The file that lets a held process go on."""
    return note.with_name(f"{note.name}.go")


@dataclass(slots=True)
class Scene:
    """What one job is about: found out from what passes by.

    Attributes:
        look: the step that the next look is for; None where it is for a write.
        write: the step that is being written.
        wire: told of every request that has left, by its line where it is one; None: nobody.
        whole: within how many transactions that are parts of one it is.
        later: points that wait for the end of it.
    """

    traps: Traps
    controller: str = ""
    opened: bool = False
    look: str | None = "capture"
    write: str = ""
    wire: Callable[[str], None] | None = field(default=None)
    whole: int = 0
    later: list[tuple[str, str]] = field(default_factory=list)

    def at(self, step: str | None, instant: str) -> None:
        """Be at a point: now, or as soon as what is stored there is durable.

        Nobody is held in a transaction either: all others would wait for the database, whoever lets
        them go included.
        """
        if step is None:
            return
        if self.whole and (instant == "stored" or self.traps.holds(self.controller, step, instant)):
            self.later.append((step, instant))
        else:
            self.traps.at(self.controller, step, instant)

    @contextmanager
    def together(self, transaction: AbstractContextManager[None]) -> Iterator[None]:
        """Within a transaction; what waits for its end waits for nothing where it is undone."""
        self.whole += 1
        try:
            with transaction:
                yield
        except BaseException:
            self.later.clear()
            raise
        finally:
            self.whole -= 1
        while not self.whole and self.later:
            self.at(*self.later.pop(0))


class TrappedPort:
    """Whatever is not trapped goes to the real port."""

    def __init__(self, real: Any, scene: Scene) -> None:
        self._real, self._scene = real, scene

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class TrappedLeases(TrappedPort):
    """The claim: a lease of the controller, then that of nobody else's opening."""

    def acquire(self, controller: str, *args: Any, **kwargs: Any) -> Any:
        scene = self._scene
        if controller == OPENING:
            return self._opening(self._real.acquire(controller, *args, **kwargs))
        scene.controller = controller
        scene.at("claim", "before")
        lease = self._real.acquire(controller, *args, **self._shortened(kwargs))
        scene.at("claim", "sent")
        return lease

    def take_over(self, controller: str, *args: Any, **kwargs: Any) -> Any:
        if controller == OPENING:
            return self._opening(self._real.take_over(controller, *args, **kwargs))
        self._scene.controller = controller
        return self._real.take_over(controller, *args, **self._shortened(kwargs))

    def renew(self, lease: Any, **kwargs: Any) -> Any:
        return self._real.renew(lease, **self._shortened(kwargs))

    def release(self, lease: Any) -> None:
        self._real.release(lease)
        if lease.controller == OPENING and self._scene.opened:
            self._scene.at("capture", "stored")

    def _opening(self, lease: Any) -> Any:
        """The right to open a remediation, while the controller's own lease is held already."""
        self._scene.at("claim", "received")
        return lease

    def _shortened(self, given: dict[str, Any]) -> dict[str, Any]:
        """A lease that runs out soon, for a process that is to be stopped over it."""
        if not self._scene.traps.stops(self._scene.controller):
            return given
        return given | {"ttl_s": min(given["ttl_s"], STOPPED_LEASE_S)}


class TrappedStore(TrappedLeases):
    """The journal."""

    def together(self) -> AbstractContextManager[None]:
        return self._scene.together(self._real.together())

    def open_remediation(self, remediation: str, opened: Opened, **kwargs: Any) -> Any:
        self._scene.controller = opened.charter.controller  # not one that was looked at beside it
        self._scene.at("capture", "received")
        entry = self._real.open_remediation(remediation, opened, **kwargs)
        self._scene.opened, self._scene.look = True, None
        self._scene.at("claim", "stored")
        return entry

    def journal(self, remediation: str) -> Any:
        try:
            entries = self._real.journal(remediation)
        except NotFound:
            self._scene.look = "capture"
            raise
        run = Run(entries)
        self._scene.look = look_of(run)
        return entries

    def append(self, remediation: str, event: Any, **kwargs: Any) -> Any:
        scene, ended = self._scene, verdict_of(event)
        if isinstance(event, Intended):
            scene.write = write_of(event)
        scene.at(ended, "received")
        entry = self._real.append(remediation, event, **kwargs)
        scene.at(ended, "stored")
        if isinstance(event, Settled):
            scene.at(scene.write, "stored")
        return entry


class TrappedDriver(TrappedPort):
    """One session: looks and writes, and the moment at which their bytes have left."""

    def read(self, *args: Any, **kwargs: Any) -> Any:
        scene, step = self._scene, self._scene.look
        scene.at(step, "before")
        scene.wire = lambda _: scene.at(step, "sent")
        try:
            return self._real.read(*args, **kwargs)
        finally:
            scene.wire = None

    def change(self, change: Any, **kwargs: Any) -> Any:
        scene, step = self._scene, self._scene.write
        scene.at(step, "before")
        own = lines_of(self._real, change)
        scene.wire = lambda line: scene.at(step, "sent") if line in own else None
        try:
            receipt = self._real.change(change, **kwargs)
        finally:
            scene.wire = None
        scene.at(step, "received")
        return receipt


class TrappedDrivers(TrappedPort):
    """Sessions whose writing to the wire is watched."""

    def open(self, controller: Controller) -> TrappedDriver:
        self._scene.controller = controller.name
        driver = self._real.open(controller)
        watch(driver, self._scene)
        return TrappedDriver(driver, self._scene)


def trapped(context: Context, traps: Traps) -> Context:
    """The same context with traps in its store and its drivers."""
    scene = Scene(traps)
    watch_transfers(scene)
    return replace(
        context,
        store=TrappedStore(context.store, scene),
        drivers=TrappedDrivers(context.drivers, scene),
    )
