"""The running configuration as lines of text, for `show running-config` and the archive's diff.

Only what the lab acts on is written as IOS writes it; anything else becomes a plain line with the
path of the node, so that a difference never goes unseen.
"""

from service.lab.box.eem_read import applets_of
from service.lab.box.ntp_lines import lines_of
from service.lab.box.tree import at, every, word
from service.lab.yang.edit import leaves
from service.lab.yang.paths import Element, text_of
from service.lab.yang.schema import Schema

OWN = ("/native/hostname", "/native/version", "/native/ntp/server", "/native/ntp/peer")


def running_lines(schema: Schema, running: Element) -> list[str]:
    """Every line of the configuration."""
    lines = [f"version {word(running, 'native/version')}"]
    lines.append(f"hostname {word(running, 'native/hostname')}")
    lines += _clock(running)
    lines += _others(schema, running)
    lines += _applets(running)
    return lines + lines_of(running)


def _clock(running: Element) -> list[str]:
    found = []
    zone = at(running, "native/clock/timezone")
    if zone is not None:
        minutes = word(zone, "minutes", "0")
        found.append(f"clock timezone {word(zone, 'zone')} {word(zone, 'hours', '0')} {minutes}")
    summer = at(running, "native/clock/summer-time")
    if summer is not None:
        rest = [text for leaf in list(summer)[1:] if (text := text_of(leaf).strip())]
        found.append(" ".join(["clock summer-time", word(summer, "zone"), "recurring", *rest]))
    return found


def _applets(running: Element) -> list[str]:
    found = [
        f"event manager environment {word(e, 'name')} {word(e, 'value')}"
        for e in every(at(running, "native/event/manager"), "environment")
    ]
    for applet in applets_of(running).values():
        bypass = " authorization bypass" if applet.bypass else ""
        found.append(f"event manager applet {applet.name}{bypass}")
        if applet.countdown_s is not None:
            maxrun = f" maxrun {applet.maxrun_s:g}" if applet.maxrun_given else ""
            found.append(f" event timer countdown time {applet.countdown_s:g}{maxrun}")
        found += [f" action {a.label} {a.text()}" for a in applet.actions]
    return found


def _others(schema: Schema, running: Element) -> list[str]:
    skipped = (*OWN, "/native/clock", "/native/event")
    return [
        " ".join([*path.strip("/").split("/")[1:], value]).strip()
        for path, value in leaves(schema, running).items()
        if not path.startswith(skipped)
    ]
