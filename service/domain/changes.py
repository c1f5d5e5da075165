"""What a controller can be asked to change: values that a driver turns into payloads.

A change says what is meant, never how a platform writes it. Wall times are naive local times of
the controller, worked out for the moment at which they take effect.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from service.domain.ap_homes import ApHome, Place
from service.domain.identity import BaseRadioMac
from service.domain.image_changes import ImageChange, describe_image_change
from service.domain.join_policy import Rule, Switch
from service.domain.ntp import NtpConfig
from service.domain.software_changes import SoftwareChange, describe_software

Reads: TypeAlias = Literal["local", "utc"]

TIMER_PREFIX = "aprejoin-"
"""Every timer of ours begins with this; between installations the name is the claim."""

PROBE, WITNESS = f"{TIMER_PREFIX}probe", f"{TIMER_PREFIX}witness"
CANARY, CLOCK = f"{TIMER_PREFIX}canary", f"{TIMER_PREFIX}clock"
GUARDS = (f"{TIMER_PREFIX}guard-a", f"{TIMER_PREFIX}guard-b")


@dataclass(frozen=True, slots=True)
class RemoveNtp:
    """Take exactly these entries off; refused as a whole if one of them is no longer there."""

    entries: NtpConfig
    kind: Literal["remove-ntp"] = "remove-ntp"


@dataclass(frozen=True, slots=True)
class AddNtp:
    """Put exactly these entries on; refused as a whole if one of them is there already."""

    entries: NtpConfig
    kind: Literal["add-ntp"] = "add-ntp"


@dataclass(frozen=True, slots=True)
class ProveTimer:
    """Create the probe and the witness.

    The probe fires after `countdown_s`, deletes itself first and then, only if the clock shows
    one of `years`, the witness. Both gone proves timer, guard, privilege and self-deletion.
    """

    remediation: str
    countdown_s: int
    years: tuple[int, ...]
    kind: Literal["prove-timer"] = "prove-timer"


@dataclass(frozen=True, slots=True)
class ArmGuard:
    """Create the dead-man's switch under `name`, fired after `countdown_s` unless deleted.

    It sets the clock to `home_wall` if the clock still shows `false_year`, adds `ntp` back,
    deletes every timer in `forget` and itself, and logs one line.
    """

    name: str
    remediation: str
    countdown_s: int
    ntp: NtpConfig
    false_year: int
    home_wall: datetime
    forget: tuple[str, ...]
    kind: Literal["arm-guard"] = "arm-guard"


@dataclass(frozen=True, slots=True)
class SetClock:
    """Set the clock to `wall` by a timer that deletes itself first and fires after `countdown_s`.

    Attributes:
        countdown_s: 0: at once and by a command, on a box without timers.
        canary_s: with a second timer that only deletes itself, after this many seconds: it spans
            the step, so that a countdown which follows the clock shows itself. None: without.
        false: to the false moment, where no canary tells; see `is_false`.
        reads: how a command takes `wall`: as the box's local time, or as UTC.
    """

    remediation: str
    countdown_s: int
    wall: datetime
    canary_s: int | None = None
    false: bool = False
    reads: Reads = "local"
    kind: Literal["set-clock"] = "set-clock"

    @property
    def is_false(self) -> bool:
        """Whether it sets the false moment, not true time."""
        return self.false or self.canary_s is not None


@dataclass(frozen=True, slots=True)
class RemoveTimers:
    """Delete timers of ours; one that is gone already is no error."""

    names: tuple[str, ...]
    kind: Literal["remove-timers"] = "remove-timers"


@dataclass(frozen=True, slots=True)
class SaveConfig:
    """Copy running to startup."""

    kind: Literal["save-config"] = "save-config"


@dataclass(frozen=True, slots=True)
class ResetAp:
    """Reboot one AP."""

    mac: BaseRadioMac
    kind: Literal["reset-ap"] = "reset-ap"


@dataclass(frozen=True, slots=True)
class SetJoinPolicy:
    """Turn one switch of the certificate policy; refused if it is not as `before` any more."""

    rule: Rule
    before: bool
    after: bool
    kind: Literal["set-join-policy"] = "set-join-policy"


@dataclass(frozen=True, slots=True)
class SetApHome:
    """Tell one AP which controller it joins; sent to the one that it is joined to.

    Attributes:
        ap: its name, where a platform knows it by nothing else.
        home: the controller; none set: it is taken away.
        before: what is there, which some releases have to be told to take it away.
    """

    mac: BaseRadioMac
    ap: str
    place: Place
    home: ApHome
    before: ApHome
    kind: Literal["set-ap-home"] = "set-ap-home"


Change: TypeAlias = (
    RemoveNtp
    | AddNtp
    | ProveTimer
    | ArmGuard
    | SetClock
    | RemoveTimers
    | SaveConfig
    | ResetAp
    | SetJoinPolicy
    | SoftwareChange
    | SetApHome
    | ImageChange
)


def describe(change: Change) -> str:  # noqa: C901, PLR0911 - one arm for each change
    """One sentence for people and the journal."""
    if isinstance(change, SoftwareChange):
        return describe_software(change)
    if isinstance(change, ImageChange):
        return describe_image_change(change)
    match change:
        case RemoveNtp(entries):
            return f"remove {', '.join(entries.labels)}"
        case AddNtp(entries):
            return f"add back {', '.join(entries.labels)}"
        case ProveTimer() as proof:
            return f"create {PROBE} and {WITNESS}, to run in {proof.countdown_s} s"
        case ArmGuard() as guard:
            return f"create {guard.name}, to restore the controller in {guard.countdown_s} s"
        case SetClock() as clock:
            when = f"in {clock.countdown_s} s" if clock.countdown_s else "at once"
            zone = "UTC" if clock.reads == "utc" else "local"
            return f"set the clock to {clock.wall:%Y-%m-%d %H:%M:%S} {zone} {when}"
        case RemoveTimers(names):
            return f"delete {', '.join(names)}"
        case SaveConfig():
            return "save the running configuration"
        case ResetAp(mac):
            return f"reset AP {mac}"
        case SetJoinPolicy(rule, _, after):
            return f"set {Switch(rule, after).label}"
        case SetApHome(mac, ap, place, home):
            return f"tell AP {ap or mac} its {place} controller: {home.label}"
