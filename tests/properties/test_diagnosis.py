"""Whatever a device says, a diagnosis is made, is the same twice, and accuses no AP that serves."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.diagnosis import DiagnosisContext, judge
from service.domain.diagnosis.case import PREDOWNLOAD_FAILED, Case
from service.domain.history import extend_all
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, CertificateKind, JoinPhase, Platform
from tests.support.cases import NOW, catalogue, judged, log, view, with_clock

SERVING = (ApState.REGISTERED, ApState.PREDOWNLOADING)
macs = st.integers(1, 6).map(lambda n: BaseRadioMac(f"00:00:00:00:00:{n:02x}"))
moments = st.integers(-5000, 5000).map(lambda days: NOW + timedelta(days=days))
words = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(
        sorted(
            value
            for entry in catalogue().look_alikes
            for sign in entry.signs
            for value in sign.values
        )
    ),
)
aps = st.builds(
    ApSighting,
    mac=macs,
    state=st.sampled_from(ApState),
    model=st.sampled_from([None, "", "AIR-CAP2702E-E-K9", "9130AXI", "no such model"]),
    serial=st.sampled_from([None, "", "FCW1933N0AB", "x"]),
    version=st.sampled_from([None, "17.9.1.8", "15.3.3.0"]),
    download_percent=st.one_of(st.none(), st.integers(0, 100)),
    download_started=st.one_of(st.none(), moments),
    boot_time=st.one_of(st.none(), moments),
    certificate_kind=st.one_of(st.none(), st.sampled_from(CertificateKind)),
    certificate_end=st.one_of(st.none(), moments),
    is_joined=st.sampled_from([None, True, False]),
    failure_phase=st.one_of(st.none(), st.sampled_from(JoinPhase)),
    failure_reason=words,
    disconnect_reason=words,
    dtls_failure=words,
    join_failure=words,
    config_failure=words,
    discovery_failure=words,
    reboot_reason=words,
    discovery_requests=st.one_of(st.none(), st.integers(0, 65535)),
    predownload=words | st.just(PREDOWNLOAD_FAILED),
)
fleets = st.lists(aps, max_size=6, unique_by=lambda ap: ap.mac)
releases = st.sampled_from([None, "17.9.1", "8.10.183.0", "17.15.1", "Amsterdam"])


def views(seen, at, platform, release, clock):
    made = view(*seen, at=at, platform=platform, release=release, clock=with_clock(clock, at))
    return replace(made, logs=(log("Image signing certificate validation failed (1A)", None),))


boxes = st.tuples(st.sampled_from(Platform), releases, moments)


@given(st.lists(fleets, max_size=5), fleets, boxes, st.data())
def test_a_diagnosis_is_repeatable_and_spares_whoever_serves(past, now, box, data):
    history = {}
    for index, seen in enumerate(past):
        history = extend_all(history, seen, NOW + timedelta(minutes=20 * index))
    looked_at = views(now, NOW + timedelta(hours=3), *box)
    elsewhere = frozenset(data.draw(st.lists(macs, max_size=2)))
    context = DiagnosisContext(elsewhere=elsewhere)
    diagnosis = judged(looked_at, history, context)

    shuffled = replace(looked_at, aps=tuple(data.draw(st.permutations(now))))
    assert judged(looked_at, dict(reversed(history.items())), context) == diagnosis
    assert judged(shuffled, history, context) == diagnosis

    serving = {ap.mac for ap in now if ap.state in SERVING}
    hit = [ap.mac for finding in diagnosis.findings for ap in finding.aps]
    assert not serving & set(hit)
    assert not elsewhere & set(hit)
    assert not {one.mac for one in diagnosis.explained} & set(hit)
    assert all(finding.evidence for finding in diagnosis.findings)
    assert all(one.evidence for one in diagnosis.explained)


@given(st.lists(fleets, max_size=4), fleets, boxes, st.data())
def test_leaving_out_whoever_plainly_serves_changes_no_diagnosis(past, now, box, data):
    at, history = NOW + timedelta(hours=3), {}
    for index, seen in enumerate(past):
        history = extend_all(history, seen, NOW + timedelta(minutes=20 * index))
    if data.draw(st.booleans(), label="the history holds this view already"):
        history = extend_all(history, now, at)
    platform, release, clock = box
    box_view = view(*now, at=at, platform=platform, release=release, clock=with_clock(clock, at))
    context = DiagnosisContext(elsewhere=frozenset(data.draw(st.lists(macs, max_size=2))))
    whole = Case.of(box_view, history, catalogue(), context, with_all=True)
    assert len(whole.aps) == len(now)
    assert judged(box_view, history, context) == judge(whole)


@given(fleets, moments)
def test_a_view_alone_never_makes_a_loop(now, clock):
    diagnosis = judged(views(now, NOW, Platform.IOSXE, "17.9.1", clock))
    image = [one for one in diagnosis.findings if one.issue == "FN72524"]
    grades = {ap.confidence.value for finding in image for ap in finding.aps}
    assert "probable" not in grades
