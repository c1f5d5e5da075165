"""The document that describes the API: whole, and true to what the API does."""

import re

import pytest

from service.api.app import OPENAPI, make_app
from service.api.problems import MEDIA_TYPE, PREFIX
from service.door.sorts import SORTS
from tests.support.browser import Caller

OPEN = {"/healthz", "/readyz"}
SIGNED = "/api/v1/tickets/words"
NOT_FOR_EVERYBODY = ["401", "403", "503"]


def no_front():
    raise AssertionError("the document needs no front")


@pytest.fixture(scope="module")
def document():
    answered = Caller(make_app(no_front), token=None).get(OPENAPI)
    assert answered.status_code == 200
    return answered.json()


AT_ONCE = (
    "/controllers",
    "/schedules",
    "/freezes",
    "/import",
    "/approve",
    "/reject",
    "/acknowledge",
    "/suppress",
    "/containments",
    "/lift",
    "/webhooks",
    "/tokens",
    "/words",
)
"""What is noted, not worked on."""


def operations(document):
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_every_way_of_the_design_is_there(document):
    found = {f"{method} {path.removeprefix('/api/v1')}" for path, method, _ in operations(document)}
    assert found == {
        "get /controllers",
        "post /controllers",
        "get /controllers/{name}",
        "put /controllers/{name}",
        "patch /controllers/{name}",
        "delete /controllers/{name}",
        "post /sweeps",
        "get /sweeps",
        "get /sweeps/{sweep}",
        "get /findings",
        "get /findings/{finding}",
        "post /findings/{finding}/acknowledge",
        "delete /findings/{finding}/acknowledge",
        "post /findings/{finding}/suppress",
        "delete /findings/{finding}/suppress",
        "get /controllers/{name}/aps",
        "get /aps/{mac}",
        "post /events",
        "get /events",
        "get /events/{event}",
        "post /tickets/words",
        "get /schedules",
        "post /schedules",
        "get /schedules/{name}",
        "put /schedules/{name}",
        "patch /schedules/{name}",
        "delete /schedules/{name}",
        "get /freezes",
        "post /freezes",
        "get /freezes/{name}",
        "put /freezes/{name}",
        "patch /freezes/{name}",
        "delete /freezes/{name}",
        "get /inventory",
        "post /inventory/import",
        "get /inventory/policy",
        "put /inventory/policy",
        "get /inventory/{part}",
        "get /inventory/{part}/{name}",
        "put /inventory/{part}/{name}",
        "delete /inventory/{part}/{name}",
        "get /forecast",
        "post /plans",
        "get /plans",
        "get /plans/{plan}",
        "post /plans/{digest}/approve",
        "post /plans/{digest}/reject",
        "post /remediations",
        "get /remediations",
        "get /remediations/{remediation}",
        "get /remediations/{remediation}/report",
        "get /remediations/{remediation}/events",
        "post /remediations/{remediation}/approve",
        "post /remediations/{remediation}/cancel",
        "post /remediations/{remediation}/rollback",
        "get /audit",
        "get /audit/verification",
        "get /halt",
        "put /halt",
        "delete /halt",
        "post /campaigns",
        "get /campaigns",
        "get /campaigns/{campaign}",
        "post /campaigns/{campaign}/resume",
        "post /campaigns/{campaign}/cancel",
        "get /controllers/{name}/containments",
        "post /controllers/{name}/containments",
        "post /controllers/{name}/containments/lift",
        "get /channels",
        "get /channels/{channel}",
        "get /channels/{channel}/messages",
        "post /channels/{channel}/messages/{message}/redeliver",
        "post /channels/{channel}/test",
        "post /webhooks",
        "get /webhooks",
        "get /webhooks/{webhook}",
        "patch /webhooks/{webhook}",
        "delete /webhooks/{webhook}",
        "get /webhooks/{webhook}/deliveries",
        "post /webhooks/{webhook}/deliveries/{delivery}/redeliver",
        "post /tokens",
        "get /tokens",
        "delete /tokens/{token}",
        "get /healthz",
        "get /readyz",
    }


def test_every_operation_has_a_summary_a_description_a_tag_and_a_name_of_its_own(document):
    names = []
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert operation["tags"], where
        names.append(operation["operationId"])
    assert len(set(names)) == len(names)


def test_every_error_is_documented_as_problem_details(document):
    for path, method, operation in operations(document):
        if path in OPEN:
            continue
        responses = operation["responses"]
        assert set(NOT_FOR_EVERYBODY) <= set(responses), f"{method} {path}"
        for status, response in responses.items():
            if status.startswith(("4", "5")):
                wanted = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
                told = {
                    kind: {"schema": one["schema"]} for kind, one in response["content"].items()
                }
                assert told == wanted, f"{method} {path} {status}"


def test_a_path_with_a_name_in_it_may_be_not_found(document):
    for path, method, operation in operations(document):
        if "{" in path:
            assert "404" in operation["responses"], f"{method} {path}"


def test_what_creates_work_is_accepted_and_takes_a_key(document):
    for path, method, operation in operations(document):
        if method != "post":
            continue
        names = {parameter["name"] for parameter in operation["parameters"]}
        assert "Idempotency-Key" in names, path
        assert ("202" in operation["responses"]) != path.endswith(AT_ONCE), path


def test_every_list_has_pages(document):
    for path in ("controllers", "sweeps", "findings", "plans", "remediations", "events"):
        operation = document["paths"][f"/api/v1/{path}"]["get"]
        assert {"limit", "cursor"} <= {one["name"] for one in operation["parameters"]}


def test_everything_but_health_needs_a_token_or_a_signature(document):
    (scheme,) = document["components"]["securitySchemes"]
    for path, method, operation in operations(document):
        wanted = None if path in {*OPEN, SIGNED} else [{scheme: []}]
        assert operation.get("security") == wanted, f"{method} {path}"


def test_every_reference_leads_somewhere(document):
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    used = set(re.findall(r"'\$ref': '([^']+)'", str(document)))
    assert used <= known
    assert not any("HTTPValidationError" in one for one in known), "errors have one form"


def test_types_of_problems_are_names_that_need_no_quoting():
    names = [sort.name for _, sort in SORTS]
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)
    assert PREFIX.startswith("urn:")
    assert len(set(names)) == len(names)
