"""A worker that takes remediations guards: it says every few seconds that it lives.

It does so in the event loop that takes messages, so a worker that hangs, or that the broker does
not reach, is missed like a dead one. One that is stopped on purpose says so at once, from a thread:
a signal can come while the loop itself writes to the database, and would wait for its own process.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from celery import Celery, bootsteps, signals

from service.domain.guardians import BEAT_S
from service.errors import AprejoinError
from service.ports.jobs import Lane
from service.settings import Settings

if TYPE_CHECKING:  # beat, which never guards, does without it
    from service.usecases.guard import Guard

log = structlog.get_logger(__name__)


class Guarding(bootsteps.StartStopStep):
    """Stands guard while the consumer runs."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:  # noqa: ANN401 - Celery's own
        super().__init__(parent, **options)
        self._entry: Any = None

    def start(self, parent: Any) -> None:  # noqa: ANN401
        """Begin, or begin again after the broker was away."""
        if is_guardian(parent.app):
            PLACE.stand()
            self._entry = parent.timer.call_repeatedly(BEAT_S, PLACE.stand)

    def stop(self, parent: Any) -> None:  # noqa: ANN401
        """The consumer stops: for good, or because the broker is away."""
        if self._entry is not None:
            parent.timer.cancel(self._entry)
            self._entry = None


def is_guardian(app: Celery) -> bool:
    """Whether this worker takes remediations."""
    return str(Lane.REMEDIATE) in app.amqp.queues.consume_from


def guard_with(app: Celery) -> None:
    """Let the workers of an application guard."""
    app.steps["consumer"].add(Guarding)

    @signals.worker_shutting_down.connect(weak=False)
    def leave(**_: object) -> None:
        if is_guardian(app):
            PLACE.leave()


class Place:
    """This process's place among the guardians; who has left it does not come back."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._left = False

    def stand(self) -> None:
        """Say that this host lives."""
        with self._turn:
            if not self._left:
                _say(lambda guard: guard.stand())

    def leave(self) -> None:
        """Say that this host stops; returns at once, the process ends when it is said."""
        self._left = True
        threading.Thread(target=self._stand_down, name="stand-down").start()

    def _stand_down(self) -> None:
        with self._turn:
            _say(lambda guard: guard.stand_down())


PLACE = Place()


def _say(what: Callable[["Guard"], None]) -> None:
    """A database that is away is tried again with the next beat."""
    from service.bootstrap import open_guard  # noqa: PLC0415 - not needed by beat

    try:
        with open_guard(Settings.from_environment()) as guard:
            what(guard)
    except AprejoinError as err:
        log.warning("guard.missed", reason=str(err))
