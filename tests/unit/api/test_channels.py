"""Channels to people over REST: how they stand, a try-out, what was put aside; no address."""

from dataclasses import replace

import pytest

from service.domain.notices.rules import Notify, Rule
from service.ports.notices import outbox_of
from service.ports.webhooks import Receipt
from tests.support.ears import alarm, found
from tests.support.hearers import People

V1 = "/api/v1"
WANTED = Notify(
    {"noc": "env:NOC_SECRET", "boss": "file:boss.url"}, (Rule("all", ("noc",), period_s=600.0),)
)


@pytest.fixture
def people(service):
    made = People(service, WANTED)
    context = service.api.context
    service.api.set_front(replace(context, inventory=made.context.inventory))
    return made


@pytest.fixture
def root(people):
    return people.service.api.as_("root")


def channel(root, name="noc"):
    answered = root.get(f"{V1}/channels/{name}")
    assert answered.status_code == 200, answered.text
    assert "SECRET" not in answered.text
    return answered.json()["channel"]


def messages(root, **query):
    return root.get(f"{V1}/channels/noc/messages", **query).json()["messages"]


def test_channels_are_listed_by_name_and_page_with_their_rules_and_no_address(root):
    first = root.get(f"{V1}/channels", limit=1)
    assert [one["name"] for one in first.json()["channels"]] == ["boss"]
    rest = root.get(f"{V1}/channels", cursor=first.json()["next"], limit=1)
    (noc,) = rest.json()["channels"]
    assert (noc["name"], noc["rules"], noc["last"]) == ("noc", ["all"], None)
    assert "SECRET" not in first.text + rest.text
    assert "boss.url" not in first.text + rest.text


def test_where_the_inventory_has_no_channels_the_list_is_empty(service):
    root = service.api.as_("root")
    assert root.get(f"{V1}/channels").json()["channels"] == []
    assert root.get(f"{V1}/channels/noc").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/messages"), ("POST", "/test"), ("POST", "/messages/x/redeliver")],
)
def test_what_is_not_there_is_404(root, method, path):
    assert root.request(method, f"{V1}/channels/nok{path}").status_code == 404
    assert root.post(f"{V1}/channels/noc/messages/nothing/redeliver").status_code == 404


def test_a_try_out_is_written_down_once_and_sent_by_a_worker(people, root):
    headers = {"Idempotency-Key": "try-1"}
    asked = [root.post(f"{V1}/channels/noc/test", headers=headers) for _ in range(2)]
    assert [one.status_code for one in asked] == [202, 202]
    assert asked[0].headers["Location"] == f"{V1}/channels/noc/messages"
    (waiting,) = messages(root)
    assert (waiting["id"], waiting["state"]) == (asked[0].json()["id"], "pending")
    for _ in range(2):
        people.tick()
    assert people.ears.titles("env:NOC_SECRET") == ["info: a try-out of aprejoin"]
    assert messages(root, state="delivered")[0]["title"] == "info: a try-out of aprejoin"
    assert channel(root)["last"]["state"] == "delivered"
    (record,) = root.get(f"{V1}/audit", act="channel.try").json()["audit"]
    assert record["about"] == "channel noc"


def test_what_waits_and_what_is_held_back_is_told(people, root):
    people.happens(found(1), channels=("noc",))
    for _ in range(2):
        people.tick()
    people.happens(found(2), channels=("noc",))
    told = channel(root)
    assert (told["sent"], told["waiting"]) == (1, 1)
    assert {one["what"] for one in told["held"]} >= {"hq-1/finding.opened"}
    assert max(one["for_s"] for one in told["held"]) <= 600


def test_what_was_put_aside_is_listed_with_its_reason_and_sent_once_more(people, root):
    people.ears.deaf["env:NOC_SECRET"] = Receipt(500, "E-Mail did not take it: HTTP 500")
    people.happens(alarm(), channels=("noc",))
    people.tick()
    people.put_aside("noc")
    (dead,) = messages(root, state="dead")
    assert (dead["detail"], channel(root)["put_aside"]) == ("E-Mail did not take it: HTTP 500", 1)
    del people.ears.deaf["env:NOC_SECRET"]
    again = root.post(f"{V1}/channels/noc/messages/{dead['id']}/redeliver")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    for _ in range(4):
        people.tick()
    assert len(people.ears.titles("env:NOC_SECRET")) == 1
    assert people.context.store.count_deliveries(outbox_of("noc")) == {"delivered": 1}
    assert root.post(f"{V1}/channels/noc/messages/nothing/redeliver").status_code == 404
