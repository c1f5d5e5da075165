"""Hold jobs back until what they are about is durable.

A worker that is faster than the transaction would find nothing to do.
"""

from service.ports.jobs import Job, JobQueue
from service.usecases.request import nudge


class HeldJobs:
    """The jobs port, some moments later. Used by one thread."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._held: list[Job] = []

    def enqueue(self, job: Job) -> None:
        """Keep one job."""
        self._held.append(job)

    def release(self) -> None:
        """Hand on what was kept; where the broker is away, the dispatcher finds it in the store."""
        held, self._held = self._held, []
        for job in held:
            nudge(self._queue, job)
