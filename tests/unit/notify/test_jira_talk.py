"""What is said to Jira word for word, and what is made of its answers."""

import json
from datetime import UTC, datetime

import pytest
import responses
from responses import matchers

from service.bootstrap import open_desk
from service.domain.inventory import Credentials, Itsm, JiraProject
from service.errors import ItsmLoginRefused, ItsmOutcomeUnknown, ItsmRefused, ItsmUnreachable
from service.notify.itsm_http import basic
from service.ports.itsm import Attachment, ChangeDraft, IncidentDraft
from tests.support.fake_clock import FakeClock, World
from tests.support.ticket_pair import OURS, PairSecrets

BASE = "https://example.atlassian.net"
ISSUE = f"{BASE}/rest/api/2/issue"
CHANGE = f"{ISSUE}/CHG-7"
APPROVALS = f"{BASE}/rest/servicedeskapi/request/CHG-7/approval"
START = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
END = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DIGEST = "d" * 64
DRAFT = ChangeDraft(DIGEST, "a\ntitle", "text", "steps", "back", "", "impact", "high", START, END)
INCIDENT = IncidentDraft("f1", "hq-1: FN72524", "3 APs", "moderate")
PROJECT = JiraProject(
    "CHG",
    "Change",
    "Incident",
    "customfield_10008",
    "customfield_10009",
    ("Awaiting implementation", "Implementing"),
    "Implementing",
    "Completed",
    "Failed",
    "Resolved",
)
OPEN, DONE = ("Implementing", "indeterminate"), ("Completed", "done")


@pytest.fixture
def net():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as found:
        yield found


@pytest.fixture
def desk():
    login = Credentials("svc@example.net", "env:OURS")
    extra = {"customfield_10010": "it/rfc"}
    itsm = Itsm("jira", BASE, login, change=extra, jira=PROJECT)
    return open_desk(itsm, PairSecrets(), FakeClock(World()))


def issue(status=OPEN, **fields):
    told = {"name": status[0], "statusCategory": {"key": status[1]}}
    return {"key": "CHG-7", "fields": {"status": told, **fields}}


def approvals(*decisions, **more):
    values = [{"id": "1", "finalDecision": one} for one in decisions]
    return {"values": values, "isLastPage": True, **more}


def bodies(net):
    return [json.loads(one.request.body) for one in net.calls if one.request.method != "GET"]


def test_a_change_is_opened_with_its_label_its_window_and_every_step(net, desk):
    net.post(ISSUE, json={"id": "1", "key": "CHG-7"}, status=201)
    assert desk.open_change(DRAFT).number == "CHG-7"
    fields = bodies(net)[0]["fields"]
    assert fields["labels"] == [f"aprejoin-{DIGEST}"]
    assert (fields["project"], fields["issuetype"]) == ({"key": "CHG"}, {"name": "Change"})
    assert (fields["summary"], fields["customfield_10010"]) == ("a title", "it/rfc")
    assert fields["customfield_10008"] == "2026-11-22T21:00:00.000+0000"
    assert "Steps\nsteps" in fields["description"]
    assert net.calls[0].request.headers["Authorization"] == basic("svc@example.net", OURS)
    net.replace("POST", ISSUE, json={"key": "../x"}, status=201)
    with pytest.raises(ItsmUnreachable, match="no key"):
        desk.open_change(DRAFT)


def test_an_issue_is_found_by_its_label_and_nobody_elses_is_taken(net, desk):
    jql = f'project = "CHG" AND labels = "aprejoin-{DIGEST}" ORDER BY created'
    wanted = matchers.query_param_matcher({"jql": jql}, strict_match=False)
    found = {"issues": [{"key": "CHG-1", "fields": {"labels": ["other"]}}]}
    net.get(f"{BASE}/rest/api/3/search/jql", json=found, match=[wanted])
    assert desk.find("change", DIGEST) is None
    found["issues"].append({"key": "CHG-7", "fields": {"labels": [f"aprejoin-{DIGEST}"]}})
    net.replace("GET", f"{BASE}/rest/api/3/search/jql", json=found)
    assert desk.find("change", DIGEST).ref == "CHG-7"


@pytest.mark.parametrize(
    ("status", "decisions", "standing"),
    [
        (OPEN, ("approved",), "approved"),
        (("awaiting Implementation", "new"), (), "approved"),
        (OPEN, ("approved", "pending"), "waiting"),
        (OPEN, ("something new",), "waiting"),
        (OPEN, ("declined", "approved"), "withdrawn"),
        (("Awaiting approval", "new"), ("approved",), "waiting"),
        (DONE, ("approved",), "over"),
        (("Declined", "done"), ("declined",), "withdrawn"),
        (("Implementing", "done"), (), "over"),
    ],
)
def test_only_a_status_that_is_named_without_an_open_approval_counts(
    net, desk, status, decisions, standing
):
    window = {
        "customfield_10008": "2026-11-22T22:00:00.000+0100",
        "customfield_10009": "2026-11-23T03:00:00.000+0000",
    }
    net.get(CHANGE, json=issue(status, **window))
    net.get(APPROVALS, json=approvals(*decisions))
    said = desk.read_change("CHG-7")
    assert (said.standing, said.opens, said.closes) == (standing, START, END)


def test_what_is_no_request_has_no_approvals_and_what_is_gone_is_withdrawn(net, desk):
    net.get(CHANGE, json=issue(customfield_10008="soon", customfield_10009=None))
    net.get(APPROVALS, json={"errorMessage": "no request"}, status=404)
    said = desk.read_change("CHG-7")
    assert (said.standing, said.opens, said.closes) == ("approved", None, None)
    net.replace("GET", CHANGE, json={"errorMessages": ["Issue does not exist"]}, status=404)
    assert desk.read_change("CHG-7").standing == "withdrawn"


@pytest.mark.parametrize(
    ("change", "approval"),
    [
        ({"json": {"key": "CHG-7", "fields": {}}}, {"json": approvals()}),
        ({"json": {"fields": {"status": {"name": "Implementing"}}}}, {"json": approvals()}),
        ({"json": issue()}, {"json": approvals(isLastPage=False)}),
        ({"json": issue()}, {"json": {}}),
        ({"json": issue()}, {"status": 503}),
        ({"body": "<html>"}, {"json": approvals()}),
    ],
)
def test_an_answer_without_all_that_counts_is_no_approval(net, desk, change, approval):
    net.get(CHANGE, **change)
    net.get(APPROVALS, **approval)
    with pytest.raises(ItsmUnreachable):
        desk.read_change("CHG-7")


def test_approvals_that_may_not_be_read_are_no_approval(net, desk):
    net.get(CHANGE, json=issue())
    net.get(APPROVALS, status=403)
    with pytest.raises(ItsmRefused):
        desk.read_change("CHG-7")


def test_work_is_moved_by_the_workflow_and_a_verdict_told_once(net, desk):
    known = [{"id": "11", "to": {"name": "Failed"}}, {"id": 21, "to": {"name": "completed"}}]
    net.get(CHANGE, json=issue())
    net.get(f"{CHANGE}/transitions", json={"transitions": known})
    net.get(f"{CHANGE}/comment", json={"comments": [{"body": "other"}]})
    net.post(f"{CHANGE}/comment", json={"id": "1"}, status=201)
    net.post(f"{CHANGE}/transitions", status=204)
    desk.begin_change("CHG-7")
    assert not bodies(net)
    desk.close_change("CHG-7", "successful", "all well")
    comment, moved = bodies(net)
    assert comment["body"] == "successful: all well"
    assert comment["properties"][0]["value"] == {"internal": True}
    assert moved == {"transition": {"id": "21"}}
    net.replace("GET", f"{CHANGE}/comment", json={"comments": [{"body": "successful: all well"}]})
    desk.close_change("CHG-7", "successful", "all well")
    assert len(bodies(net)) == 3
    net.replace("GET", CHANGE, json=issue(DONE))
    desk.close_change("CHG-7", "unsuccessful", "again")
    assert len(bodies(net)) == 3


def test_a_workflow_without_the_way_is_named_with_the_ways_that_it_has(net, desk):
    net.get(CHANGE, json=issue(("Awaiting implementation", "new")))
    net.get(f"{CHANGE}/transitions", json={"transitions": [{"id": "1", "to": {"name": "Open"}}]})
    with pytest.raises(ItsmRefused, match="from here to 'Open'"):
        desk.begin_change("CHG-7")


@pytest.mark.parametrize(
    "status", [("On hold", "indeterminate"), ("Awaiting approval", "new"), DONE]
)
def test_a_change_that_was_taken_back_is_not_moved_but_told(net, desk, status):
    net.get(CHANGE, json=issue(status))
    net.get(f"{CHANGE}/comment", json={"comments": []})
    net.post(f"{CHANGE}/comment", json={"id": "1"}, status=201)
    desk.begin_change("CHG-7")
    desk.close_change("CHG-7", "unsuccessful", "rolled back")
    told = [] if status == DONE else ["unsuccessful: rolled back"]
    assert [one["body"] for one in bodies(net)] == told


def test_notes_and_files_are_told_and_found(net, desk):
    net.post(f"{CHANGE}/attachments", json=[{"id": "1"}])
    desk.attach("change", "CHG-7", Attachment("plan.json", "application/json", b'{"a": 1}'))
    sent = net.calls[0].request
    assert sent.headers["X-Atlassian-Token"] == "no-check"
    assert sent.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename="plan.json"' in sent.body
    net.get(CHANGE, json=issue(attachment=[{"filename": "plan.json"}]))
    assert desk.has_attachment("change", "CHG-7", "plan.json")
    assert not desk.has_attachment("change", "CHG-7", "other.json")
    net.get(f"{CHANGE}/comment", json={"comments": [{"body": "step [aprejoin r1/3]"}]})
    assert desk.has_note("change", "CHG-7", "[aprejoin r1/3]")
    assert not desk.has_note("change", "CHG-7", "[aprejoin r1/4]")


def test_an_incident_is_opened_changed_and_resolved_and_stays_as_others_left_it(net, desk):
    net.post(ISSUE, json={"key": "CHG-7"}, status=201)
    desk.open_incident(INCIDENT)
    net.get(CHANGE, json=issue())
    net.put(CHANGE, status=204)
    assert desk.update_incident("CHG-7", INCIDENT)
    opened, changed = bodies(net)
    assert opened["fields"]["issuetype"] == {"name": "Incident"}
    assert changed["fields"]["summary"] == "hq-1: FN72524"
    net.replace("GET", CHANGE, json=issue(DONE))
    assert not desk.update_incident("CHG-7", INCIDENT)
    desk.resolve_incident("CHG-7", "gone")
    assert len(bodies(net)) == 2


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        ({"status": 400, "json": {"errorMessages": [], "errors": {"a": "b"}}}, ItsmRefused, "a b"),
        ({"status": 403, "json": {"errorMessages": ["no permission"]}}, ItsmRefused, "no perm"),
        ({"status": 401}, ItsmLoginRefused, "401"),
        ({"status": 429, "headers": {"Retry-After": "7"}}, ItsmUnreachable, "429"),
        ({"status": 502}, ItsmOutcomeUnknown, "502"),
    ],
)
def test_what_jira_refuses_is_told_in_its_words(net, desk, answer, expected, words):
    net.post(f"{CHANGE}/comment", **answer)
    with pytest.raises(expected, match=words) as caught:
        desk.note("change", "CHG-7", "text")
    assert type(caught.value) is expected
    assert OURS not in str(caught.value)
