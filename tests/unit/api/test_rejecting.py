"""Somebody says no to a plan: nothing begins by it, until somebody asks for one again."""

import pytest

V1 = "/api/v1"
NO = {"reason": "not before the move on Monday"}


def reject(service, digest, who=None, body=NO, **headers):
    caller = who or service.bob
    return caller.request("POST", f"{V1}/plans/{digest}/reject", json=body, headers=headers)


def test_what_waited_for_a_rejected_plan_never_begins_and_says_who_did_not_want_it(service):
    where = service.remediation()
    digest = service.planned()["digest"]
    assert reject(service, digest).json()["rejection"] == {
        "controller": "hq-1",
        "digest": digest,
        "by": "bob",
        **NO,
    }
    told = service.vera.get(where).json()["remediation"]
    assert (told["state"], told["detail"]) == ("cancelled", f"rejected by bob: {NO['reason']}")
    item = where.split("/")[-1]
    service.crew.job(service.worker, item)
    assert service.crew.stage.line.sent == []
    assert service.bob.approve(where).status_code == 409


def test_a_rejected_plan_takes_no_word_and_no_wish_and_shows_the_reason(service):
    digest = service.planned()["digest"]
    assert service.bob.post(f"{V1}/plans/{digest}/approve").status_code == 200
    assert reject(service, digest).status_code == 200
    shown = service.vera.get(f"{V1}/plans/{digest}").json()["rejected"]
    assert (shown["by"], shown["reason"]) == ("bob", NO["reason"])
    approved = service.api.as_("root").post(f"{V1}/plans/{digest}/approve")
    asked = service.ann.post(f"{V1}/remediations", {"plan_digest": digest})
    for answered in (approved, asked):
        assert answered.status_code == 409
        assert "was rejected by bob: not before the move" in answered.json()["detail"]


def test_a_plan_that_is_asked_for_again_is_a_new_question_though_nothing_has_changed(service):
    digest = service.planned()["digest"]
    reject(service, digest)
    service.crew.stage.world.advance(60)
    again = service.planned()
    assert (again["digest"], again["rejected"]) == (digest, None)
    assert service.bob.post(f"{V1}/plans/{digest}/approve").status_code == 200


def test_whoever_asked_may_take_it_back_so_and_the_trail_has_it(service):
    digest = service.planned(who=service.bob)["digest"]
    assert reject(service, digest).status_code == 200
    (record,) = service.api.as_("root").get(f"{V1}/audit", act="plan.reject").json()["audit"]
    assert (record["who"], record["digest"], record["detail"]) == ("bob", digest, NO["reason"])


def test_one_that_is_being_carried_out_is_stopped_and_not_rejected(service):
    where = service.remediation()
    item = where.split("/")[-1]
    service.bob.approve(where)
    service.crew.until(service.worker, "wait-for-aps", item)
    digest = service.store.remediation_asked(item).digest
    refused = reject(service, digest)
    assert refused.status_code == 409
    assert f"remediation {item} carries it out" in refused.json()["detail"]
    assert service.vera.get(where).json()["remediation"]["state"] == "running"


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " \t"}, {"reason": "x" * 501}])
def test_a_no_without_a_reason_is_refused_and_changes_nothing(service, body):
    digest = service.planned()["digest"]
    assert reject(service, digest, body=body).status_code == 422
    assert service.vera.get(f"{V1}/plans/{digest}").json()["rejected"] is None


def test_an_operator_a_stranger_plan_and_an_old_tag_are_refused(service):
    digest = service.planned()["digest"]
    assert reject(service, digest, who=service.ann).status_code == 403
    assert reject(service, "0" * 64).status_code == 404
    assert reject(service, digest, **{"If-Match": '"older"'}).status_code == 412
