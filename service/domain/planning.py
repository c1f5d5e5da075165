"""Which plan, if any: a finding, a fresh look and the policy in; the least invasive way out.

The same input gives the same plan. Every way that is not taken is listed with the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from service.domain.catalogue import Cause, Issue
from service.domain.finding import Confidence
from service.domain.observation import Platform
from service.domain.plan import Alternative, Asked, NoPlan, Plan, Planned, Situation
from service.domain.policy import Policy
from service.domain.strategies import (
    clock_repair,
    clock_window,
    expired_cert_override,
    fixed_software,
)
from service.domain.strategies.clock_repair_plan import is_wrong, plan_clock_repair
from service.domain.strategies.clock_window_plan import plan_clock_window
from service.domain.strategies.expired_cert_plan import own_certificate_ended, plan_override

ORDER = (
    "expired-cert-override",
    "fixed-software",
    "staging-controller",
    "clock-repair",
    "clock-window",
)
COSTS = {
    "expired-cert-override": expired_cert_override.COST,
    "fixed-software": "software is installed; APs reload with the new image",
    "staging-controller": "APs move to another controller and back: they are off for a while twice",
    "clock-repair": clock_repair.COST,
    "clock-window": clock_window.COST,
}
PLANNERS: Mapping[str, Callable[[Situation, Asked], Planned]] = {
    expired_cert_override.NAME: plan_override,
    clock_repair.NAME: plan_clock_repair,
    clock_window.NAME: plan_clock_window,
}
"""Strategies that are carried out."""
NOT_YET = "not carried out by this version of aprejoin: do it by hand, by the field notice"
NOT_ON: Mapping[tuple[str, Platform], str] = {}
"""Strategies that one platform lacks, each with the reason."""
SECOND = (
    "comes second: where the override alone does not bring them, for the controller's own "
    "certificate has ended, APs can join while the clock lies before that end"
)


def make_plan(situation: Situation, asked: Asked, *, strategy: str | None = None) -> Planned:
    """The plan for one finding, or why there is none.

    Args:
        situation: the finding, and everything known of the controller.
        asked: what the person accepts.
        strategy: the only one to consider; None: the least invasive that works.
    """
    finding = situation.finding
    if finding.confidence is Confidence.SUSPECTED and not asked.accept_suspected:
        return NoPlan(
            f"{finding.issue} is only suspected: sweep again until it is probable, or accept it "
            "with --accept-suspected"
        )
    if not finding.aps and situation.issue.cause is not Cause.CLOCK:
        return NoPlan(f"{finding.issue} names no AP: there is nobody to wait for")
    tried = {name: _planned(name, situation, asked) for name in ORDER}
    chosen = next(
        (
            plan
            for name, plan in tried.items()
            if isinstance(plan, Plan) and strategy in (None, name)
        ),
        None,
    )
    ways = tuple(_way(name, plan, chosen, situation) for name, plan in tried.items())
    if chosen is not None:
        return replace(chosen, alternatives=ways)
    return NoPlan(_reason(tried, situation, strategy), ways)


def strategies_for(
    issue: Issue, policy: Policy, platform: Platform | None = None
) -> Iterator[Alternative]:
    """Every strategy with whether it may be used for an issue, before a controller is looked at."""
    for name in ORDER:
        blocked = _blocked(name, issue, policy, platform)
        reason = blocked or "to be planned"
        yield Alternative(name, blocked is None, reason, COSTS[name])


def _planned(name: str, situation: Situation, asked: Asked) -> Planned:
    blocked = _blocked(name, situation.issue, situation.controller.policy, situation.view.platform)
    if blocked and name == clock_repair.NAME and is_wrong(situation.view, situation.true_time):
        return NoPlan(f"{blocked}, but the clock is wrong: {repair_first(situation)}")
    if blocked == NOT_YET and name == fixed_software.NAME:
        return NoPlan(fixed_software.way_by_hand(situation))
    return NoPlan(blocked) if blocked else PLANNERS[name](situation, asked)


def repair_first(situation: Situation) -> str:
    """How a person has the clock repaired before anything else."""
    return f"aprejoin plan {situation.controller.name} -i INVENTORY --issue CLOCK-SKEW comes first"


def _way(name: str, planned: Planned, chosen: Plan | None, situation: Situation) -> Alternative:
    """One way among the others: taken, passed over for a milder one, or not to be had."""
    if isinstance(planned, NoPlan):
        return Alternative(name, False, planned.reason, COSTS[name])  # noqa: FBT003
    if chosen is None or name == chosen.charter.strategy:
        return Alternative(name, True, "applicable", COSTS[name])  # noqa: FBT003
    milder = f"applicable; passed over for {chosen.charter.strategy}"
    ended = own_certificate_ended(situation.view, situation.true_time)
    if name == clock_window.NAME and ended is not None:
        milder = f"{milder}; {SECOND}"
    return Alternative(name, True, milder, COSTS[name])  # noqa: FBT003


def _reason(tried: Mapping[str, Planned], situation: Situation, strategy: str | None) -> str:
    """Why nothing is planned: by the one way that was asked for, or by all that could be."""
    refused = {name: one.reason for name, one in tried.items() if isinstance(one, NoPlan)}
    if strategy is not None:
        return f"{strategy}: {refused.get(strategy, 'no such strategy')}"
    issue, policy = situation.issue, situation.controller.policy
    platform = situation.view.platform
    could = [name for name in tried if _blocked(name, issue, policy, platform) is None]
    if len(could) > 1:
        return "; ".join(f"{name}: {refused[name]}" for name in could)
    usual = clock_repair if issue.cause is Cause.CLOCK else clock_window
    return refused[could[0] if could else usual.NAME]


def _blocked(name: str, issue: Issue, policy: Policy, platform: Platform | None) -> str | None:
    """Why a strategy is out of the question whatever the controller looks like; None: it is not."""
    not_allowed = _not_allowed(name, issue, policy)
    if not_allowed is not None:
        return not_allowed
    if name not in PLANNERS:
        return NOT_YET
    return None if platform is None else NOT_ON.get((name, platform))


def _not_allowed(name: str, issue: Issue, policy: Policy) -> str | None:
    if name == "expired-cert-override" and issue.cause is Cause.IMAGE_CERTIFICATE:
        return "the AP itself checks the image's certificate: no controller policy reaches it"
    if name not in issue.strategies:
        return f"does not mend {issue.name}"
    return None if name in policy.strategies else "the policy does not allow it"
