"""Campaign: many controllers mended in waves, one step each time that a worker looks.

What is asked for has its id written down before it is asked for: a worker that died in between is
followed by one that asks for the same.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.domain.remediation import Run
from service.domain.waves import (
    Begin,
    Fate,
    Hold,
    Limits,
    Member,
    Over,
    Stop,
    most_careful,
    next_wave,
)
from service.errors import NotFound
from service.ports.requests import AskedPlan, AskedRemediation, Kind, PlanAnswer, Recall
from service.ports.steering import Campaign, Target
from service.usecases.context import Context

SOON_S, CHECK_S, CLAIM_S = 1.0, 3.0, 60.0
ENDS = {
    "succeeded": Fate.SUCCEEDED,
    "rolled-back": Fate.FAILED,
    "needs-attention": Fate.FAILED,
    "cancelled": Fate.PASSED_OVER,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A controller that is to be mended.

    Attributes:
        issue: the only one to mend; None: the surest.
        aps: how many access points hang on it: those with few go first.
    """

    controller: str
    issue: str | None
    aps: int


def open_campaign(context: Context, wishes: Iterable[Wish], *, who: str) -> Campaign | None:
    """Begin to mend many, the smallest first; None where another campaign has not ended."""
    ordered = sorted(wishes, key=lambda wish: (wish.aps, wish.controller))
    campaign = Campaign(
        id=new_id(),
        at=context.clock.now().wall,
        asked_by=who,
        limits=_limits(context, [wish.controller for wish in ordered]),
    )
    targets = tuple(Target(wish.controller, wish.issue) for wish in ordered)
    return campaign if context.store.open_campaign(campaign, targets) else None


def _limits(context: Context, names: Iterable[str]) -> Limits:
    policies = [context.controller(name).policy for name in names]
    return most_careful([Limits(policy.waves, policy.stop_wave_at) for policy in policies])


def advance_campaign(context: Context, item: str) -> str:
    """Look how its wave fares, and begin the next one if it is time; what was done, in words."""
    store = context.store
    if not store.claim_due(Kind.CAMPAIGN, item, for_s=CLAIM_S):
        return ""
    campaign = store.campaign(item)
    if campaign is None or campaign.state != "running":
        store.forget_due(Kind.CAMPAIGN, item)
        return ""
    before = store.targets(item)
    targets = tuple(_looked_after(context, campaign, target) for target in before)
    members = [Member(target.controller, target.fate, target.wave) for target in targets]
    match next_wave(members, campaign.limits):
        case Begin() as wave:
            return _begin(context, campaign, targets, wave)
        case Hold():
            again_s = CHECK_S if targets == before else SOON_S
            store.set_due(Kind.CAMPAIGN, item, in_s=again_s, why="a wave is under way")
            return ""
        case Stop() as stop:
            withdraw(context, campaign, targets, stop.reason)
            store.mark_campaign(item, "stopped", stop.reason)
            store.forget_due(Kind.CAMPAIGN, item)
            return f"stopped: {stop.reason}"
        case Over():
            told = _summary(targets)
            store.mark_campaign(item, "finished", told)
            store.forget_due(Kind.CAMPAIGN, item)
            return f"finished: {told}"


def _begin(context: Context, campaign: Campaign, targets: tuple[Target, ...], wave: Begin) -> str:
    store = context.store
    halt = store.halted()
    if halt is not None:
        why = f"halted by {halt.by}: {halt.reason}"
        store.set_due(Kind.CAMPAIGN, campaign.id, in_s=CHECK_S, why=why)
        return ""
    for target in targets:
        if target.controller in wave.controllers:
            begun = replace(target, fate=Fate.BEGUN, wave=wave.wave, plan=new_id())
            store.put_target(campaign.id, begun)
    store.set_due(Kind.CAMPAIGN, campaign.id, in_s=0.0, why=f"wave {wave.wave} begins")
    return f"wave {wave.wave}: {', '.join(wave.controllers)}"


def withdraw(context: Context, campaign: Campaign, targets: Iterable[Target], reason: str) -> None:
    """What was asked for and has not begun is taken back, and waits again; the rest goes on."""
    now = context.clock.now().wall
    for target in targets:
        if target.fate is not Fate.BEGUN or _run(context, target.remediation) is not None:
            continue
        if target.remediation:
            why = f"campaign {campaign.id} stopped: {reason}"
            context.store.recall(Recall(target.remediation, "campaign", now, why, seen=0))
            context.store.set_due(Kind.REMEDIATION, target.remediation, in_s=0.0, why=why)
        context.store.put_target(campaign.id, Target(target.controller, target.issue))


# -- one controller ----------------------------------------------------------------------------


def _looked_after(context: Context, campaign: Campaign, target: Target) -> Target:
    """How far one controller is now, kept where that is news."""
    if target.fate is not Fate.BEGUN:
        return target
    look = _by_remediation if target.remediation else _by_plan
    found = look(context, campaign, target)
    if found != target:
        context.store.put_target(campaign.id, found)
    return found


def _by_plan(context: Context, campaign: Campaign, target: Target) -> Target:
    plan = context.store.plan_asked(target.plan)
    if plan is None:
        now = context.clock.now().wall
        wanted = AskedPlan(
            target.plan, now, campaign.asked_by, target.controller, issue=target.issue
        )
        context.store.ask_plan(wanted)
        return target
    if plan.answer.state == "queued":
        return target
    if not plan.answer.digest:
        return replace(target, fate=Fate.PASSED_OVER, detail=_why_no_plan(plan.answer))
    return replace(target, remediation=new_id())


def _why_no_plan(answer: PlanAnswer) -> str:
    reason = (answer.document or {}).get("reason")
    return answer.detail or f"no plan: {reason}"


def _by_remediation(context: Context, campaign: Campaign, target: Target) -> Target:
    asked = context.store.remediation_asked(target.remediation)
    if asked is None:
        return _ask(context, campaign, target)
    if asked.refused:
        return replace(target, fate=Fate.PASSED_OVER, detail=asked.refused)
    run = _run(context, target.remediation)
    if run is None or run.closed is None:
        return target
    return replace(target, fate=ENDS[run.closed.state], detail=run.closed.detail)


def _ask(context: Context, campaign: Campaign, target: Target) -> Target:
    """Ask for it; where the same plan waits to be carried out already, that one is followed."""
    current = context.store.campaign(campaign.id)
    if current is None or current.state != "running":  # somebody ended it meanwhile
        return target
    plan, now = context.store.plan_asked(target.plan), context.clock.now().wall
    digest = "" if plan is None else plan.answer.digest
    asked = AskedRemediation(
        target.remediation, now, campaign.asked_by, target.plan, digest, target.controller
    )
    if context.store.ask_remediation(asked):
        return target
    waiting = context.store.waiting_for(digest)
    return replace(target, remediation=waiting[0].id) if waiting else target


def _run(context: Context, remediation: str) -> Run | None:
    if not remediation:
        return None
    try:
        return Run(context.store.journal(remediation))
    except NotFound:
        return None


def _summary(targets: Iterable[Target]) -> str:
    fates = [target.fate for target in targets]
    ends = (Fate.SUCCEEDED, Fate.FAILED, Fate.PASSED_OVER)
    return ", ".join(f"{fates.count(end)} {end.value}" for end in ends)


def new_id() -> str:
    """An id that nothing else has."""
    return uuid.uuid4().hex[:12]
