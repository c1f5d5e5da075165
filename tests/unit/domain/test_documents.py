"""The documents of DESIGN.md section 7, key by key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from service.domain.diagnosis import Diagnosis
from service.domain.documents import (
    alternatives_document,
    ap_counts,
    controller_document,
    finding_document,
    moment,
    plan_document,
)
from service.domain.finding import Confidence, Finding
from service.domain.journal import Closed
from service.domain.observation import ApState
from service.domain.plan import Alternative, Asked, Plan, Situation
from service.domain.planning import make_plan
from service.domain.remediation_document import remediation_document
from tests.support.builders import (
    CONTROLLER,
    MAC,
    OTHER,
    REMEDIATION,
    Journal,
    affected,
    charter,
    look,
    sighting,
)
from tests.support.cases import catalogue

FINDING = Finding("hq-1", "FN72524", Confidence.PROBABLE, (affected(),), ("it loops",), ("no log",))
WAY = Alternative("clock-window", True, "to be planned", "a false date")  # noqa: FBT003


def test_moments_are_rfc_3339_in_utc():
    assert moment(None) is None
    assert moment(datetime(2026, 11, 21, 20, 0, 0, 900_000, tzinfo=UTC)) == "2026-11-21T20:00:00Z"
    paris = timezone(timedelta(hours=1))
    assert moment(datetime(2026, 11, 21, 21, 0, tzinfo=paris)) == "2026-11-21T20:00:00Z"


def test_a_controller_that_was_read_is_told_in_full():
    document = controller_document(
        name="hq-1",
        platform="iosxe",
        reachable=True,
        view=look(0),
        diagnosis=Diagnosis(findings=(FINDING,)),
        clock=(0.44, "host clock"),
        strategies={"FN72524": [WAY]},
    )
    assert document["release"] == "17.9.1"
    assert document["error"] is None
    assert document["clock"] == {"offset_seconds": 0.4, "reference": "host clock"}
    assert document["ntp"] == {"servers": ["192.0.2.1", "192.0.2.2"], "synchronised": True}
    assert document["aps"] == {"total": 1, "registered": 0, "downloading": 1, "not_joined": 0}
    (finding,) = document["findings"]  # type: ignore[misc]
    assert finding["strategies"] == [
        {"name": "clock-window", "applicable": True, "reason": "to be planned"}
    ]


def test_a_controller_that_was_not_read_keeps_every_key():
    read = controller_document(name="hq-1", platform="iosxe", reachable=True, view=look(0))
    unread = controller_document(name="hq-1", platform="iosxe", reachable=False, error="no route")
    assert list(read) == list(unread)
    assert unread["reachable"] is False
    assert unread["error"] == "no route"
    assert unread["release"] is None
    assert unread["clock"] == {"offset_seconds": None, "reference": None}
    assert unread["findings"] == []


def test_offline_nobody_was_reached():
    document = controller_document(name="x", platform="iosxe", reachable=None, view=look(0))
    assert document["reachable"] is None


def test_a_finding_names_its_aps_by_base_radio_mac():
    document = finding_document(FINDING, [])
    assert document["id"] == FINDING.id
    assert document["confidence"] == "probable"
    assert document["aps"] == [
        {
            "mac": str(MAC),
            "name": "AP1",
            "model": "AIR-CAP2702E-E-K9",
            "state": "downloading",
            "confidence": "probable",
        }
    ]
    assert document["evidence"] == ["it loops"]
    assert document["unknown"] == ["no log"]


def test_each_ap_of_a_finding_is_as_sure_as_its_own_evidence():
    aps = (affected(confidence=Confidence.SUSPECTED), affected(OTHER, confidence=None))
    document = finding_document(replace(FINDING, aps=aps), [])
    assert [ap["confidence"] for ap in document["aps"]] == ["suspected", "probable"]


def test_every_ap_is_counted_and_those_that_are_not_there_together():
    states = [
        ApState.REGISTERED,
        ApState.DOWNLOADING,
        ApState.NOT_JOINED,
        ApState.DOWN,
        ApState.UNREGISTERED,
        ApState.UNKNOWN,
    ]
    seen = look(0, aps=tuple(sighting(state=state) for state in states))
    assert ap_counts(seen) == {"total": 6, "registered": 1, "downloading": 1, "not_joined": 3}
    assert ap_counts(None) == {"total": 0, "registered": 0, "downloading": 0, "not_joined": 0}


def test_a_plan_has_its_payloads_step_by_step():
    issue = catalogue().get("FN72524")
    assert issue is not None
    view = look(0, unsaved=False)
    made = make_plan(Situation(FINDING, issue, CONTROLLER, view, charter().true_time), Asked())
    assert isinstance(made, Plan)
    document = plan_document(made, {"remove-ntp": (("<config/>",), ("<undo/>",))})
    assert document["digest"] == made.charter.digest
    assert document["controller"] == "hq-1"
    assert document["window"]["moment"] == moment(made.charter.moment)  # type: ignore[index]
    steps = {step["name"]: step for step in document["steps"]}  # type: ignore[attr-defined]
    assert steps["remove-ntp"] == {
        "name": "remove-ntp",
        "summary": steps["remove-ntp"]["summary"],
        "transport": "netconf",
        "payloads": ["<config/>"],
        "undo": ["<undo/>"],
    }
    assert steps["verify"]["transport"] == "none"
    assert {way["name"] for way in document["alternatives"]} == {  # type: ignore[attr-defined]
        "nothing",
        "expired-cert-override",
        "fixed-software",
        "staging-controller",
        "clock-repair",
        "clock-window",
    }
    assert set(document["alternatives"][0]) == {  # type: ignore[index]
        "name",
        "applicable",
        "reason",
        "cost",
        "risk",
        "undo",
        "disturbs",
        "estimated",
        "minutes",
        "minutes_at_most",
        "reloads",
        "reloads_at_most",
        "false_time_s",
        "false_time_at_most_s",
        "aps_touched",
        "clients_touched",
    }


def test_alternatives_keep_their_order():
    other = Alternative("other", False, "no", "none")  # noqa: FBT003
    assert [way["name"] for way in alternatives_document([WAY, other])] == ["clock-window", "other"]


def remediation(journal: Journal) -> dict:
    return remediation_document(REMEDIATION, journal.run())


def test_a_remediation_under_way_tells_where_it_stands():
    journal = Journal(aps=(affected(), affected(OTHER))).under_guard(10)
    journal.sent("remove-ntp", journal.entries[2].event.change, None, at=20)  # type: ignore[union-attr]
    document = remediation(journal)
    assert document["state"] == "running"
    assert document["aps"] == {"recovered": 0, "remaining": 2}
    steps = {step["name"]: step for step in document["steps"]}
    assert steps["capture"]["state"] == "done"
    assert steps["arm-dead-man"]["state"] == "done"
    assert steps["arm-dead-man"]["finished"] == "2026-11-21T20:00:10Z"
    assert steps["remove-ntp"]["state"] == "running"
    assert steps["remove-ntp"]["started"] == "2026-11-21T20:00:20Z"
    assert steps["remove-ntp"]["finished"] is None
    assert steps["verify"]["state"] == "pending"


def test_a_remediation_that_ended_tells_how_and_what_is_left():
    journal = Journal().under_guard(10).failed("remove-ntp", 20).home(21).done("disarm", 30)
    journal.add(40, Closed("needs-attention", "why", 1, 2, ("a clock",), ("clock set",)))
    document = remediation(journal)
    assert document["id"] == REMEDIATION
    assert (document["controller"], document["issue"]) == ("hq-1", "FN72524")
    assert (document["strategy"], document["approved_by"]) == ("clock-window", "ann")
    assert (document["state"], document["detail"]) == ("needs-attention", "why")
    assert (document["left"], document["mend"]) == (["a clock"], ["clock set"])
    assert document["aps"] == {"recovered": 1, "remaining": 2}
    steps = {step["name"]: step for step in document["steps"]}
    assert steps["remove-ntp"]["state"] == "failed"
    assert steps["set-clock-back"]["state"] == "skipped"
    assert steps["disarm"]["state"] == "done"


def test_the_newest_try_of_a_step_is_told():
    journal = Journal().in_the_past().home(100).failed("disarm", 110).home(200)
    journal.done("disarm", 210)
    steps = {step["name"]: step for step in remediation(journal)["steps"]}
    assert steps["disarm"]["state"] == "done"
