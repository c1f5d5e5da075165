"""Tokens for a part of the fleet: the others are not there for them, in no call."""

from dataclasses import replace

import pytest

from service.domain.scope import Scope
from service.ports.tokens import Role
from service.usecases.admit import create_token, digest_of
from tests.unit.api.test_rules import V1, problem


def caller(service, name, role, scope):
    _, clear = create_token(service.api.context, name, role, valid_s=None, scope=scope)
    return service.api.as_(None, token=clear)


@pytest.fixture
def sites(service):
    """hq-1 in Paris, tagged; lab-1 elsewhere."""
    context = service.api.context
    (hq,) = context.inventory.controllers
    fleet = (replace(hq, site="paris", tags=("branch",)), replace(hq, name="lab-1", site="rome"))
    inventory = replace(context.inventory, controllers=fleet)
    service.api.set_front(replace(context, inventory=inventory))
    return service


@pytest.mark.parametrize("scope", [Scope(sites=("paris",)), Scope(tags=("branch",))])
def test_a_part_of_the_fleet_is_swept_planned_and_mended_by_its_own_people(sites, scope):
    ann, bob = (
        caller(sites, name, role, scope)
        for name, role in (("pia", Role.OPERATOR), ("pol", Role.APPROVER))
    )
    assert [one["name"] for one in ann.get(f"{V1}/controllers").json()["controllers"]] == ["hq-1"]
    where = ann.post(f"{V1}/sweeps", {}).headers["Location"]
    assert ann.get(where).json()["sweep"]["asked"] == ["hq-1"]
    sites.work()
    assert [one["controller"] for one in ann.get(f"{V1}/findings").json()["findings"]] == ["hq-1"]
    where = ann.post(f"{V1}/plans", {"controller": "hq-1"}).headers["Location"]
    sites.work()
    digest = ann.get(where).json()["digest"]
    where = ann.post(f"{V1}/remediations", {"plan_digest": digest}).headers["Location"]
    assert bob.approve(where).status_code == 200
    sites.crew.until_over(sites.worker, where.split("/")[-1])
    assert ann.get(f"{where}/events").text.count("event: end") == 1
    assert ann.get(f"{where}/report").json()["remediation"]["state"] == "succeeded"


def test_for_others_nothing_of_it_is_there(sites):
    rome = caller(sites, "rea", Role.APPROVER, Scope(sites=("rome",)))
    sites.ann.post(f"{V1}/sweeps", {"names": ["hq-1"]})
    sites.work()
    finding = sites.ann.get(f"{V1}/findings").json()["findings"][0]
    where = sites.remediation()
    remediation = where.split("/")[-1]
    plan = sites.ann.get(f"{V1}/plans").json()["plans"][0]
    for name in ("sweeps", "findings", "plans", "remediations"):
        assert rome.get(f"{V1}/{name}").json()[name] == [], name
    assert [one["name"] for one in rome.get(f"{V1}/controllers").json()["controllers"]] == ["lab-1"]
    sweep = sites.ann.get(f"{V1}/sweeps").json()["sweeps"][0]["id"]
    for path in (
        "controllers/hq-1",
        "controllers/hq-1/aps",
        "controllers/hq-1/containments",
        f"aps/{finding['aps'][0]['mac']}",
        f"sweeps/{sweep}",
        f"findings/{finding['id']}",
        f"plans/{plan['id']}",
        f"plans/{plan['digest']}",
        f"remediations/{remediation}",
        f"remediations/{remediation}/report",
        f"remediations/{remediation}/events",
    ):
        told = problem(rome.get(f"{V1}/{path}"), 404, "not-found")
        assert "known: hq-1" not in told
    archive = {"Accept": "application/zip"}
    asked = rome.request("GET", f"{V1}/remediations/{remediation}/report", headers=archive)
    problem(asked, 404, "not-found")
    body = {"kind": "switch-port", "where": "x"}
    for path, sent in (
        ("sweeps", {"names": ["hq-1"]}),
        ("plans", {"controller": "hq-1"}),
        ("remediations", {"plan_digest": plan["digest"]}),
        (f"plans/{plan['digest']}/approve", None),
        (f"remediations/{remediation}/approve", None),
        (f"remediations/{remediation}/cancel", None),
        (f"remediations/{remediation}/rollback", None),
        (f"findings/{finding['id']}/acknowledge", {}),
        ("controllers/hq-1/containments", body),
        ("controllers/hq-1/containments/lift", {}),
    ):
        headers = {"If-Match": "*"}
        problem(rome.post(f"{V1}/{path}", sent, headers=headers), 404, "not-found")
    assert sites.ann.get(where).json()["remediation"]["state"] == "awaiting-approval"


def test_who_has_a_part_of_the_fleet_brings_and_sees_events_and_records_of_that_part(sites):
    rome = caller(sites, "rea", Role.APPROVER, Scope(sites=("rome",)))
    body = {"events": [{"controller": "hq-1", "text": "left"}]}
    told = problem(rome.post(f"{V1}/events", body), 422, "invalid-input")
    assert "no event tells a controller" in told
    where = sites.ann.post(f"{V1}/events", body).headers["Location"]
    problem(rome.get(where), 404, "not-found")
    own = {"events": [{"controller": "lab-1", "text": "left"}]}
    assert rome.post(f"{V1}/events", own).status_code == 202
    sites.ann.post(f"{V1}/events", body | {"events": [{"controller": "hq-1", "text": "more"}]})
    listed = rome.get(f"{V1}/events", limit=1).json()
    assert [one["controller"] for one in listed["events"]] == ["lab-1"]
    assert rome.get(f"{V1}/events", limit=1, cursor=listed["next"]).json()["events"] == []
    for name in ("hq-1", "lab-1"):
        sites.ann.post(f"{V1}/plans", {"controller": name})
    records = rome.get(f"{V1}/audit").json()["audit"]
    assert {one["controller"] for one in records} == {"lab-1"}
    assert {one["act"] for one in records} == {"plan.ask"}


def test_an_access_point_elsewhere_ties_no_event_for_who_does_not_see_it(sites):
    sites.ann.post(f"{V1}/sweeps", {"names": ["hq-1"]})
    sites.work()
    mac = sites.ann.get(f"{V1}/controllers/hq-1/aps").json()["aps"][0]["mac"]
    rome = caller(sites, "rea", Role.OPERATOR, Scope(sites=("rome",)))
    body = {"events": [{"mac": mac, "text": "left"}]}
    assert sites.ann.post(f"{V1}/events", body).status_code == 202
    problem(rome.post(f"{V1}/events", body), 422, "invalid-input")


def test_a_list_has_whole_pages_whatever_is_left_out_of_it(sites):
    rome = caller(sites, "rea", Role.OPERATOR, Scope(sites=("rome",)))
    made = []
    for number in range(6):
        name = "lab-1" if number % 3 == 0 else "hq-1"
        item = sites.ann.post(f"{V1}/sweeps", {"names": [name]}).json()["id"]
        made += [item] if name == "lab-1" else []
        sites.crew.stage.world.advance(1)
    first = rome.get(f"{V1}/sweeps", limit=1).json()
    rest = rome.get(f"{V1}/sweeps", limit=1, cursor=first["next"]).json()
    assert [page["sweeps"][0]["id"] for page in (first, rest)] == made[::-1]


def test_versions_that_know_no_scopes_do_not_find_such_a_token(service):
    context = service.api.context
    scope = Scope(sites=("paris",))
    made, clear = create_token(context, "pia", Role.VIEWER, valid_s=None, scope=scope)
    assert context.store.token_with(digest_of(clear)) is None
    assert context.store.token(made.id).scope == scope


def test_a_token_tells_to_the_minute_when_it_was_used_last(service):
    (token,) = [one for one in service.store.tokens() if one.name == "vera"]
    assert token.last_used is None
    service.vera.get(f"{V1}/sweeps")
    first = service.store.token(token.id).last_used
    assert first is not None
    service.crew.stage.world.advance(59)
    service.vera.get(f"{V1}/sweeps")
    assert service.store.token(token.id).last_used == first
    service.crew.stage.world.advance(1)
    service.vera.get(f"{V1}/sweeps")
    assert service.store.token(token.id).last_used > first
