"""Which certificates bound the clock window, and which APs could not rejoin while it is open.

Where a certificate's dates cannot be read, the device's age bounds them: a certificate is made with
the device, so a model that was sold out before the false moment, or a serial number from before it,
is proof enough. What neither tells counts as at risk.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.catalogue import Issue
from service.domain.finding import AffectedAp
from service.domain.observation import ApSighting, ApState, Certificate, CertificateKind
from service.domain.serials import made
from service.domain.window import Bound

PRESENT = frozenset({ApState.REGISTERED, ApState.DOWNLOADING, ApState.PREDOWNLOADING})


@dataclass(frozen=True, slots=True)
class AtRisk:
    """An AP that could not rejoin while the window is open.

    Attributes:
        known: False where neither model nor serial number tells its age.
    """

    label: str
    why: str
    known: bool


def starts(
    issue: Issue, certificates: Iterable[Certificate] | None, aps: Iterable[AffectedAp]
) -> Iterator[Bound]:
    """Every certificate start that the stuck APs' join depends on."""
    for certificate in issue.ends:
        yield Bound(certificate.not_before, f"the image signing certificate {certificate.name}")
    for certificate_ in _for_join(certificates or ()):
        if certificate_.not_before is not None:
            yield Bound(
                certificate_.not_before,
                f"the controller's certificate {certificate_.label} {certificate_.subject}".strip(),
            )
    for ap in aps:
        born = made(ap.serial)
        if born is not None:
            yield Bound(born, f"AP {ap.name or ap.mac} (made then, by serial number {ap.serial})")


def ends(
    issue: Issue, certificates: Iterable[Certificate] | None, aps: Iterable[ApSighting]
) -> Iterator[Bound]:
    """Every certificate end that the false moment has to lie before."""
    for certificate in issue.ends:
        yield Bound(certificate.not_after, f"the image signing certificate {certificate.name}")
    for certificate_ in _for_join(certificates or ()):
        if certificate_.not_after is not None:
            yield Bound(
                certificate_.not_after, f"the controller's certificate {certificate_.label}"
            )
    for ap in aps:
        if ap.certificate_end is not None:
            yield Bound(ap.certificate_end, f"the certificate of AP {ap.label}")


def _for_join(certificates: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """The certificates that APs are shown; all that may be, where nothing says which."""
    own = [certificate for certificate in certificates if not certificate.is_ca]
    shown = tuple(certificate for certificate in own if certificate.for_join)
    return shown or tuple(certificate for certificate in own if certificate.for_join is None)


def join_certificate_known(certificates: Iterable[Certificate] | None) -> bool:
    """Whether the start of the certificate that APs are shown could be read."""
    return any(c.not_before is not None for c in _for_join(certificates or ()))


MIC_LASTS = timedelta(days=10 * 365)
"""A manufacturer-installed certificate lasts ten years or more (field notice FN63942)."""


def _born_by_certificate(ap: ApSighting) -> datetime | None:
    """The latest moment at which an AP's own MIC can have begun; None where nothing tells."""
    if ap.certificate_kind is not CertificateKind.MIC or ap.certificate_end is None:
        return None
    return ap.certificate_end - MIC_LASTS


def at_risk(
    issue: Issue, aps: Iterable[ApSighting], moment: datetime, *, longest: timedelta
) -> tuple[AtRisk, ...]:
    """The APs present now that could not rejoin between `moment` and `moment + longest`."""
    found = []
    for ap in aps:
        if ap.state not in PRESENT or issue.affects(ap.model):
            continue  # models that the notice names were sold out before the certificate ended
        born = made(ap.serial) or _born_by_certificate(ap)
        if born is None:
            found.append(AtRisk(ap.label, f"age unknown (serial number {ap.serial})", known=False))
        elif born > moment:
            known = made(ap.serial) is not None
            found.append(AtRisk(ap.label, f"may be as young as {born:%Y-%m}", known=known))
        elif ap.certificate_end is not None and ap.certificate_end < moment + longest:
            found.append(AtRisk(ap.label, "its certificate ends before the window", known=True))
    return tuple(found)
