"""What a person types where we could not: commands, ready to paste."""

from collections.abc import Iterable
from datetime import datetime

from service.domain.ntp import NtpEntry
from service.domain.remediation import Run
from service.domain.steps.protocol import Moment
from service.domain.wallclock import clock_set_text

LOOK_AT_NTP = "show running-config | include ^ntp"
LOOK_AT_TIMERS = "show running-config | include event manager applet aprejoin"
LOOK_AT_CLOCK = "show clock detail"


def ntp_line(entry: NtpEntry) -> str:
    """The configuration line of an entry; options by the model's names, which are the CLI's."""
    words = ["ntp", entry.label]
    for name, value in entry.leaves:
        if value != "false":
            words += [name.removesuffix("-opt"), "" if value == "true" else value]
    return " ".join(word for word in words if word)


def ntp_lines(entries: Iterable[NtpEntry]) -> tuple[str, ...]:
    """The configuration lines of entries."""
    return tuple(ntp_line(entry) for entry in entries)


def applet_lines(names: Iterable[str]) -> tuple[str, ...]:
    """What deletes applets."""
    return tuple(f"no event manager applet {name}" for name in sorted(names))


def clock_line(run: Run, moment: Moment) -> str:
    """What sets the clock; the time in it is that of the moment, by the best that is known."""
    known: datetime = moment.true_now or moment.now.wall
    text = clock_set_text(run.charter.zone.local(known))
    return f"clock set {text}   ! the true local time when you press enter"


def everything(run: Run) -> tuple[str, ...]:
    """Where nothing could be looked at: how to look, and what has to be there."""
    return (LOOK_AT_CLOCK, LOOK_AT_TIMERS, LOOK_AT_NTP, *ntp_lines(run.charter.ntp.entries))
