"""Decide: give one's word for a plan that somebody else asked for, or want a remediation back."""

from typing import Literal, TypeAlias

from service.domain.remediation import Run
from service.errors import NotApproved, NotFound, Refused
from service.ports.jobs import AdvanceRemediation, JobQueue
from service.ports.requests import AskedPlan, AskedRemediation, Kind, Recall
from service.ports.store import Approval, RemediationRow
from service.usecases.context import Context
from service.usecases.remediate import give_word
from service.usecases.request import nudge
from service.usecases.truth import believed_now

Verb: TypeAlias = Literal["cancel", "rollback"]


def approve_plan(context: Context, queue: JobQueue, digest: str, *, who: str) -> Approval:
    """Give one's word for a plan.

    Raises:
        NotFound: no plan has that digest. Refused: it expired.
        NotApproved: who asks may not approve.
    """
    plans = context.store.plans_with(digest)
    if not plans:
        raise NotFound("plan", digest)
    waiting = context.store.waiting_for(digest)
    for asked in (plans, waiting):
        if asked and all(one.asked_by == who for one in asked):
            raise NotApproved(f"{who} asked for it: somebody else has to approve it")
    return _approve(context, queue, plans[0], waiting, who)


def approve_remediation(
    context: Context, queue: JobQueue, remediation: str, *, who: str
) -> Approval:
    """Give one's word for the plan of a remediation that waits for it.

    Raises:
        NotFound: nobody asked for it. Refused: it began already, never will, or its plan expired.
        NotApproved: who asks may not approve.
    """
    asked = context.store.remediation_asked(remediation)
    if asked is None:
        raise NotFound("remediation", remediation)
    if asked.asked_by == who:
        raise NotApproved(f"{who} asked for it: somebody else has to approve it")
    plan = context.store.plan_asked(asked.plan)
    if plan is None or asked.refused or _row(context, remediation) is not None:
        raise Refused(f"remediation {remediation} waits for nobody's word")
    return _approve(context, queue, plan, (asked,), who)


def _approve(
    context: Context,
    queue: JobQueue,
    plan: AskedPlan,
    waiting: tuple[AskedRemediation, ...],
    who: str,
) -> Approval:
    now, answer = believed_now(context), plan.answer
    if answer.expires is None or answer.expires <= now:
        raise Refused(f"the plan {answer.digest[:12]} expired: ask for another one")
    approval = Approval(answer.digest, plan.controller, who, now, answer.expires)
    give_word(context, approval)
    for asked in waiting:
        nudge(queue, AdvanceRemediation(asked.id))
    return approval


def want_back(context: Context, queue: JobQueue, remediation: str, verb: Verb, *, who: str) -> None:
    """Have a remediation brought home: `cancel` while it runs, `rollback` also where it left some.

    Raises:
        NotFound: there is none of that id.
        Refused: it is over, or carried out by a command in the foreground.
    """
    row, asked = _row(context, remediation), context.store.remediation_asked(remediation)
    if row is None and asked is None:
        raise NotFound("remediation", remediation)
    if row is None and asked is not None and asked.refused:
        raise Refused(f"remediation {remediation} never began: {asked.refused}")
    seen = 0
    if row is not None:
        run = Run(context.store.journal(remediation))
        _check(context, row, run, verb)
        seen = run.seq
    now = context.clock.now().wall
    reason = f"{verb} asked for by {who}"
    context.store.recall(Recall(remediation, who, now, reason, seen))
    context.store.set_due(Kind.REMEDIATION, remediation, in_s=0.0, why=reason)
    nudge(queue, AdvanceRemediation(remediation))


def _check(context: Context, row: RemediationRow, run: Run, verb: Verb) -> None:
    """Refused where there is nothing to bring home, or others do it."""
    if run.closed is None:
        carried = context.store.due_of(Kind.REMEDIATION, row.id) is not None
        if not carried and row.lease is not None and _is_alive(context, row):
            raise Refused(
                f"remediation {row.id} is carried out by {row.lease.holder.label}: stop it there"
            )
        return
    if verb == "cancel" or run.closed.state != "needs-attention":
        raise Refused(f"remediation {row.id} has ended: {run.closed.state}")
    newest = context.store.remediations(controller=row.controller)[0]
    if newest.id != row.id:
        raise Refused(f"remediation {newest.id} came after it on {row.controller}")


def _is_alive(context: Context, row: RemediationRow) -> bool:
    if row.lease is None or row.lease.left_s <= 0:
        return False
    return not context.processes.is_proven_dead(row.lease.holder)


def _row(context: Context, remediation: str) -> RemediationRow | None:
    try:
        controller = Run(context.store.journal(remediation)).charter.controller
    except NotFound:
        return None
    rows = context.store.remediations(controller=controller)
    return next((row for row in rows if row.id == remediation), None)
