"""What an access point meets where it knocks, and whether the handshake goes through."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.lab.aps.kinds import (
    CERTIFICATE_BAD,
    CONTROLLER_BAD,
    JOIN_REFUSALS,
    NO_CHAIN,
    Refusal,
    issuer_of,
)
from service.lab.specs import Ap, Certificate


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image that waits on the controller."""

    version: str
    mended: bool


class Controller(Protocol):
    """What an AP meets."""

    @property
    def certificate(self) -> Certificate:
        """The controller's own certificate."""

    @property
    def image(self) -> str:
        """The version that APs have to run."""

    def utc(self, at: float) -> datetime:
        """The controller's clock."""

    def expired_is_allowed(self, issuer: str) -> bool:
        """Does its configuration accept expired AP certificates of this issuer?"""


def refusal_at(controller: Controller, spec: Ap, at: float) -> Refusal | None:
    """Why an AP could not join a controller at a moment; None: it could."""
    utc, own = controller.utc(at), controller.certificate
    if not own.present:
        return NO_CHAIN
    if not own.start <= utc <= own.end:
        return CONTROLLER_BAD
    if spec.kind in JOIN_REFUSALS:
        return JOIN_REFUSALS[spec.kind]
    if utc < spec.cert_start:
        return CERTIFICATE_BAD
    expired = utc > spec.cert_end and not controller.expired_is_allowed(issuer_of(spec))
    return CERTIFICATE_BAD if expired else None
