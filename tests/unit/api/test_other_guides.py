"""The calls of docs/integrating.md, docs/notifications.md and docs/webhooks.md, in their order."""

from dataclasses import replace

from service.ports.webhooks import Receipt
from tests.support.ears import alarm
from tests.support.facts import ROOT
from tests.support.guide_calls import V1, Line, calls_of
from tests.support.hearers import People
from tests.unit.api.test_webhooks import Told

INTEGRATING = ROOT / "docs" / "integrating.md"
NOTIFICATIONS = ROOT / "docs" / "notifications.md"
WEBHOOKS = ROOT / "docs" / "webhooks.md"
HOURS = 60
"""After so many tries, an hour apart, a delivery is dead."""


def test_the_shortest_way_through_mends_a_controller(service):
    values: dict[str, str] = {}
    for text in calls_of(INTEGRATING):
        line = Line.read(text, values)
        answered = line.answered(service.api)
        assert line.is_told(answered.status_code), f"{text}: {answered.text}"
        match line.path.split("/")[1:]:
            case ["plans"]:
                service.work()
                plan = service.vera.get(answered.headers["Location"]).json()
                values["DIGEST"] = plan["digest"]
            case ["remediations"]:
                values["REMEDIATION"] = answered.json()["id"]
                service.crew.job(service.worker, values["REMEDIATION"])
            case ["plans", _, "approve"]:
                service.crew.until_over(service.worker, values["REMEDIATION"])
            case _:
                service.work()
    assert service.store.remediations()[0].closed.state == "succeeded"


def test_a_webhook_is_added_and_a_dead_delivery_sent_again(service):
    told, (add, look, again) = Told(service), calls_of(WEBHOOKS)
    made = Line.read(add, {}).answered(service.api)
    assert made.status_code == 201, made.text
    hook = made.json()["webhook"]
    assert (hook["events"], hook["sites"]) == (["needs-attention"], ["hq"])
    values = {"WEBHOOK": hook["id"], "DELIVERY": _dead(told, hook)}
    listed = Line.read(look, values).answered(service.api).json()["deliveries"]
    assert [one["id"] for one in listed] == [values["DELIVERY"]]
    assert Line.read(again, values).answered(service.api).status_code == 202


def _dead(told: Told, hook) -> str:
    """A delivery that nobody took; the webhook hears of findings everywhere for that."""
    where = f"{V1}/webhooks/{hook['id']}"
    tag = {"If-Match": told.root.get(where).headers["ETag"]}
    wish = {"events": ["finding.opened"], "sites": []}
    changed = told.root.request("PATCH", where, json=wish, headers=tag)
    assert changed.status_code == 200, changed.text
    told.sender.receipts = [Receipt(500, "answered 500")] * HOURS * 2
    told.sweep()
    told.tick()
    for _ in range(HOURS):
        told.service.crew.stage.world.advance(3600)
        told.runtime.deliver(hook["id"])
    (dead,) = told.root.get(f"{where}/deliveries", state="dead").json()["deliveries"]
    return str(dead["id"])


def test_a_channel_is_tried_out_and_what_was_put_aside_sent_again(service):
    people = People(service)
    service.api.set_front(replace(service.api.context, inventory=people.context.inventory))
    people.ears.deaf["env:NOC"] = Receipt(500, "HTTP 500")
    people.happens(alarm(), channels=("noc",))
    people.tick()
    people.put_aside("noc")
    values: dict[str, str] = {}
    for text in calls_of(NOTIFICATIONS):
        line = Line.read(text, values)
        answered = line.answered(service.api)
        assert line.is_told(answered.status_code), f"{text}: {answered.text}"
        if "state=dead" in line.path:
            (dead,) = answered.json()["messages"]
            values["MESSAGE"] = dead["id"]
    assert values.keys() == {"MESSAGE"}
