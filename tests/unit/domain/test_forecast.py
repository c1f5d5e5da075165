"""What a forecast says of single access points and controllers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.box_note import BoxNote
from service.domain.coming import Coming, Failing, Known
from service.domain.forecast import forecast
from service.domain.history import begin
from service.domain.observation import ApState, Certificate, CertificateKind, Platform
from tests.support.builders import MAC, OTHER, sighting
from tests.support.cases import catalogue

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
END = datetime(2028, 5, 1, tzinfo=UTC)
NOTE = BoxNote("hq-1", Platform.IOSXE, NOW, "17.9.1", None, (), ())
OLD = sighting(state=ApState.REGISTERED, model="AIR-CAP2702E-E-K9", serial="FGL1830X0AB")
NEW = sighting(OTHER, ApState.REGISTERED, model="C9120AXI-E", serial="FJC2201X0AB")


def box(*aps, name: str = "hq-1", note: BoxNote | None = NOTE, **fields) -> Known:
    histories = tuple(begin(ap, NOW) for ap in aps)
    made = None if note is None else replace(note, controller=name)
    return Known(name, "hq", Platform.IOSXE, made, histories, **fields)


def told(*boxes: Known, kind: Failing) -> list[Coming]:
    return [one for one in forecast(boxes, catalogue(), NOW).coming if one.kind is kind]


def test_an_ap_of_an_affected_model_fails_where_it_is_replaced_or_upgraded():
    (one,) = told(box(OLD, NEW), kind=Failing.IMAGE)
    assert (one.issue, one.ap.mac) == ("FN72524", str(MAC))
    assert one.fails_at == ("replacement", "upgrade")
    assert "17.9.1" in one.effect
    assert one.at.year == 2022


def test_fixed_software_takes_the_image_off_the_list():
    fixed = replace(NOTE, release="17.3.6", patches=("C9800.CSCwe10047.SPA.apsp.bin",))
    assert told(box(OLD, note=fixed), kind=Failing.IMAGE) == []
    (one,) = told(box(OLD, note=fixed), box(name="hq-2"), kind=Failing.IMAGE)
    assert one.fails_at == ("move",)
    assert "hq-2 (17.9.1)" in one.effect


def test_a_controller_of_the_same_release_is_no_trap_for_it_loads_nothing_there():
    (one,) = told(box(OLD), box(name="hq-2"), kind=Failing.IMAGE)
    assert "move" not in one.fails_at


def test_the_end_of_an_aps_certificate_is_read_else_worked_out_from_its_serial_number():
    read = replace(NEW, certificate_end=END, certificate_kind=CertificateKind.MIC)
    exact, estimated = (told(box(ap), kind=Failing.AP_CERTIFICATE)[0] for ap in (read, OLD))
    assert (exact.at, exact.estimated) == (END, False)
    assert estimated.estimated
    assert estimated.at.year == 2024
    assert "FN63942" in (exact.issue, estimated.issue)
    assert "has ended" in estimated.effect


def test_a_local_certificate_without_a_date_is_not_guessed_at():
    local = replace(OLD, certificate_kind=CertificateKind.LSC)
    assert told(box(local), kind=Failing.AP_CERTIFICATE) == []
    (renewed,) = told(box(replace(local, certificate_end=END)), kind=Failing.AP_CERTIFICATE)
    assert "renewed local certificate" in renewed.effect
    assert renewed.issue == ""


@pytest.mark.parametrize(
    ("for_join", "words"), [(True, "APs are shown it"), (None, "may be"), (False, "not the one")]
)
def test_the_controllers_own_certificates_are_told_and_authorities_are_not(for_join, words):
    own = Certificate("TP", not_after=END, for_join=for_join)
    root = Certificate("CA", not_after=END, is_ca=True)
    note = replace(NOTE, certificates=(own, root))
    (one,) = told(box(note=note), kind=Failing.CONTROLLER_CERTIFICATE)
    assert (one.what, one.at) == ("TP", END)
    assert words in one.effect


def test_an_ap_that_moved_is_told_where_it_was_seen_last():
    before = Known("a", "", Platform.IOSXE, replace(NOTE, controller="a"),
                   (begin(OLD, NOW - timedelta(days=1)),))  # fmt: skip
    (one,) = told(before, box(OLD, name="b"), kind=Failing.IMAGE)
    assert one.controller == "b"


def test_an_ap_that_was_not_seen_for_a_month_is_left_out_and_counted():
    long_ago = Known("hq-1", "", Platform.IOSXE, NOTE, (begin(OLD, NOW - timedelta(days=31)),))
    made = forecast([long_ago], catalogue(), NOW)
    assert made.coming == ()
    assert "hq-1: 1 APs were not seen for 30 days, and are left out" in made.unknown


def test_what_is_not_known_is_said():
    nameless = replace(OLD, model=None, serial=None)
    blind = replace(NOTE, certificates=None, unread="access denied", release=None, patches=None)
    unknown = forecast([box(nameless, note=blind, trouble="no answer")], catalogue(), NOW).unknown
    said = " | ".join(unknown)
    for words in (
        "not polled now (no answer)",
        "release is not known",
        "patches were not read",
        "access denied",
        "1 APs tell no model",
        "1 APs tell neither",
    ):
        assert words in said
