"""OpenTelemetry: a span for each request, message, job and device call, where it is switched on.

Off by itself: then spans cost next to nothing and go nowhere. Where they go is OpenTelemetry's own
business (`OTEL_EXPORTER_OTLP_ENDPOINT` and the like); the exporter is an extra of the package. A
process that is forked begins its own sending with its first job.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Lock
from typing import Literal, TypeAlias

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from service.errors import InvalidInput
from service.ports.correlation import Correlation, following

Traces: TypeAlias = Literal["off", "otlp"]
SETTING = "APREJOIN_TRACES"
EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_PROPAGATOR = TraceContextTextMapPropagator()
_lock = Lock()
_begun_in: list[int] = []


def configure_traces(traces: Traces) -> None:
    """Send this process's spans away, if that is wanted; again in the same process: nothing.

    Raises:
        InvalidInput: the exporter is not installed.
    """
    with _lock:
        if traces == "off" or os.getpid() in _begun_in:
            return
        try:
            exporter = import_module(EXPORTER).OTLPSpanExporter()
        except ModuleNotFoundError:
            raise InvalidInput(
                "the exporter is not installed",
                where=SETTING,
                expected="pip install aprejoin[otlp]",
            ) from None
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - 0.1 s, off by itself
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        provider = TracerProvider(resource=Resource.create({"service.name": "aprejoin"}))
        provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        _begun_in.append(os.getpid())


@contextmanager
def traced(name: str, kind: SpanKind, correlation: Correlation | None) -> Iterator[Span]:
    """A span under the one that the work goes back to; what is done inside goes back to this one.

    A failure is told by its class alone: texts of errors may quote what must not leave.
    """
    tracer = trace.get_tracer("aprejoin")
    with tracer.start_as_current_span(
        name,
        context=parent_of(correlation),
        kind=kind,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        if correlation is not None:
            span.set_attribute("aprejoin.correlation", correlation.id)
        try:
            with following(within(correlation)):
                yield span
        except Exception as err:
            span.set_status(StatusCode.ERROR, type(err).__name__)
            raise


def parent_of(correlation: Correlation | None) -> Context | None:
    """The span that work goes back to; None: the one that is open here, if any."""
    if correlation is None or not correlation.traceparent:
        return None
    return _PROPAGATOR.extract({"traceparent": correlation.traceparent})


def within(correlation: Correlation | None) -> Correlation | None:
    """The correlation with the span that is open here; as it was where spans are off."""
    if correlation is None:
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return Correlation(correlation.id, carrier.get("traceparent", correlation.traceparent))
