"""The client: what it sends, when it sends again, and what it makes of answers."""

import json
import re

import pytest
import requests
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.app import make_app
from service.client import Accepted, Client, NotAtRest, Problem, StreamEvent, Unreachable
from service.client.stream import events_of

ADDRESS = "http://api.example.net"
V1 = f"{ADDRESS}/api/v1"
GONE = {
    "type": "urn:aprejoin:problem:not-found",
    "title": "Not found",
    "status": 404,
    "detail": "no plan named 'p9'",
    "instance": "/api/v1/plans/p9",
    "step": "ntp.remove",
}


class Sleeps:
    """How long it would have waited."""

    def __init__(self):
        self.taken = []

    def __call__(self, seconds):
        self.taken.append(seconds)


@pytest.fixture
def sleeps():
    return Sleeps()


@pytest.fixture
def api(sleeps):
    with Client(f"{ADDRESS}/", "aprejoin_t", wait=sleeps) as found:
        yield found


@pytest.fixture
def net():
    with responses.RequestsMock() as found:
        yield found


def accepted(net, collection="plans", **headers):
    body = {"id": "p1", "state": "queued", "href": f"/api/v1/{collection}/p1"}
    headers = {"Location": f"/api/v1/{collection}/p1", "Retry-After": "2", **headers}
    net.post(f"{V1}/{collection}", json=body, status=202, headers=headers)


def keys(net):
    return [call.request.headers.get("Idempotency-Key") for call in net.calls]


def test_work_is_asked_for_with_token_and_key_and_answers_say_where_to_look(net, api):
    accepted(net)
    assert api.plan("hq-1", issue="FN72524") == Accepted("p1", "queued", "/api/v1/plans/p1", 2.0)
    sent = net.calls[0].request
    assert sent.headers["Authorization"] == "Bearer aprejoin_t"
    assert json.loads(sent.body) == {"controller": "hq-1", "issue": "FN72524"}
    assert re.fullmatch("[0-9a-f]{32}", keys(net)[0])


def test_a_lost_answer_is_asked_for_again_with_the_same_key(net, api, sleeps):
    net.post(f"{V1}/sweeps", body=requests.ConnectionError("reset"))
    net.post(f"{V1}/sweeps", body=requests.ReadTimeout("slow"))
    accepted(net, "sweeps")
    assert api.sweep(["hq-1"]).id == "p1"
    assert len(set(keys(net))) == 1
    assert sleeps.taken == [1.0, 2.0]


def test_two_calls_have_two_keys_unless_the_caller_says_one(net, api):
    accepted(net)
    accepted(net)
    api.plan("hq-1")
    api.plan("hq-1")
    accepted(net)
    api.accept("plans", {"controller": "hq-1"}, key="case-4711")
    assert len(set(keys(net))) == 3
    assert keys(net)[2] == "case-4711"


def test_nobody_there_is_said_after_some_tries(net, api, sleeps):
    net.get(f"{V1}/halt", body=requests.ConnectionError("refused"))
    with pytest.raises(Unreachable, match="ConnectionError"):
        api.get("halt")
    assert len(sleeps.taken) == 3


def test_a_problem_is_raised_with_all_that_it_says_and_not_sent_again(net, api, sleeps):
    net.get(f"{V1}/plans/p9", json=GONE, status=404)
    with pytest.raises(Problem) as raised:
        api.get("plans/p9")
    found = raised.value
    assert (found.type, found.name, found.status) == (GONE["type"], "not-found", 404)
    assert (found.title, found.detail, found.instance) == (
        "Not found",
        "no plan named 'p9'",
        "/api/v1/plans/p9",
    )
    assert found.more == {"step": "ntp.remove"}
    assert "404 Not found: no plan named" in str(found)
    assert sleeps.taken == []


@pytest.mark.parametrize(
    ("status", "kind"), [(429, "too-many"), (503, "away"), (409, "key-in-use")]
)
def test_what_passes_is_waited_for_as_long_as_it_says(net, api, sleeps, status, kind):
    told = {"type": f"urn:aprejoin:problem:{kind}", "status": status}
    net.post(f"{V1}/sweeps", json=told, status=status, headers={"Retry-After": "7"})
    accepted(net, "sweeps")
    api.sweep()
    assert sleeps.taken == [7.0]
    assert len(set(keys(net))) == 1


def test_what_somebody_in_between_answers_is_a_problem_too(net, api):
    net.get(f"{V1}/halt", body="<h1>Bad gateway</h1>", status=502)
    with pytest.raises(Problem) as raised:
        api.get("halt")
    assert (raised.value.status, raised.value.type) == (502, "about:blank")
    net.get(f"{V1}/schedules", body="<h1>Welcome</h1>", status=200)
    with pytest.raises(Unreachable, match="is it an aprejoin service"):
        api.get("schedules")


def test_a_redirect_is_not_followed_with_the_token(net, api):
    net.get(f"{V1}/halt", status=302, headers={"Location": "http://evil.example.net/"})
    with pytest.raises((Problem, Unreachable)):
        api.get("halt")
    assert len(net.calls) == 1


def test_work_is_looked_after_until_it_has_come_to_rest(net, api, sleeps):
    for state in ("queued", "queued", "done"):
        net.get(f"{V1}/plans/p1", json={"state": state, "digest": "d"})
    assert api.wait(Accepted("p1", "queued", "/api/v1/plans/p1", 2.0))["digest"] == "d"
    assert sleeps.taken == [2.0, 2.0]


def test_what_does_not_come_to_rest_in_time_is_told_as_it_stands(net, api):
    net.get(f"{V1}/remediations/r1", json={"remediation": {"state": "running"}})
    with pytest.raises(NotAtRest) as raised:
        api.wait("/api/v1/remediations/r1", within_s=0)
    assert raised.value.document["remediation"]["state"] == "running"
    net.get(f"{V1}/halt", json={})
    with pytest.raises(ValueError, match="comes to rest"):
        api.wait("/api/v1/halt")


def test_a_list_is_read_page_by_page(net, api):
    first = {"findings": [{"id": 1}, {"id": 2}], "next": "c"}
    net.get(f"{V1}/findings", json=first)
    net.get(f"{V1}/findings", json={"findings": [{"id": 3}], "next": None})
    found = list(api.pages("findings", issue="FN72524", limit=2, reachable=None))
    assert [one["id"] for one in found] == [1, 2, 3]
    assert "cursor" not in net.calls[0].request.params
    assert net.calls[1].request.params == {"issue": "FN72524", "limit": "2", "cursor": "c"}


def test_a_word_is_given_for_what_was_read(net, api):
    place = f"{V1}/remediations/r%2F1"
    net.get(place, json={}, headers={"ETag": '"7"'})
    net.post(f"{place}/approve", json={"approval": {"approver": "bob"}})
    assert api.approve("r/1") == {"approver": "bob"}
    assert net.calls[1].request.headers["If-Match"] == '"7"'


# -- streams -----------------------------------------------------------------------------------

ONE = 'retry: 2000\n\nid: 1\nevent: entry\ndata: {"seq": 1}\n\n: still here\n\n'
END = 'event: state\ndata: {"state": "succeeded"}\n\nevent: end\ndata: {"state": "succeeded"}\n\n'


def test_a_stream_that_breaks_goes_on_after_what_was_seen(net, api):
    place = f"{V1}/remediations/r1/events"
    net.get(place, body=ONE)
    net.get(place, body=requests.ConnectionError("reset"))
    net.get(place, body='id: 2\nevent: entry\ndata: {"seq": 2}\n\n' + END)
    found = list(api.events("r1"))
    assert [one.name for one in found] == ["entry", "entry", "state", "end"]
    assert found[0] == StreamEvent("entry", "1", {"seq": 1})
    assert [call.request.headers.get("Last-Event-ID") for call in net.calls] == [None, "1", "1"]


def test_a_stream_that_has_nothing_more_ends_and_one_that_is_refused_says_why(net, api):
    place = f"{V1}/remediations/r1/events"
    net.get(place, status=204)
    assert list(api.events("r1", after=9)) == []
    net.get(place, json=GONE, status=404)
    with pytest.raises(Problem, match="Not found"):
        list(api.events("r1"))


def test_a_stream_that_never_comes_is_given_up(net, api):
    net.get(f"{V1}/remediations/r1/events", body=requests.ConnectionError("refused"))
    with pytest.raises(Unreachable):
        list(api.events("r1"))


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 99), st.none() | st.text() | st.lists(st.text())), max_size=5)
)
def test_what_is_written_as_events_is_read_as_the_same(told):
    lines = []
    for number, data in told:
        lines += [f"id: {number}", "event: entry", f"data: {json.dumps(data)}", "", ": beat", ""]
    found = [(int(one.id), one.data) for one in events_of(lines)]
    assert found == told


# -- the same API ------------------------------------------------------------------------------


def test_every_call_of_the_client_is_one_of_the_document(net, api):
    paths = make_app(lambda: None).openapi()["paths"]
    known = [
        (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)))
        for path, item in paths.items()
        for method in item
    ]
    anything = re.compile(".*")
    found = {"id": "x", "state": "s", "href": "/x", "remediation": {}, "approval": {}}
    found |= {"webhook": {}, "secret": None}
    for method in ("GET", "POST", "DELETE"):
        net.add(method, anything, json=found)
    api.sweep()
    api.plan("hq-1")
    api.remediate("d")
    api.remediation("r1")
    api.approve("r1")
    api.cancel("r1")
    api.rollback("r1")
    api.report("r1")
    api.add_webhook("noc", "https://noc.example.net/")
    api.delete("webhooks/w1")
    for call in net.calls:
        path = call.request.path_url
        told = (call.request.method, path)
        assert any(m == told[0] and p.fullmatch(path) for m, p in known), told


# -- the inventory -----------------------------------------------------------------------------


def test_an_entry_is_changed_as_it_was_read(api, net):
    net.get(f"{V1}/controllers/hq-1", json={"entry": {"host": "h"}}, headers={"ETag": '"e1"'})
    net.patch(f"{V1}/controllers/hq-1", json={"entry": {"host": "i"}})
    net.delete(f"{V1}/controllers/hq-1", json={"removed": "hq-1"})
    entry, tag = api.inventory.read("controllers/hq-1")
    assert (entry, tag) == ({"host": "h"}, '"e1"')
    assert api.inventory.patch("controllers/hq-1", {"host": "i"}, tag=tag) == {"host": "i"}
    api.inventory.remove("controllers/hq-1")
    assert [one.request.headers.get("If-Match") for one in net.calls] == [None, '"e1"', "*"]


def test_entries_are_added_put_and_taken_over(api, net):
    net.post(f"{V1}/schedules", json={"entry": {"name": "night"}}, status=201)
    net.put(f"{V1}/inventory/sites/hq", json={"entry": {}})
    net.post(f"{V1}/inventory/import", json={"written": False})
    net.get(f"{V1}/inventory/sites", json={"entries": [{"name": "hq"}], "next": None})
    assert api.inventory.add("schedules", {"name": "night"}) == {"name": "night"}
    assert api.inventory.put("inventory/sites/hq", {}, tag=None) == {}
    assert api.inventory.take_over("yaml", text="sites: {}", dry_run=True) == {"written": False}
    sent = json.loads(net.calls[2].request.body)
    assert sent == {"source": "yaml", "text": "sites: {}", "dry_run": True}
    assert "If-Match" not in net.calls[1].request.headers
    assert [one["name"] for one in api.pages("inventory/sites")] == ["hq"]
