"""What an orchestrator does, from the first sweep to the report, by HTTP alone."""

from service.ports.jobs import AdvanceRemediation, MakePlan, SweepFleet

V1 = "/api/v1"


def test_a_sweep_is_written_down_made_and_read(service):
    asked = service.ann.post(f"{V1}/sweeps", {"names": ["hq-1"]})
    where = asked.headers["Location"]
    assert asked.status_code == 202
    assert asked.json() == {"id": where.split("/")[-1], "state": "queued", "href": where}
    assert service.api.queue.jobs == [SweepFleet(asked.json()["id"])]
    before = service.vera.get(where).json()
    assert (before["sweep"]["state"], before["sweep"]["finished"]) == ("queued", None)
    assert (before["sweep"]["asked_by"], before["controllers"]) == ("ann", [])
    service.work()
    after = service.vera.get(where).json()
    assert (after["sweep"]["state"], after["sweep"]["asked"]) == ("finished", ["hq-1"])
    assert after["sweep"]["finished"] is not None
    assert [one["name"] for one in after["controllers"]] == ["hq-1"]
    (finding,) = service.vera.get(f"{V1}/findings").json()["findings"]
    assert finding["id"] == after["controllers"][0]["findings"][0]["id"]
    assert (finding["controller"], finding["sweep"]) == ("hq-1", after["sweep"]["id"])
    seen = service.vera.get(f"{V1}/controllers/hq-1").json()["controller"]["seen"]
    assert seen["findings"] == after["controllers"][0]["findings"]


def test_a_plan_is_worked_out_with_every_payload_and_changes_nothing(service):
    asked = service.ann.post(f"{V1}/plans", {"controller": "hq-1", "issue": "FN72524"})
    assert asked.status_code == 202
    assert service.api.queue.jobs == [MakePlan(asked.json()["id"])]
    before = service.vera.get(asked.headers["Location"]).json()
    assert (before["state"], before["plan"], before["reason"]) == ("queued", None, None)
    service.work()
    after = service.vera.get(asked.headers["Location"]).json()
    assert (after["state"], after["approvals"]) == ("done", [])
    assert after["plan"]["digest"] == after["digest"]
    assert [step["name"] for step in after["plan"]["steps"]][:2] == ["capture", "prove-timer"]
    assert service.vera.get(f"{V1}/plans/{after['digest']}").json() == after
    assert service.crew.stage.line.sent == []


def test_no_plan_is_an_answer(service):
    told = service.planned(issue="FN63942")
    assert (told["state"], told["plan"], told["digest"]) == ("done", None, None)
    assert "nothing to do" in told["reason"]


def test_what_one_asks_for_and_another_approves_is_carried_out(service):
    where = service.remediation()
    item = where.split("/")[-1]
    assert service.api.queue.jobs == [AdvanceRemediation(item)]
    service.crew.job(service.worker, item)
    waiting = service.vera.get(where).json()["remediation"]
    assert (waiting["state"], waiting["controller"]) == ("awaiting-approval", "hq-1")
    assert "needs the word of an approver" in waiting["detail"]
    assert waiting["aps"] == {"recovered": 0, "remaining": 2}

    approved = service.bob.approve(where)
    assert approved.json()["approval"]["approver"] == "bob"
    assert service.vera.get(where).json()["remediation"]["state"] == "queued"
    service.crew.until(service.worker, "wait-for-aps", item)
    running = service.vera.get(where).json()["remediation"]
    assert (running["state"], running["asked_by"]) == ("running", "ann")
    assert "wait-for-aps: 0 of 2 APs registered" in running["detail"]
    assert service.vera.get(f"{V1}/controllers/hq-1").json()["controller"]["remediation"] == item

    service.crew.until_over(service.worker, item)
    ended = service.vera.get(where).json()["remediation"]
    assert (ended["state"], ended["approved_by"]) == ("succeeded", "bob")
    assert ended["aps"] == {"recovered": 2, "remaining": 0}
    report = service.vera.get(f"{where}/report").json()
    assert report["remediation"]["id"] == item
    assert report["journal"][0]["what"].startswith("opened: clock-window for FN72524")
    assert report["journal"][-1]["what"].startswith("closed: state succeeded")
    assert service.crew.stage.box.differences() == []


def test_a_plan_may_be_approved_before_it_is_asked_to_be_carried_out(service):
    digest = service.planned()["digest"]
    assert service.bob.post(f"{V1}/plans/{digest}/approve").status_code == 200
    approvals = service.vera.get(f"{V1}/plans/{digest}").json()["approvals"]
    assert [one["approver"] for one in approvals] == ["bob"]
    where = service.ann.post(f"{V1}/remediations", {"plan_digest": digest}).headers["Location"]
    assert service.vera.get(where).json()["remediation"]["state"] == "queued"
    item = where.split("/")[-1]
    assert service.crew.until_over(service.worker, item).state == "succeeded"


def test_a_remediation_is_cancelled_in_the_window_and_comes_home(service):
    where = service.remediation()
    item = where.split("/")[-1]
    service.bob.approve(where)
    service.crew.until(service.worker, "wait-for-aps", item)
    assert service.ann.post(f"{where}/cancel").status_code == 202
    assert service.crew.until_over(service.worker, item).state == "rolled-back"
    told = service.vera.get(f"{where}/report").json()["journal"]
    assert any("cancel asked for by ann" in line["what"] for line in told)
    assert service.ann.post(f"{where}/cancel").json()["detail"].endswith("ended: rolled-back")


def test_a_remediation_that_was_cancelled_before_it_began_says_so(service):
    where = service.remediation()
    service.ann.post(f"{where}/cancel")
    service.crew.job(service.worker, where.split("/")[-1])
    told = service.vera.get(where).json()["remediation"]
    assert (told["state"], told["detail"]) == ("cancelled", "cancel asked for by ann")
    assert service.vera.get(f"{where}/report").json() == {"remediation": told, "journal": []}
    assert service.bob.approve(where).status_code == 409
    assert service.ann.post(f"{where}/rollback").status_code == 409


def test_what_needs_attention_is_rolled_back_again_on_request(service):
    where = service.remediation()
    item = where.split("/")[-1]
    service.bob.approve(where)
    service.crew.until(service.worker, "wait-for-aps", item)
    box = service.crew.stage.box
    box.quirks.ntp_reachable = False
    assert service.crew.until_over(service.worker, item).state == "needs-attention"
    assert service.ann.post(f"{where}/cancel").status_code == 409
    box.quirks.ntp_reachable = box.synced = True
    assert service.ann.post(f"{where}/rollback").status_code == 202
    assert service.crew.until_over(service.worker, item).state in ("succeeded", "rolled-back")
