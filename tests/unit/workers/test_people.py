"""People are told what workers find and do: from a sweep to what is said on a channel."""

from dataclasses import replace

import pytest

from service.domain.notices.rules import Notify, Rule
from service.domain.notices.words import words_of
from service.ports.jobs import TellPeople
from service.ports.notices import new_notice, outbox_of
from service.ports.requests import AskedSweep
from service.ports.webhooks import Receipt
from service.usecases.channels import channels_document, send_now, try_again, try_out
from tests.support.api_service import crew_service
from tests.support.ears import Ears, alarm, found
from workers.runtime import FleetRuntime

BOTH = Notify(
    {"noc": "env:NOC", "boss": "env:BOSS"},
    (Rule("all", ("noc", "boss")),),
    "https://page.example",
)


class People:
    """A service with people who hear."""

    def __init__(self, service, wanted=BOTH):
        self.service, self.ears = service, Ears()
        context = service.worker.context
        inventory = replace(context.inventory, notify=wanted)
        self.context = replace(context, inventory=inventory, announcer=self.ears)
        self.runtime = FleetRuntime(self.context, service.api.queue)
        self.tick()  # from here on

    def tick(self, seconds=20.0):
        """One nudge, and what it queues for people; then time passes."""
        queue = self.service.api.queue
        self.runtime.nudge()
        jobs = [job for job in queue.jobs if isinstance(job, TellPeople)]
        queue.jobs = [job for job in queue.jobs if not isinstance(job, TellPeople)]
        for job in jobs:
            self.runtime.people(job.channel)
        self.service.crew.stage.world.advance(seconds)

    def sweep(self, item="s1"):
        now = self.context.clock.now().wall
        self.context.store.ask_sweep(AskedSweep(item, now, "ann", ("hq-1",)))
        self.runtime.sweep(item)

    def happens(self, *happened, rule="all", channels=("noc", "boss")):
        """Something that was written down for channels."""
        self.context.store.add_notices(
            new_notice(channel, Rule(rule, (channel,)), one, _words(one))
            for one in happened
            for channel in channels
        )


def _words(happening):
    return words_of(happening, site=None, on_finding="report", link=None)


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
