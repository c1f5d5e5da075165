"""Answer sweeps that were asked for. Each is worked on by one worker.

Whoever begins claims it for a while and claims it again as it gets on; one that died loses its
claim by time, and the next worker begins anew.
"""

from service.ports.requests import Kind
from service.usecases.context import Context
from service.usecases.incidents import tell_findings
from service.usecases.parts import (
    CLAIM_S,
    Claim,
    forget_parts,
    is_by_itself,
    is_large,
    put_together,
)
from service.usecases.sweep import Sweep, sweep
from service.usecases.sweep_report import sweep_document


def answer_sweep(context: Context, sweep_id: str) -> Sweep | None:
    """Make a sweep that was asked for and keep its document; None: not due, or somebody has it.

    A large one is polled in parts, by whoever has a place (`parts.py`); here they are put together.
    """
    store = context.store
    if not store.claim_due(Kind.SWEEP, sweep_id, for_s=CLAIM_S):
        return None
    asked = store.sweep_asked(sweep_id)
    if asked is not None and is_large(asked):
        return put_together(context, asked)
    found = [context.inventory.get(name) for name in (asked.controllers if asked else ())]
    controllers = [controller for controller in found if controller is not None]
    if not controllers:
        fail_sweep(context, sweep_id, "none of its controllers is in the inventory any more")
        return None
    store.mark_sweep(sweep_id, "running")
    claim = Claim(context, Kind.SWEEP, sweep_id)
    by_itself = asked is not None and is_by_itself(asked)
    result = sweep(
        context,
        controllers,
        sweep_id=sweep_id,
        on_polled=claim.renew,
        is_patient=by_itself,
        is_thrifty=by_itself,
    )
    from service.usecases.follow_up import follow_up  # noqa: PLC0415 - no first poll waits for it

    store.keep_sweep(sweep_id, sweep_document(context, result), at=result.finished)
    tell_findings(context, result)
    if asked is not None:
        follow_up(context, asked, result)
    store.forget_due(Kind.SWEEP, sweep_id)
    return result


def fail_sweep(context: Context, sweep_id: str, why: str) -> None:
    """Say that a sweep will never end, and why."""
    context.store.mark_sweep(sweep_id, "failed", why)
    forget_parts(context, sweep_id)
    context.store.forget_due(Kind.SWEEP, sweep_id)
