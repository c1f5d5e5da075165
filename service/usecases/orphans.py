"""Orphans: remediations that a dead process left. Who only asks for them needs no strategy."""

from service.ports.requests import Kind
from service.ports.store import RemediationRow
from service.usecases.context import Context

LEASE_TTL_S = 120.0
"""Longer than the longest RPC deadline: a successor never meets a request still in flight."""


def due(context: Context) -> tuple[RemediationRow, ...]:
    """Remediations that nobody works on and that are not finished: a restore is due."""
    rows = context.store.remediations(unfinished=True)
    return tuple(row for row in rows if _is_left(context, row))


def _is_left(context: Context, row: RemediationRow) -> bool:
    """Whether the holder is gone, or the workers that carry it have not come back in time.

    What workers carry is no case for a person while the lease of one that died lasts: the others
    take it up within seconds.
    """
    carried = context.store.due_of(Kind.REMEDIATION, row.id)
    if row.lease is None:
        return carried is None or carried.in_s <= -LEASE_TTL_S
    is_dead = carried is None and context.processes.is_proven_dead(row.lease.holder)
    return is_dead or row.lease.left_s <= 0
