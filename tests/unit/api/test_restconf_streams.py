"""The stream of notifications over RESTCONF: whole, replayed, resumed, bounded, judged."""

import json
from dataclasses import replace

import anyio
import pytest

from service.api.live import Pace
from service.api.restconf import streams
from service.api.restconf.schema import Kind, schema
from service.api.restconf.streams import Span
from service.domain.scope import Scope
from service.domain.stream import FINDINGS, WINDOW
from service.domain.webhooks import EventKind
from service.door.limits import Streams
from service.ports.tokens import Role
from service.usecases.admit import create_token, revoke_token
from tests.support.yang_engine import judge_notification
from workers.runtime import FleetRuntime

STREAM = "/streams/aprejoin"
QUICK = Pace(look_s=0.0, heartbeat_s=0.0)
EPOCH = "2026-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def refusing(told):
    """A service for what is refused: it does nothing, so one is enough."""
    return told[0]


def notifications(text):
    """(id, time, name, leaves) of every event of a stream."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if line)
        if "data" in lines:
            inside = json.loads(lines["data"])["ietf-restconf:notification"]
            time = inside.pop("eventTime")
            ((name, leaves),) = inside.items()
            judge_notification({name: leaves})
            found.append((lines["id"], time, name.removeprefix("aprejoin:"), leaves))
    return found


def nudge(service):
    FleetRuntime(service.worker.context, service.api.queue).nudge()


def replay(service, who=None, query=None, **headers):
    """What is kept, to its end."""
    now = service.api.context.clock.now().wall.isoformat().replace("+00:00", "Z")
    asked = {"start-time": EPOCH, "stop-time": now} if query is None else query
    caller = who or service.vera
    return caller.request("GET", STREAM, params=asked, headers=headers)


def test_a_listener_hears_a_whole_remediation_with_its_window(service):
    where = service.remediation()
    nudge(service)
    service.bob.approve(where)
    service.crew.until_over(service.worker, where.split("/")[-1])
    nudge(service)
    answered = replay(service)
    assert answered.headers["content-type"].startswith("text/event-stream")
    found = notifications(answered.text)
    names = [name for _, _, name, _ in found]
    assert names[:2] == ["plan-ready", "remediation-state"]
    assert names.index("window-opened") < names.index("window-closed")
    states = [leaves["state"] for _, _, name, leaves in found if name == "remediation-state"]
    assert states == ["awaiting-approval", "running", "succeeded"]
    assert [int(item) for item, *_ in found] == sorted(int(item) for item, *_ in found)
    assert {leaves["controller"] for *_, leaves in found} == {"hq-1"}
    assert service.api.app.state.front.streams.open == 0
    again = replay(service, **{"Last-Event-ID": found[3][0]})
    assert notifications(again.text) == found[4:]


def test_a_filter_lets_through_what_it_is_true_of_and_numbers_go_on(service):
    service.planned()
    nudge(service)
    everything = notifications(replay(service).text)
    now = service.api.context.clock.now().wall.isoformat().replace("+00:00", "Z")

    def filtered(text):
        asked = {"start-time": EPOCH, "stop-time": now, "filter": text}
        return notifications(replay(service, query=asked).text)

    plans = [one for one in everything if one[2] == "plan-ready"]
    assert plans
    assert filtered("/aprejoin:plan-ready") == plans
    assert filtered("/*/controller='hq-1'") == everything
    assert filtered("/*/controller='hq-9'") == []
    assert filtered("/finding-cleared") == []


def test_findings_are_raised_and_cleared(service):
    service.ann.post("/api/v1/sweeps", {})
    service.work()
    nudge(service)
    ((_, _, name, leaves),) = notifications(replay(service).text)
    assert (name, leaves["issue"], leaves["access-points"]) == ("finding-raised", "FN72524", 2)
    look = service.store.look_of("hq-1")
    healthy = {**look.document, "findings": []}
    service.store.keep_sweep("later", {"sweep": {}, "controllers": [healthy]}, at=look.at)
    nudge(service)
    assert [name for _, _, name, _ in notifications(replay(service).text)][-1] == "finding-cleared"


def test_every_notification_of_the_model_is_told_by_something():
    top = schema().top.values()
    ours = {one.name for one in top if one.kind is Kind.NOTIFICATION and one.module == "aprejoin"}
    by_kind = {*FINDINGS.values(), "plan-ready", "needs-attention"}
    of_remediations = {"remediation-state", "remediation-step", *WINDOW.values()}
    assert ours == by_kind | of_remediations
    assert set(FINDINGS) < set(EventKind)


def test_another_site_hears_nothing(service):
    service.planned()
    nudge(service)
    assert notifications(replay(service).text)
    scope = Scope(sites=("atlantis",))
    token = create_token(service.api.context, "far", Role.VIEWER, valid_s=None, scope=scope)[1]
    assert notifications(replay(service, service.api.as_(None, token=token)).text) == []


def test_who_listens_hears_what_is_told_from_then_on(service):
    """The stream itself, two looks of it: nothing of before, then what came in between."""
    service.ann.post("/api/v1/sweeps", {})
    service.work()
    nudge(service)
    front = service.api.app.state.front
    who = next(one for one in service.store.tokens() if one.name == "vera")
    before = service.store.last_told()

    async def listen():
        lines = streams.told(front, who, Span(before), pace=QUICK)
        first = [await anext(lines), await anext(lines)]
        await anyio.to_thread.run_sync(service.planned)
        await anyio.to_thread.run_sync(nudge, service)
        while not (line := await anext(lines)).startswith("id"):
            pass
        revoke_token(service.api.context, who.id, who="root")
        rest = [one async for one in lines if one.startswith("id")]
        return first, line, rest

    first, line, rest = anyio.run(listen)
    assert first == ["retry: 2000\n\n", ": still here\n\n"]
    ((_, _, name, _),) = notifications(line)
    assert name in ("plan-ready", "finding-changed")
    assert len(rest) <= 1


@pytest.mark.parametrize(
    "query",
    [
        {"start-time": "yesterday"},
        {"start-time": "2026-01-01T00:00:00"},
        {"start-time": "2999-01-01T00:00:00Z"},
        {"stop-time": "2026-01-01T00:00:00Z"},
        {"start-time": "2026-01-02T00:00:00Z", "stop-time": "2026-01-01T00:00:00Z"},
        {"start-time": EPOCH, "stop-time": EPOCH},
        {"filter": "/aprejoin:finding-raised["},
        {"filter": ["/plan-ready", "/plan-ready"]},
        {"fields": "controller"},
        {"start-time": [EPOCH, EPOCH]},
    ],
)
def test_a_span_that_cannot_be_is_refused_in_the_form_of_restconf(refusing, query):
    answered = replay(refusing, query=query)
    assert answered.status_code == 400
    (error,) = answered.json()["ietf-restconf:errors"]["error"]
    assert error["error-tag"] == "invalid-value"


def test_a_stream_is_for_those_who_may_read_takes_events_and_is_one_of_few(service):
    assert replay(service, service.nobody).status_code == 401
    assert replay(service, Accept="application/json").status_code == 406
    assert replay(service, **{"Last-Event-ID": "x"}).status_code == 400
    front = service.api.app.state.front
    service.api.app.state.front = replace(front, streams=Streams(most=0))
    full = replay(service)
    assert (full.status_code, full.headers["retry-after"]) == (429, "5")
    assert "ietf-restconf:errors" in full.json()


def test_the_server_says_where_the_stream_is_and_how_far_it_goes_back(service):
    where = "/restconf/data/ietf-restconf-monitoring:restconf-state/streams/stream=aprejoin"
    ((one,),) = service.vera.get(where).json().values()
    assert one["access"] == [{"encoding": "json", "location": f"http://api{STREAM}"}]
    assert one["replay-support"] is True
    assert "replay-log-creation-time" not in one
    service.planned()
    nudge(service)
    ((one,),) = service.vera.get(where).json().values()
    assert one["replay-log-creation-time"].endswith("Z")
