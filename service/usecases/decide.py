"""Decide: give one's word for a plan that somebody else asked for, or want a remediation back."""

from typing import Literal, TypeAlias

from service.domain.audit import Act
from service.domain.documents import moment
from service.domain.remediation import Run
from service.errors import NotApproved, NotFound, Refused
from service.ports.jobs import AdvanceRemediation, JobQueue
from service.ports.requests import AskedPlan, AskedRemediation, Kind, Recall
from service.ports.store import Approval, RemediationRow
from service.usecases.audit import Acting, acting
from service.usecases.context import Context
from service.usecases.reject import check_not_rejected
from service.usecases.remediate import give_word
from service.usecases.request import nudge
from service.usecases.truth import believed_now

Verb: TypeAlias = Literal["cancel", "rollback"]
BACK: dict[Verb, Act] = {"cancel": Act.REMEDIATION_CANCEL, "rollback": Act.REMEDIATION_ROLLBACK}


def approve_plan(context: Context, queue: JobQueue, digest: str, *, who: str) -> Approval:
    """Give one's word for a plan.

    Raises:
        NotFound: no plan has that digest. Refused: it expired.
        NotApproved: who asks may not approve.
    """
    with acting(context, Act.PLAN_APPROVE, who=who, digest=digest) as act:
        plans = context.store.plans_with(digest)
        if not plans or not context.sees(plans[0].controller):
            raise NotFound("plan", digest)
        act.about(f"plan {plans[0].id}", controller=plans[0].controller)
        waiting = context.store.waiting_for(digest)
        for asked in (plans, waiting):
            if asked and all(one.asked_by == who for one in asked):
                raise NotApproved(f"{who} asked for it: somebody else has to approve it")
        return _approve(act, queue, plans[0], waiting)


def approve_remediation(
    context: Context, queue: JobQueue, remediation: str, *, who: str
) -> Approval:
    """Give one's word for the plan of a remediation that waits for it.

    Raises:
        NotFound: nobody asked for it. Refused: it began already, never will, or its plan expired.
        NotApproved: who asks may not approve.
    """
    about = f"remediation {remediation}"
    with acting(context, Act.REMEDIATION_APPROVE, who=who, about=about) as act:
        asked = context.store.remediation_asked(remediation)
        if asked is None or not context.sees(asked.controller):
            raise NotFound("remediation", remediation)
        act.about(controller=asked.controller, digest=asked.digest)
        if asked.asked_by == who:
            raise NotApproved(f"{who} asked for it: somebody else has to approve it")
        plan = context.store.plan_asked(asked.plan)
        if plan is None or asked.refused or _row(context, remediation) is not None:
            raise Refused(f"remediation {remediation} waits for nobody's word")
        return _approve(act, queue, plan, (asked,))


def _approve(
    act: Acting, queue: JobQueue, plan: AskedPlan, waiting: tuple[AskedRemediation, ...]
) -> Approval:
    context, who = act.context, act.deed.who
    now, answer = believed_now(context), plan.answer
    if answer.expires is None or answer.expires <= now:
        raise Refused(f"the plan {answer.digest[:12]} expired: ask for another one")
    check_not_rejected(context, plan)
    approval = Approval(answer.digest, plan.controller, who, now, answer.expires)
    with act.done(f"until {moment(approval.expires)}"):
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
    with acting(context, BACK[verb], who=who, about=f"remediation {remediation}") as act:
        row, asked = _row(context, remediation), context.store.remediation_asked(remediation)
        of = row or asked
        if of is None or not context.sees(of.controller):
            raise NotFound("remediation", remediation)
        if asked is not None:
            act.about(controller=asked.controller, digest=asked.digest)
        seen = 0 if row is None else _version(act, row, verb)
        if row is None and asked is not None and asked.refused:
            raise Refused(f"remediation {remediation} never began: {asked.refused}")
        reason, now = f"{verb} asked for by {who}", context.clock.now().wall
        with act.done():
            context.store.recall(Recall(remediation, who, now, reason, seen))
            context.store.set_due(Kind.REMEDIATION, remediation, in_s=0.0, why=reason)
    nudge(queue, AdvanceRemediation(remediation))


def _version(act: Acting, row: RemediationRow, verb: Verb) -> int:
    """Of the journal that the word is about. Raises Refused."""
    run = Run(act.context.store.journal(row.id))
    act.about(controller=row.controller, digest=run.charter.digest)
    _check(act.context, row, run, verb)
    return run.seq


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
