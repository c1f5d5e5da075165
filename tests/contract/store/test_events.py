"""What was heard: folded, damped and answered in one transaction; only SQL keeps it."""

from datetime import timedelta

import pytest

from service.domain.events.damping import QUIET_S
from service.domain.identity import EthernetMac
from service.ports.correlation import Correlation
from service.ports.events import ApHome, HeardEvent, HeardGroup
from service.ports.requests import AskedSweep, Kind, Place
from tests.support.builders import MAC, OPENED, look, sighting


@pytest.fixture
def store(sql_store):
    return sql_store


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def event(item="e1", seconds=0.0, *, controller="hq-1", **fields):
    known = {"sense": "ap-left", "message": "m", "via": "syslog-udp", "source": "192.0.2.10"}
    known |= {"tied_by": "address", "mac": "", "ap_name": "", "said_at": "", "text": "line"}
    moments = {"first": at(seconds), "last": at(seconds)}
    return HeardEvent(id=item, controller=controller, **(known | moments | fields))


def heard(store, number, *events, controller="hq-1"):
    """One batch; the looks that are due at once."""
    wish = AskedSweep(f"s{number}", OPENED, "event e1", (controller,))
    return store.hear([HeardGroup(events, wish)])


def due_in(store, sweep):
    found = store.due_of(Kind.SWEEP, sweep)
    return None if found is None else round(found.in_s, 3)


def test_the_first_event_asks_for_a_look_at_once_and_names_it(store):
    assert heard(store, 1, event()) == ("s1",)
    assert store.event("e1") == event(sweep="s1")
    assert store.sweep_asked("s1").controllers == ("hq-1",)
    assert due_in(store, "s1") == 0
    assert store.event("e2") is None


def test_what_is_heard_again_is_one_event_with_a_count(store):
    heard(store, 1, event(count=3))
    heard(store, 2, event(seconds=5, count=4, text="another"))
    found = store.event("e1")
    assert (found.count, found.first, found.last, found.text) == (7, at(0), at(5), "line")


def test_a_storm_moves_one_look_on_until_it_has_ended(store, world):
    heard(store, 1, event())
    for number in range(2, 40):
        world.advance(1.0)
        assert heard(store, number, event(f"e{number}")) == ()
    assert due_in(store, "s2") == QUIET_S
    assert {one.sweep for one in store.events(limit=50)} == {"s1", "s2"}
    assert store.sweep_asked("s3") is None
    assert len(store.sweeps(limit=10)) == 2


def test_each_look_goes_back_to_the_event_that_asked_for_it_first(store, world):
    names = [f"event-{number}" for number in range(4)]
    for number, name in enumerate(names):
        world.advance(1.0)
        wish = AskedSweep(f"s{number}", OPENED, "event e1", ("hq-1",))
        store.hear([HeardGroup([event()], wish, Correlation(name))])
    found = [store.due_of(Kind.SWEEP, sweep).correlation for sweep in ("s0", "s1")]
    assert found == names[:2]


def test_once_the_last_look_has_begun_another_event_gets_another_look(store, world):
    heard(store, 1, event())
    heard(store, 2, event())
    world.advance(QUIET_S)
    assert store.claim_due(Kind.SWEEP, "s2", for_s=300)
    assert heard(store, 3, event()) == ()
    assert due_in(store, "s3") == QUIET_S
    assert due_in(store, "s2") == 300, "what is under way is left alone"
    world.advance(1000.0)
    store.forget_due(Kind.SWEEP, "s3")
    assert heard(store, 4, event()) == ("s4",)


def test_controllers_are_damped_each_by_itself(store):
    one = HeardGroup([event()], AskedSweep("s1", OPENED, "event e1", ("hq-1",)))
    other = event("e2", controller="dc-1")
    two = HeardGroup([other], AskedSweep("s2", OPENED, "event e2", ("dc-1",)))
    assert set(store.hear([one, two])) == {"s1", "s2"}
    assert store.hear([]) == ()


def test_events_are_listed_from_new_to_old_also_of_one_controller(store):
    heard(store, 1, event("e1"), event("e2", 10), event("e3", 10))
    heard(store, 2, event("e4", 5, controller="dc-1"), controller="dc-1")
    assert [one.id for one in store.events(limit=2)] == ["e3", "e2"]
    assert [one.id for one in store.events(limit=5, after=Place(at(10), "e2"))] == ["e4", "e1"]
    assert [one.id for one in store.events(limit=5, controller="dc-1")] == ["e4"]


def test_what_is_old_is_dropped_by_when_it_came_last(store):
    heard(store, 1, event("e1"), event("e2", last=at(50)))
    assert store.forget_events(before=at(20)) == 1
    assert [one.id for one in store.events(limit=5)] == ["e2"]


def test_access_points_are_found_by_everything_that_they_are_called(store):
    wired = EthernetMac.parse("0c75.bdb6.09ec")
    ap = sighting(name="ap-1", ethernet_mac=wired, address="192.0.2.77")
    store.add_poll(look(aps=(ap,)))
    controller = look().controller
    home = ApHome(controller, str(MAC), str(wired), "192.0.2.77", "ap-1")
    for call in home.called:
        assert store.ap_homes([call, "nobody"]) == (home,)
    assert store.ap_homes([]) == ()
    assert store.ap_homes([""]) == ()
