"""What /metrics says: exactly the metrics of the catalogue, read seldom, also without a store."""

import math
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.domain.polling.turns import Grade, PollTurn
from service.domain.signals import ControllerSignals, Signs, Stuck
from service.errors import StoreError
from service.ports.signals import (
    CANARIES,
    CHANGES,
    EVENT_LINES,
    FALSE_SECONDS,
    JOBS_FAILED,
    REMEDIATIONS,
    STEP_SECONDS,
    STEPS,
    Backlog,
    FleetSignals,
    Sum,
    Waiting,
)
from service.telemetry.metrics.catalogue import BY_NAME, METRICS
from service.telemetry.metrics.exposition import (
    KEPT_S,
    Exposition,
    ServiceCollector,
    families,
)
from service.telemetry.metrics.fleet import Sample
from service.telemetry.metrics.requests import Requests
from tests.support.fake_clock import FakeClock, World

YES, NO = True, False
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SIGNS = Signs(
    "hq-1",
    NOW,
    -0.4,
    vouched=True,
    synchronised=True,
    stuck=(Stuck("FN72524", "probable", 3), Stuck("CLOCK-SKEW", "confirmed", 0)),
    aps={"registered": 9, "downloading": 3},
    own_end=NOW + timedelta(days=90),
    ap_end=NOW - timedelta(days=1),
    load_percent=93,
)
TURN = PollTurn("hq-1", Grade.TROUBLED, 1.0, 0.1, 0.1, strained=3, at_s=100.0, now_s=160.0)
TOLD = FleetSignals(
    now=NOW,
    controllers=(
        ControllerSignals("hq-1", "iosxe", YES, SIGNS, TURN, 300.0, YES),
        ControllerSignals("hq-2", "aireos", None, None, None, None, NO),
    ),
    left_out=0,
    unfinished=1,
    oldest_open_s=320.0,
    guardians=2,
    is_halted=False,
    backlog=Backlog({"plan": Waiting(2, 31.0)}, {"sweep": 1}, 1, 0, {("webhook", "dead"): 4}),
    sums=(
        Sum(CANARIES, ("poll",), 7.0, 12.0),
        Sum(CHANGES, ("applied",), 3.0, 1.0),
        Sum(EVENT_LINES, ("unparsable",), 5.0, 1.0),
        Sum(FALSE_SECONDS, (), 900.0, 1.0),
        Sum(JOBS_FAILED, ("aprejoin.make-plan", "failed"), 1.0, 1.0),
        Sum(REMEDIATIONS, ("clock-window", "succeeded"), 2.0, 1.0),
        Sum(STEP_SECONDS, ("close", "done"), 95.0, 1.0),
        Sum(STEPS, ("close", "done", "60.0"), 2.0, 1.0),
        Sum(STEPS, ("close", "done", "5.0"), 1.0, 1.0),
    ),
)
DEPTHS = {"poll": 3, "remediate": 0, "notify": 0, "": 1}


def collector(read=lambda: TOLD, depths=lambda: DEPTHS, world=None):
    return ServiceCollector(read, depths, FakeClock(world or World()))


def said(*collectors) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text, media = Exposition(*collectors)("")
    assert media.startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def value(found, name, **labels):
    return found[f"aprejoin_{name}", tuple(sorted(labels.items()))]


@pytest.fixture(scope="module")
def found():
    requests = Requests()
    requests.note("GET", "/readyz", 200, 0.004)
    requests.note("BREW", "none", 404, 0.2)
    return said(collector(), requests)


def test_every_metric_of_the_catalogue_is_told_with_its_labels_and_no_other_one(found):
    names = {series: one for one in METRICS for series in one.series}
    told = {name for name, _ in found if name.startswith("aprejoin_")}
    assert told <= set(names)
    assert {names[one].name for one in told} == set(BY_NAME)
    for name, labels in found:
        if name in names:
            bucket = {"le"} if name.endswith("_bucket") else set()
            assert {key for key, _ in labels} == {*names[name].labels, *bucket}, name


def test_a_controller_is_told_in_numbers(found):
    assert value(found, "controllers", state="never-polled") == 1
    assert value(found, "controller_clock_offset_seconds", controller="hq-1") == -0.4
    assert value(found, "poll_age_seconds", controller="hq-1", **{"class": "troubled"}) == 60
    assert value(found, "poll_pause_factor", controller="hq-1") == 8
    assert value(found, "controller_load_percent", controller="hq-1") == 93
    stuck = {"controller": "hq-1", "issue": "FN72524", "confidence": "probable"}
    assert value(found, "stuck_aps", **stuck) == 3
    assert value(found, "findings", issue="CLOCK-SKEW", confidence="confirmed") == 1
    days = {one: value(found, "certificate_days_left", controller="hq-1", whose=one)
            for one in ("controller", "access-point")}  # fmt: skip
    assert days == {"controller": 90, "access-point": -1}
    assert value(found, "false_time_open_seconds", controller="hq-1") == 300
    assert value(found, "false_time_windows_open") == 1


def test_steps_are_a_histogram_whose_buckets_rise(found):
    close = {"step": "close", "outcome": "done"}
    rising = [value(found, "step_duration_seconds_bucket", le=le, **close) for le in
              ("5.0", "60.0", "+Inf")]  # fmt: skip
    assert rising == [1, 3, 3]
    assert value(found, "step_duration_seconds_count", **close) == 3
    assert value(found, "step_duration_seconds_sum", **close) == 95


def test_requests_are_counted_by_route_and_strange_methods_are_one(found):
    assert value(found, "http_requests_total", method="GET", route="/readyz", status="200") == 1
    assert value(found, "http_requests_total", method="other", route="none", status="404") == 1


def test_a_poll_of_another_boot_is_older_than_any_limit():
    old = replace(TURN, at_s=None)
    told = replace(TOLD, controllers=(replace(TOLD.controllers[0], turn=old),))
    found = said(collector(lambda: told))
    age = value(found, "poll_age_seconds", controller="hq-1", **{"class": "troubled"})
    assert age == math.inf


def test_without_a_store_or_a_broker_the_rest_is_told():
    def away():
        raise StoreError("away")

    requests = Requests()
    requests.note("GET", "/metrics", 200, 0.1)
    found = said(collector(away, lambda: None), requests)
    assert value(found, "database_up") == value(found, "broker_up") == 0
    assert value(found, "http_requests_total", method="GET", route="/metrics", status="200") == 1
    assert not [name for name, _ in found if name == "aprejoin_controllers"]


def test_the_store_is_read_once_in_a_while_however_often_it_is_scraped():
    world, read = World(), []
    one = collector(lambda: (read.append(1), TOLD)[1], world=world)
    for _ in range(5):
        said(one)
    assert len(read) == 1
    world.advance(KEPT_S)
    said(one)
    assert len(read) == 2


def test_a_scrape_beside_one_that_hangs_gets_what_was_read_before():
    world, held, reading = World(), threading.Event(), threading.Event()

    def slowly():
        reading.set()
        assert held.wait(600)
        return replace(TOLD, guardians=9)

    reads = [lambda: TOLD, slowly]

    def read():
        return reads.pop(0)()

    one = collector(read, world=world)
    said(one)
    world.advance(KEPT_S)
    other = threading.Thread(target=lambda: list(one.collect()))
    other.start()
    assert reading.wait(600)
    assert value(said(one), "guardian_hosts") == 2
    held.set()
    other.join(600)
    assert value(said(one), "guardian_hosts") == 9


@pytest.mark.parametrize("sample", [Sample("aprejoin_other", (), 1.0),
                                    Sample("aprejoin_halted", ("x",), 1.0)])  # fmt: skip
def test_what_the_catalogue_does_not_have_is_refused(sample):
    with pytest.raises(ValueError, match="catalogue"):
        list(families([sample]))
