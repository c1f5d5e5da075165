"""What a diagnosis says: one issue on one controller, with the APs and the evidence."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, CertificateKind


class Confidence(StrEnum):
    """How sure a finding is; DESIGN.md section 4 says what each word takes."""

    SUSPECTED = "suspected"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"

    @property
    def rank(self) -> int:
        """For comparing: suspected 0, probable 1, confirmed 2."""
        return list(Confidence).index(self)


@dataclass(frozen=True, slots=True)
class AffectedAp:
    """One AP of a finding.

    Attributes:
        confidence: how sure it is for this AP; a finding is as sure as its surest AP.
        certificate_kind: of the AP's own certificate; None where nobody told.
    """

    mac: BaseRadioMac
    name: str | None
    model: str | None
    state: ApState
    serial: str | None = None
    version: str | None = None
    confidence: Confidence | None = None
    certificate_kind: CertificateKind | None = None

    @classmethod
    def of(cls, sighting: ApSighting, confidence: Confidence | None = None) -> "AffectedAp":
        """The AP as its newest sighting shows it."""
        return cls(
            sighting.mac,
            sighting.name,
            sighting.model,
            sighting.state,
            sighting.serial,
            sighting.version,
            confidence,
            sighting.certificate_kind,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One known issue on one controller.

    Attributes:
        aps: the APs hit, ordered by MAC; empty for an issue of the controller itself.
        evidence: sentences, each with the device path (or file and line) and the time.
        unknown: what could not be known and would have made the finding surer or weaker.
    """

    controller: str
    issue: str
    confidence: Confidence
    aps: tuple[AffectedAp, ...] = ()
    evidence: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The same finding has the same id in every sweep."""
        return hashlib.sha256(f"{self.controller}/{self.issue}".encode()).hexdigest()[:16]
