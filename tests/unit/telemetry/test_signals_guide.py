"""docs/signals.md says what the code says."""

from tests.support.signals_reference import GUIDE, with_reference


def test_the_reference_of_metrics_is_that_of_the_code():
    guide = GUIDE.read_text("utf-8")
    assert guide == with_reference(guide), "run python -m tests.support.signals_reference"
