"""One file's content as parts, by what it holds. Never raises: what can't be read says why."""

import re
from collections.abc import Iterator
from dataclasses import replace

from service.offline import trees, xe_aps, xe_box, xe_data, xe_install, xe_others
from service.transcripts import aireos_ap, aireos_aps, aireos_box, logs
from service.transcripts.parts import Part, WallTime
from service.transcripts.sessions import outputs

READERS = (
    xe_aps.read,
    xe_box.read,
    xe_install.read,
    aireos_aps.read,
    aireos_ap.read,
    aireos_box.read,
    xe_others.read,
    logs.read,
)
_SNMP_WALK = re.compile(r"(?:iso)?\.?\d+(?:\.\d+){4,}(?:\||\s*= )")


def recognize(data: bytes) -> tuple[Part, ...]:
    """Everything that a file's content says; at least one part, if only to say why not."""
    text, reason = _decoded(data)
    if text is None:
        return (_unknown(reason),)
    try:
        documents = trees.parse(text)
    except trees.Unreadable as err:
        return (_unknown(str(err)),)
    if documents is not None:
        return tuple(xe_data.read(documents)) or (_unknown("no data in it that is known"),)
    if _SNMP_WALK.match(text):
        return (_unknown("an SNMP walk, which is not read"),)
    return tuple(_session(text)) or (_unknown("nothing in it is known"),)


def _unknown(reason: str) -> Part:
    return Part(None, 0, reason=reason)


def _decoded(data: bytes) -> tuple[str | None, str]:
    if not data.strip():
        return None, "empty"
    if b"\0" in data[:65536] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, "binary"
    for encoding in (
        ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",)
    ):
        try:
            return data.decode(encoding), ""
        except UnicodeDecodeError:
            continue
    text = data.decode("latin-1")
    strange = sum(not (char.isprintable() or char.isspace()) for char in text[:65536])
    if strange * 20 > min(len(text), 65536):
        return None, "binary"
    return text, ""


def _session(text: str) -> Iterator[Part]:
    """The parts of a terminal capture or a log, in order."""
    for output in outputs(text):
        found = [part for reader in READERS for part in reader(output)]
        shown = xe_box.shown_in_passing(output)
        yield from (_timed(part, shown) for part in found)
        if not found and (output.command or "").startswith("show "):
            yield _unknown(f"no reader for the output of {output.command!r}")


def _timed(part: Part, shown: WallTime | None) -> Part:
    """A part with the clock that the terminal printed above it, where it shows none itself."""
    return part if part.shown is not None or shown is None else replace(part, shown=shown)
