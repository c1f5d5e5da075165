"""Remediate: open a remediation for an approved plan and carry it out in the foreground."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from service.domain.audit import Act, Deed
from service.domain.documents import moment
from service.domain.guardians import BEAT_S
from service.domain.journal import Charter, Closed, Opened
from service.domain.plan import Asked, NoPlan, Plan
from service.errors import LeaseLost, NotApproved, PlanChanged, Refused, StoreError
from service.ports.requests import Kind
from service.ports.store import Approval, Lease
from service.usecases.audit import Acting, acting
from service.usecases.carry_on import carry_beside
from service.usecases.context import Context
from service.usecases.gather import keep_beginning
from service.usecases.guard import asks_a_person, check_guardians, is_unguarded, stand_down
from service.usecases.move import patiently
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.permits import approver_of, check_beside, closed_window, reaches
from service.usecases.plan import Proposal, is_fresh, propose
from service.usecases.progress import Progress
from service.usecases.recover import lease_for
from service.usecases.report import printed_plan
from service.usecases.tickets import check_ticket
from service.usecases.work import Work

RENEW_EVERY_S = LEASE_TTL_S / 4
SLICE_S = 0.5
"""Waits are cut into slices this long, so that an interrupt is answered at once."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, and how far the word of this person goes.

    Attributes:
        at_terminal: runs the command themselves: counts as approver where one is enough.
    """

    name: str
    at_terminal: bool = True


def approve(context: Context, plan: Plan, person: Person) -> Approval:
    """Record a person's word for a plan."""
    charter = plan.charter
    now = context.clock.now().wall
    approval = Approval(charter.digest, charter.controller, person.name, now, plan.expires)
    where = {"controller": charter.controller, "digest": charter.digest}
    with (
        acting(context, Act.PLAN_APPROVE, who=person.name, **where) as act,
        act.done(f"until {moment(plan.expires)}"),
    ):
        give_word(context, approval)
    return approval


def give_word(context: Context, approval: Approval) -> None:
    """Record an approval; what waited for it is due at once."""
    context.store.approve(approval)
    for asked in context.store.waiting_for(approval.digest):
        why = f"approved by {approval.approver}"
        context.store.set_due(Kind.REMEDIATION, asked.id, in_s=0.0, why=why)


def open_remediation(context: Context, proposal: Proposal, person: Person) -> Work:
    """Check everything that has to hold, take the lease, and begin the journal.

    Raises:
        Refused: there is no plan, no window is open, or too much is under way.
        NotApproved, PlanChanged: the plan lacks a word, or is not what was read any more.
        LeaseHeld: the controller is being changed.
        DeviceError: the plan was old, and the controller could not be read again.
    """
    with acting(context, Act.REMEDIATION_BEGIN, who=person.name) as act:
        _concerns(act, proposal)
        plan, fresh = _permitted(context, proposal, person)
        lease = lease_for(context, plan.charter.controller)
        try:
            return _open(act, plan, fresh, uuid.uuid4().hex[:12], lease)
        except BaseException:
            context.store.release(lease)
            raise


def _concerns(act: Acting, proposal: Proposal) -> None:
    if isinstance(proposal.planned, Plan):
        charter = proposal.planned.charter
        act.about(controller=charter.controller, digest=charter.digest)


def open_under(
    context: Context, proposal: Proposal, person: Person, *, remediation: str, lease: Lease
) -> Work:
    """The same under a lease and an id that the caller has. Raises the same, but for LeaseHeld.

    What is refused is not told to the audit trail: workers try it again every other minute.
    """
    act = Acting(context, Deed(Act.REMEDIATION_BEGIN, person.name, context.caller))
    _concerns(act, proposal)
    plan, fresh = _permitted(context, proposal, person)
    return _open(act, plan, fresh, remediation, lease)


def _words_of(charter: Charter) -> str:
    """The rest of the command that leads to this very plan, and to no other one."""
    flags = {
        "--accept-suspected": charter.accepted_suspected,
        "--save-pending": charter.save_pending,
        "--accept-reload": charter.accepted_reload,
        "--accept-stranded": charter.accepted_stranded,
    }
    given = "".join(f" {flag}" for flag, is_given in flags.items() if is_given)
    return f" --issue {charter.issue} --strategy {charter.purpose}{given}"


def _permitted(context: Context, proposal: Proposal, person: Person) -> tuple[Plan, Proposal]:
    """The plan on fresh facts, with the name of who approved it; and these facts."""
    plan, fresh = _fresh(context, proposal)
    charter = plan.charter
    controller = context.controller(charter.controller)
    asks = asks_a_person(controller, charter)
    true_now = charter.true_time.now(context.clock.now()) or charter.true_time.at
    try:
        approver = approver_of(
            context,
            charter.digest,
            asks,
            who=person.name,
            runs=person.at_terminal,
            true_now=true_now,
        )
    except NotApproved as err:
        raise NotApproved(f"{err}{_words_of(charter)}") from err
    closed = closed_window(context, controller, true_now, charter)
    if closed is not None:
        raise Refused(f"{controller.name}: {closed}")
    under_way = context.store.remediations(unfinished=True)
    check_beside(context, controller, under_way, staging=charter.staging)
    check_guardians(context, charter)
    ticket = check_ticket(
        context,
        controller,
        charter.digest,
        true_now=true_now,
        lasts_s=reaches(controller, charter)[0],
        plan=printed_plan(proposal),
    )
    return replace(plan, charter=replace(charter, approved_by=approver, ticket=ticket)), fresh


def _open(act: Acting, plan: Plan, fresh: Proposal, remediation: str, lease: Lease) -> Work:
    """Begin the journal, and look once more beside: two that began together see each other."""
    charter, context = plan.charter, act.context
    controller = context.controller(charter.controller)
    mine = context.store.remediations(controller=controller.name, unfinished=True)
    check_beside(context, controller, mine)  # under the lease: nobody can begin here any more
    now = context.clock.now()
    act.about(f"remediation {remediation}")
    with act.done(f"{charter.purpose} for {charter.issue}, approved by {charter.approved_by}"):
        first = context.store.open_remediation(remediation, Opened(charter), at=now, lease=lease)
        keep_beginning(context, remediation, fresh, plan)
    work = Work(context, remediation, lease, noted=[first])
    rows = context.store.remediations(unfinished=True)
    others = tuple(row for row in rows if row.id != remediation)
    if charter.ticket:
        context.store.note_carried(charter.ticket, remediation)
    try:
        check_beside(context, controller, others, staging=charter.staging)
    except Refused as err:
        work.note(Closed("cancelled", str(err), 0, len(charter.aps)), after=1)
        raise
    return work


def _fresh(context: Context, proposal: Proposal) -> tuple[Plan, Proposal]:
    """The plan as it is by facts that are fresh: worked out anew where it was read for long."""
    plan = proposal.planned
    if isinstance(plan, NoPlan):
        raise Refused(plan.reason)
    charter = plan.charter
    if is_fresh(context, proposal):
        return plan, proposal
    fresh = propose(
        context,
        charter.controller,
        Asked.by(charter),
        issue=charter.issue,
        strategy=charter.purpose,
    )
    again = fresh.planned
    if isinstance(again, NoPlan):
        raise Refused(f"{charter.controller}: there is no plan any more: {again.reason}")
    check_digest(again, charter.digest)
    return again, fresh


def check_digest(plan: Plan, digest: str | None) -> None:
    """PlanChanged where a digest was approved and the plan is another one now."""
    if digest is not None and digest != plan.charter.digest:
        raise PlanChanged(approved=digest, current=plan.charter.digest)


def carry_out(
    work: Work,
    *,
    interrupted: Callable[[], str | None],
    on_progress: Callable[[Progress], None],
) -> Closed:
    """Advance until it is closed.

    Args:
        work: the open remediation.
        interrupted: a reason to go home, asked between moves; None to go on.
        on_progress: told of every move. A display that broke does not stop the work.

    Raises:
        LeaseLost, JournalConflict: somebody else took over: we have stopped.
        StoreError: the store failed for minutes.
    """
    try:
        while True:
            reason = interrupted()
            progress = patiently(work, reason)
            with suppress(OSError):
                on_progress(progress)
            if progress.closed is not None:
                return progress.closed
            already = reason is not None
            seconds = _beside(work, progress, on_progress)
            _wait(work, seconds, interrupted if not already else lambda: None)
    finally:
        work.disconnect()
        if work.guards_since is not None:
            stand_down(work.context)
        with suppress(StoreError):  # the lease runs out by itself
            if work.run().closed is not None:
                work.context.store.release(work.lease)


def _beside(work: Work, progress: Progress, on_progress: Callable[[Progress], None]) -> float:
    """Carry the remediation next door on, if one is followed; how long to wait then."""
    if not progress.follow:
        return progress.come_back_s

    job = work.run().charter.staging
    where = "next door" if job is None else job.controller

    def told(_: str, beside: Progress) -> None:
        work.renew()
        with suppress(OSError):
            on_progress(replace(beside, step=f"{where}/{beside.step}", closed=None))

    again_s = carry_beside(work.context, progress.follow, on_progress=told)
    return progress.come_back_s if again_s is None else min(progress.come_back_s, again_s)


def _wait(work: Work, seconds: float, stop: Callable[[], str | None]) -> None:
    """Wait, answering interrupts, renewing the lease and standing guard where the wait is long."""
    waited = 0.0
    while waited < seconds and stop() is None:
        work.context.clock.wait(min(SLICE_S, seconds - waited))
        waited += SLICE_S
        if not waited % RENEW_EVERY_S:
            _renew_if_possible(work)
        if work.guards_since is not None and not waited % BEAT_S and _is_unguarded(work):
            return


def _is_unguarded(work: Work) -> bool:
    try:
        return is_unguarded(work.context, work.run())
    except StoreError:
        return False  # the next move asks again


def _renew_if_possible(work: Work) -> None:
    try:
        work.renew()
    except LeaseLost:
        raise
    except StoreError:
        return  # the next move renews, or waits for the store
