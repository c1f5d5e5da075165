"""Which plan, if any: a finding, a fresh look and the policy in; the least invasive way out.

The same input gives the same plan. Every way that is not taken is listed with the reason.
"""

from collections.abc import Iterator
from dataclasses import replace

from service.domain.catalogue import Cause, Issue
from service.domain.finding import Confidence
from service.domain.plan import Alternative, Asked, NoPlan, Plan, Planned, Situation
from service.domain.policy import Policy
from service.domain.strategies import clock_window
from service.domain.strategies.clock_window_plan import alternative, plan_clock_window

ORDER = (
    "expired-cert-override",
    "fixed-software",
    "staging-controller",
    "clock-repair",
    "clock-window",
)
COSTS = {
    "expired-cert-override": "the controller accepts expired certificates from then on",
    "fixed-software": "software is installed; APs reload with the new image",
    "staging-controller": "APs move to another controller and back: they are off for a while twice",
    "clock-repair": "the controller's clock is set to true time",
    "clock-window": clock_window.COST,
}
NOT_YET = "not carried out by this version of aprejoin: do it by hand, by the field notice"


def make_plan(situation: Situation, asked: Asked, *, strategy: str | None = None) -> Planned:
    """The plan for one finding, or why there is none.

    Args:
        situation: the finding, and everything known of the controller.
        asked: what the person accepts.
        strategy: the only one to consider; None: the least invasive that works.
    """
    finding, issue, policy = situation.finding, situation.issue, situation.controller.policy
    if finding.confidence is Confidence.SUSPECTED and not asked.accept_suspected:
        return NoPlan(
            f"{finding.issue} is only suspected: sweep again until it is probable, or accept it "
            "with --accept-suspected"
        )
    if not finding.aps:
        return NoPlan(f"{finding.issue} names no AP: there is nobody to wait for")
    others = tuple(
        alternative_
        for alternative_ in strategies_for(issue, policy)
        if alternative_.name != clock_window.NAME
    )
    blocked = _not_allowed(clock_window.NAME, issue, policy)
    if strategy not in (None, clock_window.NAME):
        reason = next((a.reason for a in others if a.name == strategy), "no such strategy")
        return NoPlan(f"{strategy}: {reason}", others)
    planned = NoPlan(blocked) if blocked else plan_clock_window(situation, asked)
    ways = (*others, alternative(planned))
    if isinstance(planned, Plan):
        return replace(planned, alternatives=ways)
    return NoPlan(planned.reason, ways)


def strategies_for(issue: Issue, policy: Policy) -> Iterator[Alternative]:
    """Every strategy with whether it may be used for an issue, before a controller is looked at."""
    for name in ORDER:
        blocked = _not_allowed(name, issue, policy)
        applicable = blocked is None and name == clock_window.NAME
        reason = blocked or ("to be planned" if applicable else NOT_YET)
        yield Alternative(name, applicable, reason, COSTS[name])


def _not_allowed(name: str, issue: Issue, policy: Policy) -> str | None:
    if name == "expired-cert-override" and issue.cause is Cause.IMAGE_CERTIFICATE:
        return "the AP itself checks the image's certificate: no controller policy reaches it"
    if name not in issue.strategies:
        return f"does not mend {issue.name}"
    return None if name in policy.strategies else "the policy does not allow it"
