"""What /metrics says: what this process counts itself, and what the store tells of the service.

The store is read at most once every few seconds, whoever scrapes and however many do; a scrape that
comes while another one reads gets what was read before. A store that is away makes no error of it:
`aprejoin_database_up` is 0 then, and what only it knows is missing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Lock

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.core import (
    Metric as Family,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from service.errors import StoreError
from service.ports.clock import Clock
from service.ports.signals import STEP_SECONDS, STEPS, FleetSignals, Sum
from service.telemetry.metrics.catalogue import BY_NAME, PREFIX, SERVICE, Metric
from service.telemetry.metrics.fleet import Sample, samples_of

KEPT_S = 5.0
STEP_METRIC = f"{PREFIX}step_duration_seconds"
OWN = frozenset(one.name for one in SERVICE if one.per_process)


class ServiceCollector(Collector):
    """What the store and the broker tell."""

    def __init__(
        self,
        read: Callable[[], FleetSignals],
        depths: Callable[[], Mapping[str, int] | None],
        clock: Clock,
    ) -> None:
        """`depths`: messages by lane, and those that workers have under ""; None: no broker."""
        self._read, self._depths, self._clock = read, depths, clock
        self._lock = Lock()
        self._kept: tuple[Family, ...] = ()
        self._at_s = float("-inf")

    def describe(self) -> Iterable[Family]:
        """Nothing is read to register this."""
        return ()

    def collect(self) -> Iterable[Family]:
        """The families, as they are now or were a few seconds ago."""
        if not self._lock.acquire(blocking=not self._kept):
            return self._kept
        try:
            now_s = self._clock.now().boottime_s
            if now_s - self._at_s >= KEPT_S:
                self._kept = tuple(self._families(now_s))
                self._at_s = self._clock.now().boottime_s
            return self._kept
        finally:
            self._lock.release()

    def _families(self, began_s: float) -> Iterator[Family]:
        samples: list[Sample] = []
        steps: tuple[Sum, ...] = ()
        try:
            told = self._read()
            samples, steps = list(samples_of(told)), told.sums
            samples.append(Sample(f"{PREFIX}database_up", (), 1.0))
        except StoreError:
            samples = [Sample(f"{PREFIX}database_up", (), 0.0)]
        samples += _depths(self._depths())
        took_s = self._clock.now().boottime_s - began_s
        samples.append(Sample(f"{PREFIX}scrape_seconds", (), took_s))
        yield from families(samples)
        yield step_family(steps)


class Exposition:
    """The answer to a scrape."""

    def __init__(self, *collectors: Collector) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        for one in collectors:
            self._registry.register(one)

    def __call__(self, accept: str) -> tuple[bytes, str]:
        """The text and its media type, in the form that the caller takes."""
        encode, media = choose_encoder(accept)
        return encode(self._registry), media


def families(samples: Iterable[Sample]) -> Iterator[Family]:
    """Samples by metric, in the catalogue's order; a metric of which there is nothing, empty.

    Raises:
        ValueError: a sample that the catalogue does not have, or with other labels.
    """
    found: dict[str, list[Sample]] = defaultdict(list)
    for one in samples:
        metric = BY_NAME.get(one.metric)
        if metric is None or len(one.labels) != len(metric.labels):
            raise ValueError(f"{one.metric}{one.labels} is not in the catalogue")
        found[one.metric].append(one)
    for metric in BY_NAME.values():
        if metric.kind != "histogram" and metric.name not in OWN:
            yield _family(metric, found[metric.name])


def _family(metric: Metric, samples: Iterable[Sample]) -> Family:
    made = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = made(metric.name, metric.help, labels=metric.labels)
    for one in samples:
        family.add_metric(one.labels, one.value)
    return family


def step_family(sums: Iterable[Sum]) -> Family:
    """The histogram of steps, from what workers added up."""
    buckets: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    seconds: dict[tuple[str, ...], float] = {}
    for one in sums:
        if one.name == STEPS:
            buckets[one.labels[:2]][one.labels[2]] = one.value
        elif one.name == STEP_SECONDS:
            seconds[one.labels] = one.value
    metric = BY_NAME[STEP_METRIC]
    family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    bounds = sorted({bound for each in buckets.values() for bound in each} | {"+Inf"}, key=float)
    for labels, counts in sorted(buckets.items()):
        below, rising = 0.0, []
        for bound in bounds:
            below += counts.get(bound, 0.0)
            rising.append((bound, below))
        family.add_metric(labels, rising, seconds.get(labels, 0.0))
    return family


def _depths(told: Mapping[str, int] | None) -> Iterator[Sample]:
    yield Sample(f"{PREFIX}broker_up", (), float(told is not None))
    for lane, number in (told or {}).items():
        if lane:
            yield Sample(f"{PREFIX}queue_messages", (lane,), float(number))
        else:
            yield Sample(f"{PREFIX}queue_unacknowledged", (), float(number))
