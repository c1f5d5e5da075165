"""What differs on a box from how it began: the lab's own verdict on a remediation."""

from service.lab.aireos.config import WlcConfig, commands
from service.lab.aireos.ntp import Life
from service.lab.aireos.wlc import WlcBox
from service.lab.aps.air import astray


def left_dirty(box: WlcBox) -> list[str]:
    """Every difference from the initial state, in words; empty: clean."""
    now = box.advance()
    running, saved, life = box.initial
    found = _differences(box, "running", running, box.running)
    found += _differences(box, "saved", saved, box.saved)
    if box.unsaved is not (running != saved):
        found.append(f"unsaved changes: {'yes' if box.unsaved else 'no'}, unlike before")
    in_step = box.ntp.life is Life.IN_SYNC
    found += box.clock.left_wrong(box.spec.clock_offset_s, in_step=in_step)
    if life is Life.IN_SYNC and box.ntp.life is not Life.IN_SYNC:
        found.append(f"NTP daemon is {box.ntp.life.value}, was in step")
    if box.boot != box.spec.boot:
        found.append(f"boot images are {box.boot}, were {box.spec.boot}")
    if box.away_until is not None and box.away_until > now:
        found.append("the box is reloading")
    box.see_aps()
    return found + astray(box.aps)


def _differences(box: WlcBox, name: str, before: WlcConfig, after: WlcConfig) -> list[str]:
    old, new = commands(before, box.spec), commands(after, box.spec)
    found = [f"{name}: missing {line}" for line in old if line not in new]
    return found + [f"{name}: added {line}" for line in new if line not in old]
