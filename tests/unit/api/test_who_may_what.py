"""Every call of the document by every role, with tokens of all, of its own and of another site.

One table; a call that is not in it fails. Whoever is admitted sends nothing that could do anything.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import anyio
import httpx
import pytest

from service.api.restconf.operations import OPERATIONS
from service.domain.scope import WHOLE, Scope
from service.ports.tokens import Role
from service.usecases.admit import create_token
from tests.support.browser import ROLES, Caller
from tests.support.fleet_service import FLEET, with_file

VIEWER, OPERATOR, APPROVER, ADMIN = Role.VIEWER, Role.OPERATOR, Role.APPROVER, Role.ADMIN


class Row(NamedTuple):
    """Who may make a call: that role and those above it.

    Attributes:
        fleet: it is about the whole fleet: a token of a part of it is refused.
    """

    role: Role
    fleet: bool = False


OPEN = {"healthz", "readyz"}
SIGNED = {"post_word"}
TABLE = {
    "list_controllers": Row(VIEWER),
    "post_controller": Row(ADMIN),
    "get_controller": Row(VIEWER),
    "put_controller": Row(ADMIN),
    "patch_controller": Row(ADMIN),
    "delete_controller": Row(ADMIN),
    "list_aps": Row(VIEWER),
    "get_ap": Row(VIEWER),
    "post_sweep": Row(OPERATOR),
    "list_sweeps": Row(VIEWER),
    "get_sweep": Row(VIEWER),
    "list_schedules": Row(VIEWER, fleet=True),
    "list_findings": Row(VIEWER),
    "get_finding": Row(VIEWER),
    "post_acknowledgement": Row(OPERATOR),
    "delete_acknowledgement": Row(OPERATOR),
    "post_suppression": Row(OPERATOR),
    "delete_suppression": Row(OPERATOR),
    "post_schedule": Row(ADMIN, fleet=True),
    "get_schedule": Row(VIEWER, fleet=True),
    "put_schedule": Row(ADMIN, fleet=True),
    "patch_schedule": Row(ADMIN, fleet=True),
    "delete_schedule": Row(ADMIN, fleet=True),
    "list_freezes": Row(VIEWER, fleet=True),
    "post_freeze": Row(ADMIN, fleet=True),
    "get_freeze": Row(VIEWER, fleet=True),
    "put_freeze": Row(ADMIN, fleet=True),
    "patch_freeze": Row(ADMIN, fleet=True),
    "delete_freeze": Row(ADMIN, fleet=True),
    "get_inventory": Row(VIEWER, fleet=True),
    "post_import": Row(ADMIN, fleet=True),
    "get_policy": Row(ADMIN, fleet=True),
    "put_policy": Row(ADMIN, fleet=True),
    "list_part": Row(ADMIN, fleet=True),
    "get_part": Row(ADMIN, fleet=True),
    "put_part": Row(ADMIN, fleet=True),
    "delete_part": Row(ADMIN, fleet=True),
    "get_forecast": Row(VIEWER, fleet=True),
    "post_plan": Row(OPERATOR),
    "list_plans": Row(VIEWER),
    "get_plan": Row(VIEWER),
    "post_plan_approval": Row(APPROVER),
    "post_plan_rejection": Row(APPROVER),
    "post_remediation": Row(OPERATOR),
    "list_remediations": Row(VIEWER),
    "get_remediation": Row(VIEWER),
    "get_report": Row(VIEWER),
    "get_events": Row(VIEWER),
    "post_approval": Row(APPROVER),
    "post_cancel": Row(OPERATOR),
    "post_rollback": Row(OPERATOR),
    "get_halt": Row(VIEWER, fleet=True),
    "put_halt": Row(OPERATOR, fleet=True),
    "delete_halt": Row(APPROVER, fleet=True),
    "post_campaign": Row(OPERATOR, fleet=True),
    "list_campaigns": Row(VIEWER, fleet=True),
    "get_campaign": Row(VIEWER, fleet=True),
    "post_campaign_resume": Row(OPERATOR, fleet=True),
    "post_campaign_cancel": Row(OPERATOR, fleet=True),
    "list_containments": Row(VIEWER),
    "post_containment": Row(OPERATOR),
    "post_lifting": Row(OPERATOR),
    "list_audit": Row(APPROVER),
    "get_verification": Row(APPROVER, fleet=True),
    "post_webhook": Row(ADMIN, fleet=True),
    "list_webhooks": Row(ADMIN, fleet=True),
    "get_webhook": Row(ADMIN, fleet=True),
    "patch_webhook": Row(ADMIN, fleet=True),
    "delete_webhook": Row(ADMIN, fleet=True),
    "list_deliveries": Row(ADMIN, fleet=True),
    "post_redelivery": Row(ADMIN, fleet=True),
    "list_channels": Row(ADMIN, fleet=True),
    "get_channel": Row(ADMIN, fleet=True),
    "list_messages": Row(ADMIN, fleet=True),
    "post_test": Row(ADMIN, fleet=True),
    "post_message": Row(ADMIN, fleet=True),
    "post_token": Row(ADMIN, fleet=True),
    "list_tokens": Row(ADMIN, fleet=True),
    "delete_token": Row(ADMIN, fleet=True),
    "post_events": Row(OPERATOR),
    "list_events": Row(VIEWER),
    "get_event": Row(VIEWER),
}
SITE, ELSEWHERE = Scope(sites=("paris",)), Scope(sites=("atlantis",))
SCOPES = {"all": WHOLE, "inside": SITE, "outside": ELSEWHERE}


OUTSIDE = {"post_controller": 422, "post_events": 422}
"""What is new is nowhere yet, and an event that tells no controller is nobody's."""
WORDS = re.compile(r"urn:aprejoin:problem:(token-refused|role-needed|scope-needed)")


class Call(NamedTuple):
    """One call, and how it is made without doing anything, or so that it would do something."""

    name: str
    method: str
    harmless: str
    real: str
    has_body: bool
    body: Any


class Answered(NamedTuple):
    """What one caller got: `admitted`, or why not."""

    call: str
    verdict: str
    status: int
    text: str


def calls(document, known) -> Iterator[Call]:
    """Every call of the document; names that are there are those of the story."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = operation["operationId"]
            there = {**known.get(name, {}).get("parameters", {}), "name": "hq-1"}
            nothing = re.sub(r"\{\w+\}", "nothing-there", path)
            real = re.sub(r"\{(\w+)\}", lambda found, there=there: there.get(found[1], "x"), path)
            body = known.get(name, {}).get("request")
            if body and name == "put_controller":
                body = {**body, "name": "hq-1"}
            yield Call(name, method.upper(), nothing, real, "requestBody" in operation, body)


def ask_all(app, clear: str | None, wanted: Sequence[Call], *, real: bool) -> list[Answered]:
    """Make calls with one token, one after the other."""
    headers = {"If-Match": "*"} | ({"Authorization": f"Bearer {clear}"} if clear else {})

    async def go() -> list[Answered]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://api", headers=headers
        ) as client:
            return [await ask(client, one, real=real) for one in wanted]

    return anyio.run(go)


async def ask(client: httpx.AsyncClient, call: Call, *, real: bool) -> Answered:
    body = call.body if real else {"unknown": 1}
    settings = {"json": body} if call.has_body else {}
    answered = await client.request(call.method, call.real if real else call.harmless, **settings)
    found = WORDS.search(answered.text)
    verdict = found[1] if found and answered.status_code in (401, 403) else "admitted"
    return Answered(call.name, verdict, answered.status_code, answered.text)


@dataclass
class Matrix:
    """The service, its calls, and tokens of each role for each part of the fleet."""

    app: Any
    calls: Sequence[Call]
    clear: dict[tuple[Role, str], str]

    def ask(self, role: Role | None, scope: str = "all", *, real: bool = False) -> list[Answered]:
        clear = None if role is None else self.clear[role, scope]
        return ask_all(self.app, clear, [one for one in self.calls if one.name in TABLE], real=real)


@pytest.fixture(scope="module")
def matrix(told, tmp_path_factory):
    service, known = told
    before = service.api.context, service.api.app.state.front
    inventory = tmp_path_factory.mktemp("fleet") / "inventory.yaml"
    inventory.write_text(FLEET)
    context = with_file(service, inventory).service.api.context
    clear = {
        (role, name): create_token(
            context, f"{role.label} {name}", role, valid_s=None, scope=scope
        )[1]
        for role in ROLES.values()
        for name, scope in SCOPES.items()
    }
    app = service.api.app
    yield Matrix(app, tuple(calls(app.openapi(), known)), clear)
    service.api.context, service.api.app.state.front = before


def test_every_call_of_the_document_has_its_row(matrix):
    assert {one.name for one in matrix.calls} == {*TABLE, *OPEN, *SIGNED}


def test_nobody_without_a_token_is_admitted_but_to_health(matrix):
    assert {one.verdict for one in matrix.ask(None)} == {"token-refused"}
    others = [one for one in matrix.calls if one.name not in TABLE]
    root = matrix.clear[ADMIN, "all"]
    for clear in (None, root):
        found = {one.call: one.verdict for one in ask_all(matrix.app, clear, others, real=False)}
        assert found == {
            **dict.fromkeys(OPEN, "admitted"),
            **dict.fromkeys(SIGNED, "token-refused"),
        }


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", list(ROLES.values()), ids=lambda role: role.label)
def test_a_call_is_open_from_its_role_on_and_what_is_the_fleets_to_the_whole_fleets_tokens(
    matrix, role, scope
):
    answers = matrix.ask(role, scope)
    found = {one.call: one.verdict for one in answers}
    refused = [one for one in answers if one.verdict == "role-needed"]
    assert all(f"the role {TABLE[one.call].role.label}" in one.text for one in refused)
    wanted = {
        name: "role-needed"
        if role < row.role
        else "scope-needed"
        if row.fleet and scope != "all"
        else "admitted"
        for name, row in TABLE.items()
    }
    assert found == wanted


def test_what_a_token_is_not_for_is_not_there_for_it(matrix):
    """Calls that would do something, by an administrator of another site."""
    for one in matrix.ask(ADMIN, "outside", real=True):
        if TABLE[one.call].fleet:
            assert one.verdict == "scope-needed", one
        elif one.status == 200:
            assert one.call.startswith("list_"), one
            assert "hq-1" not in one.text, one
        else:
            assert one.status == OUTSIDE.get(one.call, 404), one


def test_what_a_token_is_for_is_there_for_it(matrix):
    for one in matrix.ask(VIEWER, "inside", real=True):
        row = TABLE[one.call]
        if row.role is VIEWER and not row.fleet:
            assert one.status == 200, one


CONTROLLER, PLAN = "data/aprejoin:controllers/controller=hq-1", "data/aprejoin:plans/plan=x"
FINDING = "data/aprejoin:findings/finding=x"
REMEDIATION = "data/aprejoin:remediations/remediation=x"
RESTCONF = {
    "GET ": VIEWER,
    "GET data": VIEWER,
    "GET data/aprejoin:controllers": VIEWER,
    f"GET {CONTROLLER}/access-points": VIEWER,
    "GET operations": VIEWER,
    "GET yang-library-version": VIEWER,
    "GET modules/aprejoin@2026-11-22": VIEWER,
    "OPTIONS data": VIEWER,
    "POST operations/aprejoin:nothing": VIEWER,
    "POST data/aprejoin:controllers": VIEWER,
    "POST operations/aprejoin:start-sweep": OPERATOR,
    "POST operations/aprejoin:make-plan": OPERATOR,
    "POST operations/aprejoin:request-remediation": OPERATOR,
    "POST operations/aprejoin:approve-plan": APPROVER,
    f"POST {CONTROLLER}/start-sweep": OPERATOR,
    f"POST {CONTROLLER}/make-plan": OPERATOR,
    f"POST {FINDING}/acknowledge": OPERATOR,
    f"POST {FINDING}/suppress": OPERATOR,
    f"POST {FINDING}/lift-suppression": OPERATOR,
    f"POST {PLAN}/approve": APPROVER,
    f"POST {PLAN}/reject": APPROVER,
    f"POST {REMEDIATION}/approve": APPROVER,
    f"POST {REMEDIATION}/cancel": OPERATOR,
    f"POST {REMEDIATION}/rollback": OPERATOR,
}
"""The same use cases over RESTCONF. What is sent can do nothing."""
APP_TAG = re.compile(r'"error-app-tag":"(token-refused|role-needed|scope-needed)"')


def over_restconf(app, clear: str | None) -> dict[str, str]:
    caller = Caller(app, clear)
    told = {}
    for call in RESTCONF:
        method, _, place = call.partition(" ")
        sent = {"json": {"unknown": 1}} if method == "POST" else {}
        found = APP_TAG.search(
            caller.request(method, f"/restconf/{place}".rstrip("/"), **sent).text
        )
        told[call] = found[1] if found else "admitted"
    return told


def test_every_operation_of_the_model_has_its_row():
    written = {re.sub(r"aprejoin:|=[\w-]+", "", one.partition(" ")[2]) for one in RESTCONF}
    bare = {one.removeprefix("operations/").removeprefix("data/") for one in written}
    assert set(OPERATIONS) <= bare


def test_over_restconf_nobody_is_admitted_without_a_token(matrix):
    assert set(over_restconf(matrix.app, None).values()) == {"token-refused"}


@pytest.mark.parametrize("role", list(ROLES.values()), ids=lambda role: role.label)
def test_over_restconf_a_call_is_open_from_its_role_on(matrix, role):
    wanted = {call: "role-needed" if role < of else "admitted" for call, of in RESTCONF.items()}
    assert over_restconf(matrix.app, matrix.clear[role, "all"]) == wanted


def test_over_restconf_another_site_is_not_there(matrix):
    outside = Caller(matrix.app, matrix.clear[ADMIN, "outside"])
    inside = Caller(matrix.app, matrix.clear[VIEWER, "inside"])
    assert "hq-1" in inside.get("/restconf/data").text
    assert "hq-1" not in outside.get("/restconf/data").text
    here = f"/restconf/{CONTROLLER}"
    assert inside.get(here).status_code == 200
    assert outside.get(here).status_code == 404
    assert outside.get(f"{here}/access-points").status_code == 404
    assert outside.post(f"{here}/start-sweep").status_code == 404
