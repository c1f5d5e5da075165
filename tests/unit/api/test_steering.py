"""The stop switch and campaigns by HTTP: who may, what is told, what it does."""

from dataclasses import replace

import pytest

from service.domain.waves import Fate
from service.ports.jobs import AdvanceCampaign
from service.usecases.halt import LONGEST_REASON

V1 = "/api/v1"
WHY = {"reason": "half of Paris is dark"}


def halted(service):
    return service.vera.get(f"{V1}/halt").json()["halt"]


def test_an_operator_halts_everybody_sees_it_and_an_approver_lifts_it(service):
    assert halted(service) is None
    answer = service.ann.request("PUT", f"{V1}/halt", json=WHY)
    assert (answer.status_code, answer.json()["halt"]["by"]) == (200, "ann")
    assert halted(service) == {**WHY, "by": "ann", "at": answer.json()["halt"]["at"]}
    assert service.ann.request("DELETE", f"{V1}/halt").status_code == 403
    lifted = service.bob.request("DELETE", f"{V1}/halt").json()
    assert (lifted["halt"], lifted["lifted"]["by"]) == (None, "ann")
    assert halted(service) is None


def test_a_viewer_cannot_halt_and_nobody_lifts_what_is_not_halted(service):
    assert service.vera.request("PUT", f"{V1}/halt", json=WHY).status_code == 403
    assert service.nobody.request("PUT", f"{V1}/halt", json=WHY).status_code == 401
    answer = service.bob.request("DELETE", f"{V1}/halt")
    assert (answer.status_code, answer.json()["detail"]) == (409, "nothing is halted")
    assert halted(service) is None


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * (LONGEST_REASON + 1)}, None])
def test_a_halt_needs_a_reason(service, body):
    assert service.ann.request("PUT", f"{V1}/halt", json=body).status_code == 422


def test_while_it_holds_a_remediation_says_why_it_waits(service):
    service.ann.request("PUT", f"{V1}/halt", json=WHY)
    where = service.remediation()
    service.bob.approve(where)
    service.crew.job(service.worker, where.split("/")[-1])
    told = service.vera.get(where).json()["remediation"]
    assert told["state"] == "queued"
    assert WHY["reason"] in told["detail"]


def swept(service):
    service.ann.post(f"{V1}/sweeps")
    service.work()


def test_a_campaign_is_asked_for_seen_and_cancelled(service):
    swept(service)
    asked = service.ann.post(f"{V1}/campaigns", {"names": ["hq-1"], "issue": "FN72524"})
    where = asked.headers["Location"]
    item = where.split("/")[-1]
    assert (asked.status_code, asked.json()["state"]) == (202, "running")
    assert service.api.queue.jobs == [AdvanceCampaign(item)]
    told = service.vera.get(where).json()["campaign"]
    assert (told["asked_by"], told["waves"]) == ("ann", [1, 5, 20])
    (target,) = told["controllers"]
    assert (target["name"], target["state"], target["wave"]) == ("hq-1", "waiting", None)
    (listed,) = service.vera.get(f"{V1}/campaigns").json()["campaigns"]
    assert listed == {key: value for key, value in told.items() if key != "controllers"}
    assert service.ann.post(f"{where}/cancel").status_code == 202
    assert service.vera.get(where).json()["campaign"]["detail"] == "cancelled by ann"
    assert service.ann.post(f"{where}/cancel").status_code == 409


def test_one_campaign_at_a_time(service):
    swept(service)
    first = service.ann.post(f"{V1}/campaigns", {})
    again = service.ann.post(f"{V1}/campaigns", {})
    assert again.status_code == 409
    assert first.json()["id"] in again.json()["detail"]


@pytest.mark.parametrize("body", [{}, {"issue": "FN63942"}])
def test_a_campaign_over_what_no_sweep_found_is_refused(service, body):
    if body:
        swept(service)
    answer = service.ann.post(f"{V1}/campaigns", body)
    assert answer.status_code == 409
    assert "sweep first" in answer.json()["detail"]


def test_a_campaign_that_stopped_is_let_go_on_by_a_person_and_no_other_is(service):
    swept(service)
    item = service.ann.post(f"{V1}/campaigns", {}).json()["id"]
    where = f"{V1}/campaigns/{item}"
    assert service.ann.post(f"{where}/resume").status_code == 409
    (target,) = service.store.targets(item)
    service.store.put_target(item, replace(target, fate=Fate.FAILED, wave=1))
    service.store.mark_campaign(item, "stopped", "wave 1: the canary failed")
    assert service.vera.post(f"{where}/resume").status_code == 403
    assert service.ann.post(f"{where}/resume").json()["state"] == "running"
    campaign = service.store.campaign(item)
    assert (campaign.state, campaign.limits.forgiven) == ("running", 1)


@pytest.mark.parametrize("verb", ["", "/resume", "/cancel"])
def test_a_campaign_that_is_not_there_is_not_found(service, verb):
    ask = service.ann.post if verb else service.ann.get
    assert ask(f"{V1}/campaigns/nope{verb}").status_code == 404
