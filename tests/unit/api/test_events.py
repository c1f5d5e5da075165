"""Events by HTTP: in every form, by token or signature, each call once; durable when answered."""

import json
import re
from dataclasses import replace

import pytest

from service.domain.events.damping import QUIET_S
from service.domain.events.signing import WINDOW_S
from service.domain.webhooks import signature_of
from service.errors import InvalidInput
from service.ports.jobs import SweepFleet
from service.ports.requests import Kind
from tests.support.guides import of
from tests.unit.api.test_rules import V1, problem

KEY = "a-key-of-the-noc-0123456789"
OURS = {"events": [{"controller": "hq-1", "text": "seen\x07by hand", "sense": "ap-left"}]}
ALERTMANAGER = {  # Alertmanager, webhook_config, version 4
    "version": "4",
    "groupKey": '{}:{alertname="ApsDown"}',
    "status": "firing",
    "alerts": [
        {
            "status": "resolved",
            "labels": {"alertname": "ApsDown", "instance": "https://HQ-1.example:9100/metrics"},
            "annotations": {"summary": "3 APs down"},
            "startsAt": "2018-08-03T09:52:26.739266876+02:00",
        },
        {"labels": {"alertname": "Other", "instance": "db-1:9100"}, "annotations": {}},
    ],
}
SAID_BY_LIBRENMS = {
    "title": "APs down",
    "hostname": "somewhere",
    "sysName": "hq-1",
    "ip": "203.0.113.9",
    "severity": "critical",
    "state": "1",
    "timestamp": "2026-11-21 20:00:00",
}


def of_the_guide():
    """The body that docs/events.md tells LibreNMS to send, with its variables filled in."""
    (block,) = [one for one in of("json") if one.place.startswith("docs/events.md")]
    text = re.sub(r"{{ \$(\w+) }}", lambda found: SAID_BY_LIBRENMS[found[1]], block.text)
    return json.loads(text)


LIBRENMS = of_the_guide()
CATALYST = {  # Catalyst Center, "Event Management"
    "version": None,
    "instanceId": "8169d18b",
    "eventId": "NETWORK-NON-FABRIC_WIRED-1-200",
    "name": None,
    "severity": 1,
    "timestamp": 1583315649978,
    "details": {"Device": "hq-1", "Assurance Issue Status": "active"},
}


class Keys:
    """Secrets behind references."""

    def resolve(self, reference):
        if reference != "env:NOC":
            raise InvalidInput("nothing", where=reference, expected="a secret")
        return KEY


@pytest.fixture
def signing(service):
    """The service with keys in its inventory."""
    context = service.api.context
    keys = {"noc": "env:NOC", "gone": "env:GONE"}
    inventory = replace(context.inventory, event_keys=keys)
    front = service.api.app.state.front
    service.api.app.state.front = replace(front, inventory=lambda: inventory, secrets=Keys())
    return service


def signed(service, body=OURS, *, key="noc", by=KEY, off_s=0.0, **headers):
    """A call of nobody's, signed."""
    data = json.dumps(body).encode()
    at = str(int(service.api.context.clock.now().wall.timestamp() + off_s))
    own = {
        "Aprejoin-Key-Id": key,
        "Aprejoin-Timestamp": at,
        "Aprejoin-Signature": signature_of(by, int(at), data),
        "Content-Type": "application/json",
    }
    return service.nobody.request("POST", f"{V1}/events", content=data, headers=own | headers)


def test_an_event_is_durable_and_its_look_queued_when_it_is_answered(service):
    answered = service.ann.post(f"{V1}/events", OURS)
    assert (answered.status_code, answered.json()["state"]) == (202, "heard")
    told = service.vera.get(answered.headers["Location"]).json()["event"]
    assert (told["controller"], told["sense"], told["via"]) == ("hq-1", "ap-left", "http")
    assert (told["source"], told["text"], told["count"]) == ("ann", "seen by hand", 1)
    assert told["look"] == {"id": told["sweep"], "state": "queued"}
    assert service.api.queue.jobs == [SweepFleet(told["sweep"])]
    service.work()
    told = service.vera.get(answered.headers["Location"]).json()["event"]
    assert told["look"]["state"] == "finished"
    assert [one["issue"] for one in told["findings"]] == ["FN72524"]
    asked = service.vera.get(f"{V1}/sweeps/{told['sweep']}").json()["sweep"]
    assert (asked["asked"], asked["asked_by"]) == (["hq-1"], f"event {told['id']}")


@pytest.mark.parametrize(
    ("body", "message", "sense"),
    [
        (ALERTMANAGER, "alertmanager", "alert-ended"),
        (LIBRENMS, "librenms", "alert"),
        (CATALYST, "catalyst-center", "alert"),
    ],
)
def test_alerts_of_monitoring_systems_are_understood(service, body, message, sense):
    assert service.ann.post(f"{V1}/events", body).status_code == 202
    (told,) = service.vera.get(f"{V1}/events").json()["events"]
    assert (told["controller"], told["message"], told["sense"]) == ("hq-1", message, sense)


@pytest.mark.parametrize("word", ["\0", "\ud800", "x" * 10_000, "\x1b[31m", "[", "//[", "'--"])
def test_no_word_of_an_alert_breaks_anything(service, word):
    for body in (
        {**CATALYST, "details": {"Device": word, "x": [word], "y": {word: None}}},
        {"version": "4", "alerts": [{"labels": {"instance": word, "ap": word}}]},
        {**LIBRENMS, "sysName": word},
        {"events": [{"host": word, "text": word}]},
    ):
        data = json.dumps(body)
        headers = {"Content-Type": "application/json"}
        refused = service.ann.request("POST", f"{V1}/events", content=data, headers=headers)
        problem(refused, 422, "invalid-input")
    body = {**CATALYST, "details": {"Device": "hq-1", "Assurance Issue Details": word}}
    data, headers = json.dumps(body), {"Content-Type": "application/json"}
    kept = service.ann.request("POST", f"{V1}/events", content=data, headers=headers)
    assert kept.status_code == 202
    (told,) = service.vera.get(f"{V1}/events").json()["events"]
    assert told["text"].isprintable()


def test_a_storm_of_alerts_is_two_looks_and_one_event_with_a_count(service):
    for _ in range(20):
        assert service.ann.post(f"{V1}/events", OURS).status_code == 202
    assert len(service.api.queue.jobs) == 1
    dues = [service.store.due_of(Kind.SWEEP, one.id) for one in service.store.sweeps(limit=9)]
    assert sorted(due.in_s for due in dues) == [0, QUIET_S]
    (told,) = service.vera.get(f"{V1}/events").json()["events"]
    assert told["count"] == 20


@pytest.mark.parametrize(
    "body",
    [
        {"events": [{"controller": "nobody"}]},
        {"events": [{}]},
        {"events": []},
        {"events": [{"controller": "hq-1", "unknown": 1}]},
        {"version": "5", "alerts": [{"labels": {}}]},
        {},
        [],
    ],
)
def test_what_tells_no_controller_or_has_no_known_form_is_refused_and_not_kept(service, body):
    assert problem(service.ann.post(f"{V1}/events", body), 422, "invalid-input")
    assert service.vera.get(f"{V1}/events").json()["events"] == []


def test_events_take_an_operator_or_a_signature(service):
    assert problem(service.nobody.post(f"{V1}/events", OURS), 401, "token-refused")
    assert problem(service.vera.post(f"{V1}/events", OURS), 403, "role-needed")


def test_a_signed_call_counts_once(signing):
    answered = signed(signing)
    assert answered.status_code == 202
    told = signing.vera.get(answered.headers["Location"]).json()["event"]
    assert told["source"] == "key noc"
    assert problem(signed(signing), 409, "refused")
    assert problem(signed(signing, **{"Idempotency-Key": "another"}), 409, "refused")
    assert signed(signing, off_s=1).status_code == 202
    again = [signed(signing, off_s=2, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert [one.status_code for one in again] == [202, 202]
    assert again[1].headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    "forged",
    [
        {"by": "another key of somebody"},
        {"key": "nobody"},
        {"key": "gone"},
        {"off_s": WINDOW_S + 2},
        {"off_s": -WINDOW_S - 2},
        {"Aprejoin-Signature": b"v1=\xe9"},
        {"Aprejoin-Signature": ""},
        {"Aprejoin-Timestamp": "soon"},
        {"Aprejoin-Timestamp": "9" * 100},
    ],
)
def test_a_forged_or_late_signature_is_refused_without_saying_why(signing, forged):
    refused = signed(signing, **forged)
    assert problem(refused, 401, "token-refused")
    assert KEY not in refused.text
    assert signing.vera.get(f"{V1}/events").json()["events"] == []


def test_a_body_that_was_changed_on_its_way_is_refused(signing):
    data = json.dumps(OURS).encode()
    at = str(int(signing.api.context.clock.now().wall.timestamp()))
    headers = {
        "Aprejoin-Key-Id": "noc",
        "Aprejoin-Timestamp": at,
        "Aprejoin-Signature": signature_of(KEY, int(at), data + b" "),
        "Content-Type": "application/json",
    }
    refused = signing.nobody.request("POST", f"{V1}/events", content=data, headers=headers)
    assert problem(refused, 401, "token-refused")


def test_events_are_listed_by_pages_and_narrowed(service):
    for sense in ("ap-left", "ap-joined", "dtls-failed"):
        body = {"events": [{"controller": "hq-1", "sense": sense, "ap_name": sense}]}
        service.ann.post(f"{V1}/events", body)
    page = service.vera.get(f"{V1}/events", limit=2).json()
    rest = service.vera.get(f"{V1}/events", limit=2, cursor=page["next"]).json()
    found = page["events"] + rest["events"]
    assert sorted(one["ap"]["name"] for one in found) == ["ap-joined", "ap-left", "dtls-failed"]
    oldest = service.vera.get(f"{V1}/events", sort="at").json()["events"]
    assert oldest == found[::-1]
    for narrow, count in (
        ({"sense": "ap-left"}, 1),
        ({"controller": "x"}, 0),
        ({"via": "http"}, 3),
    ):
        assert len(service.vera.get(f"{V1}/events", **narrow).json()["events"]) == count
    assert problem(service.vera.get(f"{V1}/events/none"), 404, "not-found")
