"""What AireOS says of the box: system, clock and NTP, boot images, certificates, redundancy."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.domain.ntp import NtpConfig, NtpEntry, NtpState
from service.domain.observation import CertificateKind, Platform
from service.transcripts import aireos_transfer, cells
from service.transcripts.aireos_zone import zone_of
from service.transcripts.parts import CertificatePart, Part, WallTime
from service.transcripts.sessions import Line, Output

_DOTTED = re.compile(r"\s*(?P<key>[A-Z][\w' /()-]*?)\.{3,}\s*(?P<value>.*?)\s*")
_NTP_TABLE = re.compile(r"\s*Index\s+NTP Key Index\s+NTP Server\b(?P<status>\s+Status)?.*")
_NTP_ROW = re.compile(
    r"\s*(?P<index>\d+)\s+(?P<key>\d+)\s+(?P<host>[\w.:-]+)\s+(?P<status>\S.*?)"
    r"(?:\s{2,}(?P<auth>AUTH [\w ]+?))?\s*"
)
NO_AUTHENTICATION = "AUTH DISABLED"
_CONFIG_LINE = re.compile(
    r"\s*(?P<line>(?:config )?(?:time ntp (?:server|interval|delete)|ap cert-expiry-ignore|"
    r"auth-list ap-policy|ap dtls-\S+|sysname|stats-timer|trapflags|paging) .*?)\s*"
)
_GREPPED = re.compile(r"\s*There are \d+ lines matching the pattern .*")
_NTP_LINE = re.compile(r"(?:config )?time ntp server (?P<index>\d+) (?P<host>\S+)")
_CERTIFICATE = re.compile(r"\s*Certificate Name\s*:\s*(?P<label>\S.*?)\s*")
_VALIDITY = re.compile(r"\s*(?P<which>Start|End)\s*:\s*(?P<date>\S.*?)\s*")
_SUBJECT = re.compile(r"\s*Subject Name\s*:\s*(?P<subject>.*?)\s*")
_EQUALS = re.compile(r"\s*(?P<key>[A-Z][\w ]*?)\s*=\s*(?P<value>.*?)\s*")
_UP = re.compile(
    r"^System Up Time\.+\s*(\d+) days (\d+) hrs (\d+) mins (\d+) secs\s*$", re.MULTILINE
)
_COUNTRY = re.compile(r"\b[A-Z]{2}\b")
_CLIENTS = re.compile(r"^Number of Active Clients\.+\s*(\d+)\s*$", re.MULTILINE)
_BOOT = ("Primary Boot Image", "Backup Boot Image")


def read(output: Output) -> Iterator[Part]:
    """Everything that an output says of the box."""
    for reader in (_sysinfo, _time, _boot, _config, _certificates, _redundancy):
        part = reader(output)
        if part is not None:
            yield part


def _sysinfo(output: Output) -> Part | None:
    fields = _dotted(output)
    if not {"Product Version", "System Name"} <= fields.keys():
        return None
    says: dict[str, Any] = {"hardware": fields.get("Product Name") or "Cisco Controller"}
    if version := cells.words(fields["Product Version"]):
        says["release"] = version
    return Part("show sysinfo", 1, Platform.AIREOS, says=says)


def active_clients(text: str) -> int | None:
    """How many clients the controller serves, by its system page; None: it does not say."""
    found = _CLIENTS.search(text)
    return None if found is None else int(found.group(1))


def up_for(text: str) -> timedelta | None:
    """How long the controller has been up, by its system page; None: it does not say."""
    found = _UP.search(text)
    if found is None:
        return None
    days, hours, minutes, seconds = map(int, found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """What the system page tells of the box as APs meet it; None where it does not say."""

    name: str | None
    ap_limit: int | None
    countries: tuple[str, ...] | None


def system_facts(output: Output) -> SystemFacts:
    """Of `show sysinfo`. The form of several countries is unverified: every pair of letters."""
    fields = _dotted(output)
    limit = fields.get("Maximum number of APs supported", "")
    codes = _COUNTRY.findall(fields.get("Configured Country", ""))
    return SystemFacts(
        fields.get("System Name") or None,
        int(limit) if limit.isdigit() else None,
        tuple(dict.fromkeys(codes)) or None,
    )


def _time(output: Output) -> Part | None:
    """The clock is local wall time; saved files go by the zone of `about.yaml`."""
    fields = _dotted(output)
    shown = cells.ctime(fields.get("Time", ""))
    if shown is None:
        return None
    table = _ntp_table(output)
    rows, odd = (table[1], table[2]) if table else ([], ())
    every = fields.get("NTP Polling Interval", "")
    polling_s = int(every) if every.isdecimal() else None
    says: dict[str, Any] = {"ntp": NtpConfig(tuple(_ntp_entry(row) for row in rows), polling_s)}
    zone = zone_of(fields.get("Timezone location", ""), fields.get("Timezone delta", ""))
    if zone is not None:
        says["zone"] = zone
    if table is None or table[0]:
        peer = next((row["host"] for row in rows if row["status"] == "In Sync"), None)
        says["ntp_state"] = NtpState(peer is not None, None, peer)
    wall = WallTime(shown.wall)
    reason = "; ".join(f"line {line.number} is no row: {line.text.strip()!r}" for line in odd)
    kind, count = "show time", max(1, len(rows))
    return Part(kind, count, Platform.AIREOS, wall, says=says, reason=reason or None)


def _ntp_entry(row: re.Match[str]) -> NtpEntry:
    """One server with its index and the number of its key; authentication without one is kept."""
    said = row["auth"] or (row["status"] if row["status"].startswith("AUTH ") else "")
    leaves: tuple[tuple[str, str], ...] = ()
    if int(row["key"]):
        leaves = (("key", row["key"]),)
    elif said not in ("", NO_AUTHENTICATION):
        leaves = (("authentication", said),)
    return NtpEntry(
        "server", "server-list", row["host"], None, leaves, row["index"], authentication=said
    )


def _ntp_table(output: Output) -> tuple[bool, list[re.Match[str]], list[Line]] | None:
    """Whether the table says who is in sync (7.x does not), its rows, and what is none; or None."""
    for index, line in enumerate(output.lines):
        if head := _NTP_TABLE.fullmatch(line.text):
            below = [one for one in output.lines[index + 1 :] if one.text.strip(" -")]
            rows = [match for one in below if (match := _NTP_ROW.fullmatch(one.text))]
            odd = [one for one in below if not _NTP_ROW.fullmatch(one.text)]
            return head["status"] is not None, rows, odd
    return None


def _boot(output: Output) -> Part | None:
    """`(active)` is what runs; `(default)` what runs next."""
    fields = _dotted(output)
    images = {key: fields[key] for key in _BOOT if key in fields}
    if not images:
        return None
    slots = aireos_transfer.boot_images(*(images.get(key, "") for key in _BOOT))
    says: dict[str, Any] = {"images": slots} | ({"release": slots.running} if slots.running else {})
    return Part("show boot", len(images), Platform.AIREOS, says=says)


def _config(output: Output) -> Part | None:
    """Lines of a run-config, or of a grep through one."""
    lines = [m["line"] for line in output.lines if (m := _CONFIG_LINE.fullmatch(line.text))]
    grepped = any(_GREPPED.fullmatch(line.text) for line in output.lines)
    known = any(
        "time ntp" in line or "cert-expiry" in line or line == "paging disable" for line in lines
    )
    if not grepped and not known:
        return None
    servers = [match for line in lines if (match := _NTP_LINE.match(line))]
    entries = tuple(
        NtpEntry("server", "server-list", match["host"], slot=match["index"]) for match in servers
    )
    says = {"ntp": NtpConfig(entries)} if entries else {}
    return Part("show run-config commands", len(lines), Platform.AIREOS, says=says)


def _certificates(output: Output) -> Part | None:
    blocks: list[CertificatePart] = []
    for line in output.lines:
        if name := _CERTIFICATE.fullmatch(line.text):
            blocks.append(CertificatePart(name["label"], _by_label(name["label"])))
        elif blocks and (subject := _SUBJECT.fullmatch(line.text)):
            blocks[-1] = _with(blocks[-1], subject=subject["subject"])
        elif blocks and (date := _VALIDITY.fullmatch(line.text)):
            name_ = "not_before" if date["which"] == "Start" else "not_after"
            blocks[-1] = _with_time(blocks[-1], name_, cells.ctime(date["date"]))
    if not blocks:
        return None
    return Part("show certificate all", len(blocks), Platform.AIREOS, certificates=tuple(blocks))


def _by_label(label: str) -> dict[str, Any]:
    """What a certificate is, by the name that AireOS gives it."""
    if re.search(r"\bCA\b|\broot\b", label, re.IGNORECASE):
        return {"is_ca": True}
    if re.search(r"\bdevice cert", label, re.IGNORECASE):
        return {"kind": CertificateKind.MIC}
    kind = cells.certificate_kind(label)
    return {} if kind is None else {"kind": kind}


def _with(part: CertificatePart, **says: Any) -> CertificatePart:  # noqa: ANN401
    return CertificatePart(part.label, {**part.says, **says}, part.times)


def _with_time(part: CertificatePart, name: str, time: WallTime | None) -> CertificatePart:
    if time is None:
        return part
    return CertificatePart(part.label, part.says, {**part.times, name: time})


def _redundancy(output: Output) -> Part | None:
    fields = {
        match["key"]: match["value"]
        for line in output.lines
        if (match := _EQUALS.fullmatch(line.text))
    }
    if not {"Redundancy Mode", "Local State"} <= fields.keys():
        return None
    peer = cells.words(fields.get("Peer State", ""))
    return Part("show redundancy summary", 1, Platform.AIREOS, says={"standby": peer})


def _dotted(output: Output) -> dict[str, str]:
    return {
        match["key"].strip(): match["value"]
        for line in output.lines
        if (match := _DOTTED.fullmatch(line.text))
    }
