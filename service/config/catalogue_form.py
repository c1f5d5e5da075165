"""The form of a catalogue file, checked by pydantic and turned into the domain's values."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from service.config.form_parts import STRICT, Pattern, Rule, Text, compiled
from service.config.software_form import SoftwareForm
from service.domain.catalogue import (
    SIGN_FIELDS,
    Catalogue,
    Cause,
    FixedRelease,
    Issue,
    LookAlike,
    Models,
    Sign,
    Signature,
    SigningCertificate,
    Trouble,
)
from service.domain.observation import Platform
from service.domain.policy import ALL_STRATEGIES


def _strategy(text: str) -> str:
    if text not in (*ALL_STRATEGIES, "contain"):
        raise ValueError(f"one of {', '.join((*ALL_STRATEGIES, 'contain'))}")
    return text


Strategy = Annotated[Text, AfterValidator(_strategy)]
Signs = dict[
    Literal[
        "dtls_failure",
        "join_failure",
        "config_failure",
        "discovery_failure",
        "disconnect_reason",
        "reboot_reason",
    ],
    list[Text],
]


class _Strict(BaseModel):
    model_config = STRICT


class SignatureForm(_Strict):
    """A log line."""

    pattern: Pattern
    proves: bool
    says: Text

    def to_domain(self) -> Signature:
        """The domain's value."""
        return Signature(re.compile(self.pattern), self.proves, self.says)


class CertificateForm(_Strict):
    """A certificate that signs images."""

    name: Text
    not_before: AwareDatetime
    not_after: AwareDatetime

    def to_domain(self) -> SigningCertificate:
        """The domain's value."""
        return SigningCertificate(self.name, self.not_before, self.not_after)


class FixedForm(_Strict):
    """One line of the matrix of fixed software."""

    platform: Platform
    rule: Rule
    patches: list[Pattern] = []
    models: Pattern | None = None
    verified: bool = True

    def to_domain(self) -> FixedRelease:
        """The domain's value."""
        patches = tuple(self.patches)
        return FixedRelease(self.platform, self.rule, patches, self.models, self.verified)


class IssueForm(_Strict):
    """One known issue."""

    name: Text
    title: Text
    cause: Cause
    platforms: Annotated[list[Platform], Field(min_length=1)]
    models: list[Pattern] = []
    models_except: list[Pattern] = []
    certificates: list[CertificateForm] = []
    signs: Signs = {}
    texts: list[Pattern] = []
    labels: list[Pattern] = []
    signatures: list[SignatureForm] = []
    fixed: list[FixedForm] = []
    settings: dict[str, float] = {}
    strategies: list[Strategy] = []
    sources: Annotated[list[Text], Field(min_length=1)]

    def to_domain(self) -> Issue:
        """The domain's value."""
        return Issue(
            name=self.name,
            title=self.title,
            cause=self.cause,
            platforms=frozenset(self.platforms),
            models=compiled(self.models),
            models_except=compiled(self.models_except),
            ends=tuple(certificate.to_domain() for certificate in self.certificates),
            signatures=tuple(signature.to_domain() for signature in self.signatures),
            fixed=tuple(line.to_domain() for line in self.fixed),
            strategies=tuple(self.strategies),
            sources=tuple(self.sources),
            settings=dict(self.settings),
            signs=_signs(self.signs),
            texts=compiled(self.texts),
            labels=compiled(self.labels),
        )


class LookAlikeForm(_Strict):
    """One cause that looks like a known issue and is none."""

    name: Text
    title: Text
    platforms: Annotated[list[Platform], Field(min_length=1)]
    explains: Annotated[list[Trouble], Field(min_length=1)] = [Trouble.NOT_JOINED]
    models: list[Pattern] = []
    models_except: list[Pattern] = []
    signs: Signs = {}
    texts: list[Pattern] = []
    signatures: list[SignatureForm] = []
    sources: Annotated[list[Text], Field(min_length=1)]

    def to_domain(self) -> LookAlike:
        """The domain's value."""
        return LookAlike(
            name=self.name,
            title=self.title,
            platforms=frozenset(self.platforms),
            models=Models(compiled(self.models), compiled(self.models_except)),
            explains=frozenset(self.explains),
            signs=_signs(self.signs),
            texts=compiled(self.texts),
            signatures=tuple(signature.to_domain() for signature in self.signatures),
            sources=tuple(self.sources),
        )


class CatalogueFile(_Strict):
    """One file of the catalogue."""

    issues: list[IssueForm] = []
    look_alikes: list[LookAlikeForm] = []
    software: SoftwareForm = SoftwareForm()

    def to_domain(self) -> Catalogue:
        """The domain's value."""
        return Catalogue(
            tuple(issue.to_domain() for issue in self.issues),
            tuple(entry.to_domain() for entry in self.look_alikes),
            self.software.to_domain(),
        )


def _signs(signs: "Signs") -> tuple[Sign, ...]:
    return tuple(Sign(name, frozenset(values), SIGN_FIELDS[name]) for name, values in signs.items())
