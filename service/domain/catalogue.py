"""Known issues as data: what is hit, by when, on which releases, how it shows, how it is mended.

The files are `service/catalogue/*.yaml`, read and validated in `service/config/catalogue.py`; a
user's own folder is read the same way. Rules of diagnosis take their numbers and patterns from
here and hold none of their own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.domain.observation import ApSighting, JoinPhase, LogLine, Platform
from service.domain.releases import Release, fits
from service.domain.software import SoftwareMatrix


class Cause(StrEnum):
    """The families of causes that rules know; an issue names the one that judges it."""

    IMAGE_CERTIFICATE = "image-certificate"
    DEVICE_CERTIFICATE = "device-certificate"
    CLOCK = "clock"


class Fixed(StrEnum):
    """Whether the running software carries a fix."""

    YES = "yes"
    MAYBE = "maybe"  # only a line of the matrix that nobody has verified says so
    NO = "no"


@dataclass(frozen=True, slots=True)
class SigningCertificate:
    """A certificate that signs AP images."""

    name: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """A log line that names a failure.

    Attributes:
        pattern: searched for in the line, case-sensitive.
        proves: whether one such line alone confirms the issue; else it is evidence only.
    """

    pattern: re.Pattern[str]
    proves: bool
    says: str


@dataclass(frozen=True, slots=True)
class FixedRelease:
    """Releases that carry the fix: by rule alone, or with one of the patches committed.

    Attributes:
        verified: False where the line follows from Cisco's habits and no document names it; such a
            line rules nothing out.
    """

    platform: Platform
    rule: str
    patches: tuple[str, ...] = ()  # regular expressions on package file names; empty: none needed
    models: str | None = None  # regular expression: the fix is for these models only
    verified: bool = True

    def fixes(self, release: Release, patches: Iterable[str], model: str | None) -> bool:
        """Whether this line of the matrix rules the issue out for an AP model."""
        if not fits(release, self.rule):
            return False
        if self.models and (model is None or not re.search(self.models, model)):
            return False
        if not self.patches:
            return True
        return any(re.search(wanted, name) for wanted in self.patches for name in patches)


@dataclass(frozen=True, slots=True)
class Models:
    """Which AP models something concerns: any of `hit`, and none of `spared`."""

    hit: tuple[re.Pattern[str], ...] = ()
    spared: tuple[re.Pattern[str], ...] = ()

    def concern(self, model: str | None) -> bool | None:
        """Whether an AP model is concerned; None where the model is not known."""
        if model is None:
            return None
        if any(pattern.search(model) for pattern in self.spared):
            return False
        return any(pattern.search(model) for pattern in self.hit)


@dataclass(frozen=True, slots=True)
class Issue:
    """One known issue.

    Attributes:
        models: regular expressions, searched for in the AP's model; an AP is affected if any fits
            and no entry of `models_except` does.
        ends: the certificates whose end starts the trouble.
        signs: values of an AP's record that speak for the issue, by field.
        texts: patterns of the controller's free text that do.
        labels: patterns of the names of those controller certificates that APs may be shown.
        strategies: names in order of preference.
    """

    name: str
    title: str
    cause: Cause
    platforms: frozenset[Platform]
    models: tuple[re.Pattern[str], ...] = ()
    models_except: tuple[re.Pattern[str], ...] = ()
    ends: tuple[SigningCertificate, ...] = ()
    signatures: tuple[Signature, ...] = ()
    fixed: tuple[FixedRelease, ...] = ()
    strategies: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    settings: dict[str, float] = field(default_factory=dict)
    signs: tuple["Sign", ...] = ()
    texts: tuple[re.Pattern[str], ...] = ()
    labels: tuple[re.Pattern[str], ...] = ()

    @property
    def key(self) -> str:
        """What a user's entry replaces."""
        return self.name

    def affects(self, model: str | None) -> bool | None:
        """Whether an AP model is affected; None where the model is not known."""
        return Models(self.models, self.models_except).concern(model)

    def matching(self, lines: Iterable[LogLine]) -> tuple[tuple[LogLine, Signature], ...]:
        """The log lines that a signature knows, each with the first signature that does."""
        return matching(self.signatures, lines)

    def is_fixed_in(
        self, platform: Platform, release: Release, patches: Iterable[str], model: str | None
    ) -> bool:
        """Whether the running software carries the fix for this AP model, by a verified line."""
        return self.fix_in(platform, release, patches, model) is Fixed.YES

    def fix_in(
        self, platform: Platform, release: Release, patches: Iterable[str], model: str | None
    ) -> Fixed:
        """What the matrix says of the running software and this AP model."""
        names = tuple(patches)
        verified = {
            line.verified
            for line in self.fixed
            if line.platform is platform and line.fixes(release, names, model)
        }
        if True in verified:
            return Fixed.YES
        return Fixed.MAYBE if verified else Fixed.NO


@dataclass(frozen=True, slots=True)
class Sign:
    """Values of one field of an AP's record that name a cause.

    Attributes:
        phase: the phase of joining that the field tells of. Such fields keep what they once said,
            so a sign counts only where the AP's last error was in that phase or in an unknown one.
    """

    name: str
    values: frozenset[str]
    phase: JoinPhase | None = None

    def shown_by(self, ap: ApSighting) -> str | None:
        """The value that this AP shows, or None."""
        value = getattr(ap, self.name)
        if value not in self.values:
            return None
        told = (None, JoinPhase.UNKNOWN, JoinPhase.RUN, self.phase)
        if self.phase is not None and ap.failure_phase not in told:
            return None
        return str(value)


SIGN_FIELDS = {
    "dtls_failure": JoinPhase.DTLS,
    "join_failure": JoinPhase.JOIN,
    "config_failure": JoinPhase.CONFIG,
    "discovery_failure": JoinPhase.DISCOVERY,
    "disconnect_reason": None,
    "reboot_reason": None,
}
"""The fields of a sighting that signs may name, with the phase each tells of."""


class Trouble(StrEnum):
    """What an AP without a finding may be seen to do instead of serving."""

    NOT_JOINED = "not-joined"
    DOWNLOADING = "downloading"


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A cause that looks like a known issue and is none of them.

    Attributes:
        models: concerned models; both parts empty: every model, known or not.
        explains: which troubles it can be the cause of.
        texts: patterns of the controller's free text.
    """

    name: str
    title: str
    platforms: frozenset[Platform]
    models: Models = field(default_factory=Models)
    explains: frozenset[Trouble] = frozenset({Trouble.NOT_JOINED})
    signs: tuple[Sign, ...] = ()
    texts: tuple[re.Pattern[str], ...] = ()
    signatures: tuple[Signature, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What a user's entry replaces."""
        return self.name

    def concerns(self, model: str | None) -> bool:
        """Whether this can be the cause for an AP of that model."""
        return not self.models.hit or self.models.concern(model) is True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All known issues and their look-alikes, each told by its name; and where software leads."""

    issues: tuple[Issue, ...]
    look_alikes: tuple[LookAlike, ...] = ()
    software: SoftwareMatrix = SoftwareMatrix()  # noqa: RUF009 - frozen

    def get(self, name: str) -> Issue | None:
        """The issue of that name, or None."""
        return next((issue for issue in self.issues if issue.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every issue's name, in the catalogue's order."""
        return tuple(issue.name for issue in self.issues)


def matching(
    signatures: tuple[Signature, ...], lines: Iterable[LogLine]
) -> tuple[tuple[LogLine, Signature], ...]:
    """The log lines that a signature knows, each with the first signature that does."""
    found = []
    for line in lines:
        for signature in signatures:
            if signature.pattern.search(line.text):
                found.append((line, signature))
                break
    return tuple(found)
