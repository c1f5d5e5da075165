"""Rules: who is told of what, through which channel, and when they want to be left alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from service.domain.notices.patience import Patience
from service.domain.policy import ClockWindow
from service.domain.webhooks import REACH, WINDOW, EventKind, Happening, Interest

PERIOD_S = 900.0
"""One message for each controller and kind in that time, where a rule says nothing else."""
USUAL = (
    EventKind.FINDING_OPENED,
    EventKind.PLAN_READY,
    EventKind.REMEDIATION_ENDED,
    EventKind.NEEDS_ATTENTION,
    EventKind.WINDOW_OVERDUE,
    EventKind.WINDOW_ENDING,
)
"""What a rule tells of that names nothing."""


class Severity(IntEnum):
    """How much it matters that somebody reads it now."""

    INFO = 0
    WARNING = 1
    CRITICAL = 2

    @property
    def word(self) -> str:
        """As the inventory spells it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which a rule keeps everything back but what is critical.

    Attributes:
        hours: local to `timezone`.
    """

    hours: ClockWindow
    timezone: str = "UTC"

    def holds(self, now: datetime) -> bool:
        """Whether it is such an hour."""
        return self.hours.holds(now, now, ZoneInfo(self.timezone))


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is told of what; whatever is empty or None leaves everything in.

    Attributes:
        to: names of channels.
        about: kinds of events; empty: `USUAL`.
        states: of a finding its confidence, of a step or remediation its state.
        severity: the least that is told.
        period_s: one message for each controller and kind in that time.
        patience: from when on a controller that cannot be read is told.
    """

    name: str
    to: tuple[str, ...]
    about: tuple[EventKind, ...] = ()
    issues: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    severity: Severity = Severity.INFO
    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    quiet: Quiet | None = None
    period_s: float = PERIOD_S
    patience: Patience = Patience()  # noqa: RUF009 - frozen

    def wants(self, happening: Happening, *, site: str | None, tags: tuple[str, ...]) -> bool:
        """Whether it tells this."""
        interest = Interest(self.about or USUAL, self.sites, self.tags)
        return (
            interest.wants(happening.kind, site=site, tags=tags)
            and not is_told_better(happening)
            and self.patience.is_over(happening)
            and severity_of(happening) >= self.severity
            and (not self.issues or issue_of(happening) in self.issues)
            and (not self.states or state_of(happening) in self.states)
        )


@dataclass(frozen=True, slots=True)
class Notify:
    """What the inventory says of notifications.

    Attributes:
        channels: name -> reference of the secret that is the channel's address.
        link: where the page is, without a slash at the end; None: nobody is led there.
    """

    channels: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    link: str | None = None

    def rule(self, name: str) -> Rule | None:
        """The rule of that name, or None."""
        return next((one for one in self.rules if one.name == name), None)

    def told(
        self, happening: Happening, *, site: str | None, tags: tuple[str, ...]
    ) -> dict[str, Rule]:
        """Each channel that is told this, with the first rule that says so."""
        found: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.wants(happening, site=site, tags=tags):
                for channel in rule.to:
                    found.setdefault(channel, rule)
        return found


def is_told_better(happening: Happening) -> bool:
    """A remediation that ended so badly that there is an event of its own for it."""
    return (
        happening.kind is EventKind.REMEDIATION_ENDED and state_of(happening) == "needs-attention"
    )


def severity_of(happening: Happening) -> Severity:
    """How much it matters."""
    match happening.kind:
        case EventKind.NEEDS_ATTENTION | EventKind.WINDOW_OVERDUE | EventKind.WINDOW_ENDING:
            return Severity.CRITICAL
        case EventKind.FINDING_OPENED | EventKind.PLAN_READY | EventKind.CONTROLLER_UNREACHABLE:
            return Severity.WARNING
        case EventKind.REMEDIATION_ENDED:
            return Severity.INFO if state_of(happening) == "succeeded" else Severity.WARNING
        case EventKind.REMEDIATION_STEP:
            went_well = state_of(happening) == "done"
            return Severity.INFO if went_well else Severity.WARNING
        case _:
            return Severity.INFO


def issue_of(happening: Happening) -> str | None:
    """Which issue it is about."""
    found = about_of(happening).get("issue")
    return None if found is None else str(found)


def state_of(happening: Happening) -> str | None:
    """The confidence of a finding, why a controller cannot be read, the state of all else."""
    about = about_of(happening)
    found = about.get("confidence") or about.get("trouble") or about.get("state")
    return None if found is None else str(found)


def about_of(happening: Happening) -> Mapping[str, object]:
    """The finding, plan, remediation, outage or window in an event's data."""
    for key in ("finding", "remediation", "plan", REACH, WINDOW):
        found = happening.data.get(key)
        if isinstance(found, Mapping):
            return found
    return happening.data
