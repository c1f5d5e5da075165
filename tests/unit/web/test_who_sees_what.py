"""Every page by every role, with sessions of all, of its own and of another site: one table.

A route that is not in it fails. Whoever is admitted to a form sends nothing that could do anything.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from fastapi.routing import APIRoute

from service.domain.scope import WHOLE, Scope
from service.ports.tokens import Role
from service.usecases.admit import create_token
from service.web.app import ROUTERS
from tests.support.api_service import crew_service
from tests.support.fleet_service import FLEET, with_file
from tests.support.pages import Browser, pages

VIEWER, OPERATOR, APPROVER, ADMIN = Role.VIEWER, Role.OPERATOR, Role.APPROVER, Role.ADMIN
SCOPES = {"all": WHOLE, "inside": Scope(sites=("paris",)), "outside": Scope(sites=("atlantis",))}
OPEN = {"get_asset", "get_sign_in", "post_sign_in", "post_theme"}
OPEN |= {"get_issuer", "get_callback", "get_signed_out"}


class Row(NamedTuple):
    """Who may go there: that role and those above it; `fleet`: with a session of all of it."""

    role: Role
    fleet: bool = False


TABLE = {
    "get_fleet": Row(VIEWER),
    "get_live": Row(VIEWER),
    "get_controller": Row(VIEWER),
    "post_sweep": Row(OPERATOR),
    "get_ap": Row(VIEWER),
    "get_plans": Row(VIEWER),
    "get_plan": Row(VIEWER),
    "post_plan": Row(OPERATOR),
    "post_plan_approval": Row(APPROVER),
    "post_plan_rejection": Row(APPROVER),
    "post_wish": Row(OPERATOR),
    "get_remediations": Row(VIEWER),
    "get_remediation": Row(VIEWER),
    "post_approval": Row(APPROVER),
    "get_stop": Row(OPERATOR),
    "post_stop": Row(OPERATOR),
    "get_evidence": Row(VIEWER),
    "get_schedules": Row(VIEWER, fleet=True),
    "post_run": Row(OPERATOR, fleet=True),
    "get_audit": Row(APPROVER),
    "get_verification": Row(APPROVER, fleet=True),
    "get_channels": Row(ADMIN, fleet=True),
    "post_try_out": Row(ADMIN, fleet=True),
    "post_again": Row(ADMIN, fleet=True),
    "get_stuck": Row(VIEWER),
    "post_sign_out": Row(VIEWER),
}


class Call(NamedTuple):
    name: str
    method: str
    path: str


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The pages over two sites, their routes, and a browser of each role and scope."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "inventory.yaml").write_text(FLEET)
    with crew_service(folder) as service:
        context = with_file(service, folder / "inventory.yaml").service.api.context
        app = pages(service.api.app.state.front)
        browsers = {(None, "all"): Browser(app)}
        for role in Role:
            for scope, told in SCOPES.items():
                name = f"{role.label} {scope}"
                _, clear = create_token(context, name, role, valid_s=None, scope=told)
                browsers[role, scope] = Browser(app)
                browsers[role, scope].sign_in(clear)
        yield _calls(), browsers


def _calls() -> Sequence[Call]:
    return [
        Call(route.name, method, re.sub(r"\{\w+\}", "nothing-there", route.path))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    ]


def verdict(browser: Browser, call: Call) -> str:
    """What becomes of a call; a form of nothing does nothing, for it has no key."""
    if call.method == "POST":
        answer = browser.post(call.path, with_key=False)
    else:
        answer = browser.get(call.path)
    location = answer.headers.get("location", "")
    if answer.status_code == 401 or location.startswith("/sign-in?"):
        return "stranger"
    if answer.status_code == 403 and "this takes" in answer.text:
        return "scope-needed" if "whole fleet" in answer.text else "role-needed"
    assert answer.status_code in (200, 303, 400, 403, 404, 422), (call, answer.text)
    assert call.method == "GET" or answer.status_code == 403, call
    return "admitted"


def test_every_route_has_its_row(house):
    calls, _ = house
    assert {call.name for call in calls} == {*TABLE, *OPEN}


def test_who_is_not_signed_in_sees_nothing_but_how_to_sign_in(house):
    calls, browsers = house
    stranger = browsers[None, "all"]
    assert {verdict(stranger, call) for call in calls if call.name in TABLE} == {"stranger"}


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.label)
def test_a_page_is_open_from_its_role_on_and_what_is_the_fleets_to_the_whole_fleets(
    house, role, scope
):
    calls, browsers = house
    known = [call for call in calls if call.name in TABLE]
    found = {call.name: verdict(browsers[role, scope], call) for call in known}
    assert found == {
        name: "role-needed"
        if role < row.role
        else "scope-needed"
        if row.fleet and scope != "all"
        else "admitted"
        for name, row in TABLE.items()
    }


def test_what_a_session_is_not_for_is_not_there_for_it(house):
    calls, browsers = house
    for call in calls:
        if call.method == "GET" and call.name in TABLE:
            assert "hq-1" not in browsers[ADMIN, "outside"].get(call.path).text, call


def test_a_session_of_a_site_sees_its_controllers_alone(house):
    _, browsers = house
    told = browsers[VIEWER, "inside"].get("/").text
    assert "hq-1" in told
    assert "lab-1" not in told
