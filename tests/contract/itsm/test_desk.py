"""The ITSM port over the ServiceNow adapter, against an instance on loopback that keeps state."""

from datetime import UTC, datetime, timedelta

import pytest

from service.bootstrap import open_desk
from service.config.clock import SystemClock
from service.domain.inventory import Credentials, Itsm
from service.errors import ItsmLoginRefused, ItsmOutcomeUnknown, ItsmRefused, ItsmUnreachable
from service.lab.desk.servicenow_words import BUSY, FORBIDDEN
from service.ports.itsm import Attachment, ChangeDraft, IncidentDraft
from tests.support.desks import PASSWORD, USER, servicenow

START = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
CHANGE = ChangeDraft("d1", "t", "x", "s", "b", "c", "i", "low", START, START + timedelta(hours=6))
INCIDENT = IncidentDraft("f1", "hq-1: FN72524", "3 APs", "moderate")


class Secrets:
    def resolve(self, reference):
        return PASSWORD if reference == "env:DESK" else "wrong"


@pytest.fixture(scope="module")
def instance():
    with servicenow() as found:
        yield found


def desk_at(instance, *, auth="basic", behind="env:DESK"):
    itsm = Itsm("servicenow", instance.url, Credentials(USER, behind), auth)
    return open_desk(itsm, Secrets(), SystemClock())


@pytest.fixture
def desk(instance):
    instance.faults.clear()
    for kept in (instance.changes, instance.incidents, instance.notes, instance.files):
        kept.clear()
    return desk_at(instance)


@pytest.mark.parametrize("auth", ["basic", "oauth"])
def test_a_change_is_found_again_read_noted_moved_and_closed(desk, instance, auth):
    desk = desk_at(instance, auth=auth)
    assert desk.find("change", "d1") is None
    record = desk.open_change(CHANGE)
    assert desk.find("change", "d1") == record
    assert desk.read_change(record.ref).standing == "waiting"
    change = instance.the_change("d1")
    instance.approve(change, start=START, lasts_s=3600)
    said = desk.read_change(record.ref)
    assert (said.standing, said.opens) == ("approved", START)
    desk.begin_change(record.ref)
    desk.begin_change(record.ref)
    assert change["state"] == -1
    desk.note("change", record.ref, "arm: done [aprejoin r1/3]")
    assert desk.has_note("change", record.ref, "[aprejoin r1/3]")
    assert not desk.has_note("change", record.ref, "[aprejoin r1/4]")
    desk.attach("change", record.ref, Attachment("plan.json", "application/json", b"{}"))
    assert desk.has_attachment("change", record.ref, "plan.json")
    assert not desk.has_attachment("change", record.ref, "other.json")
    desk.close_change(record.ref, "successful", "all well")
    assert (change["state"], change["close_code"]) == (3, "successful")
    before = len(instance.asked)
    desk.close_change(record.ref, "unsuccessful", "again")
    assert change["close_code"] == "successful"
    assert [method for method, _ in instance.asked[before:]] == ["GET"]


def test_a_change_that_was_taken_back_is_not_moved_but_told_the_verdict(desk, instance):
    record = desk.open_change(CHANGE)
    desk.close_change(record.ref, "unsuccessful", "rolled back")
    change = instance.the_change("d1")
    assert change["state"] == -5
    assert instance.notes_of(change) == ["unsuccessful: rolled back"]


def test_an_incident_is_opened_changed_and_resolved_and_stays_as_others_left_it(desk, instance):
    record = desk.open_incident(INCIDENT)
    assert desk.find("incident", "f1") == record
    assert desk.update_incident(record.ref, INCIDENT)
    desk.resolve_incident(record.ref, "gone")
    (incident,) = instance.incidents.values()
    assert (incident["state"], incident["close_notes"]) == ("6", "gone")
    incident["state"] = "7"
    desk.resolve_incident(record.ref, "gone again")
    assert not desk.update_incident(record.ref, INCIDENT)
    assert incident["state"] == "7"


def test_a_change_whose_answer_was_lost_after_it_was_stored_is_there(desk, instance):
    instance.fail("POST", "/change/normal", "drop-after")
    with pytest.raises(ItsmOutcomeUnknown):
        desk.open_change(CHANGE)
    assert desk.find("change", "d1") is not None
    assert len(instance.changes) == 1


def test_what_the_instance_says_no_to_is_told_in_its_words(desk, instance):
    instance.fail("POST", "/change/normal", FORBIDDEN)
    with pytest.raises(ItsmRefused, match="ACL Exception Insert Failed"):
        desk.open_change(CHANGE)
    instance.fail("POST", "/change/normal", BUSY)
    with pytest.raises(ItsmUnreachable) as caught:
        desk.open_change(CHANGE)
    assert caught.value.again_s == 7
    with pytest.raises(ItsmRefused, match="No Record found"):
        desk.note("change", "0" * 32, "text")


def test_a_wrong_secret_is_a_refused_login(instance, desk):
    for auth in ("basic", "oauth"):
        with pytest.raises(ItsmLoginRefused):
            desk_at(instance, auth=auth, behind="env:OTHER").find("change", "d1")


def test_an_instance_that_is_not_there_heard_nothing(desk):
    gone = Itsm("servicenow", "http://127.0.0.1:9", Credentials(USER, "env:DESK"))
    with pytest.raises(ItsmUnreachable) as caught:
        open_desk(gone, Secrets(), SystemClock()).open_change(CHANGE)
    assert type(caught.value) is ItsmUnreachable
