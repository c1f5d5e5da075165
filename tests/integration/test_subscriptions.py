"""From an access point that gets stuck to a finding, by what its controller tells by itself.

Real NETCONF sessions, store, broker and workers. States are asserted, never moments.
"""

import pytest
from sqlalchemy import create_engine, delete

from service.domain.events.pushing import GAP
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.settings import Settings
from service.store.event_tables import storms
from service.store.steering_tables import slots
from service.supervise import POLLERS, supervised
from tests.e2e.stand import QUICK, SHORT, box
from tests.integration.test_automation import Story
from tests.integration.test_listening import ALWAYS_THERE, Listening, is_answered

PUSH = {"netconf": "on-change", "period_s": 1}
NEW = {"kind": "looping", "name": "new", "unplugged": True}


@pytest.fixture
def lab(tmp_path):
    aps = [{"kind": "healthy", "count": 2}, NEW]
    fleet = {
        "lab": {"timings": {**QUICK, **ALWAYS_THERE}},
        "policy": SHORT,
        "controllers": [box("a-1", aps=aps, events=PUSH), box("a-2")],
    }
    with Lab(from_mapping(fleet), state_dir=tmp_path / "lab") as running:
        yield running


@pytest.fixture
def settings(tmp_path, lab, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(lab.inventory_path))
    return Settings.from_environment()


def events(store):
    return store.events(limit=200, via="netconf")


def of(message):
    return lambda store: [one for one in events(store) if one.message == message]


def findings(store):
    """Of every look at the subscribed controller, the issues that it found."""
    looks = [one for one in store.looks() if one.controller == "a-1"]
    return [[found["issue"] for found in one.document["findings"]] for one in looks]


def forget(settings, table):
    """As time would: a place that was not given back runs out, a storm is over."""
    with create_engine(settings.database_url).begin() as connection:
        connection.execute(delete(table))


def gaps(store):
    return sum(one.count for one in of(GAP)(store))


def test_an_access_point_that_gets_stuck_is_found_by_what_its_controller_tells(
    settings, lab, tmp_path
):
    with supervised(settings, crews=(POLLERS,)) as children:
        story = Story(settings, children)
        with Listening(tmp_path, "listen") as listening:
            assert listening.places == {"netconf": ["a-1"]}
            (began,) = story.until(of(GAP))
            assert (began.controller, began.tied_by) == ("a-1", "name")
            assert story.until(findings) == [[]], "nobody knew what was before: a look"
            forget(settings, storms)
            lab.box("a-1").plug_in("new")
            story.until(lambda store: ["FN72524"] in findings(store))
            (stuck,) = story(of("netconf-ap-state"))
            assert (stuck.sense, stuck.controller, stuck.ap_name) == ("ap-downloads", "a-1", "")
            before = story(gaps)
            lab.box("a-1").fault("cut", now=True)
            story.until(lambda store: gaps(store) > before)
            listening.kill()
        kept = story(events)
        forget(settings, slots)
        with Listening(tmp_path, "listen") as again:
            story.until(
                lambda store: gaps(store) > sum(one.count for one in kept if one.message == GAP)
            )
            again.end()
        assert {one.id for one in kept} <= {one.id for one in story(events)}
        assert story(lambda store: all(is_answered(store, one) for one in events(store)))
