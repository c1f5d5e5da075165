"""A remediation under a change at Jira: the adapter's own HTTP, and a site that keeps state."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from service.bootstrap import open_desk
from service.config.clock import SystemClock
from service.config.inventory import parse_inventory
from service.domain.journal import HomeCalled
from service.errors import ItsmLoginRefused, ItsmOutcomeUnknown, ItsmRefused, ItsmUnreachable
from service.lab.desk.jira import Site
from service.lab.desk.jira_issue import Issue
from service.lab.desk.jira_project import BROKEN, BUSY, CHANGE, DECLINED, DONE, FORBIDDEN
from service.lab.desk.kinds import with_desk
from service.ports.itsm import IncidentDraft
from service.usecases.tickets import change_of
from tests.support.crew import BEAT_S, NOBODY_ASKS, Crew, crew_stage
from tests.support.desks import PASSWORD, jira

TICKETED = replace(NOBODY_ASKS, ticket="required")
INCIDENT = IncidentDraft("f1", "hq-1: FN72524", "3 APs", "moderate")
HOUR = timedelta(hours=1)
INVENTORY = {
    "controllers": [
        {"name": "hq-1", "platform": "iosxe", "host": "192.0.2.10", "credentials": "hq"}
    ],
    "credentials": {"hq": {"username": "admin", "password": "env:HQ"}},
}


class Secrets:
    def resolve(self, reference):
        return PASSWORD if reference == "env:DESK" else "wrong"


def adapter(site: Site, behind="env:DESK"):
    """What the service makes of the inventory that a lab writes for this desk."""
    text = yaml.safe_dump(with_desk(INVENTORY, site, behind))
    itsm = parse_inventory(text.encode(), Path("inventory.yaml")).itsm
    return open_desk(itsm, Secrets(), SystemClock())


@pytest.fixture
def site():
    with jira() as found:
        yield found


@dataclass
class Story:
    """A remediation that was asked for, and its change at the site."""

    crew: Crew
    site: Site

    @property
    def change(self) -> Issue:
        (found,) = self.site.of_kind(CHANGE)
        return found

    def approve(self):
        now = self.crew.stage.world.true_utc()
        self.site.approve(self.change, start=now - HOUR, lasts_s=7 * 3600)

    def beats(self, process, until):
        """Work goes on, and time in the stage, until that is so."""
        for _ in range(600):
            if until():
                return
            self.crew.beat(process)
            self.crew.stage.world.advance(BEAT_S)
        raise AssertionError((self.site.listed(), self.crew.due()))

    def settled(self):
        """Nothing is left to be told."""
        store = self.crew.stage.store
        context = self.crew.stage.process().context
        return not store.messages(state="waiting") and change_of(context, self.crew.digest).over


@pytest.fixture
def story(site):
    return asked_for(site)


def asked_for(site, policy=TICKETED):
    crew = Crew(crew_stage(policy, desk=adapter(site)))
    crew.digest = crew.ask()
    return Story(crew, site)


def test_a_change_at_jira_gates_the_work_and_is_told_it_once_whatever_gets_lost(story, site):
    process = story.crew.stage.process()
    site.search_lags = True
    site.fail("POST", "/rest/api/2/issue", "drop-after")
    story.beats(process, lambda: site.issues)
    site.catch_up()
    story.beats(process, lambda: "not approved: Awaiting approval" in story.crew.due().why)
    assert story.crew.run() is None
    assert story.crew.stage.line.sent == []
    story.approve()
    site.fail("POST", "/comment", "drop-after")
    site.fail("POST", "/attachments", "drop-after")
    site.fail("POST", "/transitions", BUSY)
    closed = story.crew.until_over(process)
    assert closed.state == "succeeded"
    story.beats(process, story.settled)
    notes = [text for text, _ in story.change.comments]
    assert (story.change.status, len(notes)) == (DONE, len(set(notes)))
    told = "\n".join(notes)
    assert all(step in told for step in ("arm", "remove-ntp", "set-true-time", "verify"))
    (inner,) = {str(properties) for _, properties in story.change.comments}
    assert inner == "[{'key': 'sd.public.comment', 'value': {'internal': True}}]"
    names = [name for name, _ in story.change.files]
    assert [name.rpartition(".")[2] for name in names] == ["json", "json", "zip"]
    assert story.change.files[2][1].startswith(b"PK")
    assert all(one.times == 0 for one in site.faults), "each trouble was met"


def test_a_change_that_is_declined_at_jira_brings_the_clock_home(site):
    story = asked_for(site, replace(TICKETED, wait_for_aps_s=40_000, no_progress_s=40_000))
    for ap in story.crew.stage.box.aps:
        ap.hopeless = True
    process = story.crew.stage.process()
    story.beats(process, lambda: site.issues)
    story.approve()
    box = story.crew.stage.box
    story.beats(process, lambda: abs(box.offset_s) > 60)
    site.withdraw(story.change)
    closed = story.crew.until_over(process)
    (reason,) = [
        e.event.reason for e in story.crew.run().entries if isinstance(e.event, HomeCalled)
    ]
    assert (closed.state, abs(box.offset_s) < 5) == ("rolled-back", True)
    assert "withdrawn" in reason
    assert story.change.status == DECLINED


def test_incidents_and_refusals_of_a_site_are_what_the_adapter_takes_them_for(site):
    desk = adapter(site)
    record = desk.open_incident(INCIDENT)
    assert desk.find("incident", "f1") == record
    assert desk.update_incident(record.ref, replace(INCIDENT, title="hq-1: 4 APs"))
    assert site.issues[record.ref].fields["summary"] == "hq-1: 4 APs"
    for act, expected in (
        (FORBIDDEN, ItsmRefused),
        (BUSY, ItsmUnreachable),
        (BROKEN, ItsmOutcomeUnknown),
        ("drop", ItsmOutcomeUnknown),
    ):
        site.fail("POST", "/comment", act)
        with pytest.raises(expected) as caught:
            desk.note("incident", record.ref, "text")
        assert type(caught.value) is expected
    desk.resolve_incident(record.ref, "gone")
    assert not desk.update_incident(record.ref, INCIDENT)
    with pytest.raises(ItsmRefused, match="Issue does not exist"):
        desk.note("incident", "CHG-99", "text")
    with pytest.raises(ItsmLoginRefused):
        adapter(site, behind="env:OTHER").find("incident", "f1")
