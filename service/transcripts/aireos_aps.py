"""AP tables of AireOS.

None names a state: a summary lists joined APs only, and 8.5 says how many APs download but not
which. Layouts differ by release and their columns stand beside their dashes. A line that is no row
and a count that is not the number of rows are told in the part's `reason`: such a table is used for
what it shows, and is not the whole fleet.
"""

import re
from collections.abc import Iterator
from typing import Any

from service.domain.observation import ApState, Platform
from service.transcripts import cells
from service.transcripts.parts import ApPart, Part
from service.transcripts.sessions import Line, Output

_DOTS = r"\s*(?:\.{2,}|:)\s*"

_SUMMARY = re.compile(r"\s*AP Name\s+Slots\s+AP Model\s+Ethernet MAC\s+Location\b.*")
_SUMMARY_ROW = re.compile(
    rf"\s*(?P<name>\S.*?)\s+(?P<slots>\d)\s+(?P<model>\S+)\s+(?P<wired>{cells.MAC})\s+(?P<rest>\S.*)"
)
_TOTAL = re.compile(rf"\s*(?:Total )?[Nn]umber of APs{_DOTS}(?P<count>\d+)\s*")

_IMAGES = re.compile(r"\s*AP Name\s+Primary Image\s+Backup Image\b.*")
_IMAGE_ROW = re.compile(
    rf"\s*(?P<name>\S.*?)\s+(?P<primary>{cells.VERSION})\s+(?P<backup>{cells.VERSION})\s+"
    rf"(?P<status>None|Initiated|Predownloading|Complete\w*|Not Supported|Failed\w*|\S+)\s+"
    rf"(?P<next>None|{cells.VERSION})\s.*"
)
_COUNTER = re.compile(rf"\s*(?P<key>Downloading|Total AP's Downloading){_DOTS}(?P<count>\d+)\s*")

_STATUS = re.compile(r"\s*AP Name\s+Primary Image\s+Download Status\s*")
_STATUS_ROW = re.compile(
    rf"\s*(?P<name>\S.*?)\s+(?P<primary>{cells.VERSION})\s+(?P<status>[A-Z]\w+(?: \w+)?)\s*"
)

_JOIN = re.compile(r"\s*Base Mac\s+AP EthernetMac\s+AP Name\s+IP Address\s+Status\s*")
_JOIN_ROW = re.compile(
    rf"\s*(?P<radio>{cells.MAC})\s+(?:(?P<wired>{cells.MAC})\s+)?(?P<middle>.*?)"
    r"(?<=\s)(?P<status>Not [Jj]oined|Joined)\s*"
)
_NO_ROW = re.compile(r"[\s-]*|.*\.{3,}.*")
PREDOWNLOADS = {
    "Initiated": "pre-dwnld-initiated",
    "Predownloading": "pre-dwnld-in-progress",
    "Failed": "pre-dwnld-failed",
}
"""What a predownload does, in the words that the service has for it."""
NO_VERSION = "0.0.0.0"  # noqa: S104 - no address
SHOWN = 3
"""How many lines that are no rows are written out."""
KNOWN_STATUS = frozenset(
    {"None", "Complete", "Completed", "Initiated", "Predownloading", "Downloading", "Failed"}
)
_JOIN_OLD = re.compile(rf"\s*(?P<radio>{cells.MAC})\.{{3,}}\s*(?P<status>Not [Jj]oined|Joined)\s*")


def read(output: Output) -> Iterator[Part]:
    """Every AP table of an output."""
    for reader in (_summary, _image_all, _image_status, _join_summary):
        part = reader(output)
        if part is not None:
            yield part


def _summary(output: Output) -> Part | None:
    if not _has(output, _SUMMARY):
        return None
    rows = _rows(output, _SUMMARY_ROW)
    aps = tuple(_summary_ap(row) for row in rows)
    says = _total(output)
    reason = _doubts(output, _SUMMARY, rows, says)
    return Part("show ap summary", len(aps), Platform.AIREOS, aps=aps, says=says, reason=reason)


def _summary_ap(row: re.Match[str]) -> ApPart:
    country = re.search(r"\s([A-Z]{2})(?=\s)", f"{row['rest']} ")
    address = re.search(rf"\s({cells.ADDRESS})\s", f"{row['rest']} ")
    says: dict[str, Any] = {"model": row["model"], "is_joined": True}
    if country:
        says["country"] = country[1]
    if address:
        says["address"] = address[1]
    return ApPart(None, cells.ethernet_mac(row["wired"]), row["name"], says)


def _image_all(output: Output) -> Part | None:
    """Names, versions and the predownload's state; one counter says how many download."""
    if not _has(output, _IMAGES):
        return None
    rows = _rows(output, _IMAGE_ROW)
    counts = [int(row["count"]) for row in _rows(output, _COUNTER)]
    everyone = bool(rows) and counts[:1] == [len(rows)]
    aps = tuple(_image_ap(row, downloads=everyone) for row in rows)
    says: dict[str, Any] = _total(output)
    if counts:
        says["ap_downloading"] = counts[0]
    if any("...." in line.text for line in output.lines):
        reason = _doubts(output, _IMAGES, rows, says)
        kind = "show ap image all"
        return Part(kind, len(aps), Platform.AIREOS, aps=aps, says=says, reason=reason)
    return Part("show ap image", len(aps), aps=aps, says=says)  # colons: IOS XE prints alike


def _image_ap(row: re.Match[str], *, downloads: bool) -> ApPart:
    """One row; where the counter says that all APs download, this one does."""
    says: dict[str, Any] = {"version": row["primary"]}
    if row["backup"] != NO_VERSION:
        says["backup_version"] = row["backup"]
    if row["status"] != "None":
        says["predownload"] = PREDOWNLOADS.get(row["status"], row["status"])
    if downloads:
        says["state"] = ApState.DOWNLOADING
    return ApPart(name=row["name"], says=says)


def _image_status(output: Output) -> Part | None:
    if not _has(output, _STATUS):
        return None
    rows = _rows(output, _STATUS_ROW)
    says: dict[str, Any] = _total(output)
    for row in _rows(output, _COUNTER):
        says["ap_downloading"] = int(row["count"])
    aps = tuple(_status_ap(row) for row in rows)
    strange = sorted({row["status"] for row in rows} - KNOWN_STATUS)
    more = [f"unknown status {', '.join(map(repr, strange))}"] if strange else []
    reason = _doubts(output, _STATUS, rows, says, *more)
    kind = "show ap image status"
    return Part(kind, len(aps), Platform.AIREOS, aps=aps, says=says, reason=reason)


def _status_ap(row: re.Match[str]) -> ApPart:
    says: dict[str, Any] = {"version": row["primary"]}
    if row["status"].lower() == "downloading":
        says.update(state=ApState.DOWNLOADING, raw_state=row["status"])
    elif row["status"] not in KNOWN_STATUS:
        says["raw_state"] = row["status"]
    return ApPart(name=row["name"], says=says)


def _join_summary(output: Output) -> Part | None:
    rows = _rows(output, _JOIN_ROW) if _has(output, _JOIN) else []
    rows += _rows(output, _JOIN_OLD)
    if not rows and not _has(output, _JOIN):
        return None
    aps = tuple(_join_ap(row) for row in rows)
    kind = "show ap join stats summary all"
    reason = _doubts(output, _JOIN, rows, _total(output))
    return Part(kind, len(aps), Platform.AIREOS, aps=aps, reason=reason)


def _join_ap(row: re.Match[str]) -> ApPart:
    known = row.groupdict()
    name, address = cells.name_and_address(known.get("middle") or "")
    says: dict[str, Any] = {"is_joined": row["status"] == "Joined"}
    if address:
        says["address"] = address
    return ApPart(cells.radio_mac(row["radio"]), cells.ethernet_mac(known.get("wired")), name, says)


def _total(output: Output) -> dict[str, Any]:
    counts = [int(row["count"]) for row in _rows(output, _TOTAL)]
    return {"ap_total": counts[-1]} if counts else {}


def _doubts(
    output: Output,
    header: re.Pattern[str],
    rows: list[re.Match[str]],
    says: dict[str, Any],
    *more: str,
) -> str | None:
    """What speaks against the table being read whole; None: nothing."""
    known = {row.string for row in rows}
    odd = [line for line in _below(output, header) if line.text not in known]
    doubts = [f"line {line.number} is no row: {line.text.strip()[:60]!r}" for line in odd[:SHOWN]]
    if len(odd) > SHOWN:
        doubts.append(f"and {len(odd) - SHOWN} more lines that are no rows")
    total = says.get("ap_total")
    if total is not None and total != len(rows):
        doubts.append(f"it counts {total} APs and shows {len(rows)}")
    return "; ".join([*doubts, *more]) or None


def _below(output: Output, header: re.Pattern[str]) -> list[Line]:
    """The lines below a header, without blank ones, rules, counters and a repeated header."""
    start = next((at for at, one in enumerate(output.lines) if header.fullmatch(one.text)), None)
    if start is None:
        return []
    return [
        line
        for line in output.lines[start + 1 :]
        if not _NO_ROW.fullmatch(line.text) and not header.fullmatch(line.text)
    ]


def _has(output: Output, header: re.Pattern[str]) -> bool:
    return any(header.fullmatch(line.text) for line in output.lines)


def _rows(output: Output, row: re.Pattern[str]) -> list[re.Match[str]]:
    return [match for line in output.lines if (match := row.fullmatch(line.text))]
