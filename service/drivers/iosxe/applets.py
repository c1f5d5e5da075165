"""The timed applets (EEM) that stand in for a clock-set RPC and guard a false clock.

No model of IOS XE sets the clock; an applet runs exec commands instead (FACTS, section 7). What is
verified from models: node names, types, the guard (`regexp`, `if`, `end`). What is not, and is
therefore proven on each box by the probe before anything else is touched: that an applet which
deletes itself finishes its remaining actions, that `authorization bypass` is enough, and that a
countdown does not follow the clock.

Actions run in the order of their labels as text, so labels have equal width.
"""

from dataclasses import dataclass
from typing import TypeAlias

from service.domain.changes import (
    CANARY,
    CLOCK,
    GUARDS,
    PROBE,
    WITNESS,
    ArmGuard,
    ProveTimer,
    SetClock,
)
from service.domain.wallclock import clock_set_text
from service.drivers.iosxe.ntp_entries import ntp_command

WITNESS_COUNTDOWN_S = 86400  # the witness never fires by itself; the probe deletes it
BASE_RUN_S, RUN_PER_ACTION_S = 60, 5
"""Run time allowed: the box's own default of 20 s is short where each CLI action takes seconds."""


@dataclass(frozen=True, slots=True)
class Cli:
    """Run one command."""

    command: str


@dataclass(frozen=True, slots=True)
class Match:
    """Search `pattern` in the last command's output; sets `$_regexp_result`."""

    pattern: str


@dataclass(frozen=True, slots=True)
class IfMatched:
    """Begin a block that runs only if the last search found something."""


@dataclass(frozen=True, slots=True)
class EndIf:
    """End that block."""


@dataclass(frozen=True, slots=True)
class Log:
    """Write one syslog line."""

    message: str


Action: TypeAlias = Cli | Match | IfMatched | EndIf | Log


@dataclass(frozen=True, slots=True)
class Applet:
    """One applet, in no release's form yet."""

    name: str
    description: str
    countdown_s: int
    actions: tuple[Action, ...]

    @property
    def maxrun_s(self) -> int:
        """How long it may run."""
        return BASE_RUN_S + RUN_PER_ACTION_S * len(self.actions)


def probe_and_witness(change: ProveTimer) -> tuple[Applet, ...]:
    """The probe has every form that the other applets use; the witness waits to be deleted."""
    about = _about(change.remediation)
    probe = Applet(
        PROBE,
        about,
        change.countdown_s,
        (
            Cli("enable"),
            *_forget(PROBE),
            Cli("show clock"),
            Match("|".join(str(year) for year in change.years)),
            IfMatched(),
            *_forget(WITNESS),
            EndIf(),
        ),
    )
    witness = Applet(WITNESS, about, WITNESS_COUNTDOWN_S, (Cli("enable"), *_forget(WITNESS)))
    return (witness, probe)


def guard(change: ArmGuard) -> Applet:
    """The dead-man's switch: time first, then NTP, then our own traces."""
    return Applet(
        change.name,
        _about(change.remediation),
        change.countdown_s,
        (
            Cli("enable"),
            Cli("show clock"),
            Match(str(change.false_year)),
            IfMatched(),
            Cli(f"clock set {clock_set_text(change.home_wall)}"),
            EndIf(),
            Cli("configure terminal"),
            *(Cli(ntp_command(entry)) for entry in change.ntp.entries),
            *(Cli(f"no event manager applet {name}") for name in change.forget),
            Cli(f"no event manager applet {change.name}"),
            Cli("end"),
            Log(f"aprejoin: {change.name} restored clock and NTP ({change.remediation})"),
        ),
    )


def clock_setter(change: SetClock) -> tuple[Applet, ...]:
    """The applet that sets the clock, deleting itself first, and the canary that spans the step."""
    about = _about(change.remediation)
    command = Cli(f"clock set {clock_set_text(change.wall)}")
    setter = Applet(CLOCK, about, change.countdown_s, (Cli("enable"), *_forget(CLOCK), command))
    if change.canary_s is None:
        return (setter,)
    canary = Applet(CANARY, about, change.canary_s, (Cli("enable"), *_forget(CANARY)))
    return (canary, setter)


OURS = (PROBE, WITNESS, CANARY, CLOCK, *GUARDS)


def _about(remediation: str) -> str:
    return f"aprejoin {remediation}"


def _forget(*names: str) -> tuple[Cli, ...]:
    lines = (Cli(f"no event manager applet {name}") for name in names)
    return (Cli("configure terminal"), *lines, Cli("end"))
