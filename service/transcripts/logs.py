"""Log lines: of access points (IOS and AP-COS), AireOS message logs, IOS XE and other syslog.

A line counts if a message begins it, behind nothing but a time stamp and what syslog servers add;
so a message that prose quotes is none. What an IOS AP prints below such a line without a time
stamp belongs to it.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from service.domain.observation import Platform
from service.transcripts import cells
from service.transcripts.parts import Part, RawLine, WallTime
from service.transcripts.sessions import Line, Output

_STAMP = (
    r"(?:(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})(?:\s+(?P<year>\d{4}))?\s+"
    r"(?P<clock>\d\d:\d\d:\d\d)(?:\.\d+)?(?:\s+(?P<zone>[A-Z]{2,5}))?)"
)
_AP_COS = re.compile(
    r"\s*\[\*(?P<mon>\d\d)/(?P<day>\d\d)/(?P<year>\d{4}) (?P<clock>\d\d:\d\d:\d\d)\.\d+\]"
    r"\s*(?P<text>.*)"
)
_AIREOS = re.compile(rf"\s*\*(?P<task>[\w-]+): {_STAMP}: (?P<text>[#%]?\S.*)")
_STAMPED = re.compile(
    rf"\s*(?:<\d+>)?(?:\d+: )?(?:[\w.:-]+ )??(?:[\w.:-]+: )*?[*.]?{_STAMP}:?\s+(?P<text>\S.*)"
)
_BARE = re.compile(r"\s*(?P<text>%[A-Z0-9_]+-\d-[A-Z0-9_]+:.*)")
_MESSAGE = re.compile(r"[%#][A-Z0-9_]+-\d-[A-Z0-9_]+")
_AP_WORDS = re.compile(
    r"Using SHA-\d signed certificate|Image signing certificate|Failed to validate signature|"
    r"Digital Signature Failed Validation|AP image integrity check|"
    r"Peer certificate verification failed|Certificate verified failed|Cert Verification FAILED|"
    r"DTLS_CLIENT_ERROR|verify signature failed for|Radio FW image download failed"
)
_AP_FACILITIES = re.compile(r"%(?:PKI|DTLS|CAPWAP|LWAPP|DOT11)-\d-")
_AIREOS_WORDS = re.compile(r"spam\w*\.c:\d+|LWAPP-\d-\w+|openssl_dtls\.c")
_MAC = re.compile(rf"(?<![\w.:-])({cells.MAC})(?![\w-]|:\w)")


def read(output: Output) -> Iterator[Part]:
    """The log lines of an output, as one part for each kind of log."""
    kinds: dict[str, list[RawLine]] = {}
    previous: RawLine | None = None
    for line in output.lines:
        kind, raw = _line(line, previous)
        if raw is not None:
            kinds.setdefault(kind, []).append(raw)
            previous = raw
        elif line.text.strip():
            previous = None
    for kind, lines in kinds.items():
        platform = Platform.AIREOS if kind == "show msglog" else None
        yield Part(kind, len(lines), platform, logs=tuple(lines))


def _line(line: Line, previous: RawLine | None) -> tuple[str, RawLine | None]:
    if match := _AP_COS.fullmatch(line.text):
        return "AP log", _raw(line, _slashed(match))
    if match := _AIREOS.fullmatch(line.text):
        return "show msglog", _raw(line, _wall(match))
    if (match := _STAMPED.fullmatch(line.text)) and (kind := _kind(match["text"])):
        return kind, _raw(line, _wall(match))
    if _BARE.fullmatch(line.text):
        return _kind(line.text), _raw(line, None)
    if _AP_WORDS.match(line.text.strip()):
        return "AP log", _raw(line, previous.wall if previous else None)
    return "", None


def _kind(text: str) -> str:
    """Whose log a message stands in, by its words; empty where it is no message."""
    if _AP_WORDS.search(text) or _AP_FACILITIES.search(text):
        return "AP log"
    if _MESSAGE.search(text):
        return "syslog"
    return "show msglog" if _AIREOS_WORDS.search(text) else ""


def _raw(line: Line, wall: WallTime | None) -> RawLine:
    found = _MAC.search(line.text)
    mac = cells.radio_mac(found[1]) if found else None
    return RawLine(line.text.strip(), line.number, wall, mac.value if mac else None)


def _wall(match: re.Match[str]) -> WallTime | None:
    month = cells.month(match["month"])
    if month is None:
        return None
    year = int(match["year"] or 2000)
    return _at(year, month, match, match["zone"], has_year=match["year"] is not None)


def _slashed(match: re.Match[str]) -> WallTime | None:
    return _at(int(match["year"]), int(match["mon"]), match, None, has_year=True)


def _at(
    year: int, month: int, match: re.Match[str], zone: str | None, *, has_year: bool
) -> WallTime | None:
    hour, minute, second = (int(part) for part in match["clock"].split(":"))
    try:
        wall = datetime(year, month, int(match["day"]), hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    return WallTime(wall, zone, has_year)
