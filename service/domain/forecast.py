"""What will fail, and when: access points at their next download, certificates on their last day.

Two kinds of dates. One that was read from a device is exact. One that follows from a serial number
is an estimate, marked as such: a device's certificate was made with it, and lasts ten years. What
has no date at all is named as not known. An access point is told once, where it was seen last.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.catalogue import Catalogue, Cause, Fixed, Issue
from service.domain.coming import Coming, Failing, Known, Subject
from service.domain.history import ApHistory
from service.domain.observation import ApSighting, Certificate, CertificateKind
from service.domain.serials import made

MIC_LIFE_DAYS = 3652.0
GONE = timedelta(days=30)
"""An AP that was not seen for so long, while its controller was polled, is left out."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything that is coming, the first first; and what is not known."""

    made: datetime
    coming: tuple[Coming, ...]
    unknown: tuple[str, ...]


def forecast(fleet: Iterable[Known], catalogue: Catalogue, now: datetime) -> Forecast:
    """What will fail in a fleet. Equal input, equal answer, whatever its order."""
    boxes = sorted(fleet, key=lambda one: one.controller)
    homes = _homes(boxes)
    coming: list[Coming] = []
    unknown: list[str] = []
    for box in boxes:
        aps = homes.get(box.controller, ())
        for issue in catalogue.issues:
            if box.platform in issue.platforms:
                coming += _of_issue(box, aps, issue, boxes, now)
        coming += _own(box, now)
        unknown += _not_known(box, aps, now)
    return Forecast(now, tuple(sorted(coming, key=lambda one: one.place)), tuple(unknown))


def _homes(boxes: Sequence[Known]) -> dict[str, tuple[ApSighting, ...]]:
    """Each AP under the controller that saw it last, by MAC; those that are gone nowhere."""
    newest: dict[object, tuple[datetime, str, ApSighting]] = {}
    for box in boxes:
        for past in box.histories:
            seen = (past.last_seen, box.controller, past.last)
            if not _is_gone(box, past) and _is_newer(seen, newest.get(past.mac)):
                newest[past.mac] = seen
    homes: dict[str, list[ApSighting]] = {}
    for _, name, ap in newest.values():
        homes.setdefault(name, []).append(ap)
    return {name: tuple(sorted(aps, key=lambda ap: ap.mac)) for name, aps in homes.items()}


def _is_newer(
    seen: tuple[datetime, str, ApSighting], before: tuple[datetime, str, ApSighting] | None
) -> bool:
    return before is None or seen[:2] > before[:2]


def _is_gone(box: Known, past: ApHistory) -> bool:
    return box.note is not None and box.note.seen_at - past.last_seen > GONE


def _of_issue(
    box: Known, aps: Iterable[ApSighting], issue: Issue, boxes: Sequence[Known], now: datetime
) -> Iterator[Coming]:
    match issue.cause:
        case Cause.IMAGE_CERTIFICATE:
            yield from _images(box, aps, issue, boxes)
        case Cause.DEVICE_CERTIFICATE:
            for ap in aps:
                yield from _certificate(box, ap, issue, now)
        case Cause.CLOCK:
            return


# -- images ------------------------------------------------------------------------------------


def _images(
    box: Known, aps: Iterable[ApSighting], issue: Issue, boxes: Sequence[Known]
) -> Iterator[Coming]:
    """APs that cannot load the image of the controller they are on, or of one they may move to."""
    if not issue.ends:
        return
    since = min(certificate.not_after for certificate in issue.ends)
    for ap in aps:
        if not issue.affects(ap.model):
            continue
        here = box.fix(issue, ap.model)
        there = [one for one in boxes if _is_trap(one, box, issue, ap.model)]
        fails_at = (*_fails_here(here), *(("move",) if there else ()))
        if fails_at:
            yield Coming(
                kind=Failing.IMAGE,
                at=since,
                estimated=False,
                site=box.site,
                controller=box.controller,
                what=ap.label,
                basis=f"the image signing certificate {issue.ends[0].name} and others",
                effect="; ".join(_image_effects(box, here, there)),
                issue=issue.name,
                fails_at=fails_at,
                ap=Subject.of(ap),
            )


def _fails_here(here: Fixed) -> tuple[str, ...]:
    return () if here is Fixed.YES else ("replacement", "upgrade")


def _is_trap(other: Known, home: Known, issue: Issue, model: str | None) -> bool:
    """Whether moving there means a download of an image that the AP rejects."""
    if other.controller == home.controller or other.platform not in issue.platforms:
        return False
    if other.note is None or other.release is None or other.release == home.release:
        return False  # nothing to load, or nothing known
    return other.fix(issue, model) is not Fixed.YES


def _image_effects(box: Known, here: Fixed, there: Sequence[Known]) -> Iterator[str]:
    release = box.release or "an unknown release"
    if here is Fixed.NO:
        yield (
            f"an AP of this model that has to load {release} (a replacement, a reset one) never "
            "joins, nor does this one after an upgrade to software without the fix"
        )
    if here is Fixed.MAYBE:
        yield f"whether {release} carries the fix is in no document that was found"
    if there:
        named = ", ".join(f"{one.controller} ({one.release})" for one in there)
        yield f"moved to {named} it would load an image that it rejects"


# -- certificates ------------------------------------------------------------------------------


def _last_day(ap: ApSighting, issue: Issue) -> tuple[datetime, str] | None:
    """The end of an AP's own certificate and where it comes from; None where nothing tells."""
    if ap.certificate_end is not None:
        return ap.certificate_end, "read from the controller's AP table"
    born = made(ap.serial)
    if born is None or ap.certificate_kind not in (None, CertificateKind.MIC):
        return None
    life = timedelta(days=issue.settings.get("mic_life_days", MIC_LIFE_DAYS))
    basis = f"made in the week up to {born:%Y-%m-%d} by its serial number, and ten years"
    return born + life, basis


def _certificate(box: Known, ap: ApSighting, issue: Issue, now: datetime) -> Iterator[Coming]:
    """The last day of an AP's own certificate: as read, else by its age."""
    found = _last_day(ap, issue)
    if found is None:
        return
    end, basis = found
    yield Coming(
        kind=Failing.AP_CERTIFICATE,
        at=end,
        estimated=ap.certificate_end is None,
        site=box.site,
        controller=box.controller,
        what=ap.label,
        basis=basis,
        effect=_ap_effect(ap, is_over=end <= now),
        issue=issue.name if ap.certificate_kind is not CertificateKind.LSC else "",
        ap=Subject.of(ap),
    )


def _ap_effect(ap: ApSighting, *, is_over: bool) -> str:
    if ap.certificate_kind is CertificateKind.LSC:
        return "from then on it joins only with a renewed local certificate"
    when = "has ended: it joins" if is_over else "from then on it joins"
    return f"{when} only where expired certificates are accepted (expired-cert-override)"


def _own(box: Known, now: datetime) -> Iterator[Coming]:
    """The controller's own certificates, those of authorities left out."""
    for one in (box.note.certificates or ()) if box.note else ():
        if one.not_after is not None and not one.is_ca:
            yield Coming(
                kind=Failing.CONTROLLER_CERTIFICATE,
                at=one.not_after,
                estimated=False,
                site=box.site,
                controller=box.controller,
                what=one.label,
                basis="read from the controller",
                effect=_own_effect(one, is_over=one.not_after <= now),
            )


def _own_effect(one: Certificate, *, is_over: bool) -> str:
    if one.for_join is False:
        return "not the one that APs are shown"
    shown = "APs are shown it" if one.for_join else "APs may be shown it"
    return f"{shown}: {'it has ended' if is_over else 'from then on'}, and a new join fails"


# -- what is not known -------------------------------------------------------------------------


def _not_known(box: Known, aps: Iterable[ApSighting], now: datetime) -> Iterator[str]:
    if box.note is None:
        yield f"{box.controller}: never polled{f' ({box.trouble})' if box.trouble else ''}"
        return
    if box.trouble:
        yield (
            f"{box.controller}: not polled now ({box.trouble}): what is told was seen "
            f"{box.note.seen_at:%Y-%m-%d %H:%M} UTC, {(now - box.note.seen_at).days} days ago"
        )
    if box.release is None:
        yield f"{box.controller}: its release is not known, and is taken not to carry any fix"
    if box.note.patches is None:
        yield f"{box.controller}: its patches were not read: one of them may carry a fix"
    if box.note.certificates is None:
        yield f"{box.controller}: its own certificates: {box.note.unread or 'not read'}"
    yield from _blind(box, aps)


def _blind(box: Known, aps: Iterable[ApSighting]) -> Iterator[str]:
    """How many APs tell neither model nor date, and how many were left out."""
    counted = Counter[str]()
    for ap in aps:
        counted["no model"] += ap.model is None
        is_dated = ap.certificate_end is not None or made(ap.serial) is not None
        counted["neither a certificate's end nor a serial number with a date"] += not is_dated
    for what, number in counted.items():
        if number:
            yield f"{box.controller}: {number} APs tell {what}"
    gone = sum(_is_gone(box, past) for past in box.histories)
    if gone:
        yield f"{box.controller}: {gone} APs were not seen for {GONE.days} days, and are left out"
