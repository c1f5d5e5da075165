"""A forecast is in order, tells each access point once, and invents no date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.box_note import BoxNote
from service.domain.coming import Failing, Known
from service.domain.forecast import GONE, forecast
from service.domain.history import begin
from service.domain.identity import BaseRadioMac
from service.domain.observation import (
    ApSighting,
    ApState,
    Certificate,
    CertificateKind,
    Platform,
)
from tests.support.cases import catalogue

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
CATALOGUE = catalogue()
ISSUE = CATALOGUE.get("FN72524")
assert ISSUE is not None
MODELS = ["AIR-CAP2702E-E-K9", "AIR-CAP3702I-E-K9", "C9120AXI-E", None]
DATES = st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
APS = st.builds(
    ApSighting,
    mac=st.integers(1, 6).map(lambda n: BaseRadioMac(f"00:00:00:00:00:{n:02x}")),
    state=st.sampled_from(list(ApState)),
    model=st.sampled_from(MODELS),
    serial=st.sampled_from([None, "FGL1830X0AB", "FJC2201X0AB", "??"]),
    certificate_end=st.none() | DATES,
    certificate_kind=st.sampled_from([None, *CertificateKind]),
)
PAST = st.builds(lambda ap, days: begin(ap, NOW - timedelta(days=days)), APS, st.integers(0, 60))
CERTIFICATES = st.none() | st.lists(
    st.builds(
        Certificate,
        label=st.sampled_from(["TP", "CA"]),
        not_after=st.none() | DATES,
        is_ca=st.booleans(),
        for_join=st.sampled_from([None, True, False]),
    ),
    max_size=2,
).map(tuple)
NOTES = st.builds(
    lambda release, certificates, patches: BoxNote(
        "", Platform.IOSXE, NOW, release, None, patches, certificates
    ),
    st.sampled_from(["17.3.6", "17.9.1", "8.10", "unreadable", None]),
    CERTIFICATES,
    st.sampled_from([None, (), ("C9800.CSCwe10047.SPA.apsp.bin",)]),
)


def known(number: int, note: BoxNote | None, histories) -> Known:
    name = f"box-{number}"
    made = None if note is None else replace(note, controller=name)
    return Known(name, f"site-{number % 2}", Platform.IOSXE, made, tuple(histories))


FLEETS = st.lists(
    st.tuples(st.none() | NOTES, st.lists(PAST, max_size=4, unique_by=lambda past: past.mac)),
    max_size=3,
).map(lambda boxes: [known(n, note, pasts) for n, (note, pasts) in enumerate(boxes)])


@given(FLEETS, st.randoms())
def test_the_order_of_a_fleet_makes_no_difference(fleet, random):
    shuffled = list(fleet)
    random.shuffle(shuffled)
    assert forecast(shuffled, CATALOGUE, NOW) == forecast(fleet, CATALOGUE, NOW)


@given(FLEETS)
def test_it_is_sorted_by_date_and_tells_each_ap_once_of_a_kind(fleet):
    coming = forecast(fleet, CATALOGUE, NOW).coming
    assert [one.at for one in coming] == sorted(one.at for one in coming)
    told = [(one.kind, one.ap.mac) for one in coming if one.ap is not None]
    assert len(told) == len(set(told))


@given(FLEETS)
def test_every_date_was_read_or_is_marked_as_an_estimate(fleet):
    read = {past.last.certificate_end for box in fleet for past in box.histories}
    own = {
        one.not_after
        for box in fleet
        if box.note is not None
        for one in box.note.certificates or ()
        if not one.is_ca
    }
    for one in forecast(fleet, CATALOGUE, NOW).coming:
        match one.kind:
            case Failing.AP_CERTIFICATE:
                assert one.estimated or one.at in read
                assert not one.estimated or "serial number" in one.basis
            case Failing.CONTROLLER_CERTIFICATE:
                assert one.at in own
                assert not one.estimated
            case Failing.IMAGE:
                assert one.at == min(end.not_after for end in ISSUE.ends)


@given(FLEETS)
def test_an_ap_that_an_issue_hits_is_named_where_its_software_does_not_mend_it(fleet):
    coming = [one for one in forecast(fleet, CATALOGUE, NOW).coming if one.kind is Failing.IMAGE]
    told = {(one.controller, one.ap.mac): one for one in coming if one.ap is not None}
    for one in coming:
        assert ISSUE.affects(one.ap.model if one.ap else None)
        assert set(one.fails_at) in ({"replacement", "upgrade"}, {"move"},
                                     {"replacement", "upgrade", "move"})  # fmt: skip
    newest: dict[object, tuple[datetime, str]] = {}
    for box in fleet:
        for past in box.histories:
            if box.note is None or box.note.seen_at - past.last_seen <= GONE:
                seen = (past.last_seen, box.controller)
                newest[past.mac] = max(newest.get(past.mac, seen), seen)
    for box in fleet:
        for past in box.histories:
            at_home = newest.get(past.mac) == (past.last_seen, box.controller)
            stays = box.note is not None and box.note.release == "17.9.1"
            unfixed = stays and not (box.note.patches if box.note else ())
            if at_home and unfixed and ISSUE.affects(past.last.model):
                assert "replacement" in told[box.controller, str(past.mac)].fails_at


@given(FLEETS)
def test_what_was_never_polled_is_named(fleet):
    unknown = forecast(fleet, CATALOGUE, NOW).unknown
    for box in fleet:
        assert (f"{box.controller}: never polled" in unknown) == (box.note is None)
