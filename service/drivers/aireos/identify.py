"""What answers at a controller's address, learnt at connect by whichever way is open.

Mobility Express and other boxes speak the same words; they are recognized and refused.
"""

import re
from dataclasses import dataclass

from service.domain.releases import Release
from service.drivers.aireos.book import Book
from service.drivers.aireos.listing import printed
from service.drivers.aireos.polling import Poller
from service.drivers.aireos.ways import Ways
from service.errors import CapabilityMissing, DeviceError, ReplyMalformed
from service.transcripts import aireos_box

TOLD = ("description", "object_id", "model", "release", "name")
OURS = "Cisco Controller"
MOBILITY_EXPRESS = re.compile(r"Mobility Express|\bAIR-(?:L?AP|CAP)\d", re.IGNORECASE)
OTHERS = (
    (re.compile(r"IOS XE|IOS-XE|Catalyst L3|C9800", re.IGNORECASE), "an IOS XE box"),
    (re.compile(r"IOS Software", re.IGNORECASE), "an IOS box"),
    (re.compile(r"Linux|Windows|Net-SNMP", re.IGNORECASE), "a host"),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a controller is.

    Attributes:
        model: such as AIR-CT2504-K9; None where only the command line answered.
        told_by: which way told it.
    """

    release: Release
    model: str | None
    told_by: str


def identify(controller: str, ways: Ways, book: Book, *, timeout_s: float) -> Identity:
    """Learn model and release.

    Raises:
        CapabilityMissing: another platform.
        DeviceUnreachable, DeviceBusy, AuthenticationRefused, HostKeyRefused: neither way is open.
        ReplyMalformed: nothing tells the release.
    """
    try:
        told = Poller(controller, book).scalars(ways.snmp(), TOLD, timeout_s=timeout_s)
        return _by_snmp(controller, told)
    except CapabilityMissing:
        if ways.snmp_error is None:
            raise  # it answers, and is something else
    except DeviceError as err:
        ways.lost_snmp(err)
    try:
        text = ways.cli().show(book.commands["system"].command, timeout_s=timeout_s)
    except DeviceError as err:
        if ways.snmp_error is not None:
            raise _with_both(err, ways.snmp_error) from err
        raise
    return _by_cli(controller, text)


def _with_both(err: DeviceError, by_snmp: DeviceError) -> DeviceError:
    """The error of the command line, with that of SNMP beside it."""
    return type(err)(
        err.controller,
        err.operation,
        f"{err.detail}; SNMP does not answer either: {by_snmp.detail}",
    )


def _by_snmp(controller: str, told: dict[str, str]) -> Identity:
    description, model = told.get("description", ""), told.get("model", "")
    other = _other(description, model)
    if other is not None:
        raise _refused(controller, other, description or model)
    return Identity(_release(controller, told.get("release", "")), model or None, "SNMP")


def _by_cli(controller: str, text: str) -> Identity:
    parts = list(aireos_box.read(printed("show sysinfo", text)))
    if MOBILITY_EXPRESS.search(text):
        raise _refused(controller, "Mobility Express", "show sysinfo")
    said = next((part.says for part in parts if part.as_ == "show sysinfo"), None)
    if said is None:
        raise ReplyMalformed(controller, "show sysinfo", f"no system page: {text.strip()[:80]!r}")
    return Identity(_release(controller, said.get("release", "")), None, "show sysinfo")


def _other(description: str, model: str) -> str | None:
    if MOBILITY_EXPRESS.search(description) or MOBILITY_EXPRESS.search(model):
        return "Mobility Express"
    if OURS in description:
        return None
    return next((what for pattern, what in OTHERS if pattern.search(description)), "another box")


def _refused(controller: str, what: str, shown: str) -> CapabilityMissing:
    return CapabilityMissing(
        controller, "identify", f"this is {what}, not an AireOS controller ({shown[:120]})"
    )


def _release(controller: str, text: str) -> Release:
    try:
        return Release.parse(text)
    except ValueError as err:
        raise ReplyMalformed(controller, "identify", f"no release in {text!r}") from err
