"""What on a controller goes by its clock: dangers of a false one, dependents, timed applets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hazard:
    """Something on the box that makes a false clock dangerous."""

    kind: str  # ntp-master, ntp-broadcast, ntp-multicast, radsec, pki-server, time-range, ...
    detail: str
    path: str


@dataclass(frozen=True, slots=True)
class Dependent:
    """Something that counts on the controller's clock, or on the controller being there.

    Attributes:
        kind: assurance, licence, certificate-check, scheduled-job, guest-lifetime, ...
        number: how many of it are configured.
    """

    kind: str
    detail: str
    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Timer:
    """One timed applet on the controller (EEM)."""

    name: str
    description: str = ""
