"""From one look at one controller to what is wrong with it: pure, the same input the same answer.

Each family of causes has its file; look-alikes are told apart first. What cannot be known is said,
and no absence of evidence passes for a clean bill.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from service.domain.catalogue import Catalogue, Cause, Issue
from service.domain.diagnosis import clock, device_certificate, image_certificate, look_alikes
from service.domain.diagnosis.case import Case, listed
from service.domain.diagnosis.verdict import (
    Diagnosis,
    DiagnosisContext,
    Explained,
    Explanation,
    Ruling,
    clock_offset_s,
)
from service.domain.finding import Confidence
from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApState, ControllerView

__all__ = [
    "Diagnosis",
    "DiagnosisContext",
    "Explained",
    "Explanation",
    "clock_offset_s",
    "diagnose",
]

Rule: TypeAlias = Callable[[Case, Issue, Mapping[BaseRadioMac, Explanation]], Ruling]

RULES: Mapping[Cause, Rule] = {
    Cause.IMAGE_CERTIFICATE: image_certificate.judge,
    Cause.DEVICE_CERTIFICATE: device_certificate.judge,
    Cause.CLOCK: clock.judge,
}


def diagnose(
    view: ControllerView,
    history: Mapping[BaseRadioMac, ApHistory],
    catalogue: Catalogue,
    context: DiagnosisContext,
) -> Diagnosis:
    """Judge one controller by every issue of the catalogue.

    The history is what earlier polls saw; whether it holds this view already makes no difference.
    """
    return judge(Case.of(view, history, catalogue, context))


def judge(case: Case) -> Diagnosis:
    """Judge a case by every issue of its catalogue."""
    explained = look_alikes.explain(case)
    settled = dict(explained)
    rulings = []
    for issue in case.catalogue.issues:
        if case.view.platform in issue.platforms:
            rulings.append(RULES[issue.cause](case, issue, settled))
            settled.update(_claimed(issue, rulings[-1]))
    return _together(case, explained, rulings)


def _claimed(issue: Issue, ruling: Ruling) -> dict[BaseRadioMac, Explanation]:
    """The APs that an issue explains well enough for the issues after it to leave them alone."""
    aps = ruling.finding.aps if ruling.finding else ()
    sure = [ap.mac for ap in aps if ap.confidence and ap.confidence is not Confidence.SUSPECTED]
    return {mac: Explanation(mac, issue.name) for mac in sure}


def _together(
    case: Case, explained: Mapping[BaseRadioMac, Explanation], rulings: list[Ruling]
) -> Diagnosis:
    found = tuple(ruling.finding for ruling in rulings if ruling.finding is not None)
    hit = {ap.mac for finding in found for ap in finding.aps}
    every = dict(explained)
    for one in (one for ruling in rulings for one in ruling.explained):
        every.setdefault(one.mac, one)
    return Diagnosis(
        found,
        tuple(every[mac] for mac in sorted(every) if mac not in hit),
        (*_unread(case), *(why for ruling in rulings for why in ruling.unknown)),
    )


def _unread(case: Case) -> tuple[str, ...]:
    """Topics that could not be read, and states that we have no word for."""
    unread = [f"{topic.value} not read: {why}" for topic, why in sorted(case.view.unknown.items())]
    strange = [
        f"{past.last.label} is {past.last.raw_state!r}"
        for past in case.aps
        if past.last.state is ApState.UNKNOWN and past.last.raw_state is not None
    ]
    if strange:
        unread.append(f"states that we have no word for: {listed(strange)}")
    return tuple(unread)
