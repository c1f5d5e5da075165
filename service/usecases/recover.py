"""Recover: take up what a dead process left, and bring the controller home."""

from service.domain.audit import Act
from service.domain.journal import HomeCalled
from service.errors import LeaseHeld
from service.ports.store import Lease, RemediationRow
from service.usecases.audit import acting
from service.usecases.context import Context
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.work import Work


def take_up(context: Context, controller: str, *, who: str = "aprejoin") -> Work | None:
    """Take the lease of what is left on a controller; None where nothing is.

    A holder on this host that is dead loses its lease at once; one elsewhere when it runs out. A
    remediation that ended as needs-attention is taken up again: the way home starts afresh.

    Raises:
        LeaseHeld: somebody alive works on it.
    """
    with acting(context, Act.REMEDIATION_RESTORE, who=who, controller=controller) as act:
        row = _left(context, controller)
        if row is None:
            return None
        act.about(f"remediation {row.id}", digest=row.charter.digest)
        lease = lease_for(context, controller)
        work = Work(context, row.id, lease)
        run = work.run()
        if run.closed is not None and run.closed.state != "needs-attention":
            context.store.release(lease)  # whoever held the lease until now has finished it
            return None
        called = HomeCalled("restore was asked for", goal_missed=run.phase == "forward")
        with act.done():
            work.note(called, run.seq)
        return work


def lease_for(context: Context, controller: str) -> Lease:
    """The right to change a controller, from nobody, from ourselves long ago, or from the dead.

    Raises:
        LeaseHeld: somebody alive has it, or other work of this very process.
    """
    me, current = context.processes.me(), context.store.lease_of(controller)
    if current is not None and current.left_s > 0 and current.holder == me:
        raise LeaseHeld(controller, "this very process", current.left_s)
    if current is not None and context.processes.is_proven_dead(current.holder):
        return context.store.take_over(controller, me, dead=current, ttl_s=LEASE_TTL_S)
    return context.store.acquire(controller, me, ttl_s=LEASE_TTL_S)


def _left(context: Context, controller: str) -> RemediationRow | None:
    rows = context.store.remediations(controller=controller)
    for row in rows:
        if row.closed is None:
            return row
    newest = rows[0] if rows else None
    if newest is not None and newest.closed is not None:
        return newest if newest.closed.state == "needs-attention" else None
    return None
