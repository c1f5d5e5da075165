"""A schedule that mends by itself: real beat, workers, broker and SSH; nobody asks for a change.

While the stop switch is thrown nothing begins; when it is lifted the canary is mended, once,
however often the schedule sweeps meanwhile.
"""

import json
import subprocess
import time

import pytest

from service.config.clock import SystemClock
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.settings import Settings
from service.store.sql import SqlStore
from service.supervise import MENDERS, POLLERS, supervised
from tests.e2e.stand import COMMAND, QUICK, SHORT, box
from tests.support.patience import PATIENCE_S

POLICY = {
    **SHORT,
    "approval": "none",
    "waves": [1, 5],
    "retry_after_s": 3600,
    "poll_every_s": 2,
}
SCHEDULE = "\nschedules: [{name: often, every: 3s}]\n"


def told(*words):
    """One command in the environment of the service; the document that it prints."""
    done = subprocess.run([COMMAND, *words, "--json"], capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


class Story:
    """What the store says, looked at from outside."""

    def __init__(self, settings, children):
        self.settings, self.children = settings, children

    def __call__(self, ask):
        store = SqlStore(self.settings.database_url, SystemClock())
        try:
            return ask(store)
        finally:
            store.close()

    def until(self, condition, within_s=PATIENCE_S):
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            self.children.tend()
            if found := self(condition):
                return found
            time.sleep(0.3)
        raise AssertionError(f"not within {within_s} s: {self(everything)}")


def everything(store):
    campaigns = store.campaigns(limit=5)
    return [(one, store.targets(one.id)) for one in campaigns], store.failings()


def ended(store):
    return [row for row in store.remediations() if row.closed]


def finished(store):
    newest = store.campaigns(limit=1)
    return newest[0] if newest and newest[0].state == "finished" else None


@pytest.fixture
def lab(tmp_path):
    fleet = {
        "lab": {"timings": QUICK},
        "policy": {**POLICY, "on_finding": "report"},
        "controllers": [box("a-1")],
    }
    with Lab(from_mapping(fleet), state_dir=tmp_path / "lab") as running:
        inventory = running.inventory_path
        inventory.write_text(inventory.read_text() + SCHEDULE)
        yield running


def mend_by_itself(lab):
    """From now on the policy says so; workers read the inventory anew for every job."""
    text = lab.inventory_path.read_text()
    assert text.count("on_finding: report") == 1
    lab.inventory_path.write_text(text.replace("on_finding: report", "on_finding: remediate"))


def is_found(store):
    """The loop was counted."""
    return [
        finding
        for look in store.looks()
        for finding in look.document["findings"]
        if finding["confidence"] == "probable"
    ]


@pytest.fixture
def settings(tmp_path, lab, monkeypatch):
    monkeypatch.setenv("APREJOIN_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("APREJOIN_INVENTORY", str(lab.inventory_path))
    return Settings.from_environment()


def test_a_schedule_finds_and_mends_by_itself_once_and_obeys_the_switch(settings, lab):
    assert told("halt", "wait for me")["halt"]["reason"] == "wait for me"
    with supervised(settings, crews=(POLLERS, MENDERS)) as children:
        story = Story(settings, children)
        story.until(is_found)
        assert story(lambda store: store.campaigns(limit=1)) == ()
        mend_by_itself(lab)
        campaign = story.until(lambda store: store.open_one())
        assert campaign.asked_by == "schedule often"
        assert story(lambda store: store.remediations()) == ()
        assert told("resume")["lifted"]["reason"] == "wait for me"
        (row,) = story.until(ended)
        assert (row.closed.state, row.charter.approved_by) == ("succeeded", "policy")
        assert story.until(finished).detail == "1 succeeded, 0 failed, 0 passed-over"
        assert story(lambda store: store.sweeps(limit=1))[0].at > campaign.at
        assert len(story(lambda store: store.remediations())) == 1
    assert lab.box("a-1").left_dirty() == []
