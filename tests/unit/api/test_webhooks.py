"""Webhooks from the call that adds one to what the receiver gets."""

import json
from dataclasses import replace

import pytest

from service.domain.webhooks import EventKind, signature_of
from service.ports.jobs import DeliverWebhook
from service.ports.requests import AskedSweep
from service.ports.webhooks import Receipt
from tests.support.outside import RecordingSender, outside
from tests.unit.api.test_rules import problem
from workers.runtime import FleetRuntime

HOOKS = "/api/v1/webhooks"
WISH = {"name": "noc", "url": "https://noc.example.net/hook?token=1"}


class Told:
    """The service with a world outside of it."""

    def __init__(self, service):
        self.service, self.sender = service, RecordingSender()
        self.root = service.api.as_("root")
        self.context = replace(service.worker.context, outside=outside(self.sender))
        service.api.set_front(replace(service.api.context, outside=outside(self.sender)))
        self.runtime = FleetRuntime(self.context, service.api.queue)

    def add(self, **wish):
        made = self.root.post(HOOKS, WISH | wish)
        assert made.status_code == 201, made.text
        return made.json()

    def tick(self, seconds=2.0):
        """One nudge, and the deliveries that it queues."""
        queue = self.service.api.queue
        self.runtime.nudge()
        jobs = [job for job in queue.jobs if isinstance(job, DeliverWebhook)]
        queue.jobs = [job for job in queue.jobs if not isinstance(job, DeliverWebhook)]
        for job in jobs:
            self.runtime.deliver(job.webhook)
        self.service.crew.stage.world.advance(seconds)

    def told(self, *kinds):
        bodies = [json.loads(body) for _, _, body in self.sender.sent]
        return [one for one in bodies if not kinds or one["type"] in kinds]

    def sweep(self, item="s1"):
        now = self.context.clock.now().wall
        self.context.store.ask_sweep(AskedSweep(item, now, "ann", ("hq-1",)))
        self.runtime.sweep(item)


@pytest.fixture
def told(service):
    return Told(service)


def test_a_webhook_hears_a_whole_remediation_in_order_and_signed(told):
    made = told.add()
    told.sweep()
    where = told.service.remediation()
    told.tick()
    assert told.service.bob.approve(where).status_code == 200
    told.service.crew.until_over(told.service.worker, where.split("/")[-1])
    for _ in range(4):
        told.tick()
    kinds = [one["type"] for one in told.told()]
    assert kinds[:3] == ["finding.opened", "plan.ready", "remediation.queued"]
    assert set(kinds[3:-1]) == {"remediation.step", "window.opened", "window.closed"}
    assert kinds.index("window.opened") < kinds.index("window.closed")
    assert kinds[-1] == "remediation.ended"
    (ended,) = told.told("remediation.ended")
    assert ended["data"]["remediation"]["state"] == "succeeded"
    assert ended["subject"] == f"remediation/{where.split('/')[-1]}"
    steps = [one["data"]["remediation"]["seq"] for one in told.told("remediation.step")]
    assert steps == sorted(steps)
    assert len({one["event"] for one in told.told()}) == len(kinds)
    for target, headers, body in told.sender.sent:
        signed = signature_of(made["secret"], int(headers["Aprejoin-Timestamp"]), body)
        assert headers["Aprejoin-Signature"] == signed
        assert headers["Aprejoin-Key-Id"] == made["webhook"]["key_id"]
        assert headers["Aprejoin-Delivery"] == json.loads(body)["delivery"]
        assert (target.host, target.path) == ("noc.example.net", "/hook?token=1")


def test_the_secret_is_shown_once_and_is_nowhere_in_the_store(told, tmp_path):
    root = told.root.with_key("once")
    made = root.post(HOOKS, WISH)
    again = root.post(HOOKS, WISH)
    assert again.headers["Idempotent-Replayed"] == "true"
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    assert again.json() == made.json() | {"secret": None}
    assert again.headers["Location"] == made.headers["Location"]
    assert len(told.root.get(HOOKS).json()["webhooks"]) == 1
    assert secret not in told.root.get(HOOKS).text + told.root.get(made.headers["Location"]).text
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("aprejoin.db*"))
    assert b"noc.example.net" in kept
    assert secret.removeprefix("whsec_").encode() not in kept


def test_a_webhook_is_changed_and_keeps_its_secret(told):
    made = told.add(tags=["branch"])
    where = f"{HOOKS}/{made['webhook']['id']}"
    tag = {"If-Match": told.root.get(where).headers["ETag"]}
    body = {"url": "https://noc.example.net/other", "events": ["plan.ready"]}
    changed = told.root.request("PATCH", where, json=body, headers=tag).json()["webhook"]
    assert changed == made["webhook"] | body
    assert told.root.get(where).json()["webhook"] == changed
    stale = told.root.request("PATCH", where, json={"name": "x"}, headers=tag)
    problem(stale, 412, "match-failed")
    bare = told.root.request("PATCH", where, json={"tags": []})
    assert bare.json()["webhook"]["tags"] == []
    for wrong in ({"url": "ftp://x"}, {"url": ""}, {"name": ""}, {"secret": "mine"}):
        problem(told.root.request("PATCH", where, json=wrong), 422, "invalid-input")
    told.service.planned()
    told.tick()
    ((target, headers, _),) = told.sender.sent
    assert (target.path, headers["Aprejoin-Key-Id"]) == ("/other", made["webhook"]["key_id"])


def test_without_a_key_no_webhook_is_made_and_the_refusal_says_what_to_set(told):
    front = replace(told.service.api.context, outside=outside(told.sender, key=None))
    told.service.api.set_front(front)
    assert "APREJOIN_SECRETS_KEY" in problem(told.root.post(HOOKS, WISH), 409, "refused")
    assert told.root.get(HOOKS).json() == {"webhooks": [], "next": None}


def test_webhooks_come_in_pages_like_every_list(told):
    made = [told.add(name=name)["webhook"]["id"] for name in ("a", "b", "c")]
    found, cursor = [], {}
    while cursor is not None:
        page = told.root.get(HOOKS, limit=2, **cursor).json()
        found += [one["id"] for one in page["webhooks"]]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert sorted(found) == sorted(made)
    problem(told.root.get(HOOKS, limit=-1), 422, "invalid-input")
    problem(told.root.get(HOOKS, state="dead"), 422, "invalid-input")


def test_only_an_administrator_has_to_do_with_webhooks(told):
    one = f"{HOOKS}/{told.add()['webhook']['id']}"
    for name in ("vera", "ann", "bob"):
        _may_nothing(told.service.api.as_(name), one)


def _may_nothing(caller, one):
    for answered in (
        caller.post(HOOKS, WISH),
        caller.get(HOOKS),
        caller.get(one),
        caller.get(f"{one}/deliveries"),
        caller.post(f"{one}/deliveries/d/redeliver"),
        caller.request("DELETE", one),
    ):
        problem(answered, 403, "role-needed")


NO_WISHES = [
    {"url": "ftp://noc.example.net/"},
    {"url": "https://me:secret@noc.example.net/"},
    {"url": "https://"},
    {"url": "https://noc.example.net/#x"},
    {"url": "https://noc.example.net:99999/"},
    {"url": "https://noc.example.net/\nHost: other"},
    {"url": ""},
    {"events": ["finding.eaten"]},
    {"name": " "},
    {"secret": "mine"},
    {"sites": "hq"},
]


def test_a_wish_that_is_none_is_refused_and_nothing_of_it_is_repeated(told):
    for wish in NO_WISHES:
        answered = told.root.post(HOOKS, WISH | wish)
        assert "secret@" not in problem(answered, 422, "invalid-input"), wish
    assert told.root.get(HOOKS).json() == {"webhooks": [], "next": None}


def test_an_address_that_is_never_called_is_refused_when_the_webhook_is_added(told):
    told.sender.refuses = "169.254.169.254 is a metadata service"
    assert "metadata" in problem(told.root.post(HOOKS, WISH), 422, "invalid-input")


def test_a_webhook_hears_only_what_it_wants_of_whom_it_wants(told):
    told.add(events=["plan.ready"])
    told.add(name="elsewhere", sites=["nowhere"])
    told.add(name="tagged", tags=["nobody"])
    told.sweep()
    told.service.planned()
    told.tick()
    assert [one["type"] for one in told.told()] == ["plan.ready"]


def test_what_happened_before_the_first_webhook_is_told_to_nobody(told):
    told.sweep()
    told.service.remediation()
    told.add()
    told.tick()
    told.sweep("s2")
    told.tick()
    assert told.told() == []


def test_a_delivery_that_failed_comes_again_with_the_same_id_and_bytes(told):
    told.add()
    told.sender.receipts = [Receipt(500, "answered 500")]
    told.sweep()
    told.tick()
    told.tick(60)
    told.tick()
    first, second = told.sender.sent
    assert first[2] == second[2]
    assert first[1]["Aprejoin-Delivery"] == second[1]["Aprejoin-Delivery"]
    assert first[1]["Aprejoin-Timestamp"] != second[1]["Aprejoin-Timestamp"]


def test_what_is_never_taken_is_dead_after_a_day_listed_and_sent_again_on_demand(told):
    made = told.add(events=["finding.opened"])["webhook"]
    told.sender.receipts = [Receipt(500, "answered 500")] * 100
    told.sweep()
    told.tick()
    for _ in range(60):
        told.service.crew.stage.world.advance(3600)
        told.runtime.deliver(made["id"])
    where = f"{HOOKS}/{made['id']}/deliveries"
    (dead,) = told.root.get(where, state="dead").json()["deliveries"]
    assert (dead["type"], dead["status"]) == (EventKind.FINDING_OPENED, 500)
    assert 24 < dead["tries"] < 80
    told.sender.receipts, told.sender.sent = [], []
    again = told.root.post(f"{where}/{dead['id']}/redeliver")
    assert again.status_code == 202
    assert told.root.get(where, state="dead").json()["deliveries"] == []
    told.tick()
    assert [one["delivery"] for one in told.told()] == [dead["id"]]
    (taken,) = told.root.get(again.headers["Location"]).json()["deliveries"]
    assert (taken["state"], taken["next_try_in_s"]) == ("delivered", None)
    problem(told.root.post(f"{where}/other/redeliver"), 404, "not-found")


def test_deliveries_come_in_pages(told):
    made = told.add()["webhook"]
    told.sweep()
    told.service.remediation()
    told.tick()
    where = f"{HOOKS}/{made['id']}/deliveries"
    first = told.root.get(where, limit=2).json()
    rest = told.root.get(where, limit=2, cursor=first["next"]).json()
    ids = [one["id"] for one in first["deliveries"] + rest["deliveries"]]
    assert len(set(ids)) == 3
    assert rest["next"] is None
    problem(told.root.get(where, cursor="eHg"), 400, "bad-cursor")


def test_one_that_is_removed_is_told_nothing_more(told):
    made = told.add()["webhook"]
    told.sweep()
    assert told.root.request("DELETE", f"{HOOKS}/{made['id']}").status_code == 200
    told.tick()
    assert told.told() == []
    problem(told.root.request("DELETE", f"{HOOKS}/{made['id']}"), 404, "not-found")


def test_the_trail_has_who_added_and_removed_a_webhook_and_no_secret(told):
    made = told.add()
    told.root.request("DELETE", f"{HOOKS}/{made['webhook']['id']}")
    trail = told.root.get("/api/v1/audit", who="root")
    acts = [(one["act"], one["outcome"], one["about"]) for one in trail.json()["audit"]]
    about = f"webhook {made['webhook']['id']}"
    assert ("webhook.add", "done", about) in acts
    assert ("webhook.remove", "done", about) in acts
    assert made["secret"] not in trail.text
    assert "token=1" not in trail.text
