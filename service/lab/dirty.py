"""What differs on a box from how it began: the lab's own verdict on a remediation."""

from service.lab.box.box import Box
from service.lab.box.clock import FALSE_BEYOND_S
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
    offset = box.clock.offset_s
    moved = abs(offset - box.spec.clock_offset_s) > FALSE_BEYOND_S
    if moved and abs(offset) > FALSE_BEYOND_S:
        found.append(f"clock is {offset:+.1f} s from true time")
    found += [f"lock on {name} held by session {n}" for name, n in box.stores.locks.items()]
    if box.stores.candidate_differs:
        found.append("candidate has uncommitted changes")
    found += [f"applet {run.applet.name} is running" for run in box.eem.runs]
    if box.away_until is not None and box.away_until > now:
        found.append("the box is reloading")
    return found


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
