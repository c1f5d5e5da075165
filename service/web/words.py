"""Words for people: what each standing and each cause is called, and what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.catalogue import Catalogue
from service.domain.diagnosis import Explained
from service.domain.finding import Confidence
from service.domain.standing import Standing


@dataclass(frozen=True, slots=True)
class Word:
    """How something is shown.

    Attributes:
        tone: a class of the style sheet: alarm, warn, busy, calm or good.
        icon: a symbol of `assets/icons.svg`: nothing is told by its colour alone.
        hint: a sentence.
    """

    label: str
    tone: str
    icon: str
    hint: str


STANDINGS: Mapping[Standing, Word] = {
    Standing.FALSE_TIME: Word(
        "False time", "alarm", "clock", "its clock is set back on purpose right now"
    ),
    Standing.NEEDS_ATTENTION: Word(
        "Needs attention", "alarm", "alarm", "a remediation is open and nobody works on it"
    ),
    Standing.UNREACHABLE: Word(
        "Unreachable", "alarm", "unplugged", "the newest sweep got no answer"
    ),
    Standing.CLOCK_WRONG: Word("Clock wrong", "warn", "clock", "more than a minute off"),
    Standing.MENDING: Word("Being mended", "busy", "wrench", "a remediation is open"),
    Standing.STUCK: Word("APs stuck", "warn", "stuck", "access points that cannot join"),
    Standing.NEVER_SWEPT: Word("Never swept", "calm", "dots", "no sweep has asked for it yet"),
    Standing.HEALTHY: Word("Healthy", "good", "check", "nothing was found"),
}

CONFIDENCES: Mapping[str, Word] = {
    Confidence.CONFIRMED.value: Word(
        "Confirmed", "alarm", "check", "a log line or a date proves it"
    ),
    Confidence.PROBABLE.value: Word("Probable", "warn", "alarm", "it restarted again and again"),
    Confidence.SUSPECTED.value: Word("Suspected", "calm", "question", "it looks like it so far"),
    "explained": Word("Explained", "calm", "book", "something else keeps it off"),
}
"""How sure a finding is; `explained`: there is none, a look-alike explains it."""

EXPLAINED: Mapping[str, str] = {
    Explained.RELEASE_FIXED.value: "downloads, and the running release carries the fix",
    Explained.UNAFFECTED_MODEL.value: "downloads, and its model is not affected",
    Explained.VERSION_BOUNCE.value: "two controllers pull it between two versions",
    Explained.LSC_EXPIRED.value: "its locally significant certificate has run out",
    Explained.UNREACHABLE.value: "it was not heard again: no path, no power",
    Explained.PREDOWNLOAD_FAILED.value: "its download ahead of an upgrade failed",
    Explained.ELSEWHERE.value: "it is registered on another controller",
    Explained.PROGRESSING.value: "its download moves",
}


def cause_titles(catalogue: Catalogue) -> dict[str, str]:
    """What each cause is, by its name."""
    known = {issue.name: issue.title for issue in catalogue.issues}
    alike = {one.name: one.title for one in catalogue.look_alikes}
    return {**EXPLAINED, **alike, **known}
