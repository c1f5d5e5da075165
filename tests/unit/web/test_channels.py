"""The page of channels: how they stand, a try-out, what was put aside; no address is shown."""

from dataclasses import replace

import pytest

from service.domain.notices.rules import Notify, Rule
from service.ports.notices import outbox_of
from service.ports.webhooks import Receipt
from tests.support.ears import alarm, found
from tests.support.hearers import People
from tests.support.pages import text_of

WANTED = Notify(
    {"noc": "env:NOC_SECRET", "boss": "file:boss.url"}, (Rule("all", ("noc",), period_s=600.0),)
)


@pytest.fixture
def people(house):
    made = People(house.service, WANTED)
    front = house.app.state.front
    house.app.state.front = replace(front, inventory=lambda: made.context.inventory)
    return made


def test_each_channel_says_its_rules_and_what_was_sent_and_never_where_it_leads(house, people):
    people.happens(found(1), channels=("noc",))
    for _ in range(2):
        people.tick()
    page = house.browser("root").get("/channels")
    text = text_of(page)
    assert "warning: hq-1: FN72524 found" in text
    assert "hq-1/finding.opened" in text
    assert "no rule names it" in text
    assert "SECRET" not in page.text
    assert "boss.url" not in page.text


def test_a_try_out_is_asked_for_and_sent_by_a_worker(house, people):
    root = house.browser("root")
    root.get("/channels")
    assert root.post("/channels/noc/test").status_code == 303
    assert "To send" in text_of(root.get("/channels"))
    for _ in range(2):
        people.tick()
    assert people.ears.titles("env:NOC_SECRET") == ["info: a try-out of aprejoin"]
    assert root.post("/channels/nok/test").status_code == 404


def test_what_was_put_aside_says_why_and_is_sent_again(house, people):
    people.ears.deaf["env:NOC_SECRET"] = Receipt(500, "E-Mail did not take it: HTTP 500")
    people.happens(alarm(), channels=("noc",))
    people.tick()
    people.put_aside("noc")
    root = house.again("root")
    text = text_of(root.get("/channels"))
    assert "Put aside" in text
    assert "E-Mail did not take it: HTTP 500" in text
    (dead,) = people.context.store.deliveries(outbox_of("noc"), limit=9, state="dead")
    assert root.post(f"/channels/noc/messages/{dead.id}/again").status_code == 303
    (again,) = people.context.store.deliveries(outbox_of("noc"), limit=9)
    assert again.state == "pending"
    assert root.post("/channels/noc/messages/nothing/again").status_code == 404


def test_where_nobody_is_told_the_page_says_so(house):
    assert "nobody is told" in text_of(house.browser("root").get("/channels"))
    assert house.browser("bob").get("/channels").status_code == 403
    assert 'href="/channels"' not in house.browser("bob").get("/").text
