"""Releases that can be installed, the APs that each takes, and what leaving one exposes them to.

Whether a release mends an issue is the issue's own matrix (`Issue.fix_in`); this one says what can
be reached without orphaning an AP. What it does not hold is unknown, which is never support. The
data are `service/catalogue/software.yaml`, read and validated in `service/config/software_form.py`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.domain.observation import Platform
from service.domain.releases import Release, fits


class Support(StrEnum):
    """Whether a release takes an AP model."""

    YES = "yes"
    MAYBE = "maybe"  # by a line that no document backs
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says of some releases."""

    rule: str
    source: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class ApFamily:
    """AP models that releases take or leave together."""

    name: str
    platform: Platform
    models: tuple[re.Pattern[str], ...]
    supported: tuple[Claim, ...] = ()
    unsupported: tuple[Claim, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What a user's entry replaces."""
        return (self.platform, self.name)

    def support(self, release: Release) -> Support:
        """What the claims add up to; where they contradict each other, the APs stay out."""
        if any(fits(release, claim.rule) for claim in self.unsupported):
            return Support.NO
        verified = {claim.verified for claim in self.supported if fits(release, claim.rule)}
        if not verified:
            return Support.UNKNOWN
        return Support.YES if True in verified else Support.MAYBE


@dataclass(frozen=True, slots=True)
class Patch:
    """An AP service pack for one release.

    Attributes:
        file: the part of its file name that tells it from others.
    """

    name: str
    file: str
    closes: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """A release that can be installed.

    Attributes:
        reached_from: rules for the release before; empty: any older one.
        hardware: what the controller's model must show; None: any.
        hardware_named: the same for people.
        closes: bugs whose fix it holds without a patch.
    """

    platform: Platform
    release: Release
    source: str
    patches: tuple[Patch, ...] = ()
    closes: tuple[str, ...] = ()
    reached_from: tuple[str, ...] = ()
    hardware: re.Pattern[str] | None = None
    hardware_named: str = ""
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What a user's entry replaces."""
        return (self.platform, str(self.release))

    def is_for(self, hardware: str | None) -> bool:
        """Whether it is made for a controller; one whose model nobody told is not kept from it."""
        return not self.hardware or hardware is None or bool(self.hardware.search(hardware))

    def is_reached_from(self, release: Release) -> bool:
        """Whether it may be installed over another release: a newer one over an older."""
        is_ahead = release.to_the_precision_of(self.release) < self.release
        rules = self.reached_from
        return is_ahead and (not rules or any(fits(release, rule) for rule in rules))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What may befall an AP that downloads an image while it runs one of these releases.

    Attributes:
        bugs: where one of these is closed, it is no danger any more.
    """

    name: str
    title: str
    platform: Platform
    models: tuple[re.Pattern[str], ...]
    releases: tuple[str, ...]
    advice: str
    source: str
    bugs: tuple[str, ...] = ()
    verified: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """What a user's entry replaces."""
        return (self.platform, self.name)

    def concerns(self, model: str) -> bool:
        """Whether an AP model is open to it."""
        return any(pattern.search(model) for pattern in self.models)

    def lurks_in(self, release: Release, closed: Iterable[str]) -> bool:
        """Whether it is to be feared of a release in which some bugs are closed."""
        if any(bug in self.bugs for bug in closed):
            return False
        return any(fits(release, rule) for rule in self.releases)


@dataclass(frozen=True, slots=True)
class Detour:
    """A step that must not be taken at once while certain APs are there."""

    platform: Platform
    leaving: str
    reaching: str
    models: tuple[re.Pattern[str], ...]
    source: str

    @property
    def key(self) -> tuple[str, str]:
        """What a user's entry replaces."""
        return (self.platform, f"{self.leaving} to {self.reaching}")

    def forbids(self, before: Release, after: Release, models: Iterable[str]) -> bool:
        """Whether a step from one release to another is ruled out for these APs."""
        if not (fits(before, self.leaving) and fits(after, self.reaching)):
            return False
        return any(pattern.search(model) for pattern in self.models for model in models)


@dataclass(frozen=True, slots=True)
class SoftwareMatrix:
    """All that is known of releases."""

    targets: tuple[Target, ...] = ()
    families: tuple[ApFamily, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    detours: tuple[Detour, ...] = ()

    def support(self, platform: Platform, release: Release, model: str | None) -> Support:
        """Whether a release takes an AP model; several families: a no, else the surest yes."""
        if model is None:
            return Support.UNKNOWN
        said = {
            family.support(release)
            for family in self.families
            if family.platform is platform and any(p.search(model) for p in family.models)
        }
        said_first = (Support.NO, Support.YES, Support.MAYBE)
        return next((one for one in said_first if one in said), Support.UNKNOWN)

    def closed_in(
        self, platform: Platform, release: Release, patches: Iterable[str]
    ) -> frozenset[str]:
        """The bugs that a release with these packages is known to have closed."""
        names = tuple(patches)
        closed: set[str] = set()
        for target in self.targets:
            here = release.to_the_precision_of(target.release) == target.release
            if target.platform is platform and here:
                closed.update(target.closes)
                held = (p for p in target.patches if any(p.file in name for name in names))
                closed.update(bug for patch in held for bug in patch.closes)
        return frozenset(closed)
