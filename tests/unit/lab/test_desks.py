"""The desks without their sockets: who may decide what, and what they refuse."""

import base64
import json

import pytest

from service.lab.desk.desk import Request
from service.lab.desk.jira import Site
from service.lab.desk.servicenow import Instance
from service.lab.errors import LabError
from service.lab.fleet import from_mapping

LOGIN = {"authorization": "Basic " + base64.b64encode(b"lab:secret").decode()}
OPENINGS = {
    Instance: ("/api/sn_chg_rest/change/normal", {"short_description": "hq-1"}),
    Site: (
        "/rest/api/2/issue",
        {
            "fields": {
                "project": {"key": "CHG"},
                "issuetype": {"name": "Change"},
                "summary": "hq-1",
            }
        },
    ),
}
WAITING = {Instance: "New", Site: "Awaiting approval"}
READY = {Instance: "Scheduled", Site: "Awaiting implementation"}
KINDS = pytest.mark.parametrize("kind", [Instance, Site])


def say(desk, method, path, body=None, **headers):
    raw = b"" if body is None else json.dumps(body).encode()
    return desk.answer(Request(method, path, {}, LOGIN | headers, raw))


def opened(kind):
    """A desk with one change, and its number."""
    desk = kind("lab", "secret")
    assert say(desk, "POST", *OPENINGS[kind]).status in {200, 201}
    (row,) = desk.listed()
    assert (row["state"], row["opens"], row["notes"]) == (WAITING[kind], "", [])
    return desk, row["number"]


@KINDS
def test_a_change_is_approved_as_it_was_planned_or_from_now_on(kind):
    desk, number = opened(kind)
    assert desk.approve_number(number, None)["opens"] == ""
    row = desk.approve_number(number, 4.0)
    assert (row["state"], row["approval"]) == (READY[kind], "approved")
    assert row["opens"] < row["closes"]


@KINDS
def test_what_was_taken_back_stays_so(kind):
    desk, number = opened(kind)
    desk.withdraw_number(number)
    for decide in (lambda: desk.approve_number(number, None), lambda: desk.withdraw_number(number)):
        with pytest.raises(LabError, match="nothing changes it any more"):
            decide()
    assert desk.listed()[0]["approval"] in {"rejected", "declined"}


@KINDS
def test_a_number_that_is_not_there_is_told_with_those_that_are(kind):
    desk, number = opened(kind)
    with pytest.raises(LabError, match=rf"no change CHG9 at this desk: {number}"):
        desk.approve_number("CHG9", None)


@KINDS
def test_nobody_else_is_let_in(kind):
    desk, _ = opened(kind)
    assert say(desk, "POST", *OPENINGS[kind], authorization="Basic b3RoZXI6").status == 401
    assert len(desk.listed()) == 1


def test_jira_keeps_an_issue_from_ways_and_fields_that_its_project_does_not_have():
    desk, number = opened(Site)
    issue = f"/rest/api/2/issue/{number}"
    assert say(desk, "GET", f"{issue}/transitions").document == {"transitions": []}
    to_begun = {"transition": {"id": "41"}}
    assert say(desk, "POST", f"{issue}/transitions", to_begun).status == 400
    wrong = {"customfield_1": "x", "summary": "two\nlines", "customfield_10008": "tomorrow"}
    refused = say(desk, "PUT", issue, {"fields": wrong})
    assert (refused.status, set(refused.document["errors"])) == (400, set(wrong))
    assert say(desk, "POST", f"{issue}/attachments").status == 403
    assert say(desk, "GET", "/rest/api/2/issue/CHG-9").status == 404


def test_servicenow_keeps_a_change_from_skipping_a_state():
    desk, _ = opened(Instance)
    path = f"/api/sn_chg_rest/change/{desk.the_change()['sys_id']}"
    refused = say(desk, "PATCH", path, {"state": "-1"})
    assert (refused.status, desk.the_change()["state"]) == (400, -5)


def test_a_fleet_with_a_desk_that_nobody_knows_is_refused_by_its_key():
    controllers = [{"name": "hq-1", "release": "17.9.1"}]
    assert from_mapping({"controllers": controllers, "desk": "jira"}).desk == "jira"
    with pytest.raises(LabError, match="desk"):
        from_mapping({"controllers": controllers, "desk": "remedy"})
