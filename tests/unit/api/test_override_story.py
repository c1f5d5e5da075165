"""An orchestrator mends expired certificates by HTTP: nothing in the faces knows the strategy."""

import pytest

from tests.support.api_service import Service
from tests.support.crew import Crew
from tests.support.policy_stage import PolicyStage, broken_policy

V1 = "/api/v1"


@pytest.fixture
def service(tmp_path):
    stage = PolicyStage.for_workers(tmp_path / "aprejoin.db")
    yield Service(Crew(stage))
    stage.store.close()


def test_a_plan_without_a_window_is_shown_approved_and_carried_out(service):
    told = service.planned(issue="FN63942")
    plan = told["plan"]
    assert (plan["strategy"], plan["window"]) == ("expired-cert-override", None)
    sent = {step["name"]: step for step in plan["steps"]}
    assert sent["set-policy"]["payloads"] == ["set ignore-mic-expiry on"]
    assert (sent["set-policy"]["transport"], sent["verify"]["transport"]) == ("cli", "none")
    where = service.ann.post(f"{V1}/remediations", {"plan_digest": told["digest"]})
    item = where.headers["Location"].split("/")[-1]
    closed = service.crew.until_over(service.worker, item)
    report = service.vera.get(f"{V1}/remediations/{item}/report").json()
    assert report["remediation"]["state"] == closed.state == "succeeded"
    assert report["journal"][0]["what"].startswith("opened: expired-cert-override for FN63942")
    assert any("set ignore-mic-expiry on" in line["what"] for line in report["journal"])
    assert broken_policy(service.crew.stage, closed) == []


def test_a_recall_while_the_aps_are_waited_for_puts_the_switch_back(service):
    for ap in service.crew.stage.box.aps:
        ap.hopeless = True
    told = service.planned(issue="FN63942")
    where = service.ann.post(f"{V1}/remediations", {"plan_digest": told["digest"]})
    where = where.headers["Location"]
    item = where.split("/")[-1]
    service.crew.until(service.worker, "wait-for-joins", item)
    assert service.ann.post(f"{where}/cancel").status_code == 202
    closed = service.crew.until_over(service.worker, item)
    assert closed.state == "rolled-back"
    assert broken_policy(service.crew.stage, closed) == []
