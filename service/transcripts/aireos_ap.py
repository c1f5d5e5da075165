"""Pages of AireOS on one AP: its configuration, its join statistics, its inventory."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.domain.observation import ApState, JoinPhase, Platform
from service.transcripts import cells, field_templates
from service.transcripts.parts import ApPart, Part, WallTime
from service.transcripts.sessions import Output

_DETAIL = re.compile(r"\s*-\s(?P<label>\S.*?)\.{2,}\s*(?P<value>.*?)\s*|"
                     r"\s*-\s(?P<bare>\S.*?)\.\s(?P<rest>.*?)\s*")  # fmt: skip
_DETAIL_HEAD = re.compile(r"\s*Discovery phase statistics\s*")
_STAMP = re.compile(
    r"(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d).*"
)
_INVENTORY = re.compile(r"\s*PID:\s*(?P<pid>[\w-]+)\s*,.*\bSN:\s*(?P<serial>\w+)\s*")
_INVENTORY_NAME = re.compile(r"\s*NAME:\s*\"(?P<name>[^\"]*)\"\s*,.*|"
                             r"\s*Inventory for (?P<other>\S.*?)\s*")  # fmt: skip
AP_PIDS = ("AIR-AP", "AIR-CAP", "AIR-LAP", "AIR-SAP", "AIR-RAP", "C91", "CW91", "AIR-OEAP")
NOTHING = frozenset({"", "not applicable", "none", "n/a", "na"})
PHASES: tuple[tuple[str, JoinPhase], ...] = (
    ("dtls", JoinPhase.DTLS),
    ("image", JoinPhase.IMAGE),
    ("join", JoinPhase.JOIN),
    ("config", JoinPhase.CONFIG),
    ("discovery", JoinPhase.DISCOVERY),
)
STATES = {"REGISTERED": ApState.REGISTERED, "DOWNLOADING": ApState.DOWNLOADING}


def read(output: Output) -> Iterator[Part]:
    """Pages of one AP in a saved session; whose they are may stand in the command alone."""
    detail = join_detail(output)
    if detail is not None:
        found = re.search(cells.MAC, output.command or "")
        whose = cells.radio_mac(found[0]) if found else None
        aps = tuple(replace(one, mac=whose, times={}) for one in detail.aps) if whose else ()
        reason = None if whose else "which AP it is of, only the command would say"
        yield replace(detail, aps=aps, reason=reason)
    rows = list(inventory("\n".join(line.text for line in output.lines)))
    named = tuple(
        ApPart(name=name, says={"model": pid, "serial": serial})
        for name, pid, serial in rows
        if name is not None and pid.startswith(AP_PIDS)
    )
    if named:
        yield Part("show ap inventory", len(rows), Platform.AIREOS, aps=named)


def general(text: str, command: str = "show ap config general") -> ApPart | None:
    """`show ap config general`; None where the field's template does not take it."""
    found = field_templates.page(command, text)
    if found is None or "name" not in found:
        return None
    said: dict[str, str | None] = {
        "model": found.get("model"),
        "serial": found.get("serial_number"),
        "address": found.get("ip_address"),
        "raw_state": found.get("operation_state"),
    }
    says: dict[str, Any] = {key: word for key, text_ in said.items() if (word := _word(text_))}
    state = says.get("raw_state", "").strip().upper()
    if state:
        says["state"] = STATES.get(state, ApState.UNKNOWN)
        says["is_joined"] = state == "REGISTERED"
    return ApPart(None, cells.ethernet_mac(found.get("mac_address")), found["name"], says)


def join_detail(output: Output) -> Part | None:
    """`show ap join stats detailed`: counters, phase and reason of the last error.

    Labels as the vendor's configuration guides print them; no capture of 8.x exists: unverified.
    """
    if not any(_DETAIL_HEAD.fullmatch(line.text) for line in output.lines):
        return None
    fields = {
        (match["label"] or match["bare"]).strip().lower(): match["value"] or match["rest"] or ""
        for line in output.lines
        if (match := _DETAIL.fullmatch(line.text))
    }
    return Part(
        "show ap join stats detailed",
        len(fields),
        Platform.AIREOS,
        aps=(ApPart(None, None, None, _of_detail(fields), _times(fields)),),
    )


def _of_detail(fields: Mapping[str, str]) -> dict[str, Any]:
    says: dict[str, Any] = {}
    for name, label in (
        ("discovery_requests", "discovery requests received"),
        ("join_requests", "join requests received"),
    ):
        if fields.get(label, "").isdigit():
            says[name] = int(fields[label])
    for name, label in (
        ("failure_reason", "reason for error that occurred last"),
        ("disconnect_reason", "reason for last ap connection failure"),
        ("join_failure", "reason for last unsuccessful join attempt"),
        ("discovery_failure", "reason for last unsuccessful discovery attempt"),
        ("config_failure", "reason for last unsuccessful configuration attempt"),
    ):
        if word := _word(fields.get(label)):
            says[name] = word
    kind = fields.get("type of error that occurred last", "").lower()
    if _word(kind):
        says["failure_phase"] = next((p for w, p in PHASES if w in kind), JoinPhase.UNKNOWN)
    return says


def _times(fields: Mapping[str, str]) -> dict[str, WallTime]:
    shown = stamp(fields.get("time at which the last join error occurred", ""))
    return {"last_failure_at": shown} if shown else {}


def stamp(text: str) -> WallTime | None:
    """`Aug 21 12:50:34:374`, without a year; None where there is none."""
    found = _STAMP.fullmatch(text.strip())
    return cells.yearless(found) if found else None


def inventory(text: str) -> Iterator[tuple[str | None, str, str]]:
    """(name, PID, serial number) of every AP of `show ap inventory`. Unverified form."""
    name = None
    for line in text.splitlines():
        if head := _INVENTORY_NAME.fullmatch(line):
            name = head["other"] or name or head["name"]
        elif found := _INVENTORY.fullmatch(line):
            yield name, found["pid"], found["serial"]
            name = None


def _word(text: str | None) -> str | None:
    stripped = (text or "").strip()
    return None if stripped.lower() in NOTHING else stripped
