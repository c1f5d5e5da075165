from datetime import UTC, datetime, timedelta

from service.domain.joinability import at_risk, ends, join_certificate_known, starts
from service.domain.observation import ApState, Certificate
from tests.support.builders import FALSE, MAC, affected, sighting
from tests.support.cases import catalogue

ISSUE = catalogue().get("FN72524")
assert ISSUE is not None
OWN = Certificate(
    "TP",
    "CN=wlc",
    not_before=datetime(2020, 1, 1, tzinfo=UTC),
    not_after=datetime(2030, 1, 1, tzinfo=UTC),
    for_join=True,
)


def test_every_bound_names_its_certificate():
    lower = list(starts(ISSUE, [OWN], [affected(serial="FGL1830X0AB")]))
    assert [bound.owner for bound in lower] == [
        "the image signing certificate SHA-1",
        "the image signing certificate SHA-2",
        "the controller's certificate TP CN=wlc",
        "AP AP1 (made then, by serial number FGL1830X0AB)",
    ]
    ended = sighting(certificate_end=datetime(2025, 1, 1, tzinfo=UTC))
    upper = list(ends(ISSUE, [OWN], [ended]))
    assert [bound.owner for bound in upper][2:] == [
        "the controller's certificate TP",
        f"the certificate of AP AP1 ({MAC})",
    ]


def test_what_has_no_date_bounds_nothing():
    undated = Certificate("TP", for_join=True)
    assert len(list(starts(ISSUE, [undated], [affected(serial=None)]))) == 2
    assert len(list(ends(ISSUE, None, [sighting()]))) == 2


def test_the_certificate_that_aps_are_shown_is_known_only_with_its_beginning():
    assert join_certificate_known([OWN])
    assert not join_certificate_known(None)
    assert not join_certificate_known([])
    assert not join_certificate_known([Certificate("TP", for_join=True)])
    assert not join_certificate_known([Certificate("CA", not_before=FALSE, is_ca=True)])


def test_only_aps_that_are_there_and_of_no_hit_model_are_at_risk():
    young = sighting(state=ApState.REGISTERED, model="C9120AXI-E", serial="FJC2701X0AB")
    hit = sighting(state=ApState.REGISTERED, serial="FJC2701X0AB")
    away = sighting(state=ApState.NOT_JOINED, model="C9120AXI-E", serial="FJC2701X0AB")
    (found,) = at_risk(ISSUE, [young, hit, away], FALSE, longest=timedelta(hours=3))
    assert found.known
    assert "2023-01" in found.why


def test_an_ap_of_unknown_model_and_age_is_at_risk():
    unknown = sighting(state=ApState.REGISTERED, model=None, serial=None)
    (found,) = at_risk(ISSUE, [unknown], FALSE, longest=timedelta(hours=3))
    assert not found.known
