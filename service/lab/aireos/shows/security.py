"""Certificates, AP authorization, the message log, and the configuration as commands."""

from collections.abc import Callable
from datetime import datetime

from service.lab.aireos.answers import Context, dotted
from service.lab.aireos.config import commands, saved_commands


def certificate_all(context: Context) -> str:
    """Blocks as Cisco documents them (facts, section 2); times are GMT."""
    box = context.box
    own = box.certificate
    if not own.present:
        return ""
    subject = f"C=US, ST=California, L=San Jose, O=Cisco Systems, CN={box.model.pid}-"
    subject += box.spec.mac.replace(":", "")
    names = {"ssc": ["Cisco Self Signed cert"], "lsc": ["Locally Significant cert"]}
    listed = names.get(own.kind, ["Cisco SHA1 device cert", "Cisco SHA2 device cert"])
    blocks = [
        f"Certificate Name: {name}\n\n"
        f"Subject Name :\n   {subject}\n"
        "Issuer Name :\n   O=Cisco Systems, CN=Cisco Manufacturing CA\n"
        "Serial Number (Hex):\n   146A2A2E00000001B2C4\n"
        f"Validity :\n   Start : {_gmt(own.start)}\n   End   : {_gmt(own.end)}\n"
        "Signature Algorithm :\n   sha1WithRSAEncryption\n"
        for name in listed
    ]
    head = "------------- Verification Certificates ----------------\n\n"
    return "\n" + head + "\n".join(blocks)


def _gmt(moment: datetime) -> str:
    return f"{moment:%b} {moment.day:>2} {moment:%H:%M:%S %Y} GMT"


def certificate_ssc(context: Context) -> str:
    """Unverified: only the first line is what the documents name; the rest is a guess."""
    box = context.box
    word = "Enabled" if box.running.hash_validation else "Disabled"
    head = dotted("SSC Hash validation", f"{word}.")
    if box.spec.model != "vWLC":
        return f"\n{head}\n"
    own = box.certificate
    return (
        f"\n{head}\n\nSSC Device Certificate details:\n\n"
        f" Subject Name :\n   CN=DEVICE-vWLC-{box.model.pid}-{box.spec.mac.replace(':', '')}\n\n"
        f" Validity :\n   Start : {_gmt(own.start)}\n   End   : {_gmt(own.end)}\n"
    )


def auth_list(context: Context) -> str:
    """The old wording of the facts, with lines of 8.x that are unverified; or the later one."""
    running = context.box.running
    words = {True: "enabled", False: "disabled"}
    if context.box.spec.quirks.auth_list == "joinable":
        ssc = "yes" if running.ssc_allowed else "no"
        return (
            f"\nAuthorize MIC APs against Auth-list or AAA ...... {words[running.authorize_mic]}\n"
            "Authorize LSC APs against Auth-List ............. disabled\n"
            "APs Allowed to Join\n"
            "  AP with Manufacturing Installed Certificate.... yes\n"
            f"  AP with Self-Signed Certificate................ {ssc}\n"
            "  AP with Locally Significant Certificate........ no\n"
        )
    return (
        f"\nAuthorize APs against AAA ....................... {words[running.authorize_mic]}\n"
        "Authorize LSC APs against Auth-List ............. disabled\n"
        "Allow APs with Manufactured Installed Certificate (MIC) .... enabled\n"
        f"Allow APs with Self-signed Certificate (SSC) .... {words[running.ssc_allowed]}\n"
        "Allow APs with Locally Significant Certificate (LSC) .... disabled\n\n"
        "Mac Addr                  Cert Type    Key Hash\n"
        "-----------------------   ----------   ------------------------------------------\n"
    )


def msglog(context: Context) -> str:
    """Newest first, local time without year or zone (facts, section 4)."""
    box = context.box
    lines = []
    for line in reversed(box.see_aps().lines):
        wall = box.zone.wall(line.utc)
        stamp = f"{wall:%b %d %H:%M:%S}.{wall.microsecond // 1000:03}"
        lines.append(f"*{line.task}: {stamp}: {line.text}")
    head = dotted("Message Log Severity Level", "ERROR", 50)
    return "\n".join([head, *lines, ""])


def run_config_commands(context: Context) -> str:
    """Running configuration, without the word config."""
    return "\n".join(["", *commands(context.box.running, context.box.spec), ""])


def startup_commands(context: Context) -> str:
    """Saved configuration, with the word config; the head shows the device's clock."""
    box = context.box
    stamp = f"{box.wall(context.now):%a %b %d %H:%M:%S %Y}"
    return "\n".join(["", *saved_commands(box.saved, box.spec, stamp), ""])


def grep(context: Context, pattern: str, command: str, *, include: bool) -> str | None:
    """`grep include "..." "show run-config commands"`; None: it can't filter that command."""
    shows = {
        "show run-config commands": run_config_commands,
        "show run-config startup-commands": startup_commands,
    }
    if command not in shows:
        return None
    found = [ln for ln in shows[command](context).splitlines() if (pattern in ln) is include]
    body = "".join(f" {line}\n" for line in found)
    count = f"There are {len(found)} lines matching the pattern {pattern} "
    return f"{body}\n{count}\n" if found else f"{count}\n"


SHOWS: dict[str, Callable[[Context], str]] = {
    "show certificate all": certificate_all,
    "show certificate ssc": certificate_ssc,
    "show auth-list": auth_list,
    "show msglog": msglog,
    "show run-config commands": run_config_commands,
    "show run-config startup-commands": startup_commands,
}
