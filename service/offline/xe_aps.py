"""AP tables of the Catalyst 9800's command line."""

import re
from collections.abc import Iterator
from typing import Any

from service.domain.observation import Platform
from service.transcripts import cells
from service.transcripts.parts import ApPart, Part
from service.transcripts.sessions import Output

_SUMMARY = re.compile(r"\s*AP Name\s+Slots\s+AP Model\s+Ethernet MAC\s+Radio MAC\b(?P<rest>.*)")
_SUMMARY_ROW = re.compile(
    rf"\s*(?P<name>\S.*?)\s+(?P<slots>\d)\s+(?P<model>\S+)\s+(?P<wired>{cells.MAC})\s+"
    rf"(?P<radio>{cells.MAC})\s+(?P<rest>\S.*)"
)
_SHORT_REST = re.compile(  # 17.12 and later: CC RD IP State Location
    rf"(?:(?P<country>[A-Z0-9]{{2}})\s+)?(?:(?P<domain>-\w+|NA)\s+)?(?:(?P<ip>{cells.ADDRESS})\s+)?"
    r"(?P<state>\S+(?: \S+)?)(?:\s{2,}(?P<location>.*))?"
)
_LONG_REST = re.compile(  # Location Country IP State; country and address are blank at first
    rf"(?P<location>.*?)\s*(?:\s(?P<country>[A-Z0-9]{{2}}))?(?:\s+(?P<ip>{cells.ADDRESS})\s+|\s{{2,}})"
    r"(?P<state>\S+(?: \S+)?)\s*"
)
_TOTAL = re.compile(r"\s*Number of APs\s*:\s*(\d+)\s*")

_JOIN = re.compile(r"\s*Base MAC\s+\S+ MAC\s+AP Name\s+IP Address\s+Status\b.*")
_JOIN_ROW = re.compile(
    rf"\s*(?P<radio>{cells.MAC})\s+(?:(?P<wired>{cells.MAC})\s+)?(?P<middle>.*?)"
    r"(?<=\s)(?P<status>Not [Jj]oined|Joined)"
    r"(?:\s+(?P<phase>\S+)(?:\s+(?P<reason>\S.*?))?)?\s*"
)

_GENERAL = re.compile(r"\s*Cisco AP Name\s*(?:\.{3,}|:)\s*(?P<name>\S.*?)\s*")
_FIELD = re.compile(r"\s{0,2}(?P<key>[A-Z][\w/ .-]*?)\s*(?:\.{3,}|:)\s*(?P<value>.*?)\s*")


def read(output: Output) -> Iterator[Part]:
    """Every AP table of an output."""
    for reader in (_summary, _join_summary, _config_general):
        part = reader(output)
        if part is not None:
            yield part


def _summary(output: Output) -> Part | None:
    rests = [match["rest"] for line in output.lines if (match := _SUMMARY.fullmatch(line.text))]
    if not rests:
        return None
    row = _SHORT_REST if " CC " in rests[0] else _LONG_REST
    aps = [ap for line in output.lines if (ap := _summary_row(line.text, row)) is not None]
    totals = [int(match[1]) for line in output.lines if (match := _TOTAL.fullmatch(line.text))]
    says = {"ap_total": totals[-1]} if totals else {}
    return Part("show ap summary", len(aps), Platform.IOSXE, aps=tuple(aps), says=says)


def _summary_row(text: str, row: re.Pattern[str]) -> ApPart | None:
    head = _SUMMARY_ROW.fullmatch(text)
    rest = row.fullmatch(head["rest"].rstrip()) if head else None
    if head is None or rest is None:
        return None
    says: dict[str, Any] = {
        "state": cells.state(rest["state"]),
        "raw_state": rest["state"],
        "model": head["model"],
        "country": cells.words(rest["country"] or ""),
        "address": rest["ip"],
    }
    wired = cells.ethernet_mac(head["wired"])
    return ApPart(cells.radio_mac(head["radio"]), wired, head["name"], _known(says))


def _join_summary(output: Output) -> Part | None:
    if not any(_JOIN.fullmatch(line.text) for line in output.lines):
        return None
    rows = [match for line in output.lines if (match := _JOIN_ROW.fullmatch(line.text))]
    aps = tuple(_join_row(row) for row in rows)
    return Part("show wireless stats ap join summary", len(aps), Platform.IOSXE, aps=aps)


def _join_row(row: re.Match[str]) -> ApPart:
    name, address = cells.name_and_address(row["middle"])
    says: dict[str, Any] = {
        "is_joined": row["status"] == "Joined",
        "failure_phase": cells.phase(row["phase"] or ""),
        "failure_reason": cells.words(row["reason"] or ""),
        "address": address,
    }
    return ApPart(
        cells.radio_mac(row["radio"]), cells.ethernet_mac(row["wired"]), name, _known(says)
    )


def _config_general(output: Output) -> Part | None:
    """`show ap config general` of either platform: one block of fields for each AP."""
    blocks: list[dict[str, str]] = []
    for line in output.lines:
        if name := _GENERAL.fullmatch(line.text):
            blocks.append({"name": name["name"]})
        elif blocks and (field := _FIELD.fullmatch(line.text)):
            blocks[-1].setdefault(field["key"], field["value"])
    aps = tuple(_general(block) for block in blocks if "Operation State" in block or len(block) > 3)  # noqa: PLR2004 - a block, not a stray line
    return Part("show ap config general", len(aps), aps=aps) if aps else None


def _general(block: dict[str, str]) -> ApPart:
    raw = block.get("Operation State", "")
    version = block.get("Software Version") or block.get("S/W  Version") or block.get("S/W Version")
    says: dict[str, Any] = {
        "state": cells.state(raw) if raw else None,
        "raw_state": raw or None,
        "model": cells.words(block.get("AP Model", "")),
        "serial": cells.words(block.get("AP Serial Number", "")),
        "address": cells.words(block.get("IP Address", "")),
        "version": cells.words(version or ""),
        "country": cells.words(_country(block)[:2]),
        "certificate_kind": cells.certificate_kind(
            block.get("AP Certificate type") or block.get("AP Certificate Type") or ""
        ),
    }
    joined = block.get("Join Date and Time", "")
    times = {
        "certificate_end": cells.slashed(block.get("AP Certificate Expiry-time", "")),
        "join_time": cells.slashed(joined) or cells.ctime(joined),
    }
    return ApPart(
        cells.radio_mac(block.get("Cisco AP Identifier")),
        cells.ethernet_mac(block.get("MAC Address")),
        block["name"],
        _known(says),
        {key: value for key, value in times.items() if value is not None},
    )


def _country(block: dict[str, str]) -> str:
    for key in ("AP Country Code", "AP Country code", "Country Code", "Country code"):
        if key in block:
            return block[key]
    return ""


def _known(says: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in says.items() if value is not None}
