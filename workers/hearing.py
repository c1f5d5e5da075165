"""A worker has a queue of its own, and says in its loop how much is under way.

Whoever started it sends canaries there: those of a lane are answered by any of its workers, and
hide that one is deaf. What it says tells a worker that is busy from one that hears nothing.
"""

from typing import Any

import structlog
from celery import Celery, bootsteps, signals
from celery.worker import state

from service.errors import StoreError
from service.queue.celery_app import own_queue
from service.queue.ear import WORD_EVERY_S, say
from service.queue.silence import Word

log = structlog.get_logger(__name__)


class Saying(bootsteps.StartStopStep):
    """Says a word every few seconds while the consumer runs."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:  # noqa: ANN401 - Celery's own
        super().__init__(parent, **options)
        self._entry: Any = None

    def start(self, parent: Any) -> None:  # noqa: ANN401
        """Begin, or begin again after the broker was away."""
        self._entry = parent.timer.call_repeatedly(WORD_EVERY_S, _say, (parent,))
        _say(parent)

    def stop(self, parent: Any) -> None:  # noqa: ANN401
        """The consumer stops: for good, or because the broker is away."""
        if self._entry is not None:
            parent.timer.cancel(self._entry)
            self._entry = None


def hear_with(app: Celery) -> None:
    """Let the workers of an application hear what is for them alone."""
    app.steps["consumer"].add(Saying)

    @signals.celeryd_after_setup.connect(weak=False)
    def listen(sender: str, instance: Any, **_: object) -> None:  # noqa: ANN401
        if instance.app is app:
            app.amqp.queues.select_add(own_queue(sender))


def _say(parent: Any) -> None:  # noqa: ANN401
    """Jobs count from when the pool began them: what is held back before that is no work."""
    word = Word(len(state.active_requests), parent.pool.num_processes)
    try:
        say(parent.app.conf.broker_url, parent.hostname, word)
    except StoreError as err:
        log.warning("worker.mute", reason=str(err))
