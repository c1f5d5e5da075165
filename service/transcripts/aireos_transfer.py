"""What AireOS says of downloads: the settings before the question, and the lines after it.

Settings as in a captured dialogue of `transfer download start`; lines of a download as in a public
transcript of an upgrade from 8.0 to 8.3. Words of failure: device facts, section 2.
"""

import re

from service.domain.images import BootImages, Slot, Stage, Transfer, TransferSettings

_DOTTED = re.compile(r"\s*(?P<key>[A-Z][\w ]*?)\.{3,}[ \t]*(?P<value>.*?)\s*")
_FIELDS = (
    ("mode", re.compile(r"Mode")),
    ("datatype", re.compile(r"Data Type")),
    ("server", re.compile(r"(?:\w+ )?Server IP(?: Address)?")),
    ("port", re.compile(r"(?:\w+ )?Server Port")),
    ("path", re.compile(r"(?:\w+ )?Path")),
    ("filename", re.compile(r"(?:\w+ )?Filename")),
    ("username", re.compile(r"(?:\w+ )?Username")),
)
_DONE = re.compile(r"File transfer is successful", re.IGNORECASE)
_FAILED = re.compile(r"^\s*(%.*|.*\b(?:[Ff]ail(?:ed|ure)|[Ee]rror)\b.*)$", re.MULTILINE)
_IMAGE = re.compile(r"(?P<release>\d[\w.()]*)?(?P<flags>(?:\s*\((?:default|active)\))*)\s*")


def settings(text: str) -> TransferSettings | None:
    """The settings that stand before the question; None: there are none in it."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        dotted = _DOTTED.fullmatch(line)
        for name, label in _FIELDS:
            if dotted and label.fullmatch(dotted["key"]):
                found[name] = dotted["value"]
    if not {"mode", "datatype", "filename"} <= found.keys():
        return None
    lower = {name: found[name].lower() for name in ("mode", "datatype")}
    return TransferSettings(**{**found, **lower})


def progress(text: str, *, ended: bool) -> Transfer:
    """How far a download is, by everything that it said so far.

    Args:
        text: its lines, from the beginning.
        ended: whether the prompt came back.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else "nothing said yet"
    if failed := _FAILED.search(text):
        return Transfer(Stage.FAILED, failed[0].strip())
    if _DONE.search(text):
        return Transfer(Stage.DONE, "File transfer is successful")
    if ended:
        return Transfer(Stage.FAILED, f"it ended without success: {last}")
    return Transfer(Stage.UNDER_WAY, last)


def boot_images(primary: str, backup: str) -> BootImages:
    """The two slots by what `show boot` prints behind each label."""
    shown = {Slot.PRIMARY: _IMAGE.match(primary), Slot.BACKUP: _IMAGE.match(backup)}
    releases = {slot: found["release"] if found else None for slot, found in shown.items()}

    def flagged(flag: str) -> Slot | None:
        held = [slot for slot, found in shown.items() if found and f"({flag})" in found["flags"]]
        return held[0] if len(held) == 1 else None

    return BootImages(
        releases[Slot.PRIMARY], releases[Slot.BACKUP], flagged("default"), flagged("active")
    )
