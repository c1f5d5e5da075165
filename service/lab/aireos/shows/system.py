"""`show sysinfo`, `time`, `boot`, `redundancy summary`, `inventory`, accounts and sessions."""

from collections.abc import Callable

from service.lab.aireos.answers import Context, dotted

NTP_HEAD = (
    "     Index     NTP Key Index                  NTP Server                Status"
    "          NTP Msg Auth Status\n"
    "    -------  ---------------------------------------------------------------------"
)
OLD_NTP_HEAD = (  # facts, section 2: an older variant lacks the last column
    "     Index     NTP Key Index                  NTP Server                Status\n"
    "    -------  ----------------------------------------------------"
)
WIDE = 45  # `show time` pads its NTP labels a little less


def sysinfo(context: Context) -> str:
    """As capture ntc__cisco_wlc_ssh_show_sysinfo, with the lines of 8.x."""
    box, spec = context.box, context.box.spec
    parts = [
        ["Manufacturer's Name", "Cisco Systems Inc."],
        ["Product Name", "Cisco Controller"],
        ["Product Version", box.image],
        ["Bootloader Version", "1.0.20"],
        ["Field Recovery Image Version", "7.6.101.1"],
        ["Firmware Version", "PIC 19.0"],
        [],
        [],
        ["Build Type", "DATA + WPS"],
        [],
        ["System Name", box.running.sysname],
        ["System Location", box.running.location],
        ["System Contact", ""],
        ["System ObjectID", box.model.object_id],
        ["Redundancy Mode", "SSO" if spec.redundancy else "Disabled"],
        ["IP Address", spec.ip],
        ["Last Reset", box.reset_reason],
        ["System Up Time", _days(box.up(context.now).total_seconds())],
        ["System Timezone Location", box.zone.text],
        ["System Stats Realtime Interval", "5"],
        ["System Stats Normal Interval", "180"],
        [],
        [],
        ["Configured Country", "DE  - Germany"],
        ["Operating Environment", "Commercial (0 to 40 C)"],
        ["Internal Temp Alarm Limits", "0 to 65 C"],
        ["Internal Temperature", "+31 C"],
        ["External Temperature", "+35 C"],
        ["Fan Status", "OK"],
        [],
        ["State of 802.11b Network", "Enabled"],
        ["State of 802.11a Network", "Enabled"],
        ["Number of WLANs", "6"],
        ["Number of Active Clients", "0"],
        [],
        ["Memory Current Usage", "40"],
        ["Memory Average Usage", "40"],
        ["CPU Current Usage", str(box.load.percent(context.now))],
        ["CPU Average Usage", "2"],
        [],
        ["Burned-in MAC Address", spec.mac.upper()],
        ["Maximum number of APs supported", str(spec.roaming.max_aps or box.model.most_aps)],
        ["System Nas-Id", ""],
        ["WLC MIC Certificate Types", "SHA1/SHA2"],
    ]
    lines = [dotted(part[0], part[1]) if part else "" for part in parts]
    return "\n".join(["", *lines, ""])


def _days(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{days} days {hour} hrs {minute} mins {second} secs"


def time(context: Context) -> str:
    """As capture ntc__cisco_wlc_ssh_show_time: local wall clock, day padded with a space."""
    box, daemon, old = context.box, context.box.ntp, context.box.spec.quirks.time_table == "old"
    wall = box.wall(context.now)
    lines = [
        "",
        dotted("Time", f"{wall:%a %b} {wall.day:>2} {wall:%H:%M:%S %Y}"),
        "",
        dotted("Timezone delta", box.zone.delta),
        dotted("Timezone location", box.zone.text),
        "",
        "NTP Servers",
        f"    {dotted('NTP Version', '    3', WIDE)}",
        f"    {dotted('NTP Polling Interval', f'    {box.running.ntp_interval}', WIDE)}",
        "",
        OLD_NTP_HEAD if old else NTP_HEAD,
    ]
    if old:
        del lines[7]
    if context.box.spec.quirks.time_table == "bare" and not box.running.ntp:
        return "\n".join([*lines[:5], ""])
    for server in box.running.ntp:
        auth = "" if old else daemon.auth_status(server)
        row = f"{server.index:>8}{server.key or 0:>15}{server.host:>41}     "
        lines.append(f"{row}{daemon.status(server):<21}{auth}".rstrip())
    return "\n".join([*lines, ""])


def boot(context: Context) -> str:
    """As capture pyntc__show_boot: both flags float."""
    images = context.box.boot
    lines = []
    for slot, release in (("primary", images.primary), ("backup", images.backup)):
        default = " (default)" if images.default == slot else ""
        active = " (active)" if images.active == slot else ""
        lines.append(dotted(f"{slot.title()} Boot Image", f"{release}{default}{active}"))
    return "\n".join(lines)


def redundancy(context: Context) -> str:
    """As captures ntc__..._redundancy_summary_1 and pyntc__show_redundancy_summary_standalone."""
    mac = context.box.spec.mac.upper()
    local, peer, unit = "ACTIVE ", "STANDBY HOT ", "Primary"
    if context.box.spec.redundancy == "standby":
        local, peer, unit = peer, local, "Secondary"
    if context.box.spec.redundancy is None:
        pairs = [
            (" Redundancy Mode", "SSO DISABLED "),
            ("     Local State", "ACTIVE "),
            ("      Peer State", "N/A"),
            ("            Unit", "Primary"),
            ("         Unit ID", mac),
            ("Redundancy State", "N/A"),
            ("    Mobility MAC", mac),
        ]
    else:
        pairs = [
            ("            Redundancy Mode", "SSO ENABLED "),
            ("                Local State", local),
            ("                 Peer State", peer),
            ("                       Unit", unit),
            ("                    Unit ID", mac),
            ("           Redundancy State", "SSO"),
            ("               Mobility MAC", mac),
            ("               Redundancy Port ", "UP"),
            ("            BulkSync Status", "Complete"),
            ("Average Redundancy Peer Reachability Latency", "199 Micro Seconds"),
            ("Average Management Gateway Reachability Latency", "570 Micro Seconds"),
        ]
    return "\n".join(f"{label} = {value}" for label, value in pairs)


def inventory(context: Context) -> str:
    """The chassis."""
    box = context.box
    return (
        f"\n{dotted('Burned-in MAC Address', box.spec.mac.upper())}\n"
        f'NAME: "Chassis"    , DESCR: "{box.model.described}"\n'
        f"PID: {box.model.pid},  VID: V01,  SN: {box.spec.serial}\n"
    )


def mgmtuser(context: Context) -> str:
    """The one account and its rights; layout unverified."""
    return (
        "User Name                 Permissions    Description                       "
        "Password Strength\n"
        "-----------------------   ------------   --------------------------------  "
        "---------------------\n"
        f"{'admin':<25} {context.box.access:<14} {'':<33} Strong"
    )


SHOWS: dict[str, Callable[[Context], str]] = {
    "show sysinfo": sysinfo,
    "show time": time,
    "show boot": boot,
    "show redundancy summary": redundancy,
    "show inventory": inventory,
    "show mgmtuser": mgmtuser,
}
