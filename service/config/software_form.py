"""The form of a catalogue file's `software`: releases, access points, troubles and detours."""

import re

from pydantic import BaseModel, Field

from service.config.form_parts import STRICT, Pattern, ReleaseText, Rule, Text, compiled
from service.domain.observation import Platform
from service.domain.releases import Release
from service.domain.software import (
    ApFamily,
    Claim,
    Detour,
    Patch,
    SoftwareMatrix,
    Target,
    Trouble,
)


class _Strict(BaseModel):
    model_config = STRICT


class ClaimForm(_Strict):
    """What a source says of some releases."""

    rule: Rule
    source: Text
    verified: bool = True

    def to_domain(self) -> Claim:
        """The domain's value."""
        return Claim(self.rule, self.source, self.verified)


class PatchForm(_Strict):
    """An AP service pack."""

    name: Text
    file: Text
    closes: list[Text] = []
    source: Text

    def to_domain(self) -> Patch:
        """The domain's value."""
        return Patch(self.name, self.file, tuple(self.closes), self.source)


class TargetForm(_Strict):
    """A release that can be installed."""

    platform: Platform
    release: ReleaseText
    source: Text
    patches: list[PatchForm] = []
    closes: list[Text] = []
    from_: list[Rule] = Field(default=[], alias="from")
    hardware: Pattern | None = None
    hardware_named: Text | None = None
    notes: list[Text] = []

    def to_domain(self) -> Target:
        """The domain's value."""
        hardware = re.compile(self.hardware) if self.hardware else None
        return Target(
            platform=self.platform,
            release=Release.parse(self.release),
            source=self.source,
            patches=tuple(patch.to_domain() for patch in self.patches),
            closes=tuple(self.closes),
            reached_from=tuple(self.from_),
            hardware=hardware,
            hardware_named=self.hardware_named or self.hardware or "",
            notes=tuple(self.notes),
        )


class FamilyForm(_Strict):
    """AP models, with the releases that take them."""

    name: Text
    platform: Platform
    models: list[Pattern] = Field(min_length=1)
    supported: list[ClaimForm] = []
    unsupported: list[ClaimForm] = []

    def to_domain(self) -> ApFamily:
        """The domain's value."""
        return ApFamily(
            name=self.name,
            platform=self.platform,
            models=compiled(self.models),
            supported=tuple(claim.to_domain() for claim in self.supported),
            unsupported=tuple(claim.to_domain() for claim in self.unsupported),
        )


class TroubleForm(_Strict):
    """What an upgrade exposes APs to."""

    name: Text
    title: Text
    platform: Platform
    models: list[Pattern] = Field(min_length=1)
    releases: list[Rule] = Field(min_length=1)
    bugs: list[Text] = []
    verified: bool = True
    advice: Text
    source: Text

    def to_domain(self) -> Trouble:
        """The domain's value."""
        return Trouble(
            name=self.name,
            title=self.title,
            platform=self.platform,
            models=compiled(self.models),
            releases=tuple(self.releases),
            advice=self.advice,
            source=self.source,
            bugs=tuple(self.bugs),
            verified=self.verified,
        )


class DetourForm(_Strict):
    """A step that must not be taken at once."""

    platform: Platform
    from_: Rule = Field(alias="from")
    to: Rule
    models: list[Pattern] = Field(min_length=1)
    source: Text

    def to_domain(self) -> Detour:
        """The domain's value."""
        return Detour(self.platform, self.from_, self.to, compiled(self.models), self.source)


class SoftwareForm(_Strict):
    """All of it."""

    releases: list[TargetForm] = []
    access_points: list[FamilyForm] = []
    troubles: list[TroubleForm] = []
    detours: list[DetourForm] = []

    def to_domain(self) -> SoftwareMatrix:
        """The domain's value."""
        return SoftwareMatrix(
            targets=tuple(one.to_domain() for one in self.releases),
            families=tuple(one.to_domain() for one in self.access_points),
            troubles=tuple(one.to_domain() for one in self.troubles),
            detours=tuple(one.to_domain() for one in self.detours),
        )
