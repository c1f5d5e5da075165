"""Who did what over REST, refusals too; and who may look."""

import pytest

from service.domain.audit import Act, Outcome
from service.domain.evidence.check import check
from service.domain.scope import Scope
from service.errors import StoreError
from service.ports.tokens import Role
from service.usecases.admit import create_token
from service.usecases.audit import verify
from tests.unit.api.test_rules import problem

V1 = "/api/v1"
ZIP = {"Accept": "application/zip"}


def trail(service, **wanted):
    return service.bob.get(f"{V1}/audit", **wanted).json()["audit"]


def test_asking_and_approving_are_recorded_with_whom_from_where_and_on_which_digest(service):
    digest = service.planned()["digest"]
    service.ann.post(f"{V1}/remediations", {"plan_digest": digest})
    service.bob.post(f"{V1}/plans/{digest}/approve")
    approved, wanted, planned = trail(service, limit=3)
    assert (planned["act"], planned["who"], planned["controller"]) == ("plan.ask", "ann", "hq-1")
    assert (wanted["act"], wanted["digest"]) == ("remediation.ask", digest)
    assert (approved["act"], approved["who"]) == ("plan.approve", "bob")
    assert (approved["digest"], approved["outcome"]) == (digest, "done")
    assert approved["from"].startswith("REST from 127.0.0.1, token ")
    assert approved["kind"] == "token"
    assert service.bob.get(f"{V1}/audit/verification").json()["whole"] is True


def test_a_refused_word_is_recorded_with_the_reason_and_changes_nothing(service):
    digest = service.planned(service.bob)["digest"]
    problem(service.bob.post(f"{V1}/plans/{digest}/approve"), 403, "own-request")
    newest = trail(service, limit=1)[0]
    assert (newest["act"], newest["outcome"]) == ("plan.approve", "refused")
    assert "somebody else has to approve it" in newest["detail"]
    assert service.store.approvals(digest) == ()


def test_a_role_that_does_not_reach_is_recorded_with_what_was_called(service):
    problem(service.vera.post(f"{V1}/sweeps", {}), 403, "role-needed")
    newest = trail(service, limit=1)[0]
    assert (newest["act"], newest["who"]) == ("call.refused", "vera")
    assert newest["about"] == f"POST {V1}/sweeps"


def test_strangers_cannot_fill_the_trail(service):
    for _ in range(5):
        problem(service.nobody.post(f"{V1}/sweeps", {}), 401, "token-refused")
    found = trail(service, act=Act.CALL_REFUSED.value)
    assert [one["who"] for one in found] == ["unknown"]


def test_every_act_of_steering_is_recorded_refusals_too(service):
    service.ann.request("PUT", f"{V1}/halt", json={"reason": "storm"})
    service.bob.request("DELETE", f"{V1}/halt")
    service.bob.request("DELETE", f"{V1}/halt")
    where = f"{V1}/controllers/hq-1/containments"
    for _ in range(2):
        service.ann.post(where, {"kind": "switch-port", "where": "access-1"})
    service.ann.post(f"{where}/lift", {})
    service.ann.post(f"{where}/lift", {})
    service.ann.post(f"{V1}/campaigns", {"names": ["hq-1"]})
    service.ann.post(f"{V1}/remediations/nothing/cancel")
    service.ann.post(f"{V1}/remediations/nothing/rollback")
    told = [(one["act"], one["outcome"]) for one in reversed(trail(service, limit=10))]
    assert told == [
        ("halt", "done"),
        ("resume", "done"),
        ("resume", "refused"),
        ("containment.applied", "done"),
        ("containment.applied", "unchanged"),
        ("containment.lifted", "done"),
        ("containment.lifted", "refused"),
        ("campaign.begin", "refused"),
        ("remediation.cancel", "refused"),
        ("remediation.rollback", "refused"),
    ]


def test_a_remediation_is_recorded_from_the_word_to_its_end(service):
    where = service.remediation()
    other = {"If-Match": '"nothing"'}
    problem(service.bob.post(f"{where}/approve", headers=other), 412, "match-failed")
    assert trail(service, limit=1)[0]["act"] == "call.refused"
    read = service.bob.get(where).headers["ETag"]
    service.bob.post(f"{where}/approve", headers={"If-Match": read})
    item = where.split("/")[-1]
    service.crew.job(service.worker, item)
    service.ann.post(f"{where}/cancel")
    for _ in range(40):
        if service.store.remediations()[0].closed is not None:
            break
        service.crew.job(service.worker, item)
        service.crew.stage.world.advance(30)
    told = trail(service, about=f"remediation {item}")
    assert [one["act"] for one in told] == [
        "remediation.end",
        "remediation.cancel",
        "remediation.begin",
        "remediation.approve",
        "remediation.ask",
    ]
    assert {one["digest"] for one in told} == {told[0]["digest"]}
    assert "; journal " in told[0]["detail"]
    assert verify(service.store).broken is None


def test_records_come_in_pages_and_by_filters_to_approvers_alone(service):
    for number in range(3):
        service.ann.request("PUT", f"{V1}/halt", json={"reason": f"reason {number}"})
    first = service.bob.get(f"{V1}/audit", limit=2, act="halt").json()
    rest = service.bob.get(f"{V1}/audit", limit=2, act="halt", cursor=first["next"]).json()
    assert [one["detail"] for one in first["audit"] + rest["audit"]] == [
        "reason 2",
        "reason 1",
        "reason 0",
    ]
    assert rest["next"] is None
    for name in ("vera", "ann"):
        problem(service.api.as_(name).get(f"{V1}/audit"), 403, "role-needed")
    assert service.api.as_("root").get(f"{V1}/audit").status_code == 200


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("since", "2026-01-01T00:00:00"),
        ("since", "soon"),
        ("outcome", "maybe"),
        ("who", "a\x00b"),
        ("who", "x" * 129),
        ("since", "0001-01-01T00:00:00+23:59"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_said_to_be(service, key, value):
    problem(service.bob.get(f"{V1}/audit", **{key: value}), 422, "invalid-input")


def test_an_act_whose_record_cannot_be_written_is_not_done(service, monkeypatch):
    digest = service.planned()["digest"]
    record = service.store.record

    def broken(deed, *, at):
        if deed.outcome is Outcome.DONE:
            raise StoreError("the disk is full")
        return record(deed, at=at)

    monkeypatch.setattr(service.store, "record", broken)
    problem(service.bob.post(f"{V1}/plans/{digest}/approve"), 503, "store-unavailable")
    assert service.store.approvals(digest) == ()
    assert trail(service, limit=1)[0]["outcome"] == "failed"


def test_a_cursor_of_nobody_is_refused(service):
    problem(service.bob.get(f"{V1}/audit", cursor="nonsense"), 400, "bad-cursor")


def test_a_report_comes_as_an_archive_to_those_who_ask_for_one(service):
    where = service.remediation()
    answered = service.vera.request("GET", f"{where}/report", headers=ZIP)
    assert answered.headers["content-type"] == "application/zip"
    assert answered.headers["content-disposition"].endswith('.zip"')
    found = check(answered.content)
    assert (found.problems, found.about["is_open"]) == ((), True)
    assert service.vera.get(f"{where}/report").json()["journal"] == []
    problem(
        service.vera.request("GET", f"{V1}/remediations/no/report", headers=ZIP),
        404,
        "not-found",
    )


def test_a_token_for_a_part_of_the_fleet_is_recorded_where_it_does_not_reach(service):
    scope = Scope(sites=("paris",))
    _, clear = create_token(service.api.context, "part", Role.ADMIN, valid_s=None, scope=scope)
    part = service.api.as_(None, token=clear)
    problem(part.request("PUT", f"{V1}/halt", json={"reason": "storm"}), 403, "scope-needed")
    problem(part.get(f"{V1}/audit/verification"), 403, "scope-needed")
    newest, before = trail(service, limit=2)
    assert (newest["act"], newest["who"], newest["about"]) == (
        "call.refused",
        "part",
        f"PUT {V1}/halt",
    )
    assert before["act"] == "token.create"
