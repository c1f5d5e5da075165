"""Follow up: what the findings of a sweep set going, where the policy says so.

Everything that is set going is asked for like a person's wish, and waits for the same approvals,
windows and limits.
"""

from datetime import datetime

from service.domain.finding import Finding
from service.domain.follow_up import PlanStands, Standing, why_left, worth_mending
from service.domain.inventory import Controller
from service.domain.journal import FinalState
from service.domain.remediation import Run
from service.ports.requests import AskedPlan, AskedSweep
from service.usecases.campaign import Wish, new_id, open_campaign
from service.usecases.context import Context
from service.usecases.findings import suppressed_now
from service.usecases.hear import is_heard
from service.usecases.schedule import is_scheduled
from service.usecases.sweep import Sweep
from service.usecases.truth import believed_now

POLICY = "policy"


def follow_up(context: Context, asked: AskedSweep, result: Sweep) -> None:
    """Ask for the plans and remediations that a sweep's findings call for."""
    who = asked.asked_by if is_scheduled(asked) or is_heard(asked) else POLICY
    now = believed_now(context)  # a clock that jumps must not make what was tried look long ago
    quiet = suppressed_now(context)
    wishes = []
    for one in result.controllers:
        controller = one.polled.controller
        if controller.policy.on_finding == "report":
            continue
        heard = [finding for finding in one.diagnosis.findings if finding.id not in quiet]
        finding = worth_mending(heard, context.catalogue)
        if finding is None or why_left(controller.policy, _standing(context, controller, now)):
            continue
        if controller.policy.on_finding == "plan":
            _ask_plan(context, finding, who)
        else:
            wishes.append(Wish(controller.name, finding.issue, len(finding.aps)))
    if wishes:
        open_campaign(context, wishes, who=who)


def _ask_plan(context: Context, finding: Finding, who: str) -> None:
    now = context.clock.now().wall
    context.store.ask_plan(AskedPlan(new_id(), now, who, finding.controller, issue=finding.issue))


def _standing(context: Context, controller: Controller, now: datetime) -> Standing:
    """What is known of earlier work on a controller."""
    store = context.store
    rows = store.remediations(controller=controller.name)
    open_ = any(row.closed is None for row in rows)
    ended: FinalState | None = None
    ago_s = 0.0
    if rows and rows[0].closed is not None:
        ended = rows[0].closed.state
        at = Run(store.journal(rows[0].id)).entries[-1].at.wall
        ago_s = (now - at).total_seconds()
    plan, plan_ago_s = _plan_stands(context, controller, now)
    waits = store.waiting_to_begin(controller.name) != ()
    return Standing(open_ or waits, ended, ago_s, plan, plan_ago_s)


def _plan_stands(
    context: Context, controller: Controller, now: datetime
) -> tuple[PlanStands, float]:
    newest = context.store.newest_plan(controller.name)
    if newest is None:
        return "none", 0.0
    ago_s, answer = (now - newest.at).total_seconds(), newest.answer
    if answer.state == "queued":
        return "queued", ago_s
    if not answer.digest:
        return "fruitless", ago_s
    holds = answer.expires is not None and answer.expires > now
    return ("holds" if holds else "none"), ago_s
