"""Working out a clock window for one controller: the moment, the steps, the impact."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.catalogue import Cause, Issue
from service.domain.instants import TrueTime
from service.domain.inventory import Controller
from service.domain.join_policy import Rule, Switch
from service.domain.joinability import (
    AtRisk,
    at_risk,
    ends,
    join_certificate_known,
    starts,
)
from service.domain.journal import Charter
from service.domain.observation import ControllerView, Topic
from service.domain.plan import (
    Asked,
    NoPlan,
    Plan,
    Planned,
    Situation,
)
from service.domain.policy import Policy
from service.domain.steps.mending import way_home
from service.domain.strategies import clock_window
from service.domain.strategies.clock_window_steps import steps_shown
from service.domain.strategies.drafting import APPROVAL_LASTS, drafted, sealed
from service.domain.strategies.refusals import UNMODELLED, refusals
from service.domain.wallclock import ClockZone
from service.domain.window import NoWindow, Window, find_window

RESERVE = timedelta(minutes=10)
STEP, FARTHEST = timedelta(minutes=10), timedelta(days=30)
"""How finely a usable moment is looked for, and how far where nothing else bounds it."""


def longest_window(controller: Controller) -> timedelta:
    """How long the false time may last at most: the wait, and the dead-man's switch after it."""
    return longest_by(controller.policy)


def longest_by(policy: Policy) -> timedelta:
    """The same, by the policy that it follows from."""
    return timedelta(seconds=policy.wait_for_aps_s + policy.dead_man_after_s) + RESERVE


def plan_clock_window(situation: Situation, asked: Asked) -> Planned:
    """A clock window for one finding, or why there is none."""
    finding, issue, view = situation.finding, situation.issue, situation.view
    policy, true_time = situation.controller.policy, situation.true_time
    reasons = list(refusals(view, policy, true_time, save_pending=asked.save_pending))
    if reasons or true_time is None:
        return NoPlan("; ".join(reasons))
    longest = longest_window(situation.controller)
    stuck = {ap.mac for ap in finding.aps}
    sightings = [ap for ap in view.aps or () if ap.mac in stuck]
    upper = tuple(ends(issue, view.certificates, sightings))
    if not any(bound.moment <= true_time.at for bound in upper):
        return NoPlan("no certificate that the join needs is known to have run out")
    window = find_window(starts(issue, view.certificates, finding.aps), upper, longest=longest)
    if isinstance(window, NoWindow):
        return NoPlan(window.reason)
    moment = usable_moment(window, view.zone or ClockZone(), longest)
    if moment is None:
        return NoPlan(
            f"no usable moment up to {window.latest:%Y-%m-%d %H:%M} UTC: it has to have one name "
            "in the controller's zone, and the false time has to end within its year"
        )
    risky = at_risk(issue, view.aps or (), moment, longest=longest)
    if len(risky) > policy.max_at_risk_aps:
        return NoPlan(_too_risky(risky, policy.max_at_risk_aps))
    charter = _charter(situation, asked, true_time, moment)
    return Plan(
        charter=charter,
        window=window,
        steps=tuple(steps_shown(charter)),
        impact=(
            *_impact(view, moment, longest, risky, asked),
            *_unlearned(issue, view),
            *_guardians(charter),
        ),
        alternatives=(),
        expires=true_time.at + APPROVAL_LASTS,
        by_hand=way_home(charter) if charter.guardians else (),
    )


def usable_moment(window: Window, zone: ClockZone, longest: timedelta) -> datetime | None:
    """The newest moment of a window that can be set and be told from true time; None without one.

    Its local hour must not be one that summer time repeats, and the local year must not end while
    the false time may last: the dead-man's switch knows the false time by its year.
    """
    moment = window.moment
    earliest = window.earliest or moment - FARTHEST
    while moment >= earliest:
        if zone.is_plain(moment) and _within_one_year(moment, zone, longest):
            return moment
        moment -= STEP
    return None


def _within_one_year(moment: datetime, zone: ClockZone, longest: timedelta) -> bool:
    return zone.local(moment).year == zone.local(moment + longest).year


def _charter(situation: Situation, asked: Asked, true_time: TrueTime, moment: datetime) -> Charter:
    policy, view = situation.controller.policy, situation.view
    guardians = 0 if view.restores_itself else policy.aireos_guardians
    charter = drafted(situation, asked, clock_window.NAME, true_time)
    return sealed(replace(charter, moment=moment, guardians=guardians))


def _impact(
    view: ControllerView,
    moment: datetime,
    longest: timedelta,
    risky: tuple[AtRisk, ...],
    asked: Asked,
) -> Iterator[str]:
    yield (
        f"the controller shows {moment:%Y-%m-%d %H:%M} UTC and later for at most "
        f"{longest.total_seconds():.0f} s: logs, analytics and anything that checks dates are off"
    )
    if not join_certificate_known(view.certificates):
        why = view.unknown.get(Topic.CERTIFICATES, "not listed")
        yield (
            f"the start of the controller's own certificate is not known ({why}): if it is younger "
            f"than {moment:%Y-%m-%d}, no AP can join while the window is open"
        )
    for ap in risky:
        yield f"cannot rejoin while the window is open: {ap.label}, {ap.why}"
    if view.unsaved is None:
        yield (
            "the controller can't tell whether its configuration is saved: "
            + ("it is saved at the end, as asked" if asked.save_pending else "nothing is saved")
        )
    if view.standby is not None:
        yield f"there is a standby controller ({view.standby}): a switchover must not happen now"
    for topic, what in (
        (Topic.HAZARDS, "not every hazard of a false clock could be read"),
        (Topic.INSTALL, "whether an installation is under way could not be read"),
        (Topic.AP_PREDOWNLOAD, "whether APs are predownloading could not be read"),
        (Topic.REDUNDANCY, "whether there is a standby could not be read"),
    ):
        if topic in view.unknown:
            yield f"{what}: {view.unknown[topic]}"
    yield f"not checked, since no model shows it: {UNMODELLED}"


def _unlearned(issue: Issue, view: ControllerView) -> Iterator[str]:
    """What APs do not learn while the window is open, and need once it is closed."""
    rule = Rule.IGNORE_MIC_EXPIRY
    if issue.cause is not Cause.DEVICE_CERTIFICATE or view.policies is None:
        return
    if view.policies.of(rule) is False:
        line = view.by_hand.policy_line(Switch(rule, True))  # noqa: FBT003
        yield (
            f"{rule} is off: APs that join in the window keep to the dates of certificates, and "
            "are off again at their next rejoin; turn it on by hand before, so that they learn "
            f"it: {line}"
        )


def _guardians(charter: Charter) -> Iterator[str]:
    """What it means that the box cannot restore itself; and the risk that somebody accepts."""
    if not charter.guardians:
        return
    yield (
        "the controller has no timer of its own to come home by: if the service is lost while the "
        "window is open, it stays in the past until a person types the commands given with this "
        "plan; keep them at hand"
    )
    if charter.guardians == 1:
        yield (
            "RISK, accepted by whoever approves this: one host alone guards the window "
            "(aireos_guardians: 1); if it dies, nobody brings the controller home"
        )
    else:
        yield (
            f"{charter.guardians} hosts have to guard the window from its start to its end; "
            "losing one ends it"
        )


def _too_risky(risky: tuple[AtRisk, ...], limit: int) -> str:
    named = "; ".join(f"{ap.label}: {ap.why}" for ap in risky[:5])
    more = f" and {len(risky) - 5} more" if len(risky) > 5 else ""  # noqa: PLR2004
    return (
        f"{len(risky)} APs could not rejoin while the window is open, and the policy's "
        f"max_at_risk_aps allows {limit}: {named}{more}"
    )
