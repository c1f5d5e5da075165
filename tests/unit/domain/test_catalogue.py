import re

import pytest

from service.domain.catalogue import Fixed, FixedRelease, Issue, Models, Sign
from service.domain.observation import JoinPhase, Platform
from service.domain.policy import ALL_STRATEGIES
from service.domain.releases import Release
from tests.support.cases import catalogue, log, not_joined

FN72524 = catalogue().get("FN72524")


@pytest.mark.parametrize(
    "model",
    [
        *("AIR-CAP2702E-E-K9", "2702E", "AIR-CAP2702I-Q-K9", "AIR-AP2702I-UXK9", "C2702I"),
        *("AIR-CAP3702E-E-K9", "AIR-CAP3702P-A-K9", "IW3702-4E-E-K9", "IW3702-2E-UXK9"),
        *("AIR-CAP1702I-E-K9", "AIR-AP1572EAC-A-K9", "AIR-CAP1532I-A-K9", "AIR-CAP1552E-A-K9"),
        *("AIR-CAP3602I-A-K9", "AIR-CAP2602I-A-K9", "AIR-CAP1602E-E-K9", "AIR-CAP3502I-A-K9"),
        *("AIR-CAP702W-A-K9", "702I", "AP802GN-A-K9", "AP803", "1700", "3700"),
    ],
)
def test_ios_aps_are_affected_in_every_spelling(model):
    assert FN72524.affects(model) is True


@pytest.mark.parametrize(
    "model",
    [
        *("AIR-AP2802E-D-K9", "AIR-AP3802E-D-K9", "AIR-AP4800-E-K9", "AIR-AP1815I-A-K9"),
        *("AIR-AP1852I-D-K9", "AIR-AP1832I-E-K9", "AIR-AP1810W-E-K9", "AIR-AP1562E-E-K9"),
        *("AIR-AP1542I-E-K9", "AIR-OEAP1810-A-K9", "ISR-AP1101AX-E", "C9120AXE-D", "9130AXI"),
        *("C9105AXI-B", "C9117AXI-A", "CW9166I-E", "CW9172I", "IW9167EH-B", "IW-6300H-AC-E-K9"),
        *("ESW-6300-CON-E-K9", "MR57", "", "something else"),
    ],
)
def test_ap_cos_and_everything_else_is_not(model):
    assert FN72524.affects(model) is False


def test_an_unknown_model_is_neither():
    assert FN72524.affects(None) is None


def test_a_spared_model_is_not_concerned_although_it_fits():
    models = Models((re.compile("2702"),), (re.compile("2702X"),))
    assert models.concern("2702E") is True
    assert models.concern("2702X") is False


def test_both_signing_certificates_end_at_the_documented_second():
    ends = [certificate.not_after.isoformat() for certificate in FN72524.ends]
    assert ends == ["2022-12-04T21:37:36+00:00", "2022-12-04T21:43:46+00:00"]
    assert {certificate.not_before.date().isoformat() for certificate in FN72524.ends} == {
        "2012-12-04"
    }


@pytest.mark.parametrize(
    ("platform", "release", "patches", "model", "fix"),
    [
        ("iosxe", "17.3.6", [], "2702E", Fixed.NO),
        ("iosxe", "17.3.6", ["17.03.06.CSCwe10047.SPA.apsp.bin"], "2702E", Fixed.YES),
        ("iosxe", "17.3.5", ["17.03.06.CSCwe10047.SPA.apsp.bin"], "2702E", Fixed.NO),
        ("iosxe", "17.3.7", [], "2702E", Fixed.MAYBE),
        ("iosxe", "17.6.4", ["17.06.04.CSCwd87305.SPA.apsp.bin"], "IW3702-2E", Fixed.YES),
        ("iosxe", "17.6.4", ["17.06.04.CSCwd87305.SPA.apsp.bin"], "2702E", Fixed.NO),
        ("iosxe", "17.9.4a", [], "3702I", Fixed.MAYBE),
        ("iosxe", "17.10.1", [], "3702I", Fixed.NO),
        ("aireos", "8.10.183.0", [], None, Fixed.YES),
    ],
)
def test_the_matrix_of_fixed_software(platform, release, patches, model, fix):
    found = FN72524.fix_in(Platform(platform), Release.parse(release), patches, model)
    assert found is fix


def test_only_a_verified_line_rules_an_issue_out():
    line = FixedRelease(Platform.IOSXE, ">=17.9.3", verified=False)
    issue = Issue("X", "x", FN72524.cause, frozenset(Platform), fixed=(line,))
    release = Release.parse("17.9.4")
    assert issue.fix_in(Platform.IOSXE, release, (), None) is Fixed.MAYBE
    assert issue.is_fixed_in(Platform.IOSXE, release, (), None) is False


def test_a_sign_counts_only_in_its_own_phase_or_an_unknown_one():
    sign = Sign("join_failure", frozenset({"jf-ap-auth-pending"}), JoinPhase.JOIN)
    left_over = not_joined(join_failure="jf-ap-auth-pending", failure_phase=JoinPhase.DTLS)
    fresh = not_joined(join_failure="jf-ap-auth-pending", failure_phase=JoinPhase.JOIN)
    phaseless = not_joined(join_failure="jf-ap-auth-pending", failure_phase=JoinPhase.RUN)
    assert sign.shown_by(left_over) is None
    assert sign.shown_by(fresh) == "jf-ap-auth-pending"
    assert sign.shown_by(phaseless) == "jf-ap-auth-pending"
    assert sign.shown_by(not_joined(join_failure="jf-none")) is None


def test_a_log_line_is_told_by_the_first_signature_that_knows_it():
    line = log("Image signing certificate validation failed (1A).")
    ((found, signature),) = FN72524.matching([log("all is well"), line])
    assert found is line
    assert signature.proves is True


def test_the_shipped_catalogue_is_whole():
    assert catalogue().names == ("FN72524", "FN63942", "CLOCK-SKEW")
    for issue in catalogue().issues:
        assert issue.sources
        assert set(issue.strategies) <= set(ALL_STRATEGIES)
    names = [entry.name for entry in catalogue().look_alikes]
    assert len(names) == len(set(names))


def test_strategies_of_fn72524_come_least_invasive_first():
    assert FN72524.strategies == (
        "expired-cert-override",
        "fixed-software",
        "staging-controller",
        "clock-window",
    )
