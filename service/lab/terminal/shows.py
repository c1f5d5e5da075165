"""Show commands that the models of some release lack.

Sources: captures genie_ShowRedundancyStates, genie_ShowApSummary (the nine-column form); the
contextual diff's two marker lines are public; `show reload` with one scheduled is unverified.
"""

from collections.abc import Callable
from datetime import timedelta

from service.lab.aps.state import Phase
from service.lab.box.box import Box
from service.lab.box.config_text import running_lines

DIFFERENCES = "show archive config differences nvram:startup-config system:running-config"
HEADER = "!Contextual Config Diffs:"


def differences(box: Box, _: float) -> str:
    """What running has and startup lacks, and the other way round."""
    startup = running_lines(box.schema, box.stores.startup)
    running = running_lines(box.schema, box.stores.running)
    changed = _marked("+", running, startup) + _marked("-", startup, running)
    return "\n".join([HEADER, *(changed or ["!No changes were found"])])


def _marked(sign: str, lines: list[str], other: list[str]) -> list[str]:
    """Lines of one side only; a line of a submode under the line that opens it."""
    found: list[str] = []
    opener = ""
    for line, key in _keyed(lines):
        if not line.startswith(" "):
            opener = line
        if key in {k for _, k in _keyed(other)}:
            continue
        if line.startswith(" "):
            if opener not in found and f"{sign}{opener}" not in found:
                found.append(opener)
            found.append(f" {sign}{line.strip()}")
        else:
            found.append(f"{sign}{line}")
    return found


def _keyed(lines: list[str]) -> list[tuple[str, str]]:
    """Each line with what tells it from its like in another submode."""
    opener, found = "", []
    for line in lines:
        opener = opener if line.startswith(" ") else line
        found.append((line, f"{opener}|{line}"))
    return found


def reload(box: Box, now: float) -> str:
    """`show reload`."""
    if not box.spec.reload_scheduled:
        return "No reload is scheduled."
    wall, zone = box.zone.local(box.clock.utc(now) + timedelta(hours=5))
    when = f"{wall:%H:%M:%S} {zone} {wall:%a} {wall:%b} {wall.day} {wall.year}"
    return f"Reload scheduled for {when} (in 5 hours and 0 minutes) by admin on vty0 (192.0.2.250)"


def redundancy(box: Box, _: float) -> str:
    """`show redundancy states`."""
    peer = {"hot": "8  -STANDBY HOT", "cold": "4  -STANDBY COLD"}.get(box.spec.standby or "")
    mode, unit = ("Duplex", "sso") if peer else ("Simplex", "Non-redundant")
    lines = [
        "       my state = 13 -ACTIVE ",
        f"     peer state = {peer or '1  -DISABLED'} ",
        f"           Mode = {mode}",
        "           Unit = Primary",
        "        Unit ID = 1",
        "",
        f"Redundancy Mode (Operational) = {unit}",
        f"Redundancy Mode (Configured)  = {unit}",
        f"Redundancy State              = {unit if peer else 'Non Redundant'}",
        "     Maintenance Mode = Disabled",
    ]
    return "\n".join(lines)


def ap_summary(box: Box, _: float) -> str:
    """`show ap summary`: APs with a session; the country of one that downloads is empty."""
    states = [s for s in box.see_aps().states.values() if s.present]
    titles = ("AP Name", "Slots", "AP Model", "Ethernet MAC", "Radio MAC", "Location")
    widths = (33, 6, 20, 15, 15, 34)
    head = "".join(t.ljust(w) for t, w in zip(titles, widths, strict=True))
    head += "Country     IP Address                                 State"
    rows = [f"Number of APs: {len(states)}", "", head, "-" * len(head)]
    for state in states:
        spec, joined = state.spec, state.phase is Phase.REGISTERED
        values = (spec.name, "2", spec.model, _dotted(spec.ethernet_mac), _dotted(spec.mac))
        row = "".join(v.ljust(w) for v, w in zip(values, widths, strict=False))
        row += "default location".ljust(34) + ("GB" if joined else "").ljust(12)
        rows.append(row + spec.ip.ljust(43) + ("Registered" if joined else "Downloading"))
    return "\n".join(rows)


def _dotted(mac: str) -> str:
    plain = mac.replace(":", "")
    return ".".join(plain[i : i + 4] for i in (0, 4, 8))


SHOWS: dict[str, Callable[[Box, float], str]] = {
    DIFFERENCES: differences,
    "show reload": reload,
    "show redundancy states": redundancy,
    "show ap summary": ap_summary,
}
