"""The published procedures quote outputs: read as if saved, they show what they are about."""

import shutil

import pytest

from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.finding import Confidence
from service.offline.folder import read_folder
from tests.support.cases import catalogue
from tests.support.facts import FACTS

PROCEDURES = FACTS.parent / "procedures"
pytestmark = pytest.mark.skipif(
    not PROCEDURES.is_dir(), reason="the published procedures are not beside the device facts"
)


def judged(tmp_path, name):
    shutil.copy(PROCEDURES / name, tmp_path)
    (one,) = read_folder(tmp_path)
    return one, diagnose(one.view, one.history, catalogue(), DiagnosisContext())


def test_the_image_certificates_procedure_shows_fn72524_by_the_ap_log(tmp_path):
    one, diagnosis = judged(tmp_path, "expired-image-signing-certificate.ja.txt")
    (finding,) = diagnosis.findings
    assert (finding.issue, finding.confidence) == ("FN72524", Confidence.CONFIRMED)
    assert [ap.name for ap in finding.aps] == ["AP2702E"]
    assert any("SHA-1" in line and ":108" in line for line in finding.evidence)
    assert any("SHA-2" in line and ":122" in line for line in finding.evidence)
    kinds = {report.as_: report.rows for report in one.files if report.as_}
    assert kinds == {
        "show ap image all": 1,
        "show ap image status": 1,
        "show ap summary": 1,
        "AP log": 13,
        "show time": 1,
        "show clock": 1,
    }


def test_the_mic_procedure_shows_no_more_than_a_suspicion(tmp_path):
    one, diagnosis = judged(tmp_path, "expired-mic-aireos.txt")
    (finding,) = diagnosis.findings
    assert (finding.issue, finding.confidence) == ("FN63942", Confidence.SUSPECTED)
    assert any("d4:6d:50:88:12:34" in line for line in finding.evidence)
    assert finding.unknown
    kinds = [(report.as_, report.rows) for report in one.files if report.as_]
    assert kinds == [("show msglog", 3), *[("show ap join stats summary all", 1)] * 2]
