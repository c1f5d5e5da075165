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

from service.domain.observation import LogLine, Platform
from service.domain.releases import Release, fits


class Cause(StrEnum):
    """The families of causes that rules know; an issue names the one that judges it."""

    IMAGE_CERTIFICATE = "image-certificate"
    DEVICE_CERTIFICATE = "device-certificate"
    CLOCK = "clock"


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
    """Releases that carry the fix: by rule alone, or with one of the patches committed."""

    platform: Platform
    rule: str
    patches: tuple[str, ...] = ()  # regular expressions on package file names; empty: none needed
    models: str | None = None  # regular expression: the fix is for these models only

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
class Issue:
    """One known issue.

    Attributes:
        models: regular expressions, searched for in the AP's model; an AP is affected if any fits
            and no entry of `models_except` does.
        ends: the certificates whose end starts the trouble.
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

    def affects(self, model: str | None) -> bool | None:
        """Whether an AP model is affected; None where the model is not known."""
        if model is None:
            return None
        if any(pattern.search(model) for pattern in self.models_except):
            return False
        return any(pattern.search(model) for pattern in self.models)

    def matching(self, lines: Iterable[LogLine]) -> tuple[tuple[LogLine, Signature], ...]:
        """The log lines that a signature knows, each with the first signature that does."""
        found = []
        for line in lines:
            for signature in self.signatures:
                if signature.pattern.search(line.text):
                    found.append((line, signature))
                    break
        return tuple(found)

    def is_fixed_in(
        self, platform: Platform, release: Release, patches: Iterable[str], model: str | None
    ) -> bool:
        """Whether the running software carries the fix for this AP model."""
        names = tuple(patches)
        return any(
            line.platform is platform and line.fixes(release, names, model) for line in self.fixed
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All known issues, by name."""

    issues: tuple[Issue, ...]

    def get(self, name: str) -> Issue | None:
        """The issue of that name, or None."""
        return next((issue for issue in self.issues if issue.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every issue's name, in the catalogue's order."""
        return tuple(issue.name for issue in self.issues)
