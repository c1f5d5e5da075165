"""What an API process counts itself: requests, and how long they took to answer."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from service.telemetry.metrics.catalogue import BY_NAME, PREFIX, Metric

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class Requests(Collector):
    """Counts requests; each application has its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        total = BY_NAME[f"{PREFIX}http_requests_total"]
        took = BY_NAME[f"{PREFIX}http_request_duration_seconds"]
        self._total = Counter(*_form(total), registry=self._registry)
        self._took = Histogram(*_form(took), buckets=BUCKETS_S, registry=self._registry)

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        """Count one; `route` is the pattern that matched, never what was asked for."""
        known = method if method in METHODS else "other"
        self._total.labels(known, route, str(status)).inc()
        self._took.labels(known, route).observe(took_s)

    def describe(self) -> Iterable[Family]:
        """Nothing is counted yet when this is registered."""
        return ()

    def collect(self) -> Iterator[Family]:
        """What was counted, without when each series was begun."""
        for family in self._registry.collect():
            family.samples = [one for one in family.samples if not one.name.endswith("_created")]
            yield family


def _form(metric: Metric) -> tuple[str, str, tuple[str, ...]]:
    return metric.name, metric.help, metric.labels
