"""What the override is on each platform: which rules an AP needs, and what a person has to know.

AireOS has switches; APs learn them from it, and they concern the controller's own certificate, too.
A Catalyst 9800 looks at the AP's certificate alone: what it is to accept is told by the issuer's
name. No model tells the issuer of an AP that has not joined, so both published ones are allowed.
Source: procedures of the field notice FN63942; FACTS section 9 (its two issuers: the samples
edit-cert-allow-expired-*, and public configurations of 9800-CL).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.join_policy import GRANTS, Rule
from service.domain.observation import CertificateKind, Platform

MIC, SSC = CertificateKind.MIC, CertificateKind.SSC


LEARNT = (
    "it stays on: APs learn it from the controller they joined and need it at every rejoin; turned "
    "off again, it keeps them off at the next one"
)
DEAF_APS = (
    "APs on AP-COS below 8.5 (CSCvb93909) and newer IOS APs (CSCvs22835) turn down a controller "
    "whose own certificate has ended all the same, until they run fixed software"
)
LOOKED_AT = (
    "it stays on: the controller looks at an AP's certificate at every join, and turns these APs "
    "down again once it is taken away"
)
BOTH_ISSUERS = (
    "no model tells who issued the certificate of an AP that has not joined, so both issuers of "
    "manufacturer-installed certificates are allowed; an AP of another one stays off"
)
UNVERIFIED = (
    "the only proof is that the APs join: that a controller acts by it at once when it is written "
    "by NETCONF was never captured (unverified)"
)
DEAF = (
    "APs turn the controller down for that, whatever it accepts from them: this concerns the "
    "certificates of APs alone"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The override on one platform.

    Attributes:
        needed: the rules that APs need on, by the kind of their certificate.
        told: sentences of every plan.
        own_ended: why it is no help once the controller's own certificate has ended; None: it may.
    """

    needed: Mapping[CertificateKind, tuple[Rule, ...]]
    told: tuple[str, ...]
    own_ended: str | None = None


AIREOS = Dialect(
    needed={
        MIC: (Rule.IGNORE_MIC_EXPIRY,),
        SSC: (Rule.IGNORE_SSC_EXPIRY, Rule.ALLOW_SSC),
    },
    told=(LEARNT, DEAF_APS),
)
IOSXE = Dialect(needed={MIC: GRANTS}, told=(LOOKED_AT, BOTH_ISSUERS, UNVERIFIED), own_ended=DEAF)
DIALECTS: Mapping[Platform, Dialect] = {Platform.AIREOS: AIREOS, Platform.IOSXE: IOSXE}
