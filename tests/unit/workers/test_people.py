"""People are told what workers find and do: from a sweep to what is said on a channel."""

import pytest

from service.ports.notices import outbox_of
from service.ports.webhooks import Receipt
from service.usecases.channels import channels_document, send_now, try_again, try_out
from tests.support.api_service import crew_service
from tests.support.ears import alarm, found
from tests.support.hearers import People


@pytest.fixture
def people(tmp_path):
    with crew_service(tmp_path) as service:
        yield People(service)


def test_a_stuck_access_point_is_told_and_so_is_the_end_of_its_remediation(people):
    people.sweep()
    where = people.service.remediation()
    for _ in range(3):
        people.tick()
    assert people.service.bob.approve(where).status_code == 200
    people.service.crew.until_over(people.service.worker, where.split("/")[-1])
    for _ in range(4):
        people.tick()
    titles = people.ears.titles("env:NOC")
    assert any("2 notices of hq-1" in one or "FN72524 found" in one for one in titles)
    assert "FN72524: succeeded" in titles[-1]
    (end,) = [said for to, said in people.ears.heard if to == "env:NOC"][-1:]
    assert f"Page: https://page.example/remediations/{where.split('/')[-1]}" in end.text
    assert len(people.ears.titles("env:BOSS")) == len(titles)


def test_what_happened_before_anybody_wanted_to_know_is_told_to_nobody(tmp_path):
    with crew_service(tmp_path) as service:
        early = People(service, None)
        early.sweep()
        people = People(service)
        for _ in range(4):
            people.tick()
        assert people.ears.heard == []
        people.service.planned()
        for _ in range(4):
            people.tick()
        assert len(people.ears.titles("env:NOC")) == 1


def test_a_storm_is_one_message_a_channel_and_an_alarm_comes_through(people):
    people.happens(*(found(n, f"wlc-{n % 20}") for n in range(200)))
    for _ in range(10):
        people.tick()
    (title,) = people.ears.titles("env:NOC")
    assert title == "warning: 200 notices of 20 controllers"
    people.happens(found(3000, "late"), alarm())
    for _ in range(3):
        people.tick()
    assert len(people.ears.titles("env:NOC")) == 2
    assert "NEEDS ATTENTION" in people.ears.titles("env:NOC")[-1]
    for _ in range(6):
        people.tick(300.0)
    assert "late" in people.ears.titles("env:NOC")[-1]
    assert people.context.store.waiting_notices() == {}


def test_a_channel_that_is_down_keeps_no_other_waiting_and_gets_it_later(people):
    people.ears.deaf["env:NOC"] = Receipt(None, "no answer")
    people.happens(alarm())
    for _ in range(5):
        people.tick()
    assert len(people.ears.titles("env:BOSS")) == 1
    del people.ears.deaf["env:NOC"]
    for _ in range(30):
        people.tick()
    assert len(people.ears.titles("env:NOC")) == 1
    assert len(people.ears.titles("env:BOSS")) == 1


def test_after_a_day_of_tries_a_message_is_put_aside_shown_and_can_be_sent_again(people):
    people.ears.deaf["env:NOC"] = Receipt(500, "E-Mail did not take it: HTTP 500")
    people.happens(alarm(), channels=("noc",))
    people.tick()
    for _ in range(60):
        people.tick(3600.0)
    (shown,) = [
        one for one in channels_document(people.context)["channels"] if one["name"] == "noc"
    ]
    (dead,) = shown["dead"]
    assert "HTTP 500" in dead["detail"]
    assert "env:NOC" not in str(shown)
    del people.ears.deaf["env:NOC"]
    assert try_again(people.context, "noc") == 1
    assert send_now(people.context, "noc").taken == 1
    assert try_again(people.context, "noc") == 0


def test_a_worker_that_dies_before_it_notes_has_the_same_message_sent_again(people):
    people.happens(alarm(), channels=("noc",))
    store, note = people.context.store, people.context.store.note_tried

    def dies(*_, **__):
        raise KeyboardInterrupt

    store.note_tried = dies
    with pytest.raises(KeyboardInterrupt):
        send_now(people.context, "noc")
    store.note_tried = note
    for _ in range(5):
        people.tick()
    first, second = people.ears.heard
    assert first == second
    assert store.deliveries(outbox_of("noc"), limit=9, state="pending") == ()


def test_a_try_out_is_sent_at_once_beside_everything(people):
    tried = try_out(people.context, "noc", "env:NOC")
    assert (tried.service, tried.receipt.is_taken) == ("service of env:NOC", True)
    assert "try-out" in people.ears.titles()[0]


def test_a_channel_that_left_the_inventory_is_told_nothing_more(people):
    people.happens(alarm(), channels=("gone",))
    for _ in range(3):
        people.tick()
    assert people.ears.heard == []
