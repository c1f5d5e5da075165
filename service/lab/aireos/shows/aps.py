"""Tables of access points: `show ap summary`, `image all`, `image status`, and one AP's pages."""

from collections.abc import Callable, Iterable

from service.lab.aireos.answers import Context, dotted
from service.lab.aps.air import NONE
from service.lab.aps.kinds import runs_ios
from service.lab.aps.state import ApState, Phase

IMAGE_HEAD = (
    "                                                 Predownload     Predownload"
    "                                  Flexconnect\n"
    "AP Name            Primary Image  Backup Image   Status          Version        "
    "Next Retry Time  Retry Count  Predownload\n"
    "------------------ -------------- -------------- --------------- -------------- "
    "---------------- ------------ --------------"
)
PREDOWNLOAD = {
    None: "None",
    "initiated": "Initiated",
    "in-progress": "Predownloading",
    "complete": "Complete",
    "unsupported": "Not Supported",
    "failed": "Failed",
}
LAYOUTS = {  # column heads and widths of `show ap summary`
    "old": (18, ("Port", "Country", "Priority"), (4, 7, 6)),
    "ip18": (18, ("Country", "IP Address", "Clients", "DSE Location"), (10, 15, 8, 14)),
    "ip30": (30, ("Country", "IP Address", "Clients", "DSE Location"), (10, 15, 8, 14)),
}
FIRST_8 = 8  # older releases print older tables
DOWNLOADING = {Phase.DOWNLOADING, Phase.STUCK}


def downloading(state: ApState) -> bool:
    """Is this AP taking an image?"""
    return state.phase in DOWNLOADING


def joined(context: Context) -> list[ApState]:
    """Access points that the controller serves, in the order of their MACs."""
    states = context.box.see_aps().states.values()
    return sorted((s for s in states if s.present), key=lambda s: s.spec.mac)


def summary(context: Context) -> str:
    """Joined access points; no state column exists on AireOS."""
    listed = joined(context)
    if not context.box.spec.quirks.summary_lists_downloading:
        listed = [s for s in listed if not downloading(s)]
    head = [
        dotted("Number of APs", len(listed)),
        "",
        dotted("Global AP User Name", "Not Configured"),
        dotted("Global AP Dot1x User Name", "Not Configured"),
        "",
    ]
    return "\n".join([*head, *_table(listed, _layout(context))])


def _layout(context: Context) -> str:
    chosen = context.box.spec.quirks.ap_summary
    if chosen != "auto":
        return chosen
    return "ip30" if _major(context) >= FIRST_8 else "old"


def _major(context: Context) -> int:
    return int(context.box.image.split(".")[0])


def knows_status(context: Context) -> bool:
    """Is `show ap image status` known? The published procedure names it for 8.10 only."""
    chosen = context.box.spec.quirks.image_status
    numbers = tuple(int(part) for part in context.box.image.split(".")[:2])
    return chosen == "yes" or (chosen == "auto" and numbers >= (FIRST_8, 10))


def _table(states: Iterable[ApState], layout: str) -> list[str]:
    """Values of model and MAC stand one column off their dashes in the wide layout (facts)."""
    wide, heads, widths = LAYOUTS[layout]
    columns = [("AP Name", wide), ("Slots", 5), ("AP Model", 20), ("Ethernet MAC", 17)]
    columns += [("Location", 16), *zip(heads, widths, strict=True)]
    off = 1 if layout == "ip30" else 0
    lines = [
        "  ".join(f"{head:<{width}}" for head, width in columns).rstrip(),
        "  ".join("-" * width for _, width in columns),
    ]
    for state in states:
        spec = state.spec
        place = spec.options.get("location", "default location")
        left = f"{spec.name:<{wide}}   2     {'':{off}}{spec.model:<20}  "
        left += f"{spec.ethernet_mac:<17}  "[: 19 - off] + f"{place:<16}  "
        if layout == "old":
            lines.append(f"{left}LAG      DE       1")
        else:
            lines.append(f"{left}{'DE':<10}  {spec.ip:<15}    0       [0 ,0 ,0 ]")
    return lines


def image_all(context: Context) -> str:
    """8.5 as the seed's transcript: the counter tells how many download, no row tells which."""
    states = joined(context)
    chosen = context.box.spec.quirks.image_table
    old = chosen == "7.0" or (chosen == "auto" and _major(context) < FIRST_8)

    def count(*kinds: str | None) -> int:
        return sum(s.predownload_state(context.now) in kinds for s in states)

    counters = [
        ("Initiated", count("initiated")),
        ("Downloading", sum(map(downloading, states))),
        ("Predownloading", count("in-progress")),
        ("Completed predownloading", count("complete")),
        ("Not Supported", count("unsupported")),
        ("Failed to Predownload", count("failed")),
    ]
    lines = ["", dotted("Total number of APs", len(states)), "Number of APs"]
    lines += [
        f"\t{dotted(label, n, 48)}" for label, n in counters if not (old and label == "Downloading")
    ]
    rows = [_image_row(state, context.now) for state in states]
    return "\n".join([*lines, "", IMAGE_HEAD, *rows, ""])


def _image_row(state: ApState, now: float) -> str:
    """A swap shows at once, though the AP boots it later (a public transcript of an upgrade)."""
    said = state.predownload_state(now)
    version = state.backup if said == "complete" else "None"
    status = PREDOWNLOAD[said]
    slots = (state.version, state.backup)
    primary, backup = reversed(slots) if state.swaps else slots
    return (
        f"{state.spec.name:<18} {primary:<14} {backup:<14} {status:<15} "
        f"{version:<14} {'NA':<16} {'NA':<12} {'':<14}"
    )


def image_status(context: Context) -> str:
    """8.10 as the seed's transcript, which is the only public sample; other rows unverified."""
    states = joined(context)
    loading = [s for s in states if downloading(s)]
    lines = [
        dotted("Total number of APs", len(states)),
        dotted("Total AP's Downloading", len(loading)),
        "AP Name            Primary Image  Download Status",
        "------------------ -------------- ----------------",
    ]
    lines += [f"{s.spec.name:<18} {s.version:<14} Downloading" for s in loading]
    return "\n".join([*lines, ""])


def found(context: Context, name: str) -> ApState | None:
    """A joined AP by its name."""
    return next((s for s in joined(context) if s.spec.name == name), None)


def _homes(state: ApState) -> Iterable[tuple[str, object]]:
    """Blank where none is set (facts, section 2)."""
    for place in ("primary", "secondary"):
        name, address = state.homes.get(place, NONE)
        yield f"{place.title()} Cisco Switch Name", name
        yield f"{place.title()} Cisco Switch IP Address", address or "Not Configured"


def config_general(context: Context, state: ApState) -> str:
    """Labels of capture family `show ap config general` (facts, section 2); order unverified."""
    spec, box = state.spec, context.box
    stamp = f"{box.zone.wall(state.join_time):%a %b %d %H:%M:%S %Y}" if state.join_time else ""
    up_s = (box.utc(context.now) - state.boot_time).total_seconds() if state.boot_time else 0.0
    ios = runs_ios(spec.model)
    pairs: list[tuple[str, object]] = [
        ("Cisco AP Identifier", 1),
        ("Cisco AP Name", spec.name),
        ("Country code", "DE  - Germany"),
        ("MAC Address", spec.ethernet_mac),
        ("IP Address Configuration", "DHCP"),
        ("IP Address", spec.ip),
        ("Cisco AP Location", spec.options.get("location", "default location")),
        *_homes(state),
        ("Administrative State ", "ADMIN_ENABLED"),
        ("Operation State ", "DOWNLOADING" if downloading(state) else "REGISTERED "),
        ("AP Mode ", "Local "),
        ("S/W  Version ", f"{state.version} "),
        ("Boot  Version ", "15.2.2.0 "),
        ("Mini IOS Version ", "7.5.1.73 " if ios else "0.0.0.0 "),
        ("AP Model", spec.model),
        ("AP Image", "C2700-K9W8-M" if ios else "Apximage"),
        ("IOS Version", "15.3(3)JC9$" if ios else ""),
        ("AP Serial Number", spec.serial),
        ("AP Certificate Type", "Manufacture Installed"),
        ("AP Up Time", _up(up_s)),
        ("AP LWAPP Up Time", _up(max(0.0, context.now - state.since))),
        ("Join Date and Time", stamp),
    ]
    return "\n" + "\n".join(dotted(label, value, 48) for label, value in pairs) + "\n"


def _up(seconds: float) -> str:
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{days} days, {hour:02} h {minute:02} m {second:02} s "


def inventory(state: ApState) -> str:
    """`show ap inventory`: layout unverified."""
    spec = state.spec
    return (
        f"\nInventory for {spec.name}\n\n"
        f'NAME: "AP"    , DESCR: "Cisco Aironet Series Access Point"\n'
        f"PID: {spec.model},  VID: V01,  SN: {spec.serial}\n"
    )


SHOWS: dict[str, Callable[[Context], str]] = {
    "show ap summary": summary,
    "show ap image all": image_all,
}
