"""Operations and actions over RESTCONF: the way of REST, under the same rules."""

import json

import pytest

from service.api.restconf.operations import OPERATIONS as TABLE
from service.api.restconf.schema import OPERATIONS, schema
from tests.support.yang_engine import judge

ROOT = "/restconf"
DATA = f"{ROOT}/data"
YANG_JSON = {"Content-Type": "application/yang-data+json"}


def call(who, where, body=None, **headers):
    """One call with an input; its answer."""
    sent = None if body is None else json.dumps({"aprejoin:input": body})
    return who.request("POST", f"{ROOT}/{where}", content=sent, headers={**YANG_JSON, **headers})


def output(answered):
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"] == "application/yang-data+json"
    return answered.json()["aprejoin:output"]


def entry(service, where):
    (one,) = next(iter(service.vera.get(f"{DATA}/{where}").json().values()))
    return one


def tag(answered):
    (error,) = answered.json()["ietf-restconf:errors"]["error"]
    return answered.status_code, error["error-tag"]


@pytest.fixture(scope="module")
def refusing(told):
    """A service for what is refused: it does nothing, so one is enough."""
    return told[0]


@pytest.fixture
def plan(service):
    """A plan that was asked for over RESTCONF and worked out."""
    found = output(call(service.ann, "operations/aprejoin:make-plan", {"controller": "hq-1"}))
    service.work()
    return entry(service, f"aprejoin:plans/plan={found['plan']}")


def test_every_operation_of_the_model_is_done_and_no_other():
    def places(node, before=""):
        place = f"{before}{node.name}"
        if node.kind in OPERATIONS:
            yield place
        for child in node.children.values():
            yield from places(child, f"{place}/")

    ours = [top for top in schema().top.values() if top.module == "aprejoin"]
    assert {place for top in ours for place in places(top)} == set(TABLE)


def test_a_controller_of_controllers_mends_one_from_sweep_to_success(service):
    sweep = output(call(service.ann, "operations/aprejoin:start-sweep"))["sweep"]
    service.work()
    assert entry(service, f"aprejoin:sweeps/sweep={sweep}")["state"] == "finished"
    wish = {"controller": "hq-1", "strategy": "aprejoin-types:clock-window"}
    asked = output(call(service.ann, "operations/aprejoin:make-plan", wish))["plan"]
    service.work()
    plan = entry(service, f"aprejoin:plans/plan={asked}")
    assert plan["proposal"]["strategy"] == "aprejoin-types:clock-window"
    digest = {"plan-digest": plan["digest"]}
    wanted = output(call(service.ann, "operations/aprejoin:request-remediation", digest))
    where = f"aprejoin:remediations/remediation={wanted['remediation']}"
    assert entry(service, where)["state"] == "awaiting-approval"
    word = output(call(service.bob, f"data/{where}/approve"))
    assert word["approver"] == "bob"
    service.crew.until_over(service.worker, wanted["remediation"])
    told = entry(service, where)
    assert (told["state"], told["approved-by"]) == ("succeeded", "bob")
    assert told["journal"]["entry"][0]["number"] == "1"
    judge(service.vera.get(f"{DATA}/aprejoin:remediations").json())
    acts = [one["act"] for one in service.bob.get("/api/v1/audit").json()["audit"]]
    assert {"sweep.ask", "plan.ask", "remediation.ask", "remediation.approve"} <= set(acts)


def test_who_asks_may_not_approve_here_either(service, plan):
    body = {"plan-digest": plan["digest"]}
    own = output(call(service.bob, "operations/aprejoin:make-plan", {"controller": "hq-1"}))
    service.work()
    mine = entry(service, f"aprejoin:plans/plan={own['plan']}")
    assert mine["digest"] == plan["digest"]
    given = output(call(service.bob, "operations/aprejoin:approve-plan", body))
    assert given["approver"] == "bob"
    asked = output(call(service.bob, "operations/aprejoin:request-remediation", body))
    refused = call(
        service.bob, f"data/aprejoin:remediations/remediation={asked['remediation']}/approve"
    )
    assert tag(refused) == (403, "access-denied")
    assert "somebody else" in refused.text


def test_a_plan_is_approved_as_it_was_read_and_rejected_with_a_reason(service, plan):
    where = f"aprejoin:plans/plan={plan['id']}"
    read = service.vera.get(f"{DATA}/{where}").headers["etag"]
    stale = call(service.bob, f"data/{where}/approve", **{"If-Match": '"another"'})
    assert tag(stale) == (412, "operation-failed")
    output(call(service.bob, f"data/{where}/approve", **{"If-Match": read}))
    assert entry(service, where)["approval"][0]["approver"] == "bob"
    assert tag(call(service.bob, f"data/{where}/reject")) == (400, "missing-element")
    said = call(service.bob, f"data/{where}/reject", {"reason": "not before the move"})
    assert (said.status_code, said.content) == (204, b"")
    assert entry(service, where)["rejected"]["reason"] == "not before the move"


def test_a_remediation_is_cancelled_and_one_that_has_ended_is_not(service, plan):
    body = {"plan-digest": plan["digest"]}
    asked = output(call(service.ann, "operations/aprejoin:request-remediation", body))
    where = f"aprejoin:remediations/remediation={asked['remediation']}"
    assert call(service.ann, f"data/{where}/cancel").status_code == 204
    service.crew.beat(service.worker)
    assert entry(service, where)["state"] == "cancelled"
    assert tag(call(service.ann, f"data/{where}/rollback")) == (412, "operation-failed")


def test_findings_are_acknowledged_suppressed_and_open_again(service):
    output(call(service.ann, "data/aprejoin:controllers/controller=hq-1/start-sweep"))
    service.work()
    (one,) = service.vera.get(f"{DATA}/aprejoin:findings/finding").json()["aprejoin:finding"]
    where = f"aprejoin:findings/finding={one['id']}"
    assert call(service.ann, f"data/{where}/acknowledge", {"note": "case 4711"}).status_code == 204
    assert entry(service, where)["acknowledged"]["note"] == "case 4711"
    until = {"reason": "replaced on Monday", "until": "2026-11-23T00:00:00Z"}
    assert call(service.ann, f"data/{where}/suppress", until).status_code == 204
    assert entry(service, where)["state"] == "suppressed"
    assert call(service.ann, f"data/{where}/lift-suppression").status_code == 204
    assert entry(service, where)["state"] == "acknowledged"
    for wrong in ("2026-13-45T99:00:00Z", "2999-01-01T00:00:00Z", "tomorrow"):
        refused = call(service.ann, f"data/{where}/suppress", {"reason": "x", "until": wrong})
        assert tag(refused) == (400, "invalid-value"), wrong


def test_a_call_sent_again_with_its_key_is_done_once(service):
    key = {"Idempotency-Key": "k-1"}
    first = call(service.ann, "operations/aprejoin:start-sweep", {"controller": ["hq-1"]}, **key)
    again = call(service.ann, "operations/aprejoin:start-sweep", {"controller": ["hq-1"]}, **key)
    assert output(again) == output(first)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(service.vera.get("/api/v1/sweeps").json()["sweeps"]) == 1
    other = call(service.ann, "operations/aprejoin:start-sweep", {"tag": ["x"]}, **key)
    assert tag(other) == (400, "invalid-value")


MAKE, SWEEP = "operations/aprejoin:make-plan", "operations/aprejoin:start-sweep"


@pytest.mark.parametrize(
    ("where", "body", "expected"),
    [
        (MAKE, {}, "missing-element"),
        (MAKE, {"controller": 1}, "invalid-value"),
        (MAKE, {"controller": ""}, "invalid-value"),
        (MAKE, {"controller": "x" * 65}, "invalid-value"),
        (MAKE, {"controller": "a\nb"}, "invalid-value"),
        (MAKE, {"controller": "hq-1", "more": 1}, "unknown-element"),
        (MAKE, {"controller": "hq-1", "save-pending": "true"}, "invalid-value"),
        (MAKE, {"controller": "hq-1", "strategy": "other:clock-window"}, "invalid-value"),
        (MAKE, {"controller": "hq-1", "strategy": "pray"}, "invalid-value"),
        (MAKE, {"controller": "hq-1", "issue": "FN1"}, "invalid-value"),
        (SWEEP, {"controller": "hq-1"}, "invalid-value"),
        (SWEEP, {"controller": ["hq-1", "hq-1"]}, "invalid-value"),
        (SWEEP, {"controller": [["hq-1"]]}, "invalid-value"),
        ("operations/aprejoin:request-remediation", {"plan-digest": "0"}, "invalid-value"),
    ],
)
def test_an_input_that_the_model_does_not_allow_is_refused(refusing, where, body, expected):
    before = list(refusing.api.queue.jobs)
    assert tag(call(refusing.ann, where, body)) == (400, expected)
    assert refusing.api.queue.jobs == before


def test_what_names_nothing_is_not_found(refusing):
    assert tag(call(refusing.ann, MAKE, {"controller": "hq-9"})) == (404, "invalid-value")
    nothing = "data/aprejoin:remediations/remediation=nothing/cancel"
    assert tag(call(refusing.ann, nothing)) == (404, "invalid-value")
    assert tag(call(refusing.ann, "operations/aprejoin:explode")) == (404, "invalid-value")
    digest = {"plan-digest": "0" * 64}
    unknown = call(refusing.ann, "operations/aprejoin:request-remediation", digest)
    assert tag(unknown) == (404, "invalid-value")


BROKEN = (b"{", b"[]", b'"x"', b'{"x": {}}', b'{"input": []}', b"\xff", b"[" * 100_000)


@pytest.mark.parametrize("body", [*BROKEN, b'{"input": {}, "aprejoin:input": {}}'])
def test_a_body_that_cannot_be_read_is_malformed(refusing, body):
    where = f"{ROOT}/operations/aprejoin:start-sweep"
    answered = refusing.ann.request("POST", where, content=body, headers=YANG_JSON)
    assert tag(answered) == (400, "malformed-message")


def test_a_body_of_another_kind_or_too_large_is_refused(refusing):
    where = f"{ROOT}/operations/aprejoin:start-sweep"
    xml = {"Content-Type": "application/yang-data+xml"}
    other = refusing.ann.request("POST", where, content=b"<input/>", headers=xml)
    assert tag(other) == (415, "invalid-value")
    asked = len(refusing.store.sweeps(limit=50))
    takes_xml = {**YANG_JSON, "Accept": "application/yang-data+xml"}
    told = refusing.ann.request("POST", where, content=b"{}", headers=takes_xml)
    assert tag(told) == (406, "invalid-value")
    assert len(refusing.store.sweeps(limit=50)) == asked
    large = refusing.ann.request("POST", where, content=b" " * 1_000_001, headers=YANG_JSON)
    assert tag(large) == (413, "too-big")
    assert tag(refusing.ann.request("POST", f"{where}?depth=1")) == (400, "invalid-value")
    long_key = call(refusing.ann, SWEEP, **{"Idempotency-Key": "x" * 256})
    assert tag(long_key) == (400, "invalid-value")


def test_an_operation_says_that_it_takes_post(refusing):
    for where in ("operations/aprejoin:make-plan", "data/aprejoin:plans/plan=x/approve"):
        assert (
            refusing.vera.request("OPTIONS", f"{ROOT}/{where}").headers["allow"] == "POST, OPTIONS"
        )
