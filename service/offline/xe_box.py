"""What the Catalyst 9800's command line says of the box: clock, NTP, release, redundancy."""

import re
from collections.abc import Iterator
from typing import Any

from service.domain.ntp import NtpConfig, NtpEntry, NtpState
from service.domain.observation import Platform
from service.transcripts import cells
from service.transcripts.parts import Part, WallTime
from service.transcripts.sessions import Output

_CLOCK_LINE = re.compile(r"\s*[*.]?\d{1,2}:\d\d:\d\d\.\d{3}\b.*")
_CLOCK_SPREAD = 14  # a web page may put the date this many lines below the time
_SOURCE = re.compile(r"\s*Time source is \w[^,]*, (?P<clock>.*)")

_ASSOCIATIONS = re.compile(r"\s*address\s+ref clock\s+st\s+when\s+poll\s+reach\s.*")
_ASSOCIATION = re.compile(
    r"\s*(?P<flags>[*#+x-]?)~?(?P<address>[\w.:-]+)\s+(?P<reference>\S+)\s+(?P<stratum>\d+)"
    r"\s+\S+\s+\d+\s+\d+\s+\S+\s+\S+\s+\S+\s*"
)
_STATUS = re.compile(
    r"\s*Clock is (?P<word>synchronized|unsynchronized)(?:, stratum (?P<stratum>\d+))?"
    r"(?:, reference is (?P<peer>\S+?))?(?:,.*)?\s*"
)
_NO_NTP = re.compile(r"\s*%\s?NTP is not enabled\.?\s*")
_LONE_ADDRESS = re.compile(r"\s*[*#+x-]?~?[0-9a-fA-F:.]*:[0-9a-fA-F:.]+\s*")
_NTP_LINE = re.compile(
    r"\s*ntp (?P<role>server|peer)(?: vrf (?P<vrf>\S+))?(?: (?P<family>ip|ipv6)(?= \S))?"
    r" (?P<host>[\w.:-]+)(?P<options>(?: \S+)*)\s*"
)
_PLAIN_OPTIONS = ("prefer", "burst", "iburst")

_VERSION = re.compile(
    r"\s*Cisco IOS(?:[- ]XE)? Software.*?,\s*(?:Experimental )?"
    r"Version (?P<release>\d+\.\d+\.\d+\w*).*"
)
_HARDWARE = re.compile(r"\s*cisco (?P<model>\S+) \(.*\) processor .*")
_MY_STATE = re.compile(r"\s*my state = \d+\s*-\s*(?P<state>.*?)\s*")
_PEER_STATE = re.compile(r"\s*peer state = +\d+\s*-\s*(?P<state>.*?)\s*")


def read(output: Output) -> Iterator[Part]:
    """Everything that an output says of the box."""
    for reader in (_clock, _associations, _status, _ntp_lines, _version, _redundancy):
        part = reader(output)
        if part is not None:
            yield part


def shown_in_passing(output: Output) -> WallTime | None:
    """The clock that `terminal exec prompt timestamp` prints above every output."""
    for line in output.lines:
        if match := _SOURCE.fullmatch(line.text):
            return cells.clock(match["clock"])
    return None


def _clock(output: Output) -> Part | None:
    texts = [line.text for line in output.lines]
    for index, text in enumerate(texts):
        if not _CLOCK_LINE.fullmatch(text) or "%" in text:
            continue
        shown = cells.clock(text)
        if shown is None and len(text.split()) == 1:
            shown = cells.clock(" ".join(texts[index : index + _CLOCK_SPREAD]))
        if shown is not None:
            return Part("show clock", 1, Platform.IOSXE, shown)
    return None


def _associations(output: Output) -> Part | None:
    start = _after(output, _ASSOCIATIONS)
    if start is None:
        return None
    texts = _unwrapped([line.text for line in output.lines[start:]])
    rows = [match for text in texts if (match := _ASSOCIATION.fullmatch(text))]
    system = next((row for row in rows if row["flags"] == "*"), None)
    if system is None:
        state = NtpState(synchronised=False)
    else:
        stratum = int(system["stratum"]) + 1  # ours is one below that of the server we follow
        state = NtpState(stratum < 16, stratum, system["address"])  # noqa: PLR2004 - unsynchronised
    entries = [NtpEntry("server", "server-list", row["address"]) for row in rows]
    config = NtpConfig(tuple(dict.fromkeys(e for e in entries if not _is_local(e.host))))
    says = {"ntp_state": state, "ntp_associated": config}
    return Part("show ntp associations", len(rows), Platform.IOSXE, says=says)


def _unwrapped(texts: list[str]) -> list[str]:
    """The rows, with a long IPv6 address put back before what stands on the line below it."""
    found: list[str] = []
    for text in texts:
        alone = bool(found) and _LONE_ADDRESS.fullmatch(found[-1]) is not None
        found.append(f"{found.pop()} {text.strip()}" if alone else text)
    return found


def _is_local(host: str) -> bool:
    """Whether an association is the box's own clock (`ntp master`)."""
    return host.startswith("127.127.")


def _status(output: Output) -> Part | None:
    for line in output.lines:
        if match := _STATUS.fullmatch(line.text):
            stratum = int(match["stratum"]) if match["stratum"] else None
            good = match["word"] == "synchronized"
            state = NtpState(good, stratum, match["peer"] if good else None)
            return Part("show ntp status", 1, Platform.IOSXE, says={"ntp_state": state})
        if _NO_NTP.fullmatch(line.text):
            says = {"ntp_state": NtpState(synchronised=False)}
            return Part("show ntp status", 1, Platform.IOSXE, says=says)
    return None


def _ntp_lines(output: Output) -> Part | None:
    """`ntp server` lines of `show ntp config` or of a running configuration."""
    rows = [match for line in output.lines if (match := _NTP_LINE.fullmatch(line.text))]
    if not rows:
        return None
    config = NtpConfig(tuple(_ntp_entry(row) for row in rows))
    kind = "show ntp config" if "config" in (output.command or "config") else "running-config"
    return Part(kind, len(rows), Platform.IOSXE, says={"ntp": config})


def _ntp_entry(row: re.Match[str]) -> NtpEntry:
    words = row["options"].split()
    leaves: list[tuple[str, str]] = []
    while words:
        name = words.pop(0)
        leaves.append((name, "" if name in _PLAIN_OPTIONS or not words else words.pop(0)))
    role = "peer" if row["role"] == "peer" else "server"
    form = "ip" if row["family"] == "ip" else "ipv6" if row["family"] == "ipv6" else "server-list"
    return NtpEntry(role, form, row["host"], row["vrf"], tuple(leaves))  # type: ignore[arg-type]


def _version(output: Output) -> Part | None:
    says: dict[str, Any] = {}
    for line in output.lines:
        if match := _VERSION.fullmatch(line.text):
            says.setdefault("release", match["release"])
            says["hardware"] = line.text.strip()
        elif says and (match := _HARDWARE.fullmatch(line.text)):
            says["hardware"] = f"{says['hardware']}; {match['model']}"
    return Part("show version", 1, Platform.IOSXE, says=says) if says else None


def _redundancy(output: Output) -> Part | None:
    mine = _first(output, _MY_STATE)
    if mine is None:
        return None
    peer = _first(output, _PEER_STATE)
    none = peer is None or peer["state"].upper() in ("DISABLED", "")
    standby = None if none or peer is None else peer["state"]
    return Part("show redundancy states", 1, Platform.IOSXE, says={"standby": standby})


def _first(output: Output, pattern: re.Pattern[str]) -> re.Match[str] | None:
    return next((m for line in output.lines if (m := pattern.fullmatch(line.text))), None)


def _after(output: Output, header: re.Pattern[str]) -> int | None:
    """The index of the line below a header, or None."""
    for index, line in enumerate(output.lines):
        if header.fullmatch(line.text):
            return index + 1
    return None
