"""What a plan would cost, as numbers: estimates, made from its steps and the policy's waits.

Nothing here is measured on the controller at hand. A step that only sends and looks again counts
for a few seconds; one that waits counts for what it usually takes and, at most, for what the policy
allows. What nobody can know beforehand (a reply that is lost, a way home that has to look twice)
is in neither number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from service.domain.catalogue import Issue
from service.domain.journal import Charter
from service.domain.observation import ApState, ControllerView
from service.domain.plan import Estimate, Plan
from service.domain.steps.policy import RESTORE, SET, WAIT
from service.domain.steps.repair import ADD, FOLLOW, REPAIR
from service.domain.strategies.clock_window_plan import longest_by
from service.domain.strategies.fixed_software_aireos_chain import FIRST

ACT_S = 5.0
"""A change and the look after it, over a session that is open."""
TIMED_S = 15.0
"""A timed applet: its countdown, and the looks until its effect is seen."""
SYNC_S = 300.0
"""How long NTP usually takes to be in sync again (unverified: it differs widely)."""
MOVE_S = 300.0
TURN_S = 1200.0
"""A turn of an AP through its download, where the issue does not say."""
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Span:
    """How long a step takes, seconds: usually, and at most."""

    usual_s: float
    most_s: float

    def __add__(self, other: "Span") -> "Span":
        return Span(self.usual_s + other.usual_s, self.most_s + other.most_s)


NO_TIME = Span(0.0, 0.0)
Waits: TypeAlias = Callable[[Charter, Issue], Span]


def _same(seconds: float) -> Waits:
    def wait(charter: Charter, issue: Issue) -> Span:
        del charter, issue
        return Span(seconds, seconds)

    return wait


def _between(usual_s: float, most_s: float) -> Waits:
    """What an installer usually takes (unverified), and what it is given."""

    def wait(charter: Charter, issue: Issue) -> Span:
        del charter, issue
        return Span(usual_s, most_s)

    return wait


def _for_aps(charter: Charter, issue: Issue) -> Span:
    """A turn of the APs, or all that the policy allows."""
    limit_s = charter.policy.wait_for_aps_s
    return Span(min(limit_s, issue.settings.get("longest_turn_s", TURN_S)), limit_s)


def _if_it_fails(charter: Charter, issue: Issue) -> Span:
    """APs that are waited for on the way back alone."""
    return Span(0.0, _for_aps(charter, issue).most_s)


def _fetching_former(charter: Charter, issue: Issue) -> Span:
    """The image to return with, where it does not lie on the controller."""
    del issue
    fetched = charter.install is not None and any(stage.url for stage in charter.install.former)
    return Span(300.0, 900.0) if fetched else Span(ACT_S, ACT_S)


def _moving(charter: Charter, issue: Issue) -> Span:
    """APs join another controller (how long that usually takes is unverified)."""
    del issue
    limit_s = charter.policy.wait_for_aps_s
    return Span(min(limit_s, MOVE_S), limit_s)


def _for_sync(charter: Charter, issue: Issue) -> Span:
    del issue
    if not charter.time_servers.entries:
        return Span(ACT_S, ACT_S)
    return Span(min(SYNC_S, charter.policy.ntp_sync_s), charter.policy.ntp_sync_s)


def _staying(charter: Charter, issue: Issue) -> Span:
    """The last look, and the time that APs have to stay registered."""
    del issue
    stay_s = charter.policy.stay_registered_s if charter.aps else 0.0
    return Span(stay_s + ACT_S, stay_s + ACT_S)


WAITS: Mapping[str, Waits] = {
    "prove-timer": _same(TIMED_S),
    "arm-dead-man": _same(ACT_S),
    "set-clock-back": _same(2 * TIMED_S),
    "set-true-time": _same(TIMED_S),
    "disarm": _same(ACT_S),
    REPAIR: _same(TIMED_S),
    ADD: _same(ACT_S),
    SET: _same(ACT_S),
    RESTORE: _same(ACT_S),
    "wait-for-aps": _for_aps,
    WAIT: _for_aps,
    "ntp-in-sync": _for_sync,
    FOLLOW: _for_sync,
    "verify": _staying,
    "arrive-": _moving,
    "return-": _moving,
    "bring-home": _same(ACT_S),
    "restore-homes": _same(ACT_S),
    "fetch-image": _between(600.0, 5400.0),
    "predownload": _for_aps,
    "restart": _between(600.0, 2400.0),
    "wait-for-image": _for_aps,
    "fetch-base": _between(300.0, 900.0),
    "fetch-apsp": _between(120.0, 900.0),
    "check-base": _same(60.0),
    "check-apsp": _same(60.0),
    "add-base": _between(300.0, 1800.0),
    "add-apsp": _between(120.0, 1800.0),
    "predownload-base": _between(1200.0, 3600.0),
    "activate-base": _between(900.0, 3600.0),
    "activate-apsp": _between(120.0, 1800.0),
    "health-base": _for_aps,
    "health-apsp": _for_aps,
    "health-1": _for_aps,
    "health-2": _for_aps,
    "commit-base": _between(60.0, 900.0),
    "commit-apsp": _between(60.0, 900.0),
    "fetch-former": _fetching_former,
    "check-former": _same(60.0),
    "add-former": _between(0.0, 1800.0),  # the way back: where something fails, and only then
    "activate-former": _between(0.0, 3600.0),
    "health-former": _if_it_fails,
    "commit-former": _between(0.0, 900.0),
}
"""How long steps take, by name; any other: a change and a look."""

WINDOW, DIGITS = "window-", "0123456789"
"""A clock window on the staging controller, one for each wave: `window-1`."""
NEXT_DOOR = (
    "prove-timer", "arm-dead-man", "remove-ntp", "set-clock-back", "wait-for-aps",
    "set-true-time", "restore-ntp", "ntp-in-sync", "disarm", "save", "verify",
)  # fmt: skip
"""What such a window is made of."""
FALSE_FROM, FALSE_UNTIL = "set-clock-back", "set-true-time"
"""Steps between which a clock is false, on this controller or on the one beside it."""
RELOADING = frozenset({"activate-base", "restart"})
"""Steps that reload a controller."""
RELOADING_BACK = frozenset({"activate-former", "fall-back"})
"""Those that do where something failed."""
UNTOUCHED = frozenset({"clock-repair"})
"""Strategies that mean no AP."""
EVERY_AP = frozenset({"fixed-software"})
"""Strategies after which every AP loads another image."""


def estimate(plan: Plan, issue: Issue, view: ControllerView) -> Estimate:
    """What carrying out a plan takes, and whom it touches."""
    charter = plan.charter
    names = tuple(step.name.removeprefix(FIRST) for step in plan.steps)
    whole = _together(names, charter, issue)
    false = _together(_false(names), charter, issue)
    most_false_s = longest_by(charter.policy).total_seconds() * _windows(names)
    most_s = whole.most_s - false.most_s + max(false.most_s, most_false_s)
    reloads = sum(name in RELOADING for name in names)
    touched = aps_touched(charter, view, everyone=charter.purpose in EVERY_AP or reloads > 0)
    return Estimate(
        minutes=_minutes(whole.usual_s),
        minutes_at_most=_minutes(most_s),
        reloads=reloads,
        reloads_at_most=reloads + sum(name in RELOADING_BACK for name in names),
        false_time_s=round(false.usual_s),
        false_time_at_most_s=round(most_false_s),
        aps_touched=touched,
        clients_touched=view.clients if touched > len(charter.aps) else 0,
    )


def aps_touched(charter: Charter, view: ControllerView, *, everyone: bool) -> int:
    """How many APs are meant to do something: those of the finding, or every one that is there."""
    if charter.strategy in UNTOUCHED:
        return 0
    stuck = {ap.mac for ap in charter.aps}
    if not everyone:
        return len(stuck)
    serving = {ap.mac for ap in view.aps or () if ap.state is not ApState.NOT_JOINED}
    return len(stuck | serving)


def _together(names: Iterable[str], charter: Charter, issue: Issue) -> Span:
    return sum((_span(name, charter, issue) for name in names), NO_TIME)


def _span(name: str, charter: Charter, issue: Issue) -> Span:
    """How long a step takes; those of a staging controller's waves go by their name alone."""
    kind = name.rstrip(DIGITS)
    if kind == WINDOW:
        return _together(NEXT_DOOR, charter, issue)
    return WAITS.get(name, WAITS.get(kind, _same(ACT_S)))(charter, issue)


def _windows(names: tuple[str, ...]) -> int:
    """How many clock windows there are: here, or one for each wave next door."""
    return (FALSE_FROM in names) + sum(name.rstrip(DIGITS) == WINDOW for name in names)


def _false(names: tuple[str, ...]) -> tuple[str, ...]:
    """The steps during which a clock is false."""
    window = NEXT_DOOR * sum(name.rstrip(DIGITS) == WINDOW for name in names)
    if FALSE_FROM in names and FALSE_UNTIL in names:
        window = names
    return tuple(_between_clocks(window))


def _between_clocks(names: tuple[str, ...]) -> Iterator[str]:
    is_false = False
    for name in names:
        is_false = is_false or name == FALSE_FROM
        if is_false:
            yield name
        is_false = is_false and name != FALSE_UNTIL


def _minutes(seconds: float) -> int:
    """Whole minutes, a begun one counted."""
    return -int(-seconds // MINUTE_S)
