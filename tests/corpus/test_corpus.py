"""Our own corpus: each case holds what a controller was saved as, and what is to be made of it.

A case is `<platform>/<version>/<topic>/`: the folder `reply` as `aprejoin diagnose --from` takes
it, `expected.json`, and `origin.toml`, which says where the replies come from.
"""

import json
import tomllib
from pathlib import Path

import pytest

from service.domain.diagnosis import Diagnosis, DiagnosisContext, diagnose
from service.offline.folder import OfflineController, read_folder
from tests.support.cases import catalogue

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/*/expected.json"))


def summary(controller: OfflineController, diagnosis: Diagnosis) -> dict[str, object]:
    """What a case is held to."""
    view = controller.view
    return {
        "platform": view.platform.value,
        "release": view.release,
        "clock": view.clock and view.clock.device_time.isoformat(),
        "ntp": list(view.ntp.labels) if view.ntp else None,
        "aps": {str(ap.mac): ap.state.value for ap in view.aps or ()},
        "files": [[one.file, one.as_, one.rows] for one in controller.files],
        "findings": {
            one.issue: [one.confidence.value, [str(ap.mac) for ap in one.aps]]
            for one in diagnosis.findings
        },
        "explained": {str(one.mac): one.cause for one in diagnosis.explained},
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.relative_to(HERE).as_posix())
def test_a_saved_controller_gives_the_expected_diagnosis(case):
    (controller,) = read_folder(case / "reply")
    diagnosis = diagnose(controller.view, controller.history, catalogue(), DiagnosisContext())
    assert controller.error is None
    assert summary(controller, diagnosis) == json.loads((case / "expected.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.relative_to(HERE).as_posix())
def test_every_case_says_where_it_comes_from(case):
    origin = tomllib.loads((case / "origin.toml").read_text())
    assert set(origin) == {"source", "when", "how"}


def test_the_corpus_is_there():
    assert len(CASES) >= 7
