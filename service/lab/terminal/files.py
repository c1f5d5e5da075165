"""Files and software on the command line: `dir`, `verify /md5`, `delete /force`, `show install`.

Sources: the forms of `dir` and `verify /md5` are those of public transcripts of IOS XE boxes
(genie's tests, Cisco's integrity guide); captures genie_ShowInstallSummary__g.txt and
genie_ShowInstallUncommitted__g1.txt. Unverified: the text for a file that isn't there.
"""

import re
from collections.abc import Callable

from service.lab.box.box import Box
from service.lab.box.flash import name_in
from service.lab.images import Image, StoredFile

RULE = "-" * 80
STATES = {"committed": "C", "act-uncommitted": "U", "dact-uncommitted": "D", "added": "I"}
LEGEND = (
    "State (St): I - Inactive, U - Activated & Uncommitted,\n"
    "            C - Activated & Committed, D - Deactivated & Uncommitted"
)
WANTED = {"summary": "IUCD", "inactive": "I", "uncommitted": "UD", "committed": "C", "active": "UC"}


def run(box: Box, words: str, now: float) -> str | None:
    """What such a command prints; None: it is another one."""
    for pattern, command in COMMANDS.items():
        if found := re.fullmatch(pattern, words):
            return command(box, found[1] if found.re.groups else "", now)
    return None


def _dir(box: Box, _: str, now: float) -> str:
    moment = box.clock.utc(now)
    when = f"{moment:%b} {moment.day} {moment:%Y %H:%M:%S} +00:00"
    rows = [
        f"{number:>6}  -rw-  {file.size:>15}   {when}  {file.name}"
        for number, file in enumerate(box.flash.files.values(), start=11)
    ]
    body = rows or ["No files in directory"]
    free = f"{box.flash.total_bytes} bytes total ({box.flash.free_bytes} bytes free)"
    return "\n".join(["Directory of bootflash:/", "", *body, "", free])


def _verify(box: Box, path: str, _: float) -> str:
    file = box.flash.find(path)
    if file is None:
        return f"%Error opening {path} (No such file or directory)"
    return f"{'.' * 20}Done!\nverify /md5 (bootflash:{file.name}) = {_md5(file)}"


def _md5(file: StoredFile) -> str:
    """A file that is still on its way has another hash each time; this is as good as any."""
    return file.md5 or "0" * 32


def _delete(box: Box, path: str, _: float) -> str:
    name = name_in(path)
    if name is None or name not in box.flash.files:
        return f"%Error deleting {path} (No such file or directory)"
    box.flash.delete(name)
    return ""


def _install(box: Box, what: str, now: float) -> str:
    rows = [row for row in _packages(box) if row[1] in WANTED[what]]
    title = "Installed" if what == "summary" else what.capitalize()
    lines = [f"{kind:<6}{state}    {name}" for kind, state, name in rows]
    none = [f"No {title} Packages"]
    return "\n".join(
        [
            f"[ Chassis 1 ] {title} Package(s) Information:",
            *LEGEND.split("\n"),
            RULE,
            "Type  St   Filename/Version",
            RULE,
            *(lines or none),
            "",
            RULE,
            _timer(box, now),
            RULE,
        ]
    )


def _packages(box: Box) -> list[tuple[str, str, str]]:
    software = box.software
    found = [
        (image.kind.upper(), STATES[software.patch_state(image.name)], f"bootflash:{image.name}")
        for image in software.known.values()
        if image.kind != "img"
    ]
    bases = [image for image in software.known.values() if image.kind == "img"]
    return found + [("IMG", _state(box, image), image.version) for image in bases]


def _state(box: Box, image: Image) -> str:
    software = box.software
    if image != software.running.base:
        return "D" if image == software.committed.base else "I"
    return "C" if image == software.committed.base else "U"


def _timer(box: Box, now: float) -> str:
    timer = box.installer.timer.countdown
    if timer is None:
        return "Auto abort timer: inactive"
    left = max(0, int(timer.ends - now))
    clock = f"{left // 3600:02d}:{left // 60 % 60:02d}:{left % 60:02d}"
    return f"Auto abort timer: active on install_activate, time before rollback - {clock}"


COMMANDS: dict[str, Callable[[Box, str, float], str]] = {
    r"dir(?: (?:bootflash|flash):/?)?": _dir,
    r"verify /md5 ((?:bootflash|flash):\S+)": _verify,
    r"delete /force ((?:bootflash|flash):\S+)": _delete,
    rf"show install ({'|'.join(WANTED)})": _install,
}
