"""An incident for each finding: one, told again when it changed, resolved when a look proved it."""

from dataclasses import replace

import pytest

from service.domain.diagnosis import Diagnosis
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.inventory import Credentials, Inventory, Itsm
from service.domain.observation import ApState, Topic
from service.errors import ItsmOutcomeUnknown
from service.ports.itsm import IncidentDraft
from service.usecases.incidents import tell_findings
from service.usecases.poll import Polled
from service.usecases.sweep import Judged, Sweep
from service.usecases.tend import tend_now
from tests.support.builders import CONTROLLER, MAC, OPENED, OTHER, look, sighting
from tests.support.crew import crew_stage
from tests.support.fake_desk import FakeDesk

ITSM = Itsm("servicenow", "https://desk", Credentials("svc", "env:X"))
STUCK = AffectedAp(MAC, "AP1", "AIR-CAP2702E-E-K9", ApState.DOWNLOADING)
FOUND = Finding("hq-1", "FN72524", Confidence.PROBABLE, (STUCK,), ("it loops",))
REGISTERED = look(0, aps=(sighting(MAC, state=ApState.REGISTERED),))


@pytest.fixture
def desk():
    return FakeDesk()


@pytest.fixture
def swept(desk):
    """Says what a sweep saw; the desk hears what follows from it."""
    stage = crew_stage(desk=desk)
    context = stage.process().context
    context = replace(context, inventory=Inventory((CONTROLLER,), itsm=ITSM))
    count = iter(range(99))

    def sweep(*findings, view=REGISTERED):
        judged = Judged(Polled(CONTROLLER, view, {}, None), Diagnosis(findings), 0.0, None)
        result = Sweep(f"s{next(count)}", OPENED, OPENED, (judged,))
        tell_findings(context, result)
        tell_findings(context, result)  # a worker that died is followed by another
        stage.world.advance(200)
        for ticket in context.store.tickets():
            tend_now(context, ticket.id)

    sweep.context = context
    return sweep


def test_a_finding_has_one_incident_however_often_it_is_seen(swept, desk):
    for _ in range(3):
        swept(FOUND)
    (draft,) = desk.incidents.values()
    assert draft.correlation == FOUND.id
    assert draft.urgency == "moderate"
    assert "it loops" in draft.text
    assert "AP1" in draft.text
    assert desk.asked == ["find", "open_incident"]


def test_it_is_told_again_when_its_access_points_or_its_certainty_change(swept, desk):
    swept(FOUND)
    more = replace(FOUND, aps=(STUCK, replace(STUCK, mac=OTHER)))
    swept(more)
    assert "2 access point(s)" in desk.incidents["inc1"].title
    swept(replace(more, confidence=Confidence.CONFIRMED))
    assert desk.incidents["inc1"].urgency == "high"
    assert desk.asked.count("update_incident") == 2


def test_it_is_resolved_when_its_access_points_are_seen_registered(swept, desk):
    swept(FOUND)
    swept()
    assert desk.states["inc1"] == "resolved"
    assert "proved" in desk.notes[-1][1]
    swept()
    assert desk.asked.count("resolve_incident") == 1


def test_one_look_that_misses_an_access_point_proves_nothing_two_do(swept, desk):
    nobody = look(0, aps=())
    swept(FOUND)
    swept(view=nobody)
    swept(FOUND)
    swept(view=nobody)
    assert desk.states["inc1"] == "open"
    swept(view=nobody)
    assert desk.states["inc1"] == "resolved"


@pytest.mark.parametrize(
    "view", [None, replace(REGISTERED, aps=None), replace(REGISTERED, unknown={Topic.CLOCK: "no"})]
)
def test_what_could_not_be_read_proves_nothing(swept, desk, view):
    swept(FOUND)
    for _ in range(3):
        swept(view=view)
    assert desk.states["inc1"] == "open"


def test_a_finding_that_comes_back_has_a_new_incident(swept, desk):
    swept(FOUND)
    swept()
    swept(FOUND)
    assert [one.correlation for one in desk.incidents.values()] == [FOUND.id, f"{FOUND.id}.2"]


def test_what_is_not_sure_enough_has_none_but_is_not_gone_either(swept, desk):
    doubtful = replace(FOUND, confidence=Confidence.SUSPECTED)
    swept(doubtful)
    assert desk.incidents == {}
    swept(FOUND)
    swept(doubtful)
    assert (desk.states["inc1"], desk.incidents["inc1"].urgency) == ("open", "low")


def test_an_incident_that_somebody_closed_is_left_alone(swept, desk):
    swept(FOUND)
    desk.states["inc1"] = "closed by bob"
    swept(replace(FOUND, confidence=Confidence.CONFIRMED))
    swept()
    assert desk.states["inc1"] == "closed by bob"
    assert desk.incidents["inc1"].urgency == "moderate"


def test_tickets_of_others_are_never_touched(swept, desk):
    desk.states["theirs"], desk.incidents["theirs"] = (
        "open",
        IncidentDraft("theirs", "t", "", "low"),
    )
    swept(FOUND)
    swept()
    assert desk.states["theirs"] == "open"


def test_an_incident_whose_opening_was_lost_is_found_by_its_finding(swept, desk):
    original = desk.open_incident

    def deaf(draft):
        original(draft)
        desk.open_incident = original
        raise ItsmOutcomeUnknown("open", "no answer")

    desk.open_incident = deaf
    swept(FOUND)
    swept(FOUND)
    assert len(desk.incidents) == 1
    assert swept.context.store.tickets()[0].number == "INC1"
