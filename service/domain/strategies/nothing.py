"""`nothing`: where leaving it alone is the way, and why it is not where it is not."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from service.domain.catalogue import Cause
from service.domain.diagnosis.verdict import Explained, Explanation
from service.domain.finding import Confidence
from service.domain.plan import Situation

Answer: TypeAlias = tuple[bool, str]
"""Whether nothing is needed, and why or why not."""

PASSING = {
    Explained.PROGRESSING: "merely downloading, and getting further",
    Explained.ELSEWHERE: "joined to another controller",
    Explained.RELEASE_FIXED: "downloading from a release that carries the fix",
}
"""Causes that nobody has to mend."""


def is_nothing_needed(situation: Situation) -> Answer:
    """What leaving a finding alone would come to."""
    finding, others = situation.finding, _others(situation.explained)
    if situation.issue.cause is Cause.CLOCK:
        return False, "a clock that nobody sets stays wrong"
    if not finding.aps:
        return True, f"no AP is stuck now; {'; '.join(finding.evidence)}{others}"
    if finding.confidence is Confidence.SUSPECTED:
        return True, f"{_only_suspected(len(finding.aps))}{others}"
    off = (
        f"{len(finding.aps)} APs do not come by themselves: {finding.issue} is {finding.confidence}"
    )
    return False, f"{off}{others}"


def without_finding(explained: Iterable[Explanation]) -> str:
    """Why nothing is to be done on a controller that has no finding."""
    every = tuple(explained)
    return f"no finding on this controller{_others(every)}"


def _only_suspected(number: int) -> str:
    return (
        f"{number} APs are only suspected: a download that gets on looks the same for a while; "
        "sweep again until it is probable, or is over"
    )


def _others(explained: tuple[Explanation, ...]) -> str:
    """The APs that look ill for another reason, by reason."""
    counted = Counter(one.cause for one in explained)
    parts = [
        f"{number} APs need nothing: {PASSING[Explained(cause)]}"
        if cause in PASSING
        else f"{number} APs have another cause, which none of the ways mends: {cause}"
        for cause, number in sorted(counted.items())
    ]
    return "".join(f"; {part}" for part in parts)
