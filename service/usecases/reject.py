"""Reject: a plan that somebody looked at and does not want. The audit trail is where it is kept.

It counts for what was asked for before it: whoever asks for a plan again gets one that nobody said
anything about yet, also where it is the same.
"""

from service.domain.audit import Act, Outcome, Record
from service.errors import InvalidInput, NotFound, Refused
from service.ports.audit import Wanted
from service.ports.requests import AskedPlan
from service.usecases.audit import acting
from service.usecases.context import Context

LONGEST_REASON = 500


def reject_plan(context: Context, digest: str, *, who: str, reason: str) -> AskedPlan:
    """Say no to a plan; what waits to be carried out by it never begins.

    Raises:
        NotFound: no plan has that digest.
        InvalidInput: no reason is given.
        Refused: it is being carried out: stop that instead.
    """
    with acting(context, Act.PLAN_REJECT, who=who, digest=digest) as act:
        plans = context.store.plans_with(digest)
        if not plans or not context.sees(plans[0].controller):
            raise NotFound("plan", digest)
        plan = plans[0]
        act.about(f"plan {plan.id}", controller=plan.controller)
        said = " ".join(reason.split())
        if not said or len(said) > LONGEST_REASON:
            expected = f"a reason of up to {LONGEST_REASON} characters"
            raise InvalidInput("found none, or a longer one", where="reason", expected=expected)
        _check(context, plan)
        with act.done(said):
            for asked in context.store.waiting_for(digest):
                context.store.refuse_remediation(asked.id, f"rejected by {who}: {said}")
    return plan


def rejection_of(context: Context, plan: AskedPlan) -> Record | None:
    """Who said no to it last, since it was asked for; None: nobody did."""
    if not plan.answer.digest:
        return None
    wanted = Wanted(
        act=Act.PLAN_REJECT,
        digest=plan.answer.digest,
        outcome=Outcome.DONE.value,
        since=plan.at,
    )
    return next(iter(context.store.records(wanted, limit=1)), None)


def check_not_rejected(context: Context, plan: AskedPlan) -> None:
    """Raises Refused where somebody said no to it."""
    said = rejection_of(context, plan)
    if said is not None:
        raise Refused(
            f"the plan {plan.answer.digest[:12]} was rejected by {said.deed.who}: "
            f"{said.deed.detail}; ask for another one"
        )


def _check(context: Context, plan: AskedPlan) -> None:
    for row in context.store.remediations(controller=plan.controller, unfinished=True):
        if row.charter.digest == plan.answer.digest:
            raise Refused(f"remediation {row.id} carries it out: stop that instead")
