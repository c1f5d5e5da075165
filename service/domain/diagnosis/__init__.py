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
    case = Case.of(view, history, catalogue, context)
    explained = look_alikes.explain(case)
    rulings = [
        RULES[issue.cause](case, issue, explained)
        for issue in catalogue.issues
        if view.platform in issue.platforms
    ]
    all_explained = dict(explained)
    for ruling in rulings:
        for one in ruling.explained:
            all_explained.setdefault(one.mac, one)
    found = tuple(ruling.finding for ruling in rulings if ruling.finding is not None)
    hit = {ap.mac for finding in found for ap in finding.aps}
    return Diagnosis(
        found,
        tuple(all_explained[mac] for mac in sorted(all_explained) if mac not in hit),
        (*_unread(case), *(why for ruling in rulings for why in ruling.unknown)),
    )


def _unread(case: Case) -> tuple[str, ...]:
    """Topics that could not be read, and states that we have no word for."""
    unread = [f"{topic.value} not read: {why}" for topic, why in sorted(case.view.unknown.items())]
    strange = [
        f"{past.last.label} is {past.last.raw_state!r}"
        for past in case.aps
        if past.last.state is ApState.UNKNOWN
    ]
    if strange:
        unread.append(f"states that we have no word for: {listed(strange)}")
    return tuple(unread)
