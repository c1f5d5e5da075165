from dataclasses import replace

import pytest

from service.domain.diagnosis import DiagnosisContext, Explained
from service.domain.observation import ApState, CertificateKind, JoinPhase
from service.domain.policy import Policy
from tests.support.cases import (
    MAC,
    NOW,
    causes,
    downloading,
    judged,
    log,
    mentions,
    minutes,
    not_joined,
    polls,
    registered,
    view,
)

DTLS, JOIN, CONFIG = JoinPhase.DTLS, JoinPhase.JOIN, JoinPhase.CONFIG


def explained(ap, history=None, **fields):
    """The causes told, having checked that no finding was made of the AP."""
    diagnosis = judged(view(ap, **fields), history)
    assert diagnosis.findings == ()
    return causes(diagnosis)


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"failure_phase": DTLS, "dtls_failure": "dtls-hs-config-not-done"}, "no-controller-chain"),
        ({"failure_reason": "DTLS cert-chain not available"}, "no-controller-chain"),
        ({"failure_phase": JOIN, "join_failure": "jf-ap-auth-failure"}, "ssc-or-policy-mismatch"),
        ({"failure_phase": JOIN, "failure_reason": "Ap auth pending"}, "ssc-or-policy-mismatch"),
        ({"failure_phase": DTLS, "dtls_failure": "dtls-hs-aaa-auth"}, "ssc-or-policy-mismatch"),
        (
            {"failure_phase": JOIN, "join_failure": "jf-reqrej-unsupportedwtp"},
            "model-not-supported",
        ),
        ({"discovery_failure": "disc-fail-req-max-wtp-joined"}, "ap-limit"),
        ({"failure_phase": CONFIG, "config_failure": "cf-reqrej-inval-reg-domain"}, "country"),
        ({"reboot_reason": "ap-reboot-reason-lsc-join-failure"}, "lsc-trouble"),
        ({"failure_phase": DTLS, "dtls_failure": "dtls-hs-no-shared-cipher"}, "dtls-mismatch"),
        ({"failure_phase": DTLS, "dtls_failure": "dtls-hs-timer-exp"}, "dtls-path"),
        ({"disconnect_reason": "wtp-img-req-err-db-entry-fetch-fail"}, "image-missing"),
    ],
)
def test_each_other_cause_is_told_by_its_own_sign(fields, cause):
    ap = not_joined(**fields)
    history = polls(*[(NOW - minutes(60 - 10 * n), ap) for n in range(5)])
    assert explained(ap, history) == [cause]


def test_evidence_names_value_path_and_time():
    ap = not_joined(failure_phase=DTLS, dtls_failure="dtls-hs-config-not-done")
    origins = {"dtls_failure": "/ap-join-stats/dtls-sess-info/ctrl-dtls-failure-type"}
    (one,) = judged(view(ap, origins=origins)).explained
    assert mentions(one.evidence, "dtls-hs-config-not-done", "ctrl-dtls-failure-type", "20:00:00Z")


def test_what_an_ap_once_failed_by_does_not_explain_a_later_phase():
    ap = not_joined(
        failure_phase=DTLS, dtls_failure="dtls-hs-cert-auth", join_failure="jf-ap-auth-pending"
    )
    diagnosis = judged(view(ap))
    assert [one.issue for one in diagnosis.findings] == ["FN63942"]
    assert diagnosis.explained == ()


def test_what_an_ap_once_failed_by_does_not_explain_its_download():
    ap = downloading(join_failure="jf-ap-auth-pending", failure_reason="Ap auth pending")
    diagnosis = judged(view(ap))
    assert [one.issue for one in diagnosis.findings] == ["FN72524"]


def test_a_missing_image_explains_a_download_that_never_ends():
    ap = downloading(disconnect_reason="wtp-img-resp-err-db-entry-fetch-fail")
    assert explained(ap) == ["image-missing"]


def test_an_image_that_the_ap_rejects_is_no_missing_image():
    ap = downloading(disconnect_reason="wtp-image-error")
    assert [one.issue for one in judged(view(ap)).findings] == ["FN72524"]


def test_an_ap_between_two_versions_bounces():
    versions = ("17.3.6.76", "17.9.1.8", "17.3.6.76")
    seen = [(NOW - minutes(90 - 30 * n), registered(version=v)) for n, v in enumerate(versions)]
    ap = downloading(version="17.3.6.76")
    assert explained(ap, polls(*seen)) == [Explained.VERSION_BOUNCE]


@pytest.mark.parametrize("reason", ["img-chksum", "img-data", "img-error"])
def test_corrupt_images_of_ap_cos_are_their_own_issue(reason):
    ap = downloading(model="C9130AXI-E", reboot_reason=f"ap-reboot-reason-{reason}")
    assert explained(ap) == ["corrupt-image-loop"]


def test_corrupt_images_do_not_explain_the_loop_of_an_ios_ap():
    ap = downloading(reboot_reason="ap-reboot-reason-img-error")
    assert [one.issue for one in judged(view(ap)).findings] == ["FN72524"]


def test_a_flash_that_the_ap_calls_broken_explains_its_loop():
    line = "%SYS-5-RELOAD: Reload requested by Init. Reload Reason: Radio FW image download failed"
    assert explained(downloading(), logs=(log(line, MAC.value),)) == ["flash-corruption"]


def test_a_log_of_another_ap_explains_nothing():
    line = log("Radio FW image download failed", "00:00:00:00:00:01")
    assert [one.issue for one in judged(view(downloading(), logs=(line,))).findings] == ["FN72524"]


def test_a_certificate_that_is_not_yet_valid_points_at_the_clock():
    line = "%PKI-3-CERTIFICATE_INVALID_NOT_YET_VALID: Certificate chain validation has failed."
    ap = not_joined(failure_phase=DTLS)
    assert explained(ap, logs=(log(line, MAC.value),)) == ["clock-not-yet-valid"]


def test_a_regulatory_mismatch_in_the_controllers_log_explains_its_ap():
    line = (
        "%APMGR_TRACE_MESSAGE-3-WLC_GEN_ERR: Chassis 1 R0/0: wncd: Error in AP: 843d.c673.10d0: "
        "country code (IN) and regulatory domain (-B) mismatch for slot 1"
    )
    assert explained(not_joined(), logs=(log(line, MAC.value),)) == ["country"]


def test_an_expired_lsc_is_not_a_manufacturers_certificate():
    ended = NOW - minutes(1)
    ap = not_joined(certificate_kind=CertificateKind.LSC, certificate_end=ended, failure_phase=DTLS)
    assert explained(ap) == [Explained.LSC_EXPIRED]


def test_an_ap_that_nobody_hears_any_more_is_plainly_unreachable():
    ap = not_joined(discovery_requests=12, join_requests=3)
    history = polls((NOW - minutes(40), ap), (NOW - minutes(20), ap))
    assert explained(ap, history) == [Explained.UNREACHABLE]


def test_an_impatient_policy_makes_no_ap_silent_sooner():
    ap = not_joined(discovery_requests=12)
    history = polls((NOW - minutes(10), ap))
    context = DiagnosisContext(Policy(no_progress_s=5))
    assert causes(judged(view(ap), history, context)) == []


def test_an_ap_whose_requests_are_still_counted_is_not_unreachable():
    history = polls((NOW - minutes(40), not_joined(discovery_requests=12)))
    assert explained(not_joined(discovery_requests=13), history) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"failure_phase": JoinPhase.UNKNOWN, "dtls_failure": "dtls-hs-quantum"},
        {"join_failure": "jf-of-a-later-release", "disconnect_reason": "wtp-new-reason"},
        {"failure_reason": "Something that nobody has seen"},
    ],
)
def test_values_that_nobody_listed_explain_nothing_and_accuse_nobody(fields):
    assert explained(not_joined(**fields)) == []


def test_an_ap_that_serves_needs_no_explanation():
    ap = registered(failure_phase=JOIN, join_failure="jf-ap-auth-pending")
    assert explained(ap) == []


def test_an_unknown_state_is_told_and_nothing_else():
    ap = not_joined(state=ApState.UNKNOWN, raw_state="ap-limbo", is_joined=None)
    diagnosis = judged(view(ap))
    assert (diagnosis.findings, diagnosis.explained) == ((), ())
    assert mentions(diagnosis.unknown, "'ap-limbo'")


def test_a_failed_predownload_of_an_ap_that_serves_is_told_without_a_finding():
    ap = registered(predownload="pre-dwnld-failed-ap-no-memory")
    assert explained(ap) == [Explained.PREDOWNLOAD_FAILED]
    assert explained(replace(ap, model="C9130AXI")) == []
