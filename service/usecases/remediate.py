"""Remediate: open a remediation for an approved plan and carry it out in the foreground."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from service.domain.inventory import Controller
from service.domain.journal import Closed, Opened
from service.domain.plan import NoPlan, Plan
from service.domain.policy import open_window
from service.errors import NotApproved, PlanChanged, Refused
from service.ports.store import Approval, RemediationRow
from service.usecases.advance import LEASE_TTL_S, Progress, Work, advance, call_home
from service.usecases.context import Context
from service.usecases.plan import Proposal

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
    now = context.clock.now().wall
    charter = plan.charter
    approval = Approval(charter.digest, charter.controller, person.name, now, plan.expires)
    context.store.approve(approval)
    return approval


def open_remediation(context: Context, proposal: Proposal, person: Person) -> Work:
    """Check everything that has to hold, take the lease, and begin the journal.

    Raises:
        Refused: there is no plan, no window is open, or too much is under way.
        NotApproved, PlanChanged: the plan lacks a word.
        LeaseHeld: the controller is being changed.
    """
    plan = proposal.planned
    if isinstance(plan, NoPlan):
        raise Refused(plan.reason)
    controller = context.controller(plan.charter.controller)
    approver = _approver(context, plan, controller, person)
    _check_now(context, plan, controller)
    now = context.clock.now()
    lease = context.store.acquire(
        controller.name, context.processes.me(), now=now.wall, ttl_s=LEASE_TTL_S
    )
    remediation = uuid.uuid4().hex[:12]
    charter = replace(plan.charter, approved_by=approver)
    context.store.open_remediation(remediation, Opened(charter), at=now, lease=lease)
    return Work(context, remediation, lease)


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
        on_progress: told of every move.

    Raises:
        LeaseLost, JournalConflict: somebody else took over: we have stopped.
    """
    try:
        while True:
            reason = interrupted()
            if reason is not None:
                call_home(work, reason)
            progress = advance(work)
            on_progress(progress)
            if progress.closed is not None:
                return progress.closed
            already = reason is not None
            _wait(work, progress.come_back_s, interrupted if not already else lambda: None)
    finally:
        work.disconnect()
        if work.run().closed is not None:
            work.context.store.release(work.lease)


def _wait(work: Work, seconds: float, stop: Callable[[], str | None]) -> None:
    """Wait, answering interrupts, and renewing the lease where the wait is long."""
    left, since_renewal = seconds, 0.0
    while left > 0 and stop() is None:
        work.context.clock.wait(min(SLICE_S, left))
        left -= SLICE_S
        since_renewal += SLICE_S
        if since_renewal >= LEASE_TTL_S / 4:
            work.renew()
            since_renewal = 0.0


def _approver(context: Context, plan: Plan, controller: Controller, person: Person) -> str:
    """Whose word the plan has.

    Raises:
        NotApproved: nobody's that counts.
        PlanChanged: only an earlier form of it has one.
    """
    rule = controller.policy.approval
    if rule == "none":
        return "policy"
    if rule == "required" and person.at_terminal:
        return person.name
    now = context.clock.now().wall
    words = [a for a in context.store.approvals(plan.charter.digest) if a.expires > now]
    others = [a for a in words if a.approver != person.name]
    if others:
        return others[0].approver
    who = "somebody else than who carries it out" if rule == "four-eyes" else "an approver"
    raise NotApproved(
        f"{controller.name}: the plan {plan.charter.digest[:12]} needs the word of {who}: "
        f"aprejoin approve {controller.name} -i INVENTORY"
    )


def check_digest(plan: Plan, digest: str | None) -> None:
    """PlanChanged where a digest was approved and the plan is another one now."""
    if digest is not None and digest != plan.charter.digest:
        raise PlanChanged(approved=digest, current=plan.charter.digest)


def _check_now(context: Context, plan: Plan, controller: Controller) -> None:
    """May it run now: windows, freezes, what else is under way."""
    now = plan.charter.true_time.at
    deadline = now + timedelta(seconds=controller.policy.dead_man_after_s)
    zone = ZoneInfo(controller.timezone)
    if open_window(controller.policy, now, deadline, zone) is None:
        raise Refused(
            f"{controller.name}: no clock window of the policy holds from now until the dead-man's "
            f"switch fires ({', '.join(controller.policy.clock_windows)}, {controller.timezone})"
        )
    for freeze in context.inventory.freezes:
        if freeze.covers(controller, now) or freeze.covers(controller, deadline):
            raise Refused(f"{controller.name}: frozen from {freeze.start} to {freeze.end}")
    under_way = context.store.remediations(unfinished=True)
    for row in under_way:
        _check_beside(context, controller, row)
    limit = controller.policy.max_parallel_remediations
    if len(under_way) >= limit:
        raise Refused(f"{len(under_way)} remediations are under way, the policy allows {limit}")


def _check_beside(context: Context, controller: Controller, row: RemediationRow) -> None:
    if row.controller == controller.name:
        raise Refused(
            f"{controller.name}: remediation {row.id} is not finished: "
            f"aprejoin restore {controller.name} -i INVENTORY"
        )
    other = context.inventory.get(row.controller)
    if other is None:
        return
    for relation in controller.policy.one_at_a_time:
        if _related(controller, other, relation):
            raise Refused(
                f"{controller.name}: {other.name} shares its {relation} and is being changed"
            )


def _related(one: Controller, other: Controller, relation: str) -> bool:
    if relation == "ha_peer":
        return other.name == one.ha_peer or one.name == other.ha_peer
    value = getattr(one, relation, None)
    return value is not None and value == getattr(other, relation, None)
