"""What comes out of a diagnosis, and what the fleet and the policy put into it."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.domain.finding import Finding
from service.domain.identity import BaseRadioMac
from service.domain.instants import TrueTime
from service.domain.observation import ClockReading
from service.domain.policy import Policy


class Explained(StrEnum):
    """Causes that rules find out; the catalogue's look-alikes bring further names."""

    ELSEWHERE = "registered-elsewhere"
    PROGRESSING = "download-progressing"
    RELEASE_FIXED = "release-carries-fix"
    UNAFFECTED_MODEL = "model-not-affected"
    VERSION_BOUNCE = "version-bounce"
    LSC_EXPIRED = "lsc-expired"
    UNREACHABLE = "unreachable"
    PREDOWNLOAD_FAILED = "predownload-failed"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One AP that looks as if it had a known issue, and the other cause that it has.

    Attributes:
        cause: a name: of `Explained`, or of a look-alike of the catalogue.
        evidence: sentences, each with the device path (or file and line) and the time.
    """

    mac: BaseRadioMac
    cause: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that one look at one controller gives.

    Attributes:
        findings: in the catalogue's order.
        explained: ordered by MAC.
        unknown: what could not be judged, and for want of what.
    """

    findings: tuple[Finding, ...] = ()
    explained: tuple[Explanation, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DiagnosisContext:
    """What a single controller cannot tell about itself.

    Attributes:
        clock_offset_s: the controller's clock minus true time, where two sources agree on the
            latter; None: not known.
        clock_sources: the names of the sources that agree.
        elsewhere: APs that are registered on another controller of the fleet.
    """

    policy: Policy = field(default_factory=Policy)
    clock_offset_s: float | None = None
    clock_sources: tuple[str, ...] = ()
    elsewhere: frozenset[BaseRadioMac] = frozenset()


def clock_offset_s(reading: ClockReading, truth: TrueTime) -> float:
    """The controller's clock minus true time, seconds; both seen from the same host."""
    return (reading.shown_at(truth.instant) - truth.at).total_seconds()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one family of causes says."""

    finding: Finding | None = None
    explained: tuple[Explanation, ...] = ()
    unknown: tuple[str, ...] = ()
