"""The real worker application over trapped ports: run as a child process by the fault tests.

Messages may be sent several times: `APREJOIN_TEST_TIMES`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.bootstrap import open_context
from service.ports.jobs import Job, JobQueue
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from tests.support.trapped_context import FOLDER, Traps, trapped
from workers.app import worker_app
from workers.runtime import FleetRuntime
from workers.tasks import register

TIMES = "APREJOIN_TEST_TIMES"


@dataclass(frozen=True)
class Repeating:
    """A queue that sends everything several times."""

    queue: JobQueue
    times: int

    def enqueue(self, job: Job) -> None:
        for _ in range(self.times):
            self.queue.enqueue(job)


@contextmanager
def open_trapped() -> Iterator[FleetRuntime]:
    """As `workers.runtime.open_runtime`, over trapped ports."""
    settings = Settings.from_environment()
    traps = Traps.of(Path(os.environ[FOLDER]))
    queue = Repeating(CeleryQueue(app), int(os.environ.get(TIMES, "1")))
    with open_context(settings, settings.inventory, keep_going=True) as context:
        yield FleetRuntime(trapped(context, traps), queue)


app = worker_app(Settings.from_environment())
register(app, open_trapped)
