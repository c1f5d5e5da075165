"""Findings as resources, access points and their histories, schedules."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.inventory import Schedule
from service.domain.marks import Word
from service.usecases.schedule import run_schedules
from tests.support.convoy import MENDS, Convoy, found
from tests.unit.api.test_rules import V1, problem

DAY_S = 86_400.0


def finding(service):
    service.ann.post(f"{V1}/sweeps", {})
    service.work()
    (one,) = service.vera.get(f"{V1}/findings").json()["findings"]
    return one


def until(service, days: float) -> str:
    now = service.api.context.clock.now().wall
    return (now + timedelta(days=days)).isoformat()


def states(service, **query) -> list[str]:
    return [one["state"] for one in service.vera.get(f"{V1}/findings", **query).json()["findings"]]


def test_a_finding_is_acknowledged_and_that_is_taken_back(service):
    where = f"{V1}/findings/{finding(service)['id']}"
    told = service.ann.post(f"{where}/acknowledge", {"note": "case 4711"}).json()["finding"]
    assert (told["state"], told["acknowledged"]["by"]) == ("acknowledged", "ann")
    assert told["acknowledged"]["note"] == "case 4711"
    assert service.vera.get(where).json()["finding"] == told
    assert states(service, state="acknowledged") == ["acknowledged"]
    assert states(service, state="open") == []
    again = service.ann.request("DELETE", f"{where}/acknowledge").json()["finding"]
    assert (again["state"], again["acknowledged"]) == ("open", None)


def test_what_was_said_of_a_finding_holds_for_the_next_sweep(service):
    where = f"{V1}/findings/{finding(service)['id']}"
    assert service.ann.post(f"{where}/acknowledge").status_code == 200
    assert finding(service)["state"] == "acknowledged"


def test_a_suppressed_finding_is_shown_and_open_again_at_its_end(service):
    where = f"{V1}/findings/{finding(service)['id']}"
    body = {"reason": "replaced on Monday", "until": until(service, 3)}
    told = service.ann.post(f"{where}/suppress", body).json()["finding"]
    assert (told["state"], told["suppressed"]["reason"]) == ("suppressed", "replaced on Monday")
    assert told["suppressed"]["until"].endswith("Z")
    assert states(service) == ["suppressed"]
    service.crew.stage.world.advance(3 * DAY_S + 1)
    assert states(service) == ["open"]
    assert service.vera.get(where).json()["finding"]["suppressed"] is None


def test_a_suppression_is_lifted_before_its_end(service):
    where = f"{V1}/findings/{finding(service)['id']}"
    service.ann.post(f"{where}/acknowledge")
    service.ann.post(f"{where}/suppress", {"reason": "x", "until": until(service, 3)})
    assert states(service) == ["suppressed"]
    told = service.ann.request("DELETE", f"{where}/suppress").json()["finding"]
    assert (told["state"], told["suppressed"]) == ("acknowledged", None)


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "x", "until": "2020-01-01T00:00:00Z"},
        {"reason": "x", "until": "2999-01-01T00:00:00Z"},
        {"reason": "x", "until": "2027-01-01T00:00:00"},
        {"reason": "x", "until": "tomorrow"},
        {"reason": "", "until": "2027-01-01T00:00:00Z"},
        {"reason": "x"},
        {"reason": "x\u0000", "until": "2027-01-01T00:00:00Z"},
    ],
)
def test_a_suppression_has_a_reason_and_an_end_that_comes(service, body):
    where = f"{V1}/findings/{finding(service)['id']}"
    problem(service.ann.post(f"{where}/suppress", body), 422, "invalid-input")
    assert states(service) == ["open"]


@pytest.mark.parametrize("verb", ["acknowledge", "suppress"])
def test_of_what_no_sweep_sees_nothing_is_said_and_viewers_say_nothing(service, verb):
    body = {"reason": "x", "until": until(service, 1)} if verb == "suppress" else {}
    problem(service.ann.post(f"{V1}/findings/f9/{verb}", body), 404, "not-found")
    problem(service.vera.post(f"{V1}/findings/f9/{verb}", body), 403, "role-needed")
    problem(service.vera.get(f"{V1}/findings/f9"), 404, "not-found")


@pytest.mark.parametrize("policy", [replace(MENDS, on_finding="plan"), MENDS])
def test_for_a_suppressed_finding_the_policy_begins_nothing_until_it_lapses(policy):
    convoy = Convoy(policy=policy)
    one = found("c1")
    hushed, now = one.id, convoy.now
    convoy.store.suppress(hushed, Word("ann", now, "x"), until=now + timedelta(days=1))
    convoy.sweep(one)
    assert (convoy.store.plans(limit=9), convoy.campaign) == ((), None)
    convoy.stage.world.advance(DAY_S + 1)
    convoy.sweep(found("c1"))
    assert convoy.store.plans(limit=9) or convoy.campaign


# -- access points -----------------------------------------------------------------------------


def test_access_points_come_by_mac_page_by_page_either_way(service):
    finding(service)
    path = f"{V1}/controllers/hq-1/aps"
    whole = [one["mac"] for one in service.vera.get(path).json()["aps"]]
    assert whole == sorted(whole)
    assert len(whole) > 1
    for sort, wanted in (("mac", whole), ("-mac", whole[::-1])):
        seen, cursor = [], {}
        while True:
            told = service.vera.get(path, limit=1, sort=sort, **cursor).json()
            seen += [one["mac"] for one in told["aps"]]
            if told["next"] is None:
                break
            cursor = {"cursor": told["next"]}
        assert seen == wanted
    assert all(re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", mac) for mac in whole)


def test_access_points_are_narrowed_by_their_state(service):
    finding(service)
    path = f"{V1}/controllers/hq-1/aps"
    listed = service.vera.get(path).json()["aps"]
    for state in {one["state"] for one in listed}:
        got = service.vera.get(path, state=state, limit=200).json()["aps"]
        assert got == [one for one in listed if one["state"] == state]
    problem(service.vera.get(path, state="lost"), 422, "invalid-input")
    problem(service.vera.get(f"{V1}/controllers/hq-9/aps"), 404, "not-found")


@pytest.mark.parametrize("form", [str, lambda mac: mac.upper().replace(":", "-"), "dotted"])
def test_one_access_point_is_found_by_any_form_of_its_mac_with_its_restarts(service, form):
    mac = finding(service)["aps"][0]["mac"]
    plain = mac.replace(":", "")
    written = f"{plain[:4]}.{plain[4:8]}.{plain[8:]}" if form == "dotted" else form(mac)
    (told,) = service.vera.get(f"{V1}/aps/{written}").json()["aps"]
    assert told["stuck_since"] <= told["state_since"] < told["seen"]
    assert (told["mac"], told["controller"]) == (mac, "hq-1")
    assert len(told["restarts"]) >= 2
    assert told["versions"]
    problem(service.vera.get(f"{V1}/aps/00:00:00:00:00:01"), 404, "not-found")
    problem(service.vera.get(f"{V1}/aps/nonsense"), 422, "invalid-input")


# -- schedules ---------------------------------------------------------------------------------


def test_schedules_are_shown_with_the_sweep_that_each_asked_for_last(service):
    context = service.api.context
    fleet = replace(context.inventory, schedules=(Schedule("night", "sweep", every_s=600.0),))
    context = replace(context, inventory=fleet)
    service.api.set_front(context)
    assert service.vera.get(f"{V1}/schedules").json()["schedules"][0]["last"] is None
    (asked,) = run_schedules(context, service.api.queue)
    (told,) = service.vera.get(f"{V1}/schedules").json()["schedules"]
    assert (told["name"], told["every_s"], told["cron"]) == ("night", 600.0, None)
    assert (told["last"]["sweep"], told["last"]["state"]) == (asked.id, "queued")
