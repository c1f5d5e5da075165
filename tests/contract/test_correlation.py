"""One id and one trace from whatever asks over the broker and the use case to the device's RPC.

What asks is a REST call, a schedule's turn, or an event.

The controller is the lab's, over real SSH; the broker is in memory, and its messages are carried to
the task by hand, as they came.
"""

import io
import json
import logging
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.bootstrap import open_context
from service.config.messages import load_messages
from service.domain.events.reading import said_in
from service.domain.events.tying import places_unresolved
from service.domain.inventory import Schedule
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.ports.correlation import HEADER, correlation_of
from service.ports.jobs import NudgeRemediations, SweepFleet
from service.ports.requests import Only
from service.queue.celery_app import celery_app
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.telemetry.logs import configure_logs
from service.usecases.hear import hear
from tests.support.browser import Api
from workers.runtime import FleetRuntime
from workers.tasks import register

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
FLEET = {"controllers": [{"name": "hq-1", "release": "17.9.1", "aps": [{"kind": "healthy"}]}]}
HOURLY = Schedule("hourly", "sweep", every_s=3600)
LINE = (
    b"<189>1: %CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: AP Name: ap-1 Mac: 0c75.bdb4.0001"
    b" Disjoined"
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """API and worker over one store, one lab controller and a broker in memory."""
    folder = tmp_path_factory.mktemp("thread")
    app = celery_app("memory://", visibility_timeout_s=60)
    with (
        Lab(from_mapping(FLEET), state_dir=folder / "lab") as lab,
        open_context(Settings(folder, f"sqlite:///{folder / 'a.db'}"), lab.inventory_path) as bare,
    ):
        made = replace(bare, inventory=replace(bare.inventory, schedules=(HOURLY,)))

        @contextmanager
        def runtime():
            yield FleetRuntime(made, CeleryQueue(app))

        register(app, runtime)
        yield SimpleNamespace(
            api=Api(made, CeleryQueue(app)), app=app, store=made.store, context=made
        )
    app.close()


@pytest.fixture
def lines():
    """Everything that is logged, as objects; puts the root logger back."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    configure_logs(level="debug", form="json", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def spans():
    """Every span of this process, from now on; a process has one provider."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    trace.set_tracer_provider(provider)
    yield kept
    provider.shutdown()


def asked(service, **headers) -> str:
    """Ask for a sweep; the id of its correlation."""
    caller = service.api.as_("ann")
    answer = caller.post("/api/v1/sweeps", {}, headers=headers)
    assert answer.status_code == 202
    return answer.headers["x-correlation-id"]


def message(service):
    """The message that waits at the broker: its headers and arguments."""
    with service.app.connection_for_read() as link, link.SimpleQueue(str(SweepFleet.LANE)) as queue:
        found = queue.get(timeout=600)
        found.ack()
    return found.headers, found.payload[1]


def carried(service, headers, kwargs) -> None:
    """Run the task as a worker does with such a message."""
    service.app.tasks[SweepFleet.NAME].apply(kwargs=kwargs, headers=headers, throw=True)


def rpcs(lines) -> list[dict[str, object]]:
    return [line for line in lines() if line["event"] == "device.rpc"]


def test_a_callers_id_and_trace_reach_the_device(service, lines, spans):
    own = {"X-Correlation-ID": "change-4711", "traceparent": TRACEPARENT}
    assert asked(service, **own) == "change-4711"
    headers, kwargs = message(service)
    carried(service, {HEADER: headers[HEADER]}, kwargs)
    found = rpcs(lines)
    assert {(one["correlation"], one["trace"]) for one in found} == {("change-4711", TRACE)}
    assert {one["controller"] for one in found} == {"hq-1"}
    (swept,) = [line for line in lines() if line["event"] == "sweep.done"]
    assert swept["correlation"] == "change-4711"
    of_this = {one.name: one for one in spans.get_finished_spans() if trace_of(one) == TRACE}
    call, sent = of_this["POST /api/v1/sweeps"], of_this["send aprejoin.sweep-fleet"]
    job = of_this["job aprejoin.sweep-fleet"]
    read = next(one for name, one in of_this.items() if name.startswith(("netconf ", "restconf ")))
    assert f"{call.parent.span_id:016x}" == "00f067aa0ba902b7"
    assert [one.parent.span_id for one in (sent, job, read)] == [
        one.context.span_id for one in (call, sent, job)
    ]
    assert call.attributes["http.response.status_code"] == 202
    assert job.attributes["aprejoin.correlation"] == "change-4711"


def trace_of(span) -> str:
    return f"{span.context.trace_id:032x}"


def test_where_the_message_is_lost_the_store_knows_what_the_work_goes_back_to(service, lines):
    own = asked(service)
    _, kwargs = message(service)  # and nothing of it but the arguments, as a nudge sends them
    carried(service, {}, kwargs)
    assert {one["correlation"] for one in rpcs(lines)} == {own}


def message_about(service, sweep: str):
    """The message about one sweep; those before it are about what other tests left."""
    while (found := message(service))[1] != {"sweep": sweep}:
        pass
    return found


def test_a_schedules_turn_has_an_id_of_its_own_that_reaches_the_device(service, lines):
    service.app.tasks[NudgeRemediations.NAME].apply(throw=True)
    (asked,) = service.store.sweeps(limit=2, only=Only(asked_by="schedule hourly"))
    headers, kwargs = message_about(service, asked.id)
    carried(service, {}, kwargs)  # as if the message were lost: the store knows it, too
    (ran,) = [line for line in lines() if line["event"] == "schedule.ran"]
    assert ran["correlation"].startswith("schedule-")
    assert correlation_of(headers[HEADER]).id == ran["correlation"]
    assert {one["correlation"] for one in rpcs(lines)} == {ran["correlation"]}


def test_an_events_look_has_an_id_of_its_own_that_reaches_the_device(service, lines):
    context, messages = service.context, load_messages().messages
    said = said_in(LINE, messages, via="syslog-udp", source="127.0.0.1")
    hearing = hear(context, CeleryQueue(service.app), places_unresolved(context.inventory), [said])
    ((look, own),) = hearing.correlations.items()
    headers, kwargs = message_about(service, look)
    carried(service, {}, kwargs)
    assert own.startswith("event-")
    assert correlation_of(headers[HEADER]).id == own
    assert {one["correlation"] for one in rpcs(lines)} == {own}


@pytest.mark.parametrize("strange", ["two words", "x" * 65, "", 'a"b', "<b>"])
def test_an_id_that_would_make_a_mess_of_logs_is_replaced(service, strange):
    got = asked(service, **{"X-Correlation-ID": strange, "traceparent": "00-nonsense"})
    message(service)
    assert got != strange
    assert len(got) == 16
