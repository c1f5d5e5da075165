"""Remediate: open a remediation for an approved plan and carry it out in the foreground."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from service.domain.guardians import BEAT_S
from service.domain.journal import Closed, Opened
from service.domain.plan import Asked, NoPlan, Plan
from service.errors import JournalConflict, LeaseLost, PlanChanged, Refused, StoreError
from service.ports.requests import Kind
from service.ports.store import Approval, Lease
from service.usecases.advance import Progress, advance, call_home
from service.usecases.context import Context
from service.usecases.guard import asks_a_person, check_guardians, is_unguarded, stand_down
from service.usecases.halt import why_halted
from service.usecases.permits import approver_of, check_beside, closed_window
from service.usecases.plan import Proposal, is_fresh, propose
from service.usecases.recover import lease_for
from service.usecases.work import LEASE_TTL_S, Work

T = TypeVar("T")

RENEW_EVERY_S = LEASE_TTL_S / 4
SLICE_S = 0.5
"""Waits are cut into slices this long, so that an interrupt is answered at once."""
STORE_WAIT_S, STORE_PATIENCE = 5.0, 60
"""A store that fails is asked again for some minutes: meanwhile a controller is in the past."""


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
    plan = _permitted(context, proposal, person)
    lease = lease_for(context, plan.charter.controller)
    try:
        return _open(context, plan, uuid.uuid4().hex[:12], lease)
    except BaseException:
        context.store.release(lease)
        raise


def open_under(
    context: Context, proposal: Proposal, person: Person, *, remediation: str, lease: Lease
) -> Work:
    """The same under a lease and an id that the caller has. Raises the same, but for LeaseHeld."""
    return _open(context, _permitted(context, proposal, person), remediation, lease)


def _permitted(context: Context, proposal: Proposal, person: Person) -> Plan:
    """The plan on fresh facts, with the name of who approved it."""
    plan = _fresh(context, proposal)
    charter = plan.charter
    controller = context.controller(charter.controller)
    asks = asks_a_person(controller, charter)
    true_now = charter.true_time.now(context.clock.now()) or charter.true_time.at
    approver = approver_of(
        context,
        charter.digest,
        asks,
        who=person.name,
        runs=person.at_terminal,
        true_now=true_now,
    )
    closed = closed_window(context, controller, true_now)
    if closed is not None:
        raise Refused(f"{controller.name}: {closed}")
    check_beside(context, controller, context.store.remediations(unfinished=True))
    check_guardians(context, charter)
    return replace(plan, charter=replace(charter, approved_by=approver))


def _open(context: Context, plan: Plan, remediation: str, lease: Lease) -> Work:
    """Begin the journal, and look once more beside: two that began together see each other."""
    charter = plan.charter
    controller = context.controller(charter.controller)
    mine = context.store.remediations(controller=controller.name, unfinished=True)
    check_beside(context, controller, mine)  # under the lease: nobody can begin here any more
    now = context.clock.now()
    first = context.store.open_remediation(remediation, Opened(charter), at=now, lease=lease)
    work = Work(context, remediation, lease, noted=[first])
    others = context.store.remediations(unfinished=True)
    try:
        check_beside(context, controller, (row for row in others if row.id != remediation))
    except Refused as err:
        work.note(Closed("cancelled", str(err), 0, len(charter.aps)), after=1)
        raise
    return work


def _fresh(context: Context, proposal: Proposal) -> Plan:
    """The plan as it is by facts that are fresh: worked out anew where it was read for long."""
    plan = proposal.planned
    if isinstance(plan, NoPlan):
        raise Refused(plan.reason)
    charter = plan.charter
    if is_fresh(context, proposal):
        return plan
    asked = Asked(accept_suspected=charter.accepted_suspected, save_pending=charter.save_pending)
    again = propose(
        context, charter.controller, asked, issue=charter.issue, strategy=charter.strategy
    ).planned
    if isinstance(again, NoPlan):
        raise Refused(f"{charter.controller}: there is no plan any more: {again.reason}")
    check_digest(again, charter.digest)
    return again


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
            _wait(work, progress.come_back_s, interrupted if not already else lambda: None)
    finally:
        work.disconnect()
        if work.guards_since is not None:
            stand_down(work.context)
        with suppress(StoreError):  # the lease runs out by itself
            if work.run().closed is not None:
                work.context.store.release(work.lease)


def patiently(work: Work, reason: str | None) -> Progress:
    """One move; where the store fails, the same again: the journal says how far it came."""
    return insist(work.context, lambda: _move(work, reason))


def insist(context: Context, act: Callable[[], T]) -> T:
    """Do something with the store, again and again for some minutes where the store fails.

    Raises:
        LeaseLost, JournalConflict: at once: that is an answer.
        StoreError: it failed all the time.
    """
    for _ in range(STORE_PATIENCE):
        try:
            return act()
        except (LeaseLost, JournalConflict):
            raise
        except StoreError:
            context.clock.wait(STORE_WAIT_S)
    return act()


def _move(work: Work, reason: str | None) -> Progress:
    reason = reason or why_halted(work.context)
    if reason is not None:
        call_home(work, reason)
    progress = advance(work)
    return replace(progress, noted=work.told())


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
