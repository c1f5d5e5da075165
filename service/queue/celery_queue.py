"""Sending jobs by name through Celery; nothing that runs them is imported here."""

from dataclasses import asdict, dataclass
from typing import Self

from celery import Celery
from kombu.exceptions import OperationalError

from service.errors import StoreError
from service.ports.jobs import Job
from service.queue.celery_app import celery_app

_RETRY = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.4, "interval_max": 0.5}


@dataclass(frozen=True, slots=True)
class CeleryQueue:
    """The jobs port over a broker of Redis' kind."""

    app: Celery

    @classmethod
    def at(cls, broker_url: str, *, visibility_timeout_s: float) -> Self:
        """A queue at a broker; connects with the first job."""
        return cls(celery_app(broker_url, visibility_timeout_s=visibility_timeout_s))

    def enqueue(self, job: Job) -> None:
        """Send one job; see the port."""
        try:
            self.app.send_task(
                job.NAME,
                kwargs=asdict(job),
                queue=str(job.LANE),
                retry=True,
                retry_policy=_RETRY,
                ignore_result=True,
            )
        except OperationalError as err:
            raise StoreError(f"the broker took no job ({job.NAME}): {err}") from err

    def close(self) -> None:
        """Give the connections back."""
        self.app.close()
