"""What one output of one file says: the pieces that `assemble.py` puts a view together from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.observation import Platform

UNUSED = "recognized; holds nothing that diagnosis needs"


@dataclass(frozen=True, slots=True)
class WallTime:
    """A moment as a device printed it.

    Attributes:
        wall: naive, in the device's zone; year 2000 where the device printed none.
        zone: the zone's printed name; None: not printed, the zone of `about.yaml` counts.
    """

    wall: datetime
    zone: str | None = None
    has_year: bool = True


@dataclass(frozen=True, slots=True)
class ApPart:
    """What one row says of one AP, known by any of its names.

    Attributes:
        says: fields of `ApSighting`; only those that the row shows.
        times: fields of `ApSighting` whose moment still needs the device's zone.
    """

    mac: BaseRadioMac | None = None
    ethernet: EthernetMac | None = None
    name: str | None = None
    says: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, WallTime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CertificatePart:
    """One certificate of the controller; `says` holds fields of `Certificate`."""

    label: str
    says: Mapping[str, Any] = field(default_factory=dict)
    times: Mapping[str, WallTime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawLine:
    """One log line as it stands in its file."""

    text: str
    line: int
    wall: WallTime | None = None
    mac: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One output.

    Attributes:
        as_: the command, the log kind, or the RESTCONF or NETCONF path; None: not recognized.
        rows: rows of its table; 1 for an output without one.
        platform: the only platform that prints such, or None.
        shown: the device's clock, where this output shows it.
        says: fields of `ControllerView`, ready to use; and `ntp_associated`, the servers that an
            association table lists, for want of their configuration.
        join_label: the label of the certificate that APs are shown.
        reason: why nothing, or not everything, was used.
    """

    as_: str | None
    rows: int = 1
    platform: Platform | None = None
    shown: WallTime | None = None
    aps: tuple[ApPart, ...] = ()
    certificates: tuple[CertificatePart, ...] = ()
    logs: tuple[RawLine, ...] = ()
    says: Mapping[str, Any] = field(default_factory=dict)
    join_label: str | None = None
    reason: str | None = None
