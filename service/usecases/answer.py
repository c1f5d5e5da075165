"""Answer what was asked for and only reads: sweeps and plans. Each is worked on by one worker.

Whoever begins claims it for a while and claims it again as it gets on; one that died loses its
claim by time, and the next worker begins anew.
"""

from service.domain.plan import Asked, Plan
from service.errors import DeviceBusy, DeviceError, RequestError
from service.ports.requests import AskedPlan, Kind, PlanAnswer
from service.usecases.context import Context
from service.usecases.follow_up import follow_up
from service.usecases.plan import propose
from service.usecases.poll import Polled
from service.usecases.report import proposal_document, sweep_document
from service.usecases.schedule import is_scheduled
from service.usecases.sweep import Sweep, sweep

CLAIM_S = 300.0
"""Longer than one controller takes that does not answer, login and reading together."""
CLAIM_AGAIN_S = 30.0
BUSY_FOR_S, BUSY_AGAIN_S = 600.0, 20.0
"""How long a plan waits for a controller that is busy: with other sessions of ours, above all."""


def answer_sweep(context: Context, sweep_id: str) -> Sweep | None:
    """Make a sweep that was asked for and keep its document; None: not due, or somebody has it."""
    store = context.store
    if not store.claim_due(Kind.SWEEP, sweep_id, for_s=CLAIM_S):
        return None
    asked = store.sweep_asked(sweep_id)
    found = [context.inventory.get(name) for name in (asked.controllers if asked else ())]
    controllers = [controller for controller in found if controller is not None]
    if not controllers:
        fail_sweep(context, sweep_id, "none of its controllers is in the inventory any more")
        return None
    store.mark_sweep(sweep_id, "running")
    claim = _Claim(context, sweep_id)
    result = sweep(
        context,
        controllers,
        sweep_id=sweep_id,
        on_polled=claim.renew,
        is_patient=asked is not None and is_scheduled(asked),
    )
    store.keep_sweep(sweep_id, sweep_document(context, result), at=result.finished)
    if asked is not None:
        follow_up(context, asked, result)
    store.forget_due(Kind.SWEEP, sweep_id)
    return result


def fail_sweep(context: Context, sweep_id: str, why: str) -> None:
    """Say that a sweep will never end, and why."""
    context.store.mark_sweep(sweep_id, "failed", why)
    context.store.forget_due(Kind.SWEEP, sweep_id)


class _Claim:
    """A sweep's claim, renewed as controllers are polled."""

    def __init__(self, context: Context, sweep_id: str) -> None:
        self._context, self._sweep, self._renewed = context, sweep_id, context.clock.now()

    def renew(self, _: Polled) -> None:
        now = self._context.clock.now()
        if now.seconds_since(self._renewed) >= CLAIM_AGAIN_S:
            self._renewed = now
            self._context.store.set_due(Kind.SWEEP, self._sweep, in_s=CLAIM_S, why="polling")


def answer_plan(context: Context, plan_id: str) -> PlanAnswer | None:
    """Work out a plan that was asked for; None: not due, or somebody has it."""
    store = context.store
    if not store.claim_due(Kind.PLAN, plan_id, for_s=CLAIM_S):
        return None
    asked = store.plan_asked(plan_id)
    if asked is None:
        store.forget_due(Kind.PLAN, plan_id)
        return None
    try:
        answer = _plan(context, asked)
    except DeviceBusy as err:
        age_s = (context.clock.now().wall - asked.at).total_seconds()
        if 0 <= age_s < BUSY_FOR_S:
            store.set_due(Kind.PLAN, plan_id, in_s=BUSY_AGAIN_S, why=str(err))
            return None
        answer = PlanAnswer("failed", detail=str(err))
    except (DeviceError, RequestError) as err:
        answer = PlanAnswer("failed", detail=str(err))
    settle_plan(context, plan_id, answer)
    return answer


def settle_plan(context: Context, plan_id: str, answer: PlanAnswer) -> None:
    """Keep an answer: nothing is to be done for it any more."""
    context.store.answer_plan(plan_id, answer)
    context.store.forget_due(Kind.PLAN, plan_id)


def _plan(context: Context, asked: AskedPlan) -> PlanAnswer:
    accepts = Asked(accept_suspected=asked.accept_suspected, save_pending=asked.save_pending)
    proposal = propose(
        context, asked.controller, accepts, issue=asked.issue, strategy=asked.strategy
    )
    document = proposal_document(proposal)
    if not isinstance(proposal.planned, Plan):
        return PlanAnswer("done", document=document)
    planned = proposal.planned
    return PlanAnswer("done", planned.charter.digest, planned.expires, document)
