"""Reading cells of printed tables: MACs, times, words.

Rows are matched by what is in them, since the columns of these tables stand where no header says:
values shift, names hold blanks.
"""

import re
from datetime import datetime

from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.observation import ApState, CertificateKind, JoinPhase
from service.transcripts.parts import WallTime

MAC = r"(?:[0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}|(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}"
ADDRESS = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]+)"
VERSION = r"\d+(?:\.\d+){2,4}[a-z]?"
NOTHING = frozenset({"", "-", "NA", "N/A", "None", "Not Configured", "NONE"})

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+)"
_CLOCK = re.compile(
    rf"(?P<h>\d{{1,2}}):(?P<m>\d\d):(?P<s>\d\d)(?:\.\d+)?\s+"
    rf"(?:(?!{_WEEKDAY})(?P<zone>[A-Za-z][\w+-]*)\s+)?{_WEEKDAY}?"
    r"(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?P<year>\d{4})"
)
_CTIME = re.compile(
    rf"{_WEEKDAY}?(?P<month>[A-Z][a-z]{{2}})\s+(?P<day>\d{{1,2}})\s+"
    r"(?P<h>\d{1,2}):(?P<m>\d\d):(?P<s>\d\d)\s+(?P<year>\d{4})(?:\s+(?P<zone>[A-Z]{2,5}))?"
)
_SLASHED = re.compile(
    r"(?P<mon>\d\d)/(?P<day>\d\d)/(?P<year>\d{4})\s+(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d)"
)

_RELEASE = re.compile(r"\bVersion (\d+\.\d+\.\d+[a-z]?)\b")

STATES = {
    "registered": ApState.REGISTERED,
    "downloading": ApState.DOWNLOADING,
    "image downloading": ApState.DOWNLOADING,
    "pre-downloading": ApState.PREDOWNLOADING,
    "predownloading": ApState.PREDOWNLOADING,
    "unregistered": ApState.UNREGISTERED,
    "not registered": ApState.UNREGISTERED,
    "down": ApState.DOWN,
    "not joined": ApState.NOT_JOINED,
}
PHASES = {
    "discovery": JoinPhase.DISCOVERY,
    "dtls": JoinPhase.DTLS,
    "dtls-handshake": JoinPhase.DTLS,
    "join": JoinPhase.JOIN,
    "config": JoinPhase.CONFIG,
    "configuration": JoinPhase.CONFIG,
    "image-download": JoinPhase.IMAGE,
    "run": JoinPhase.RUN,
}


def release_in(text: str) -> str | None:
    """The release that a text names behind the word Version, such as 17.9.4a."""
    match = _RELEASE.search(text)
    return match[1] if match else None


def words(text: str) -> str | None:
    """A cell's text; None for blank and for the words that mean nothing."""
    text = text.strip()
    return None if text in NOTHING else text


def state(text: str) -> ApState:
    """The state behind a printed word; UNKNOWN for one that we don't know."""
    return STATES.get(" ".join(text.lower().split()), ApState.UNKNOWN)


def phase(text: str) -> JoinPhase | None:
    """The phase behind a printed word; None where none is printed."""
    key = text.strip().lower().replace(" ", "-")
    if key in ("", "na", "n/a", "none"):
        return None
    return PHASES.get(key, JoinPhase.UNKNOWN)


def certificate_kind(text: str) -> CertificateKind | None:
    """Who issued a certificate, by its abbreviation or in words."""
    lowered = text.lower()
    for kind, sign in (
        (CertificateKind.MIC, r"\bmic\b|manufacture"),
        (CertificateKind.SSC, r"\bssc\b|self[- ]signed"),
        (CertificateKind.LSC, r"\blsc\b|local(?:ly)? signifi"),
    ):
        if re.search(sign, lowered):
            return kind
    return None


def name_and_address(text: str) -> tuple[str | None, str | None]:
    """What stands between an AP's MACs and its status: a name with blanks, an address, or less."""
    head, _, tail = text.strip().rpartition(" ")
    if re.fullmatch(ADDRESS, tail):
        return words(head), tail
    return (words(head), None) if tail in NOTHING else (words(text), None)


def radio_mac(text: str | None) -> BaseRadioMac | None:
    """A base radio MAC, or None where the text is none."""
    try:
        return BaseRadioMac.parse(text) if text else None
    except ValueError:
        return None


def ethernet_mac(text: str | None) -> EthernetMac | None:
    """A wired MAC, or None where the text is none."""
    try:
        return EthernetMac.parse(text) if text else None
    except ValueError:
        return None


def clock(text: str) -> WallTime | None:
    """`18:56:04.554 EST Mon Oct 17 2016`, anywhere in a text; None where there is none."""
    return _wall(_CLOCK.search(text))


def ctime(text: str) -> WallTime | None:
    """`Tue Dec 22 11:02:42 2020` or `Jul 10 14:28:08 2009 GMT`; None where there is none."""
    return _wall(_CTIME.search(text))


def slashed(text: str) -> WallTime | None:
    """`07/17/2025 13:07:59`; None where there is none."""
    match = _SLASHED.search(text)
    if match is None:
        return None
    return _built(int(match["year"]), int(match["mon"]), match, None)


def yearless(match: re.Match[str]) -> WallTime | None:
    """A time without a year, from groups month, day, h, m, s."""
    number = month(match["month"])
    found = None if number is None else _built(2000, number, match, None)
    return None if found is None else WallTime(found.wall, None, has_year=False)


def month(text: str) -> int | None:
    """The number of a month by its first three letters."""
    key = text[:3].lower()
    return _MONTHS.index(key) + 1 if key in _MONTHS else None


def _wall(match: re.Match[str] | None) -> WallTime | None:
    number = month(match["month"]) if match else None
    if match is None or number is None:
        return None
    return _built(int(match["year"]), number, match, match["zone"])


def _built(year: int, number: int, match: re.Match[str], zone: str | None) -> WallTime | None:
    try:
        wall = datetime(  # noqa: DTZ001 - wall time of a zone that is known only later
            year, number, int(match["day"]), int(match["h"]), int(match["m"]), int(match["s"])
        )
    except ValueError:
        return None
    return WallTime(wall, zone)
