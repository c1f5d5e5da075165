"""What holds of releases for one controller: the fix, its APs, the ways on, and what lies in wait.

Every question takes the software as an argument, so that a search can ask of software that is not
installed yet. AP models are the ones present; one that nobody told of makes every release unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from service.domain.catalogue import Fixed, Issue
from service.domain.observation import Platform
from service.domain.releases import Release
from service.domain.software import SoftwareMatrix, Support, Target


@dataclass(frozen=True, slots=True)
class Installed:
    """What a controller runs, and for whom.

    Attributes:
        patches: file names of committed packages.
        models: of every AP present; None among them: of some AP it is not known.
        hardware: the controller's own model; None: not told.
    """

    platform: Platform
    release: Release
    patches: tuple[str, ...] = ()
    models: frozenset[str | None] = frozenset()
    hardware: str | None = None

    def runs(self, target: Target) -> bool:
        """Whether that release is installed, as far as its numbers tell it from others."""
        return self.release.to_the_precision_of(target.release) == target.release


@dataclass(frozen=True, slots=True)
class Exposure:
    """What APs are open to while they download the image of a step."""

    name: str
    models: tuple[str, ...]
    advice: str


@dataclass(frozen=True)
class Ground:
    """The matrices, asked for one controller."""

    matrix: SoftwareMatrix
    issue: Issue
    start: Installed

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The known models of the APs present, in order."""
        return tuple(sorted(model for model in self.start.models if model is not None))

    @cached_property
    def affected(self) -> tuple[str, ...]:
        """Those of them that the issue hits."""
        return tuple(model for model in self.models if self.issue.affects(model))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """What can be installed on this platform, oldest first."""
        here = (t for t in self.matrix.targets if t.platform is self.start.platform)
        return tuple(sorted(here, key=lambda target: target.release))

    def fix(self, at: Installed) -> Fixed:
        """What the issue's matrix says for the worst served of the affected models."""
        said = {self.fix_for(at, model) for model in self.affected}
        return next((one for one in (Fixed.NO, Fixed.MAYBE, Fixed.YES) if one in said), Fixed.NO)

    def fix_for(self, at: Installed, model: str) -> Fixed:
        """What it says for one model."""
        return self.issue.fix_in(at.platform, at.release, at.patches, model)

    def support(self, release: Release) -> Support:
        """How surely a release takes every AP present: the worst answer of all."""
        said = {self.support_for(release, model) for model in self.start.models}
        worst = (Support.NO, Support.UNKNOWN, Support.MAYBE)
        return next((one for one in worst if one in said), Support.YES)

    def support_for(self, release: Release, model: str | None) -> Support:
        """How surely it takes one."""
        return self.matrix.support(self.start.platform, release, model)

    def may_follow(self, at: Installed, target: Target) -> bool:
        """Whether a release may be installed over another on this controller, with these APs."""
        is_open = target.is_reached_from(at.release) and target.is_for(self.start.hardware)
        return is_open and not any(
            detour.platform is target.platform
            and detour.forbids(at.release, target.release, self.models)
            for detour in self.matrix.detours
        )

    def closed(self, at: Installed) -> frozenset[str]:
        """The bugs that are closed in some software."""
        return self.matrix.closed_in(at.platform, at.release, at.patches)

    def dangers(self, at: Installed) -> Iterator[Exposure]:
        """What APs that run this are open to at their next download."""
        closed = self.closed(at)
        for trouble in self.matrix.troubles:
            models = tuple(model for model in self.models if trouble.concerns(model))
            if models and trouble.platform is at.platform and trouble.lurks_in(at.release, closed):
                doubt = "" if trouble.verified else " (unverified for this release)"
                yield Exposure(trouble.name, models, f"{trouble.advice}{doubt}")

    def unmended(self, at: Installed) -> Iterator[Exposure]:
        """The issue itself: software without the fix makes affected APs download once more."""
        models = tuple(m for m in self.affected if self.fix_for(at, m) is Fixed.NO)
        if models:
            yield Exposure(self.issue.name, models, "they loop until the next step is done")

    def why_not(self, target: Target) -> str | None:
        """Why a release is no end of a path; None: it is older than what runs."""
        start, is_here = self.start, self.start.runs(target)
        if not is_here and not start.release.to_the_precision_of(target.release) < target.release:
            return None
        if not target.is_for(start.hardware):
            return f"made for {target.hardware_named}, not for {start.hardware}"
        if not is_here and not target.is_reached_from(start.release):
            return f"not known to be installed over {start.release}"
        orphans = "" if is_here else self._orphans(target.release)
        return orphans or self._carries_no_fix(target) or f"no way from {start.release} is open"

    def _orphans(self, release: Release) -> str:
        left = {one: self._told(release, one) for one in (Support.NO, Support.UNKNOWN)}
        unknown = left[Support.UNKNOWN]
        parts = (
            (left[Support.NO], f"no support for AP models {left[Support.NO]}"),
            (unknown, f"support for AP models {unknown} is not known"),
            (None in self.start.models, "the model of some AP is not known"),
        )
        return ", ".join(text for holds, text in parts if holds)

    def _told(self, release: Release, answer: Support) -> str:
        return ", ".join(m for m in self.models if self.support_for(release, m) is answer)

    def _carries_no_fix(self, target: Target) -> str:
        files = tuple(patch.file for patch in target.patches)
        full = replace(self.start, release=target.release, patches=files)
        unmended = ", ".join(m for m in self.affected if self.fix_for(full, m) is Fixed.NO)
        return f"carries no fix for AP models {unmended}" if unmended else ""
