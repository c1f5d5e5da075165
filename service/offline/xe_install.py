"""What the Catalyst 9800's command line says of installed software and of certificates."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from service.domain.observation import InstallState, Platform
from service.transcripts import cells
from service.transcripts.parts import CertificatePart, Part
from service.transcripts.sessions import Output

_PACKAGES = re.compile(
    r"\s*(?:\[[^]]*\] )?(?P<which>Installed|Active|Inactive|Uncommitted|Committed) "
    r"Package\(s\) Information:\s*"
)
_PACKAGE = re.compile(r"\s*(?P<type>[A-Z]{3,4})\s+(?P<state>[IUCD])\s+(?P<name>\S+)\s*")
_NO_PACKAGES = re.compile(r"\s*No \w+ Packages\s*")
_TIMER = re.compile(r"\s*Auto abort timer: (?P<state>active|inactive)\b.*")
_COMMANDS = {
    "Installed": "show install summary",
    "Active": "show install active",
    "Inactive": "show install inactive",
    "Uncommitted": "show install uncommitted",
    "Committed": "show install committed",
}
WHOLE = ("Installed", "Active", "Committed")
"""The listings that name what runs; the others only what is not committed."""

_CERTIFICATE = re.compile(
    r"\s{0,2}(?P<kind>(?:CA |Router Self-Signed |General Purpose )?Certificate)\s*"
)
_CERTIFICATE_FIELD = re.compile(r"\s+(?P<key>[A-Z][\w ()]*?):\s*(?P<value>.*?)\s*")
_DATE = re.compile(r"\s+(?P<which>start|end)\s+date:\s+(?P<date>.*?)\s*")
_NAME = re.compile(r"\s+cn=(?P<name>.*?)\s*")
_STATUS_POINT = re.compile(r"\s{0,2}Trustpoint (?P<label>\S+):\s*")
_WLC_POINT = re.compile(r"\s*Trustpoint Name\s*:\s*(?P<label>\S*)\s*")
_WLC_FIELD = re.compile(
    r"\s*(?P<key>Certificate Info|Private key Info|Certificate Type)\s*:\s*(?P<value>.*?)\s*"
)


def read(output: Output) -> Iterator[Part]:
    """Everything that an output says of software and certificates."""
    for reader in (_packages, _certificates, _trustpoints, _management):
        part = reader(output)
        if part is not None:
            yield part


# -- software ----------------------------------------------------------------------------------


def _packages(output: Output) -> Part | None:
    which = next((m["which"] for m in _matches(output, _PACKAGES)), None)
    if which is None:
        return None
    rows = list(_matches(output, _PACKAGE))
    timer = next((m["state"] for m in _matches(output, _TIMER)), None)
    state = _install_state(rows, timer_active=timer == "active")
    says: dict[str, Any] = {}
    if which == "Installed" or (which in WHOLE and state.version is not None):
        says["install"] = state
    if state.version is not None:
        says["release"] = _release(state.version)
    kind = _COMMANDS[which]
    command = output.command or ""
    asked = command if command.startswith("show install") and "|" not in command else kind
    return Part(asked, len(rows), Platform.IOSXE, says=says)


def _install_state(rows: Iterable[re.Match[str]], *, timer_active: bool) -> InstallState:
    packages = [(row["type"], row["state"], row["name"]) for row in rows]
    return InstallState(
        version=next(
            (name for kind, state, name in packages if (kind, state) == ("IMG", "C")), None
        ),
        patches=tuple(name for kind, state, name in packages if kind != "IMG" and state == "C"),
        uncommitted=tuple(name for _, state, name in packages if state in "UD"),
        abort_timer_active=timer_active,
    )


def _release(version: str) -> str:
    """17.09.01.0.1234 is release 17.9.1."""
    return ".".join(str(int(part)) for part in version.split(".")[:3] if part.isdigit())


# -- certificates ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    is_ca: bool
    fields: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # Issuer, Subject -> cn


def _certificates(output: Output) -> Part | None:
    """`show crypto pki certificates` and `show crypto pki trustpool`: the same blocks."""
    blocks: list[_Block] = []
    inside = ""
    for line in output.lines:
        if start := _CERTIFICATE.fullmatch(line.text):
            blocks.append(_Block(start["kind"].startswith("CA")))
        elif blocks and (date := _DATE.fullmatch(line.text)):
            blocks[-1].dates[date["which"]] = date["date"]
        elif blocks and (name := _NAME.fullmatch(line.text)):
            blocks[-1].names.setdefault(inside, name["name"])
        elif blocks and (found := _CERTIFICATE_FIELD.fullmatch(line.text)):
            inside = found["key"]
            blocks[-1].fields[inside] = found["value"]
    blocks = [block for block in blocks if block.fields]
    if not blocks:
        return None
    pool = any("Trustpool" in block.fields for block in blocks)
    kind = "show crypto pki trustpool" if pool else "show crypto pki certificates"
    certificates = () if pool else tuple(one for block in blocks for one in _certificate(block))
    return Part(kind, len(blocks), Platform.IOSXE, certificates=certificates)


def _certificate(block: _Block) -> Iterator[CertificatePart]:
    """One certificate, under every trustpoint that it is associated with."""
    dates = {
        name: cells.clock(block.dates.get(word, ""))
        for name, word in (("not_before", "start"), ("not_after", "end"))
    }
    says = {"is_ca": block.is_ca, "subject": block.names.get("Subject", "")}
    times = {name: date for name, date in dates.items() if date is not None}
    for label in block.fields.get("Associated Trustpoints", "").split() or ("",):
        yield CertificatePart(label, says, times)


def _trustpoints(output: Output) -> Part | None:
    points = list(_matches(output, _STATUS_POINT))
    if not points or not any("Issuing CA" in line.text for line in output.lines):
        return None
    return Part("show crypto pki trustpoints status", len(points), Platform.IOSXE)


def _management(output: Output) -> Part | None:
    label = next((m["label"] for m in _matches(output, _WLC_POINT)), None)
    if label is None:
        return None
    fields = {match["key"]: match["value"] for match in _matches(output, _WLC_FIELD)}
    there = [fields.get(key) for key in ("Certificate Info", "Private key Info")]
    known = [value == "Available" for value in there if value]
    says: dict[str, Any] = {"has_join_certificate": all(known)} if known else {}
    kind = cells.certificate_kind(fields.get("Certificate Type", ""))
    certificates = (CertificatePart(label, {"kind": kind}),) if label else ()
    return Part(
        "show wireless management trustpoint",
        1,
        Platform.IOSXE,
        says=says,
        certificates=certificates,
        join_label=label or None,
    )


def _matches(output: Output, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    return (match for line in output.lines if (match := pattern.fullmatch(line.text)))
