"""/metrics over a whole story: who may scrape, and what the numbers come to."""

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.asgi import Watching
from service.domain.scope import Scope
from service.ports.tokens import Role
from service.telemetry.metrics.exposition import Exposition, ServiceCollector
from service.telemetry.metrics.requests import Requests
from service.usecases.admit import create_token
from service.usecases.signals import fleet_signals
from workers.runtime import FleetRuntime

HQ = Scope(("hq",))
OPEN = "application/openmetrics-text"


def watch(service) -> None:
    """Count and tell, as an API process does, but without a broker; every scrape reads anew."""
    context = service.api.context
    requests = Requests()

    def expose() -> Exposition:
        read = ServiceCollector(lambda: fleet_signals(context), lambda: None, context.clock)
        return Exposition(read, requests)

    class Fresh(Watching):
        def expose(self, accept):
            return expose()(accept)

    front = replace(service.api.app.state.front, watched=Fresh(requests, expose()))
    service.api.app.state.front = front


def scraped(service) -> dict[str, dict[tuple[str, ...], float]]:
    """Samples by name, then by the values of their labels, which are in order of their names."""
    answer = service.vera.get("/metrics")
    assert answer.status_code == 200
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            name = one.name.removeprefix("aprejoin_")
            found.setdefault(name, {})[tuple(one.labels.values())] = one.value
    return found


def test_a_scrape_takes_a_token_of_the_whole_fleet(service):
    watch(service)
    assert service.nobody.get("/metrics").status_code == 401
    part = create_token(service.api.context, "part", Role.ADMIN, valid_s=None, scope=HQ)[1]
    assert service.api.as_(None, token=part).get("/metrics").status_code == 403
    assert service.vera.get("/metrics").status_code == 200
    answer = service.vera.request(
        "GET", "/metrics", headers={"Accept": "application/openmetrics-text"}
    )
    assert answer.headers["content-type"].startswith(OPEN)
    assert answer.text.endswith("# EOF\n")


@pytest.fixture
def mended(service):
    """A stuck fleet swept, and mended by a worker whose every look at the numbers was kept."""
    watch(service)
    before = scraped(service)
    service.ann.post("/api/v1/sweeps", {})
    service.work()
    swept = scraped(service)
    where = service.remediation()
    service.bob.approve(where)
    item = where.rpartition("/")[2]
    runtime = FleetRuntime(service.worker.context, service.api.queue)
    meanwhile = []
    for _ in range(400):
        runtime.advance(item)
        meanwhile.append(scraped(service))
        if service.crew.closed(item) is not None:
            return before, swept, meanwhile
        service.crew.stage.world.advance(4)
    pytest.fail("it never ends")


def test_a_story_is_told_in_numbers(mended):
    before, swept, meanwhile = mended
    assert before["controllers"]["never-polled",] == len(before["controllers"]) - 2
    assert "stuck_aps" not in before
    assert swept["controllers"]["reachable",] == 1
    assert swept["stuck_aps"] == {("probable", "hq-1", "FN72524"): 2}
    assert swept["poll_age_seconds"]["troubled", "hq-1"] == 0
    assert swept["controller_clock_offset_seconds"]["hq-1",] == pytest.approx(0, abs=1)
    windows = [one["false_time_windows_open"][()] for one in meanwhile]
    assert (windows[0], max(windows), windows[-1]) == (0, 1, 0)
    open_s = [one["false_time_open_seconds"]["hq-1",] for one in meanwhile
              if "false_time_open_seconds" in one]  # fmt: skip
    assert open_s == sorted(open_s)
    end = meanwhile[-1]
    assert end["false_time_seconds_total"][()] >= open_s[-1] > 0
    assert end["remediations_total"] == {("succeeded", "clock-window"): 1}
    assert end["remediations_unfinished"][()] == 0
    steps = {labels[1] for labels in end["step_duration_seconds_count"]}
    assert {"set-clock-back", "set-true-time"} <= steps
    assert end["changes_total"]["applied",] > 3
    assert "needs_attention" not in end
