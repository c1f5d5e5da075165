"""People are told that a controller cannot be read, and of clocks that are false: by rule."""

import pytest

from service.domain.notices.patience import Patience
from service.domain.notices.rules import Notify, Rule
from service.domain.webhooks import EventKind
from tests.support.api_service import crew_service
from tests.support.hearers import People

OUTAGES = (EventKind.CONTROLLER_UNREACHABLE, EventKind.CONTROLLER_REACHABLE)
WINDOWS = tuple(kind for kind in EventKind if kind.value.startswith("window."))
CHANNELS = {"noc": "env:NOC", "boss": "env:BOSS"}
PATIENT = Notify(
    CHANNELS,
    (
        Rule("soon", ("noc",), OUTAGES, period_s=1.0, patience=Patience(polls=1)),
        Rule("later", ("boss",), OUTAGES, period_s=1.0, patience=Patience(polls=3)),
    ),
)
CLOCKS = Notify(CHANNELS, (Rule("all", ("noc",), WINDOWS, period_s=1.0), Rule("usual", ("boss",))))


@pytest.fixture
def service(tmp_path):
    with crew_service(tmp_path) as service:
        yield service


def polled(people, item):
    people.sweep(item)
    for _ in range(4):
        people.tick()


def test_an_outage_is_told_to_each_by_their_patience_and_its_end_to_those_who_heard(service):
    people, box = People(service, PATIENT), service.crew.stage.box
    box.unreachable = True
    polled(people, "s1")
    polled(people, "s2")
    assert people.ears.titles("env:NOC") == ["warning: hq-1: cannot be read"]
    assert people.ears.titles("env:BOSS") == []
    box.unreachable = False
    polled(people, "s3")
    assert people.ears.titles("env:NOC")[1:] == ["info: hq-1: answers again"]
    assert people.ears.titles("env:BOSS") == []


def test_an_outage_that_lasts_is_told_once_however_often_it_is_seen(service):
    people, box = People(service, PATIENT), service.crew.stage.box
    box.unreachable = True
    for number in range(4):
        polled(people, f"s{number}")
    ((to, said),) = [one for one in people.ears.heard if one[0] == "env:BOSS"]
    assert "Failed polls in a row: 3" in said.text, to
    assert "aprejoin sweep hq-1" in said.text
    assert len(people.ears.titles("env:NOC")) == 1
    box.unreachable = False
    polled(people, "back")
    assert people.ears.titles("env:BOSS")[1:] == ["info: hq-1: answers again"]


def test_a_refused_login_is_told_at_once_for_nobody_tries_it_again(service):
    people = People(service, PATIENT)
    service.crew.stage.line.refuse_login = True
    polled(people, "s1")
    (said,) = [said for to, said in people.ears.heard if to == "env:BOSS"]
    assert "not tried again" in said.text


def in_false_time(people):
    """A remediation whose window stands open; its id."""
    people.sweep()
    where = people.service.remediation()
    assert people.service.bob.approve(where).status_code == 200
    item = where.rpartition("/")[2]
    people.service.crew.until(people.service.worker, "wait-for-aps", item)
    return item


def test_a_window_is_told_when_it_opens_and_when_it_closes(service):
    people = People(service, CLOCKS)
    item = in_false_time(people)
    for _ in range(3):
        people.tick()
    assert people.ears.titles("env:NOC") == ["info: hq-1: shows a false date for FN72524"]
    service.crew.until_over(service.worker, item)
    for _ in range(5):
        people.tick(60.0)
    titles = people.ears.titles("env:NOC")
    assert titles[1:] == ["info: hq-1: shows true time again, after FN72524"]


def test_a_window_that_nobody_works_on_alarms_before_its_switch_fires_and_past_its_longest(service):
    people = People(service, CLOCKS)
    in_false_time(people)
    for seconds in (120.0,) * 6 + (600.0,) * 3:
        people.tick(seconds)
    alarms = [one for one in people.ears.titles("env:BOSS") if one.startswith("critical")]
    assert any("nobody renews its dead-man's switch" in one for one in alarms)
    assert any("IN FALSE TIME FOR" in one for one in alarms)
    assert len([one for one in alarms if "nobody renews" in one]) == 1
    assert all(len(one) < 300 for one in alarms)
