"""What a forecast is made from, and what it is made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.box_note import BoxNote
from service.domain.catalogue import Fixed, Issue
from service.domain.history import ApHistory
from service.domain.observation import ApSighting, Platform
from service.domain.releases import Release


class Failing(StrEnum):
    """What fails."""

    IMAGE = "image"
    AP_CERTIFICATE = "ap-certificate"
    CONTROLLER_CERTIFICATE = "controller-certificate"


@dataclass(frozen=True, slots=True)
class Subject:
    """The AP that something is told of."""

    mac: str
    name: str | None
    model: str | None
    serial: str | None

    @classmethod
    def of(cls, ap: ApSighting) -> "Subject":
        """An AP as it was seen last."""
        return cls(str(ap.mac), ap.name, ap.model, ap.serial)


@dataclass(frozen=True, slots=True)
class Coming:
    """One thing that fails on a day, or did so already.

    Attributes:
        at: the day that a certificate ends; of an image, since when its downloads fail.
        estimated: whether `at` follows from an age instead of a certificate.
        what: the AP, or the certificate's label.
        basis: where the date comes from; effect: what it means.
        fails_at: of an image: `replacement`, `upgrade`, `move`.
    """

    kind: Failing
    at: datetime
    estimated: bool
    site: str
    controller: str
    what: str
    basis: str
    effect: str
    issue: str = ""
    ap: Subject | None = None
    fails_at: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[datetime, str, str, str, str]:
        """Where it stands in a forecast: by date, then by site, controller and name."""
        return (self.at, self.site, self.controller, self.kind, self.what)


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of one controller.

    Attributes:
        note: None where it was never polled.
        trouble: why the newest try to poll it failed; empty: it did not, or nobody tried.
    """

    controller: str
    site: str
    platform: Platform
    note: BoxNote | None = None
    histories: tuple[ApHistory, ...] = ()
    trouble: str = ""

    @property
    def release(self) -> Release | None:
        """What it ran when it was seen last; None where that is not known."""
        try:
            return Release.parse((self.note.release if self.note else None) or "")
        except ValueError:
            return None

    def fix(self, issue: Issue, model: str | None) -> Fixed:
        """Whether its software mends an issue for a model; unknown software is taken not to."""
        release, note = self.release, self.note
        if release is None or note is None:
            return Fixed.NO
        return issue.fix_in(self.platform, release, note.patches or (), model)
