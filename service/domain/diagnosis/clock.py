"""CLOCK-SKEW: the controller's clock is not true time.

Judged only where two sources of true time agree; this host's own clock alone accuses nobody.
Source: service/catalogue/CLOCK-SKEW.yaml; DESIGN.md sections 4 and 5.
"""

from collections.abc import Mapping

from service.domain.catalogue import Issue
from service.domain.diagnosis.case import Case, at, first_few, of_line
from service.domain.diagnosis.verdict import Explanation, Ruling
from service.domain.finding import Confidence, Finding
from service.domain.identity import BaseRadioMac

DEFAULT_SKEW_S = 60.0


def judge(case: Case, issue: Issue, explained: Mapping[BaseRadioMac, Explanation]) -> Ruling:
    """Compare the controller's clock with true time, where that is known."""
    del explained  # a clock is the controller's own
    signs = [of_line(line, sign) for line, sign in issue.matching(case.view.logs)]
    reading, offset = case.view.clock, case.context.clock_offset_s
    if reading is None or offset is None:
        why = "the clock was not read" if reading is None else "no two sources of true time agree"
        also = f"; {len(signs)} log line(s) say that a clock is wrong" if signs else ""
        return Ruling(unknown=(f"{issue.name}: not judged, {why}{also}",))
    allowed = issue.settings.get("skew_s", DEFAULT_SKEW_S) + reading.uncertainty_s
    if abs(offset) <= allowed:
        return Ruling()
    sources = ", ".join(case.context.clock_sources) or "two sources"
    side = "ahead of" if offset > 0 else "behind"
    told = (
        f"clock shows {at(reading.device_time)}, {abs(offset):.0f} s {side} true time by {sources}"
    )
    evidence = (case.told_here(told, "clock"), *first_few(signs))
    return Ruling(Finding(case.view.controller, issue.name, Confidence.CONFIRMED, (), evidence))
