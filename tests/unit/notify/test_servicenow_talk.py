"""What is said to ServiceNow word for word, and what is made of its answers."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests
import responses
from responses import matchers

from service.domain.tickets import ChangeReading
from service.errors import (
    ItsmLoginRefused,
    ItsmOutcomeUnknown,
    ItsmRefused,
    ItsmUnreachable,
)
from service.notify.itsm_http import ClientCredentials, ItsmHttp, basic
from service.notify.servicenow import LONGEST_TEXT, ServiceNow, reading_of
from service.ports.itsm import ChangeDraft
from tests.support.fake_clock import FakeClock, World

BASE = "https://example.service-now.com"
REF = "0f4ac6c4b750230096c3e4f6ee11a9fe"
SECRET = "canary-of-the-desk"  # noqa: S105
START = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
END = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DRAFT = ChangeDraft("d" * 64, "title", "text", "steps", "back", "", "impact", "high", START, END)
ROW = {
    "sys_id": {"value": REF, "display_value": REF},
    "number": {"value": "CHG0030001", "display_value": "CHG0030001"},
    "state": {"value": -2.0, "display_value": "Scheduled"},
    "approval": {"value": "approved", "display_value": "Approved"},
    "on_hold": {"value": False, "display_value": "false"},
    "start_date": {"value": "2026-11-22 21:00:00", "display_value": "2026-11-22 22:00:00"},
    "end_date": {"value": "2026-11-23 03:00:00", "display_value": "2026-11-23 04:00:00"},
}


@pytest.fixture
def net():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as found:
        yield found


@pytest.fixture
def desk():
    http = ItsmHttp(BASE, FakeClock(World()), lambda: basic("svc", SECRET), ca=None)
    return ServiceNow(http, change={"assignment_group": "Network"})


def row(**fields):
    return {**ROW, **{key: {"value": v, "display_value": str(v)} for key, v in fields.items()}}


def error(status, message, detail=""):
    body = {"error": {"message": message, "detail": detail}, "status": "failure"}
    return {"status": status, "json": body}


def test_a_change_is_opened_with_its_correlation_schedule_risk_and_every_step(net, desk):
    net.post(f"{BASE}/api/sn_chg_rest/change/normal", json={"result": ROW}, status=200)
    record = desk.open_change(replace(DRAFT, steps="s" * 9000))
    assert (record.number, record.ref) == ("CHG0030001", REF)
    (call,) = net.calls
    said = json.loads(call.request.body)
    assert said["correlation_id"] == "d" * 64
    assert (said["start_date"], said["end_date"]) == ("2026-11-22 21:00:00", "2026-11-23 03:00:00")
    assert (said["risk"], said["assignment_group"]) == ("2", "Network")
    assert len(said["implementation_plan"]) <= LONGEST_TEXT
    assert said["implementation_plan"].endswith("attached]")
    assert call.request.headers["Authorization"] == basic("svc", SECRET)
    assert call.request.req_kwargs["verify"]
    assert call.request.req_kwargs["timeout"]


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({}, "approved"),
        ({"state": -1.0}, "approved"),
        ({"state": "-1"}, "approved"),
        ({"on_hold": True}, "waiting"),
        ({"on_hold": "true"}, "waiting"),
        ({"approval": "requested"}, "waiting"),
        ({"state": -3.0}, "waiting"),
        ({"state": -5}, "waiting"),
        ({"state": 17}, "waiting"),
        ({"approval": "rejected"}, "withdrawn"),
        ({"state": 4.0}, "withdrawn"),
        ({"state": 0.0}, "over"),
        ({"state": 3.0}, "over"),
    ],
)
def test_only_a_change_that_is_scheduled_or_begun_approved_and_not_on_hold_counts(fields, standing):
    assert reading_of(row(**fields)).standing == standing


def test_the_window_of_a_change_is_read_from_its_values_which_are_utc(net, desk):
    net.get(f"{BASE}/api/sn_chg_rest/change/{REF}", json={"result": ROW})
    said = desk.read_change(REF)
    assert said == ChangeReading("approved", START, END, "Scheduled, approval Approved")
    assert reading_of(row(start_date="", end_date="soon")).closes is None


def test_a_change_that_is_gone_is_withdrawn(net, desk):
    gone = error(404, "No Record found", "Record doesn't exist or ACL restricts it")
    net.get(f"{BASE}/api/sn_chg_rest/change/{REF}", **gone)
    assert desk.read_change(REF).standing == "withdrawn"


def test_a_search_that_the_instance_did_not_understand_finds_nobody_elses_ticket(net, desk):
    """An invalid part of a query is ignored there: then it matches everything."""
    rows = [{"sys_id": "a" * 32, "number": "CHG1", "correlation_id": "somebody else's"}]
    net.get(f"{BASE}/api/now/table/change_request", json={"result": rows})
    assert desk.find("change", "mine") is None
    rows.append({"sys_id": REF, "number": "CHG2", "correlation_id": "mine"})
    net.replace("GET", f"{BASE}/api/now/table/change_request", json={"result": rows})
    assert desk.find("change", "mine").number == "CHG2"


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        (error(403, "Operation Failed", "ACL Exception Insert Failed"), ItsmRefused, "ACL Exc"),
        (error(409, "Conflict"), ItsmRefused, "409, Conflict"),
        (error(400, "Invalid\nstate"), ItsmRefused, "Invalid state"),
        (error(401, "User Not Authenticated"), ItsmLoginRefused, "401"),
        (error(500, "Internal"), ItsmOutcomeUnknown, "500"),
        ({"status": 503, "body": "busy"}, ItsmOutcomeUnknown, "503"),
        ({"status": 200, "body": "<html>hibernating"}, ItsmOutcomeUnknown, "than JSON"),
        ({"status": 302, "headers": {"Location": "https://evil/"}}, ItsmOutcomeUnknown, "302"),
        ({"body": requests.ReadTimeout("slow")}, ItsmOutcomeUnknown, "no answer in time"),
        ({"body": requests.ConnectionError("reset")}, ItsmOutcomeUnknown, "broke"),
        ({"body": requests.ConnectTimeout("away")}, ItsmUnreachable, "no answer in time"),
    ],
)
def test_a_write_is_sent_once_and_its_fate_told_apart(net, desk, answer, expected, words):
    net.patch(f"{BASE}/api/sn_chg_rest/change/{REF}", **answer)
    with pytest.raises(expected, match=words) as caught:
        desk.note("change", REF, "text")
    assert type(caught.value) is expected
    assert len(net.calls) == 1
    assert SECRET not in str(caught.value)


def test_who_is_told_to_wait_is_told_how_long(net, desk):
    busy = error(429, "Rate limit exceeded")
    net.patch(f"{BASE}/api/sn_chg_rest/change/{REF}", headers={"Retry-After": "7"}, **busy)
    with pytest.raises(ItsmUnreachable) as caught:
        desk.note("change", REF, "text")
    assert caught.value.again_s == 7


def test_a_read_is_tried_twice_and_no_more(net, desk):
    path = f"{BASE}/api/sn_chg_rest/change/{REF}"
    net.get(path, body=requests.ConnectionError("reset"))
    net.get(path, json={"result": ROW})
    assert desk.read_change(REF).standing == "approved"
    net.reset()
    net.get(path, status=503)
    with pytest.raises(ItsmUnreachable):
        desk.read_change(REF)
    assert len(net.calls) == 2


@pytest.mark.parametrize("body", ['{"result": []}', '{"result": {"state": ""}}', '{"a": 1}', "[]"])
def test_an_answer_without_the_record_is_no_approval(net, desk, body):
    net.get(f"{BASE}/api/sn_chg_rest/change/{REF}", body=body)
    with pytest.raises(ItsmUnreachable):
        desk.read_change(REF)


def test_a_token_is_asked_for_once_and_again_when_it_ends(net):
    world = World()
    clock = FakeClock(world)
    login = ClientCredentials(BASE, clock, lambda: ("id", SECRET), ca=None)
    desk = ServiceNow(ItsmHttp(BASE, clock, login, ca=None))
    form = {"grant_type": "client_credentials", "client_id": "id", "client_secret": SECRET}
    net.post(
        f"{BASE}/oauth_token.do",
        json={"access_token": "tok", "expires_in": 1799},
        match=[matchers.urlencoded_params_matcher(form)],
    )
    net.get(f"{BASE}/api/sn_chg_rest/change/{REF}", json={"result": ROW})
    desk.read_change(REF)
    desk.read_change(REF)
    assert [c.request.method for c in net.calls] == ["POST", "GET", "GET"]
    assert net.calls[1].request.headers["Authorization"] == "Bearer tok"
    world.advance(1790)
    desk.read_change(REF)
    assert [c.request.method for c in net.calls][3:] == ["POST", "GET"]


@pytest.mark.parametrize("answer", [{"status": 401}, {"status": 400}, {"status": 403}])
def test_a_client_that_is_not_known_is_a_refused_login_without_its_secret(net, answer):
    clock = FakeClock(World())
    login = ClientCredentials(BASE, clock, lambda: ("id", SECRET), ca=None)
    desk = ServiceNow(ItsmHttp(BASE, clock, login, ca=None))
    net.post(f"{BASE}/oauth_token.do", json={"error": "invalid_client"}, **answer)
    with pytest.raises(ItsmLoginRefused) as caught:
        desk.read_change(REF)
    assert SECRET not in str(caught.value)
