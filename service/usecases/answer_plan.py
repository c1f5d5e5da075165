"""Answer plans that were asked for: each by one worker, that claims it as a sweep is claimed."""

from service.domain.documents import plan_document
from service.domain.plan import Plan
from service.domain.redaction import redacted
from service.errors import AprejoinError, DeviceBusy, DeviceError, RequestError
from service.ports.requests import AskedPlan, Kind, PlanAnswer
from service.usecases.context import Context
from service.usecases.device_problems import device_problem
from service.usecases.parts import (
    CLAIM_S,
)
from service.usecases.plan import propose
from service.usecases.report import proposal_document
from service.usecases.request import accepted_in
from service.usecases.tickets import ask_change

BUSY_FOR_S, BUSY_AGAIN_S = 600.0, 20.0
"""How long a plan waits for a controller that is busy: with other sessions of ours, above all."""


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
        answer = _failed(err)
    except (DeviceError, RequestError) as err:
        answer = _failed(err)
    settle_plan(context, plan_id, answer)
    return answer


def _failed(err: AprejoinError) -> PlanAnswer:
    document = {"plan": None, "reason": None, "problem": device_problem(err)}
    return PlanAnswer("failed", document=document, detail=redacted(str(err)))


def settle_plan(context: Context, plan_id: str, answer: PlanAnswer) -> None:
    """Keep an answer: nothing is to be done for it any more."""
    context.store.answer_plan(plan_id, answer)
    context.store.forget_due(Kind.PLAN, plan_id)


def _plan(context: Context, asked: AskedPlan) -> PlanAnswer:
    accepts = accepted_in(asked)
    proposal = propose(
        context, asked.controller, accepts, issue=asked.issue, strategy=asked.strategy
    )
    document = proposal_document(proposal)
    if not isinstance(proposal.planned, Plan):
        return PlanAnswer("done", document=document)
    planned = proposal.planned
    controller = context.controller(asked.controller)
    if controller.policy.ticket == "required":
        ask_change(context, controller, plan_document(planned, proposal.payloads))
    return PlanAnswer("done", planned.charter.digest, planned.expires, document)
