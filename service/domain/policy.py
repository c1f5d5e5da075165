"""What the user allows: limits, waits, windows. Defaults are those of DESIGN.md section 7."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

OnFinding: TypeAlias = Literal["report", "plan", "remediate"]
ApprovalRule: TypeAlias = Literal["required", "four-eyes", "none"]
AfterBase: TypeAlias = Literal["return", "stay"]
TicketRule: TypeAlias = Literal["none", "required"]

ALL_STRATEGIES = (
    "expired-cert-override",
    "fixed-software",
    "staging-controller",
    "clock-repair",
    "clock-window",
)


@dataclass(frozen=True, slots=True)
class Policy:
    """One controller's policy, after tags and its own overrides.

    Attributes:
        waves: how many controllers a campaign begins with, and after each success; the last holds
            for all that follow.
        stop_wave_at: the share of a wave that may fail.
        retry_after_s: how soon a controller that was mended, or was not, is mended again by itself.
        longest_backoff_s: how long at most a schedule leaves a controller alone that fails.
        max_sessions: sessions of ours on the controller at the same time, the mending one included.
        after_base: where a release was committed and the patch that was to follow it is not: back
            to the software of before, or stay for a person to decide.
        ntp_servers: addresses or names that the controller is to follow; a repair of its clock adds
            those that are missing, and asks them for the time.
        reconcile_s: how old what a scheduled poll did not ask for may be; then everything is read.
        troubled_every, watched_every, healthy_every: every how many turns of a schedule a
            controller of that class is polled.
        poll_share: of its time that a controller's scheduled polls may take; 0: unbounded.
        busy_at: the share of a controller's processor in use from which on schedules leave it alone
            for longer; 0: no share is too much.
        ticket: whether anything is written forward only under an approved change, in its window.
    """

    on_finding: OnFinding = "report"
    approval: ApprovalRule = "required"
    strategies: tuple[str, ...] = ALL_STRATEGIES
    clock_windows: tuple[str, ...] = ()
    max_parallel_remediations: int = 2
    one_at_a_time: tuple[str, ...] = ("mobility_group", "ha_peer")
    max_at_risk_aps: int = 0
    aireos_guardians: int = 2
    loop_after_s: float = 1200
    poll_every_s: float = 30
    reboot_stragglers_after_s: float = 1800
    no_progress_s: float = 1800
    wait_for_aps_s: float = 7200
    dead_man_after_s: float = 1800
    ntp_sync_s: float = 1200
    stay_registered_s: float = 600
    waves: tuple[int, ...] = (1, 5, 20)
    stop_wave_at: float = 0.2
    retry_after_s: float = 86_400
    longest_backoff_s: float = 14_400
    max_sessions: int = 4
    ntp_servers: tuple[str, ...] = ()
    after_base: AfterBase = "return"
    ticket: TicketRule = "none"
    reconcile_s: float = 1800
    troubled_every: int = 1
    watched_every: int = 1
    healthy_every: int = 1
    poll_share: float = 0.5
    busy_at: float = 0.8


_WINDOW = re.compile(
    r"(?P<days>\S+)\s+(?P<start>\d{1,2})(?::(?P<sm>\d{2}))?-(?P<end>\d{1,2})"
    r"(?::(?P<em>\d{2}))?"
)
_DAYS = {
    name: index for index, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
}


@dataclass(frozen=True, slots=True)
class ClockWindow:
    """A recurring window in site-local time: days of the week it begins on, and hours.

    Written `DAYS HH-HH` or `DAYS HH:MM-HH:MM`, DAYS being `*`, `sat`, `mon-fri` or `sat,sun`. A
    window whose end is not after its start runs into the next day.
    """

    days: frozenset[int]
    start: time
    end: time

    @classmethod
    def parse(cls, text: str) -> "ClockWindow":
        """Parse a window; ValueError says what is wrong."""
        match = _WINDOW.fullmatch(text.strip().lower())
        if match is None:
            raise ValueError(f"{text!r} is not a window such as '* 22-04' or 'sat,sun 01:30-05:00'")
        return cls(
            _parse_days(match["days"], text),
            _clock_time(match["start"], match["sm"]),
            _clock_time(match["end"], match["em"]),
        )

    def holds(self, start: datetime, end: datetime, zone: ZoneInfo) -> bool:
        """Whether one occurrence of this window contains all of [start, end]."""
        local = start.astimezone(zone)
        for day in (local.date(), local.date() - timedelta(days=1)):
            if day.weekday() not in self.days:
                continue
            opens = datetime.combine(day, self.start, zone)
            closes_on = day if self.end > self.start else day + timedelta(days=1)
            closes = datetime.combine(closes_on, self.end, zone)
            if opens <= local and end.astimezone(zone) <= closes:
                return True
        return False


def open_window(policy: Policy, start: datetime, end: datetime, zone: ZoneInfo) -> str | None:
    """The window of the policy that contains [start, end], `any time` without windows, or None."""
    if not policy.clock_windows:
        return "any time"
    for text in policy.clock_windows:
        if ClockWindow.parse(text).holds(start, end, zone):
            return text
    return None


def _parse_days(text: str, whole: str) -> frozenset[int]:
    if text == "*":
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise ValueError(f"{whole!r}: {part!r} is no day (mon ... sun, ranges, lists or *)")
        stop = _DAYS[last or first]
        day = _DAYS[first]
        days.add(day)
        while day != stop:
            day = (day + 1) % 7
            days.add(day)
    return frozenset(days)


def _clock_time(hours: str, minutes: str | None) -> time:
    hour = int(hours)
    return time(0 if hour == 24 else hour, int(minutes or 0))  # noqa: PLR2004 - 24:00 is midnight
