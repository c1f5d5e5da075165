from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.finding import Confidence
from service.domain.observation import ApState, Certificate, CertificateKind, JoinPhase, Platform
from tests.support.cases import (
    MAC,
    NOW,
    downloading,
    finding,
    judged,
    log,
    mentions,
    minutes,
    not_joined,
    polls,
    registered,
    view,
    with_clock,
)

EXPIRED = NOW - timedelta(days=30)
VALID = NOW + timedelta(days=3000)
HANDSHAKE = (
    "*spamApTask2: Aug 26 13:37:28.876: #DTLS-3-HANDSHAKE_FAILURE: openssl_dtls.c:681 Failed to "
    "complete DTLS handshake with peer for AP d4:6d:50:88:12:34"
)
PEER = (
    "%PKI-3-CERTIFICATE_INVALID_EXPIRED: Certificate chain validation has failed. The certificate "
    "(SN: 1C) has expired. Validity period ended on 03:08:22 UTC May 10 2023Peer certificate "
    "verification failed 001A"
)


def fn63942(diagnosis):
    return finding(diagnosis, "FN63942")


def cert_auth(**fields):
    return not_joined(failure_phase=JoinPhase.DTLS, dtls_failure="dtls-hs-cert-auth", **fields)


def several(ap, count=3):
    return polls(*[(NOW - minutes(30 * (count - n)), ap) for n in range(count)])


def trustpoint(**fields):
    return Certificate("CISCO_IDEVID_SUDI", "cn=C9800", EXPIRED - timedelta(days=3650), **fields)


# -- dates -------------------------------------------------------------------------------------


def test_an_ap_certificate_that_ended_before_the_controllers_clock_confirms_it():
    found = fn63942(judged(view(not_joined(certificate_end=EXPIRED))))
    assert found.confidence is Confidence.CONFIRMED
    assert mentions(found.evidence, "2026-10-22", "2026-11-21T20:00:00Z")


@pytest.mark.parametrize(
    "ap",
    [
        not_joined(certificate_end=VALID),
        registered(certificate_end=EXPIRED),
        downloading(certificate_end=EXPIRED, model="C9120AXE-D"),
        not_joined(certificate_end=EXPIRED, failure_phase=JoinPhase.JOIN),
        not_joined(certificate_end=EXPIRED, certificate_kind=CertificateKind.LSC),
        not_joined(certificate_end=EXPIRED, state=ApState.UNKNOWN, is_joined=None),
    ],
    ids=["valid", "serves", "downloads", "past the handshake", "LSC", "unknown state"],
)
def test_dates_confirm_nothing_where_the_handshake_can_not_have_failed_for_them(ap):
    assert fn63942(judged(view(ap))) is None


def test_what_a_joined_ap_told_of_its_certificate_is_remembered():
    history = polls((NOW - minutes(60), registered(certificate_end=EXPIRED)))
    found = fn63942(judged(view(not_joined()), history))
    assert found.confidence is Confidence.CONFIRMED


def test_the_controllers_own_expired_certificate_is_a_finding_without_an_ap():
    seen = view(registered(), certificates=(trustpoint(not_after=EXPIRED, for_join=True),))
    found = fn63942(judged(seen))
    assert (found.confidence, found.aps) == (Confidence.CONFIRMED, ())
    assert mentions(found.evidence, "'CISCO_IDEVID_SUDI'", "2026-10-22")


def test_aps_that_fail_the_handshake_with_an_expired_controller_are_confirmed():
    certificates = (trustpoint(not_after=EXPIRED, for_join=True),)
    ap = not_joined(failure_phase=JoinPhase.DTLS, certificate_end=VALID)
    found = fn63942(judged(view(ap, certificates=certificates)))
    assert [one.confidence for one in found.aps] == [Confidence.CONFIRMED]


@pytest.mark.parametrize(
    "certificate",
    [
        Certificate("TP-self-signed-1215158049", not_after=EXPIRED),
        Certificate("CISCO_IDEVID_SUDI", not_after=EXPIRED, is_ca=True),
        Certificate("CISCO_IDEVID_SUDI", not_after=EXPIRED, for_join=False),
        Certificate("CISCO_IDEVID_SUDI", not_after=VALID, for_join=True),
        Certificate("CISCO_IDEVID_SUDI", for_join=True),
    ],
    ids=["HTTPS", "CA", "not for joining", "valid", "dates unknown"],
)
def test_other_certificates_of_the_controller_prove_nothing(certificate):
    assert fn63942(judged(view(registered(), certificates=(certificate,)))) is None


def test_one_of_two_that_may_be_shown_is_a_suspicion():
    old = trustpoint(not_after=EXPIRED, for_join=True)
    new = Certificate("CISCO_IDEVID_SUDI2", not_after=VALID, for_join=True)
    found = fn63942(judged(view(registered(), certificates=(old, new))))
    assert found.confidence is Confidence.SUSPECTED
    assert "which certificate APs are shown" in found.unknown


# -- handshakes --------------------------------------------------------------------------------


def test_one_poll_that_names_a_certificate_failure_is_a_suspicion():
    found = fn63942(judged(view(cert_auth())))
    assert found.confidence is Confidence.SUSPECTED
    assert mentions(found.evidence, "dtls-hs-cert-auth")
    assert mentions(found.unknown, "dates of these APs' certificates")


def test_the_controllers_free_text_names_it_too():
    ap = not_joined(failure_phase=JoinPhase.DTLS, failure_reason="Certificate verify failed")
    assert fn63942(judged(view(ap))).confidence is Confidence.SUSPECTED


def test_several_polls_with_the_same_phase_make_it_probable():
    ap = not_joined(failure_phase=JoinPhase.DTLS)
    found = fn63942(judged(view(ap), several(ap)))
    assert found.confidence is Confidence.PROBABLE
    assert mentions(found.evidence, "4 polls in a row")


def test_the_phase_alone_in_one_poll_is_only_told_as_unjudged():
    diagnosis = judged(view(not_joined(failure_phase=JoinPhase.DTLS)))
    assert diagnosis.findings == ()
    assert mentions(diagnosis.unknown, "FN63942", str(MAC))


def test_an_old_serial_number_makes_the_phase_a_suspicion_but_no_proof():
    ap = not_joined(failure_phase=JoinPhase.DTLS, serial="FTX1234ABCD")
    found = fn63942(judged(view(ap)))
    assert found.confidence is Confidence.SUSPECTED
    assert mentions(found.evidence, "FTX1234ABCD", "2008-08")


def test_a_young_serial_number_adds_nothing():
    ap = not_joined(failure_phase=JoinPhase.DTLS, serial="FTX2634ABCD")
    assert fn63942(judged(view(ap))) is None


def test_an_ap_with_a_valid_certificate_is_not_accused_for_its_handshake():
    ap = cert_auth(certificate_end=VALID)
    diagnosis = judged(view(ap), several(ap))
    assert fn63942(diagnosis) is None
    assert mentions(diagnosis.unknown, str(MAC))


@pytest.mark.parametrize("ap", [registered(), downloading(model="C9120AXE-D")])
def test_the_phase_of_a_last_error_is_no_verdict_on_an_ap_that_serves(ap):
    old_error = {"failure_phase": JoinPhase.DTLS, "dtls_failure": "dtls-hs-cert-auth"}
    history = several(registered(**old_error) if ap.is_joined else ap)
    assert fn63942(judged(view(replace(ap, **old_error)), history)) is None


def test_an_ap_that_stopped_trying_is_not_made_probable():
    ap = cert_auth(discovery_requests=410, join_requests=0)
    diagnosis = judged(view(ap), several(ap))
    assert fn63942(diagnosis) is None
    assert [one.cause for one in diagnosis.explained] == ["unreachable"]


# -- logs --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "confidence"),
    [
        (PEER, Confidence.CONFIRMED),
        (
            "Cert Verification FAILED with error 10 (certificate has expired) at 0 depth",
            "confirmed",
        ),
        ("%DTLS-5-ALERT: Received FATAL : Certificate unknown alert from 10.0.0.1", "suspected"),
        (HANDSHAKE, Confidence.SUSPECTED),
    ],
)
def test_log_lines_of_an_ap_count_by_what_they_say(line, confidence):
    found = fn63942(judged(view(not_joined(), logs=(log(line, MAC.value),))))
    assert found.aps[0].confidence == confidence


def test_a_handshake_log_of_an_unlisted_ap_is_joined_to_no_ap_blindly():
    aireos = {"platform": Platform.AIREOS, "release": "8.5.140.0"}
    seen = view(registered(), logs=(log(HANDSHAKE, "d4:6d:50:88:12:34"),), **aireos)
    found = fn63942(judged(seen))
    assert (found.confidence, found.aps) == (Confidence.SUSPECTED, ())
    assert mentions(found.unknown, "log lines")


def test_an_ap_that_is_silent_about_its_failure_is_suspected_beside_such_a_log():
    seen = view(not_joined(), logs=(log(HANDSHAKE, "d4:6d:50:88:12:34"),))
    assert [ap.mac for ap in fn63942(judged(seen)).aps] == [MAC]


def test_log_lines_without_a_mac_tell_of_the_past_where_every_ap_serves():
    assert fn63942(judged(view(registered(), logs=(log(PEER),)))) is None


def test_the_image_signing_certificate_in_a_log_is_not_this_issue():
    line = PEER.replace("03:08:22 UTC May 10 2023Peer certificate verification failed 001A", "")
    image = line + "21:37:36 UTC Dec 4 2022"
    assert fn63942(judged(view(not_joined(), logs=(log(image, MAC.value),)))) is None


def test_times_are_compared_with_the_controllers_clock_not_ours():
    set_back = with_clock(datetime(2022, 12, 2, tzinfo=UTC))
    assert fn63942(judged(view(not_joined(certificate_end=EXPIRED), clock=set_back))) is None


def test_a_log_line_that_proves_nothing_takes_nothing_from_several_polls():
    ap = not_joined(failure_phase=JoinPhase.DTLS)
    found = fn63942(judged(view(ap, logs=(log(HANDSHAKE, ap.mac.value),)), several(ap)))
    assert found.confidence is Confidence.PROBABLE
    assert mentions(found.evidence, "DTLS-3-HANDSHAKE_FAILURE")
    assert mentions(found.evidence, "polls in a row")
