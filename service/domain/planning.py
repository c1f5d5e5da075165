"""Which plan, if any: a finding, a fresh look and the policy in; the least invasive way out.

The same input gives the same plan. Every way that is not taken is listed with the reason.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from service.domain.catalogue import Cause
from service.domain.diagnosis.verdict import Explanation
from service.domain.estimates import estimate
from service.domain.finding import Confidence
from service.domain.plan import Alternative, Asked, NoPlan, Plan, Planned, Situation
from service.domain.policy import ALL_STRATEGIES
from service.domain.polling.telling import why_stale
from service.domain.strategies import (
    clock_repair,
    clock_window,
    expired_cert_override,
    fixed_software,
    staging_controller,
)
from service.domain.strategies.clock_repair_plan import is_wrong, plan_clock_repair
from service.domain.strategies.clock_window_plan import plan_clock_window
from service.domain.strategies.expired_cert_plan import own_certificate_ended, plan_override
from service.domain.strategies.fixed_software_plan import plan_fixed_software
from service.domain.strategies.nothing import is_nothing_needed, without_finding
from service.domain.strategies.staging_plan import plan_staging
from service.domain.surroundings import disturbed, peers_told, told
from service.domain.ways import NOTHING, WAYS, way, why_not

PLANNERS: Mapping[str, Callable[[Situation, Asked], Planned]] = {
    expired_cert_override.NAME: plan_override,
    fixed_software.NAME: plan_fixed_software,
    staging_controller.NAME: plan_staging,
    clock_repair.NAME: plan_clock_repair,
    clock_window.NAME: plan_clock_window,
}
"""How each is planned."""
SECOND = (
    "comes second: where the override alone does not bring them, for the controller's own "
    "certificate has ended, APs can join while the clock lies before that end"
)


def make_plan(situation: Situation, asked: Asked, *, strategy: str | None = None) -> Planned:
    """The plan for one finding, or why there is none; with every way, mildest first.

    Args:
        situation: the finding, and everything known of the controller.
        asked: what the person accepts.
        strategy: the only one to consider; None: the least invasive that works.
    """
    finding = situation.finding
    if (stale := why_stale(situation.view)) is not None:
        return NoPlan(stale)
    tried = {name: _planned(name, situation, asked) for name in ALL_STRATEGIES}
    if finding.confidence is Confidence.SUSPECTED and not asked.accept_suspected:
        return NoPlan(
            f"{finding.issue} is only suspected: sweep again until it is probable, or accept it "
            "with --accept-suspected",
            _ways(tried, None, situation, first="accept the suspicion (--accept-suspected)"),
        )
    for_nobody = situation.issue.cause is Cause.CLOCK or strategy == fixed_software.NAME
    if not finding.aps and not for_nobody:
        return NoPlan(f"{finding.issue} names no AP: there is nobody to wait for")
    chosen = next(
        (
            plan
            for name, plan in tried.items()
            if isinstance(plan, Plan) and strategy in (None, name)
        ),
        None,
    )
    ways = _ways(tried, chosen, situation)
    if chosen is not None:
        parts = dict.fromkeys((chosen.charter.strategy, chosen.charter.purpose))
        seen = [line for part in parts for line in told(situation.view, WAYS[part].disturbance)]
        peers = peers_told(situation.peers, chosen.charter.moment)
        return replace(chosen, alternatives=ways, impact=(*chosen.impact, *seen, *peers))
    return NoPlan(_reason(tried, situation, strategy), ways)


def no_finding(explained: Iterable[Explanation], unknown: Iterable[str] = ()) -> NoPlan:
    """The answer for a controller on which nothing was found, with what could not be judged."""
    nothing = way(NOTHING, True, without_finding(explained))  # noqa: FBT003
    reason = "nothing to do: no finding on this controller"
    return NoPlan("; unknown: ".join((reason, *unknown)), (nothing,))


def _planned(name: str, situation: Situation, asked: Asked) -> Planned:
    blocked = why_not(name, situation.issue, situation.controller.policy)
    if blocked and name == clock_repair.NAME and is_wrong(situation.view, situation.true_time):
        return NoPlan(f"{blocked}, but the clock is wrong: {repair_first(situation)}")
    if blocked is None and _waits_for_nobody(name, situation):
        return NoPlan(f"no AP is stuck by {situation.issue.name}: there is nobody to wait for")
    return NoPlan(blocked) if blocked else PLANNERS[name](situation, asked)


def _waits_for_nobody(name: str, situation: Situation) -> bool:
    """Whether a strategy that brings APs back has none to bring."""
    for_aps = name not in (fixed_software.NAME, clock_repair.NAME)
    return for_aps and not situation.finding.aps


def repair_first(situation: Situation) -> str:
    """How a person has the clock repaired before anything else."""
    return f"aprejoin plan {situation.controller.name} -i INVENTORY --issue CLOCK-SKEW comes first"


def _ways(
    tried: Mapping[str, Planned], chosen: Plan | None, situation: Situation, *, first: str = ""
) -> tuple[Alternative, ...]:
    """Every way in order: taken, passed over for a milder one, or not to be had.

    Args:
        tried: every strategy, planned.
        chosen: the plan that is proposed.
        situation: what they were planned from.
        first: what a person has to do before any of them.
    """
    is_needless, why = is_nothing_needed(situation)
    planned = (_of(name, one, chosen, situation, first) for name, one in tried.items())
    return (way(NOTHING, is_needless, why), *planned)


def _of(
    name: str, planned: Planned, chosen: Plan | None, situation: Situation, first: str
) -> Alternative:
    if isinstance(planned, NoPlan):
        return way(name, False, planned.reason)  # noqa: FBT003
    reason = f"applicable; first {first}" if first else "applicable"
    if chosen is not None and name != chosen.charter.purpose:
        reason = f"applicable; passed over for {chosen.charter.purpose}"
        ended = own_certificate_ended(situation.view, situation.true_time)
        if name == clock_window.NAME and ended is not None:
            reason = f"{reason}; {SECOND}"
    return replace(
        way(name, True, reason),  # noqa: FBT003
        estimate=estimate(planned, situation.issue, situation.view),
        disturbs=disturbed(situation.view, WAYS[name].disturbance),
    )


def _reason(tried: Mapping[str, Planned], situation: Situation, strategy: str | None) -> str:
    """Why nothing is planned: by the one way that was asked for, or by all that could be."""
    refused = {name: one.reason for name, one in tried.items() if isinstance(one, NoPlan)}
    if strategy is not None:
        unknown = "it carries nothing out" if strategy == NOTHING else "no such strategy"
        return f"{strategy}: {refused.get(strategy, unknown)}"
    issue, policy = situation.issue, situation.controller.policy
    could = [name for name in tried if why_not(name, issue, policy) is None]
    if len(could) > 1:
        return "; ".join(f"{name}: {refused[name]}" for name in could)
    usual = clock_repair if issue.cause is Cause.CLOCK else clock_window
    return refused[could[0] if could else usual.NAME]
