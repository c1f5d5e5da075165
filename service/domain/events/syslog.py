"""One syslog line, whatever its form: RFC 5424, RFC 3164, and what Cisco controllers really send.

The head (priority, sequence, host, time, task) is taken off piece by piece, for each box has its
own order. The line's own time is kept as it says it, never believed: the clock of a box that we
look after may be years off, its year and zone may be missing. When it came is the caller's to know.

Source: RFC 5424 section 6; RFC 3164 section 4; Cisco IOS XE `service timestamps log` and `service
sequence-numbers` (System Management Configuration Guide, "Configuring System Message Logs");
captures of AireOS message logs and the log samples of Devo (tag ap.cisco.wlc); Aironet 1200
configuration guide, appendix C (EMBLEM).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_BYTES = 64 * 1024
LONGEST_TEXT = 2048
"""Characters of a message that are kept; a Cisco message is far shorter."""
HIGHEST_PRIORITY = 191

_PRIORITY = re.compile(r"<(\d{1,3})>")
_RFC5424 = re.compile(r"1 (-|\S+) (\S+) (\S+) (\S+) (\S+) ")
_STRUCTURED = re.compile(r'-|(?:\[[^\s\]="]+(?: [^\s\]="]+="(?:[^"\\]|\\.)*")*\])+')
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_STAMP = re.compile(
    rf"[*.]?({_MONTH}\s+\d{{1,2}}(?:\s+\d{{4}})?\s+\d\d:\d\d:\d\d(?:[.,]\d+)?(?:\s+\d{{4}}(?=[\s:]))?"
    r"(?:\s+(?:[A-Z][A-Za-z]{1,5}|[+-]\d\d:?\d\d)(?=:))?"
    r"|\d{4} [A-Z]{3} +\d{1,2} \d\d:\d\d:\d\d(?: [A-Z]{2,5})?(?: [+-]\d\d:\d\d)?(?=:)"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
    r"|(?:\d+y)?(?:\d+w)?\d+d(?:\d+h)?(?=:)|\d{1,3}:\d\d:\d\d(?:\.\d+)?(?=:))(:?)\s*"
)
_SEQUENCE = re.compile(r"(\d{1,12}):\s*")
_TASK = re.compile(r"\*([A-Za-z][\w.-]{0,63}):\s*")
_HOST_COLON = re.compile(r"([A-Za-z0-9](?:[\w.:-]{0,253}\w)?): +|([A-Za-z0-9][\w.-]{0,254}):")
_NOTHING = re.compile(r": +")  # a piece that is turned off can leave its colon behind
_HOST_COUNTED = re.compile(r"([A-Za-z0-9](?:[\w.:-]{0,253}\w)?) +(?=\d{1,12}: )")
_HOST_SPACE = re.compile(r"([A-Za-z0-9](?:[\w.:-]{0,253}\w)?) +")
_MNEMONIC = re.compile(r"[%#]([A-Z][A-Z0-9_]*(?:-[A-Z][A-Z0-9_]*)*-[0-7]-[A-Z0-9_]+)")
_TAG = re.compile(r"[A-Za-z][\w./-]{0,47}(?:\[\d+\])?: ")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_ANYWHERE = (("said_at", _STAMP), ("task", _TASK), ("sequence", _SEQUENCE))
_PIECES = 8
"""More than any known head has."""


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """What one line says.

    Attributes:
        priority: facility * 8 + severity; None where the line has none.
        host: as the line names it; empty where it does not.
        said_at: its own time, word for word; empty where it has none.
        task: AireOS: which of its tasks speaks.
        mnemonic: `FACILITY-SEVERITY-NAME` of a Cisco message; empty for others.
        text: the message, without its head; control characters are blanks.
        is_cut: more was sent than is kept.
    """

    text: str
    priority: int | None = None
    host: str = ""
    said_at: str = ""
    sequence: int | None = None
    task: str = ""
    mnemonic: str = ""
    is_cut: bool = False


def parse(data: bytes) -> SyslogLine | None:
    """Read one line; None: nothing of it is known to be syslog.

    Args:
        data: one datagram or frame, without or with its line end.
    """
    line, is_long = _decoded(data)
    priority, rest = _priority(line)
    if priority is not None and priority > HIGHEST_PRIORITY:
        return None
    found = (_structured(rest) if priority is not None else None) or _headed(rest)
    mnemonic = _MNEMONIC.search(found.text[:LONGEST_TEXT])
    if not found.text or (priority is None and not found.said_at and mnemonic is None):
        return None
    return SyslogLine(
        found.text[:LONGEST_TEXT],
        priority,
        found.host,
        found.said_at,
        found.sequence,
        found.task,
        mnemonic[1] if mnemonic else "",
        is_long or len(found.text) > LONGEST_TEXT,
    )


def _decoded(data: bytes) -> tuple[str, bool]:
    text = data[:LONGEST_BYTES].decode("utf-8", "replace").replace("\ufeff", "")
    return _CONTROL.sub(" ", text).strip(), len(data) > LONGEST_BYTES


def _priority(line: str) -> tuple[int | None, str]:
    match = _PRIORITY.match(line)
    return (int(match[1]), line[match.end() :]) if match else (None, line)


def _structured(rest: str) -> SyslogLine | None:
    """RFC 5424; None: it is of another form."""
    match = _RFC5424.match(rest)
    if match is None:
        return None
    data = _STRUCTURED.match(rest, match.end())
    text = rest[data.end() if data else match.end() :].strip()
    said_at, host, app = (("" if part == "-" else part) for part in match.groups()[:3])
    return SyslogLine(text or app, host=host, said_at=said_at)


def _headed(rest: str) -> SyslogLine:
    """RFC 3164 and Cisco's forms: pieces in any order, until the message begins."""
    head: dict[str, str] = {}
    begins, is_bare = 0, False  # bare: a stamp without a colon, behind which a host stands
    for _ in range(_PIECES):
        found = _piece(rest, begins, head, is_bare=is_bare)
        if found is None:
            break
        what, match = found
        begins, is_bare = match.end(), what == "said_at" and not match[2]
        if what:
            head[what] = next(part for part in match.groups() if part).removesuffix(":")
    return SyslogLine(
        rest[begins:].strip(),
        host=head.get("host", ""),
        said_at=head.get("said_at", ""),
        sequence=int(head["sequence"]) if "sequence" in head else None,
        task=head.get("task", ""),
    )


def _piece(
    rest: str, begins: int, head: Mapping[str, str], *, is_bare: bool
) -> tuple[str, re.Match[str]] | None:
    """The piece of a head that begins here, and what it says; None: the message does."""
    for what, pattern in _ANYWHERE:
        if match := pattern.match(rest, begins):
            return what, match
    if "host" not in head:
        if is_bare and (match := _bare_host(rest, begins)):
            return "host", match
        if match := _HOST_COUNTED.match(rest, begins):
            return "host", match
        if (match := _HOST_COLON.match(rest, begins)) and _goes_on(rest, match):
            return "host", match
    match = _NOTHING.match(rest, begins)
    return None if match is None else ("", match)


def _bare_host(rest: str, begins: int) -> re.Match[str] | None:
    """The word behind an RFC 3164 stamp, unless it is the tag already."""
    if _TAG.match(rest, begins) or rest.startswith(("%", "#"), begins):
        return None
    return _HOST_SPACE.match(rest, begins)


def _goes_on(rest: str, match: re.Match[str]) -> bool:
    """Whether what follows a word and its colon is more of a head, or a Cisco message."""
    ends = match.end()
    return rest.startswith(("%", "#", ": "), ends) or any(
        pattern.match(rest, ends) for _, pattern in _ANYWHERE
    )
