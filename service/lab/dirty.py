"""What differs on a box from how it began: the lab's own verdict on a remediation."""

from service.lab.aps.air import astray
from service.lab.box.box import Box
from service.lab.yang.edit import leaves
from service.lab.yang.judge import parse
from service.lab.yang.paths import Element


def left_dirty(box: Box) -> list[str]:
    """Every difference from the initial state, in words; empty: clean."""
    now = box.advance()
    found = _differences(box, "running", box.initial_running, box.stores.running)
    found += _differences(box, "startup", box.initial_startup, box.stores.startup)
    if box.stores.unsaved is not (box.initial_running != box.initial_startup):
        found.append(f"unsaved changes: {'yes' if box.stores.unsaved else 'no'}, unlike before")
    in_step = box.ntp.synced_since is not None
    found += box.clock.left_wrong(box.spec.clock_offset_s, in_step=in_step)
    found += [f"lock on {name} held by session {n}" for name, n in box.stores.locks.items()]
    if box.stores.candidate_differs:
        found.append("candidate has uncommitted changes")
    found += [f"applet {run.applet.name} is running" for run in box.eem.runs]
    if box.away_until is not None and box.away_until > now:
        found.append("the box is reloading")
    box.see_aps()
    return found + _software(box) + _files(box) + astray(box.aps)


def _software(box: Box) -> list[str]:
    """What differs of the installed software, and what hangs between two sets."""
    software, installer = box.software, box.installer
    running, committed = box.initial_software
    found = []
    if software.committed != committed:
        found.append(f"software: committed is {software.committed}, was {committed}")
    if software.running not in {software.committed, running}:
        found.append(f"software: {software.running} runs and is not committed")
    if installer.timer.countdown is not None and not box.spec.install.abort_timer:
        found.append("software: the auto-abort timer runs")
    if installer.now is not None:
        found.append(f"software: {installer.now.request.command.value} is under way")
    loading = [s.spec.name for s in box.see_aps().states.values() if s.fetched_at is not None]
    found += [f"software: {name} loads an image beforehand" for name in loading]
    known = {name for name in software.known if name not in box.initial_known}
    names = {i.name for i in software.inactive()} & known
    return found + [f"software: {name} is added and not active" for name in sorted(names)]


def _files(box: Box) -> list[str]:
    before, now = box.initial_files, box.flash.files
    found = [f"bootflash: missing {name}" for name in sorted(before.keys() - now.keys())]
    found += [f"bootflash: added {name}" for name in sorted(now.keys() - before.keys())]
    both = sorted(before.keys() & now.keys())
    return found + [f"bootflash: other {name}" for name in both if before[name] != now[name]]


def _differences(box: Box, name: str, before: bytes, after: Element) -> list[str]:
    old, new = leaves(box.schema, parse(before)), leaves(box.schema, after)
    gone = [f"{name}: missing {p}{_value(old[p])}" for p in old.keys() - new.keys()]
    more = [f"{name}: added {p}{_value(new[p])}" for p in new.keys() - old.keys()]
    other = [
        f"{name}: {p} is {new[p]}, was {old[p]}"
        for p in old.keys() & new.keys()
        if old[p] != new[p]
    ]
    return sorted(gone, key=_rank) + sorted(more, key=_rank) + sorted(other, key=_rank)


def _rank(line: str) -> tuple[bool, str]:
    """NTP first: it is what matters most."""
    return "/ntp" not in line, line


def _value(text: str) -> str:
    return f" = {text}" if text else ""
