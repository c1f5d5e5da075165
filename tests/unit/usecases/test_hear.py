"""What was heard is tied, folded and answered; what is nobody's is counted; old events go."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.config.messages import load_messages
from service.domain.events.damping import APART_S, QUIET_S
from service.domain.events.reading import FOLD_S, Said, said_in
from service.domain.events.tying import places_unresolved
from service.errors import DeviceUnreachable
from service.ports.events import HeardGroup
from service.ports.requests import AskedSweep
from service.usecases.answer import answer_sweep
from service.usecases.hear import FORGET_EVERY_S, KEPT_DAYS, MOST_APART, hear
from tests.support.crew import crew_stage
from tests.support.recording_queue import RecordingQueue

HEAD = "<189>1: *Dec  2 12:00:00: %CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: AP Name:"


class Ear:
    """One process that hears for a stage."""

    def __init__(self, tmp_path):
        self.stage = crew_stage(file=tmp_path / "aprejoin.db")
        context = self.stage.process().context
        (one,) = context.inventory.controllers
        inventory = replace(context.inventory, controllers=(replace(one, host="192.0.2.10"),))
        self.context = replace(context, inventory=inventory)
        self.places, self.queue = places_unresolved(inventory), RecordingQueue()

    def hears(self, *lines, source="192.0.2.10"):
        said = [
            said_in(line.encode(), load_messages().messages, via="syslog-udp", source=source)
            for line in lines
        ]
        assert all(isinstance(one, Said) for one in said)
        return hear(self.context, self.queue, self.places, said)

    @property
    def store(self):
        return self.context.store


@pytest.fixture
def ear(tmp_path):
    found = Ear(tmp_path)
    yield found
    found.stage.store.close()


def line(number=0, ap="ap-1"):
    return f"{HEAD} {ap} Mac: 0c75.bdb4.{number:04x} Disjoined"


def test_a_batch_is_one_event_for_each_access_point_and_one_look(ear):
    hearing = ear.hears(*[line(number % 3) for number in range(30)])
    assert [event.count for event in hearing.events] == [10, 10, 10]
    assert {event.sweep for event in ear.store.events(limit=9)} == {*hearing.looks}
    assert len(ear.queue.jobs) == 1
    assert ear.hears(line(0)).looks == ()
    assert sum(event.count for event in ear.store.events(limit=9)) == 31


def test_after_five_minutes_the_same_is_another_event(ear):
    ear.hears(line())
    ear.stage.world.advance(FOLD_S)
    ear.hears(line())
    assert [event.count for event in ear.store.events(limit=9)] == [1, 1]


def test_an_access_point_that_polls_know_is_named_by_its_base_radio_mac(ear):
    (known, *_) = ear.store.histories("hq-1").values()
    (told,) = ear.hears(f"{HEAD} x Mac: {known.mac} Disjoined", source="203.0.113.5").events
    assert (told.controller, told.mac, told.tied_by) == ("hq-1", str(known.mac), "access point")


def test_what_is_nobodys_is_counted_by_who_sent_it_and_not_kept(ear):
    hearing = ear.hears(line(1), line(1), line(2), source="203.0.113.5")
    assert (hearing.untied, hearing.events, hearing.looks) == ({"203.0.113.5": 3}, (), ())
    assert ear.store.events(limit=9) == ()


def test_more_access_points_than_are_told_apart_are_one_event_of_none(ear):
    hearing = ear.hears(*[line(number) for number in range(MOST_APART + 50)])
    assert len(hearing.events) == MOST_APART + 1
    assert sum(event.count for event in hearing.events) == MOST_APART + 50
    (rest,) = [event for event in hearing.events if not event.mac]
    assert rest.count == 50


def test_old_events_are_dropped_and_young_ones_kept(ear):
    ages = {KEPT_DAYS - 1: "young", KEPT_DAYS + 1: "old"}
    (event,) = ear.hears(line(1)).events
    now = ear.context.clock.now().wall
    kept = [replace(event, id=item, last=now - timedelta(days=age)) for age, item in ages.items()]
    ear.store.hear([HeardGroup(kept, AskedSweep("s1", now, "event x", ("hq-1",)))])
    ear.stage.world.advance(FORGET_EVERY_S)
    ear.hears(line(1))
    found = {one.id for one in ear.store.events(limit=9)}
    assert ("young" in found, "old" in found) == (True, False)


def test_a_controller_that_does_not_answer_is_left_alone_as_by_schedules(ear, monkeypatch):
    asked = []

    def refused(controller):
        asked.append(controller.name)
        raise DeviceUnreachable(controller.name, "connect", "no answer")

    monkeypatch.setattr(ear.context.drivers, "open", refused)
    looks = []
    for _ in range(6):
        looks += ear.hears(line()).looks
        answer_sweep(ear.context, looks[-1])
        ear.stage.world.advance(APART_S + QUIET_S)
    assert len(looks) == 6
    assert 1 <= len(asked) < 6
