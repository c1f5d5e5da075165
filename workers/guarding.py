"""A worker that takes remediations guards: it says every few seconds that it lives.

It does so in the event loop that takes messages, so a worker that hangs, or that the broker does
not reach, is missed like a dead one. One that is stopped on purpose says so at once.
"""

from typing import Any

import structlog
from celery import Celery, bootsteps, signals

from service.domain.guardians import BEAT_S
from service.errors import AprejoinError
from service.ports.jobs import Lane
from service.settings import Settings

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
            stand_guard()
            self._entry = parent.timer.call_repeatedly(BEAT_S, stand_guard)

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
            stand_down()


def stand_guard() -> None:
    """Say that this host lives. A database that is away is tried again with the next beat."""
    from service.bootstrap import open_guard  # noqa: PLC0415 - not needed by beat

    try:
        with open_guard(Settings.from_environment()) as guard:
            guard.stand()
    except AprejoinError as err:
        log.warning("guard.missed", reason=str(err))


def stand_down() -> None:
    """Say that this host stops."""
    from service.bootstrap import open_guard  # noqa: PLC0415

    try:
        with open_guard(Settings.from_environment()) as guard:
            guard.stand_down()
    except AprejoinError as err:
        log.warning("guard.missed", reason=str(err))
