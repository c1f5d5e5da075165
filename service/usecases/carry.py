"""Carry what was asked for: open it as soon as everything holds, then a bit at a time.

How a bit goes, and what a lease says between two of them, is in `carry_on.py`.
"""

from service.ports.store import Lease
from service.usecases.begin import Never, begin
from service.usecases.carry_on import MENDED_S, Later, OnProgress, carry_on, over
from service.usecases.context import Context
from service.usecases.work import Work

__all__ = ["MENDED_S", "carry"]


def carry(context: Context, remediation: str, *, on_progress: OnProgress) -> float | None:
    """Move one remediation on, or open it, if it is time for that; as `carry_on`."""
    return carry_on(context, remediation, on_progress=on_progress, begin=_begin)


def _begin(context: Context, remediation: str, lease: Lease) -> Work | Later | None:
    begun = begin(context, remediation, lease)
    if not isinstance(begun, Never):
        return begun
    context.store.refuse_remediation(remediation, begun.why)
    over(Work(context, remediation, lease))
    return None
