"""Sending jobs by name through Celery; nothing that runs them is imported here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Self

from celery import Celery
from kombu.exceptions import OperationalError
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.errors import StoreError
from service.ports.correlation import HEADER, Correlation, current
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
        with _sending(job) as headers:
            try:
                self.app.send_task(
                    job.NAME,
                    kwargs=asdict(job),
                    queue=str(job.LANE),
                    retry=True,
                    retry_policy=_RETRY,
                    ignore_result=True,
                    headers=headers,
                )
            except OperationalError as err:
                raise StoreError(f"the broker took no job ({job.NAME}): {err}") from err

    def close(self) -> None:
        """Give the connections back."""
        self.app.close()


@contextmanager
def _sending(job: Job) -> Iterator[dict[str, str]]:
    """What a message says of where it comes from; with a span around its sending."""
    correlation = current()
    if correlation is None:
        yield {}
        return
    tracer = trace.get_tracer("aprejoin.queue")
    with tracer.start_as_current_span(f"send {job.NAME}", kind=SpanKind.PRODUCER):
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier)
        parent = carrier.get("traceparent", correlation.traceparent)
        yield {HEADER: Correlation(correlation.id, parent).text}
